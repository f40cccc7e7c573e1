"""One-time codes: what each is good for, for how long, how often, and who may ask for them."""

import threading
from datetime import timedelta

from core import codes, consents, due, identities
from core.people import Reader
from models.desk import MONDAY, Desk

SMS = "+12125550101"


def ask(desk: Desk, here: Reader, number: str = SMS) -> tuple[Reader, str | None]:
    with desk.session() as session:
        there = identities.target(session, number, channels=["sms"], now=session.now)
        return there, codes.send(session, asked=here, target=there, now=session.now)


def prove(desk: Desk, here: Reader, code: str) -> codes.Proven | None:
    with desk.session() as session:
        return codes.prove(session, address=here.address, code=code, now=session.now)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_proves_the_address_that_it_went_to_once(desk: Desk) -> None:
    """It is good where it was asked for, nowhere else, and not a second time."""
    here, stranger = desk.meet("telegram", "771"), desk.meet("telegram", "772")
    there, code = ask(desk, here)
    assert code is not None
    assert prove(desk, stranger, code) is None
    assert prove(desk, here, code) == codes.Proven(there.address)
    assert prove(desk, here, code) is None


def test_a_code_lasts_ten_minutes(desk: Desk) -> None:
    """A second before its end it is good, at its end it is not."""
    here = desk.meet("telegram", "771")
    _, code = ask(desk, here)
    desk.clock(MONDAY + codes.LIFE)
    assert code is not None
    assert prove(desk, here, code) is None
    desk.clock(MONDAY + codes.LIFE - timedelta(seconds=1))
    assert prove(desk, here, code) is not None


def test_few_guesses_are_looked_at(desk: Desk) -> None:
    """After four wrong ones the right one is no good either."""
    here = desk.meet("telegram", "771")
    _, code = ask(desk, here)
    assert code is not None
    for _ in range(codes.GUESSES):
        assert prove(desk, here, wrong(code)) == codes.Proven(None)
    assert prove(desk, here, code) is None


def test_nobody_is_sent_codes_without_end(desk: Desk) -> None:
    """One a minute, three a day to one number whoever asks, five a day for one person."""
    asking = [desk.meet("telegram", f"77{n}") for n in range(5)]
    assert ask(desk, asking[0])[1] is not None
    assert ask(desk, asking[1])[1] is None
    for n in (1, 2):
        desk.clock(MONDAY + n * codes.APART)
        assert ask(desk, asking[n])[1] is not None
    desk.clock(MONDAY + timedelta(hours=1))
    assert ask(desk, asking[3])[1] is None
    desk.clock(MONDAY + codes.DAY + timedelta(hours=1))
    assert ask(desk, asking[3])[1] is not None
    given = [ask(desk, asking[4], f"+1212555020{n}")[1] for n in range(7)]
    assert [code is not None for code in given] == [True] * 5 + [False] * 2


def test_many_who_ask_at_once_send_one_code(desk: Desk) -> None:
    """Eight people who name the same number at the same moment do not make it ring eight times."""
    asking = [desk.meet("telegram", f"77{n}") for n in range(8)]
    codes: list[str | None] = []
    barrier = threading.Barrier(len(asking))

    def run(here: Reader) -> None:
        barrier.wait()
        codes.append(ask(desk, here)[1])

    threads = [threading.Thread(target=run, args=(each,)) for each in asking]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(code is not None for code in codes) == 1
    assert len(codes) == len(asking)


def show(desk: Desk, here: Reader) -> str:
    with desk.session() as session:
        code = codes.show(session, asked=here, now=session.now)
    assert code is not None
    return code


def worth(desk: Desk, here: Reader, code: str) -> str | None:
    with desk.session() as session:
        found = codes.shown(session, address=here.address, code=code, now=session.now)
    return None if found is None else found.worth


def test_a_shown_code_is_worth_one_joining(desk: Desk) -> None:
    """Elsewhere and once; where it was shown it waits; an old, a used, a voided one say so."""
    here, other = desk.meet("telegram", "771"), desk.meet("slack", "U0MAYA")
    first, second = show(desk, here), show(desk, here)
    assert worth(desk, other, first) == "newer"
    assert worth(desk, here, second) == "here"
    assert worth(desk, other, second) == "good"
    assert worth(desk, other, second) == "used"
    assert worth(desk, other, "2BCD-2BCD") is None
    third = show(desk, here)
    desk.clock(MONDAY + codes.LIFE)
    assert worth(desk, other, third) == "old"
    desk.clock(MONDAY + codes.DAY + codes.LIFE)
    assert worth(desk, other, third) is None


def test_a_shown_code_typed_twice_at_once_is_used_once(desk: Desk) -> None:
    """Of eight who type it at the same moment, one is joined."""
    here = desk.meet("telegram", "771")
    others = [desk.meet("slack", f"U{n}") for n in range(8)]
    code = show(desk, here)
    barrier = threading.Barrier(len(others))
    found: list[str | None] = []

    def run(other: Reader) -> None:
        barrier.wait()
        found.append(worth(desk, other, code))

    threads = [threading.Thread(target=run, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, found)) == ["good"] + ["used"] * 7


def test_a_providers_code_links_once_within_a_day(desk: Desk) -> None:
    """Whoever redeems it first is the provider; nobody is by it afterwards, or a day later."""
    ana = desk.business.providers[0].id
    here, other = desk.meet("telegram", "771"), desk.meet("slack", "U0MAYA")

    def redeem(who: Reader, code: str) -> int | None:
        with desk.session() as session:
            return codes.redeem(session, person=who.person, code=code, now=session.now)

    with desk.session() as session:
        code, late = (codes.for_provider(session, ana, now=session.now) for _ in range(2))
    assert redeem(other, "2BCD-2BCD") is None
    assert redeem(here, code) == ana
    assert redeem(other, code) is None
    desk.clock(MONDAY + codes.PROVIDERS_LIFE)
    assert redeem(other, late) is None


def test_strangers_are_not_sent_codes_without_end(desk: Desk) -> None:
    """Numbers that never wrote are sent fifty a day by a business, whoever asks; others more."""
    desk.meet("sms", SMS)
    asking = [desk.meet("telegram", f"77{n}") for n in range(12)]
    given = [
        ask(desk, asking[n // 5], f"+1212555{1000 + n}")[1] is not None
        for n in range(codes.MOST_STRANGERS + 2)
    ]
    assert given == [True] * codes.MOST_STRANGERS + [False] * 2
    assert ask(desk, asking[11])[1] is not None
    desk.clock(MONDAY + codes.DAY + timedelta(minutes=2))
    assert ask(desk, asking[11], "+12125559999")[1] is not None


def test_who_was_only_named_is_found_again_as_a_stranger(desk: Desk) -> None:
    """Not while the code is open, not who wrote, booked, or was proven to be another."""
    here = desk.meet("telegram", "771")
    named, refused, proven = (ask(desk, here, f"+1212555200{n}") for n in range(3))
    wrote = desk.meet("sms", SMS)
    with desk.session() as session:
        consents.opted(
            session,
            refused[0].address,
            out=True,
            source="carrier",
            wording="21610",
            message=None,
            now=session.now,
        )
        identities.join(session, here=here.person, there=proven[0].person)
    targets = [named[0], refused[0], proven[0], wrote]

    def strangers() -> list[int | None]:
        with desk.session() as session:
            return [identities.stranger(session, target.address) for target in targets]

    assert strangers() == [None] * 4
    desk.clock(MONDAY + codes.LIFE)
    assert strangers() == [named[0].person, refused[0].person, None, None]


def test_who_was_only_named_is_forgotten_after_a_day(desk: Desk) -> None:
    """The work is written with the code, and due a day later."""
    there, _ = ask(desk, desk.meet("telegram", "771"))
    rows = desk.ask("SELECT id, kind, subject_id, due_at FROM due_work WHERE kind = 'unproven'")
    assert [(row.subject_id, row.due_at) for row in rows] == [(there.address, MONDAY + codes.DAY)]
    desk.clock(MONDAY + codes.DAY)
    with desk.session() as session:
        assert due.claim(session, rows[0].id, now=session.now) is not None
