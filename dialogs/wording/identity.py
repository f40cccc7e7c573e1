"""The words about a person's addresses, and about what is kept of them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from dialogs.wording import formats
from dialogs.wording.asking import ask
from dialogs.wording.page import Page, Worded, called


def _link_code(page: Page) -> Worded:
    facts = page.facts
    if facts.get("channel"):
        return Worded(
            page.t(
                "Send LINK {code} to us on {channel} within 10 minutes to join that chat to this "
                "one. Give the code to nobody.",
                code=facts["code"],
                channel=called(facts["channel"]),
            )
        )
    return Worded(
        page.t(
            "Send LINK {code} from your other number or app within 10 minutes, or here LINK and a "
            "phone number. Give the code to nobody.",
            code=facts["code"],
        )
    )


def _joined(page: Page) -> Worded:
    if page.facts.get("channel") in {"telegram", "slack"}:  # its address is a number of the app's
        name = called(page.facts["channel"])
        return Worded(
            page.t("Your chat on {channel} is joined: one name, the same bookings.", channel=name)
        )
    return Worded(
        page.t(
            "{number} is yours now here too: one name, the same bookings.",
            number=page.facts["number"],
        )
    )


def _join_code(page: Page) -> Worded:
    return Worded(
        page.t(
            "{name}: {code} joins this number to your chat on {channel}. Send it there within 10 "
            "minutes. If you did not ask, ignore this.",
            name=page.business.name,
            code=page.facts["code"],
            channel=called(page.facts["channel"]),
        )
    )


def _prefers(page: Page) -> Worded:
    name = called(page.facts["channel"])
    return Worded(page.t("All right, from now on I write to you on {channel}.", channel=name))


def _no_such_address(page: Page) -> Worded:
    name = called(page.facts["channel"])
    return Worded(
        page.t("I don't know you on {channel} yet. Please write to us there first.", channel=name)
    )


def _ask_forget(page: Page) -> Worded:
    text = page.t("Shall I forget you? Your name, your addresses and our messages go for good.")
    rows = page.facts["bookings"]
    if rows:
        first = datetime.fromisoformat(rows[0]["start"])
        text += " " + page.n(
            "Your booking on {when} will be cancelled.",
            "Your bookings will be cancelled, the next on {when}.",
            len(rows),
            when=page.when(first),
        )
    return ask(page, text + " " + page.t("Reply YES or NO."))


def _zone(page: Page) -> str:
    zone = formats.zone_long(page.facts["zone"], page.locale)
    known = {
        "said": page.t("you said so"),
        "location": page.t("from a location you shared"),
        "profile": page.t("from your profile"),
        "phone": page.t("from your number"),
    }
    return page.t("Time zone: {zone} ({why})", zone=zone, why=known[page.facts["zone_source"]])


def _consent(page: Page, row: Mapping[str, Any]) -> str:
    facts = {
        "day": page.day(datetime.fromisoformat(row["at"])),
        "channel": called(row["channel"]),
        "text": row["wording"],
    }
    if row["granted"]:
        return page.t("{day}, {channel}: you may be written to ({text})", **facts)
    return page.t("{day}, {channel}: no more messages ({text})", **facts)


def _my_data(page: Page) -> Worded:
    facts = page.facts
    since = page.day(datetime.fromisoformat(facts["since"]))
    lines = [page.t("What we keep about you, since {day}:", day=since)]
    if facts["name"]:
        lines.append(page.t("Your name: {name}", name=facts["name"]))
    where = [f"{address} ({called(name)})" for name, address in facts["addresses"]]
    lines.append(page.t("Addresses: {addresses}", addresses=", ".join(where)))
    if facts["prefers"]:
        lines.append(page.t("Preferred: {channel}", channel=called(facts["prefers"])))
    if facts["zone"] and facts["zone_source"]:
        lines.append(_zone(page))
    for row in facts["coming"]:
        when = page.when(datetime.fromisoformat(row["start"]))
        lines.append(f"{page.title(row)}, {when}, {row['ref']}")
    lines.append(page.t("Earlier bookings: {n}", n=facts["past"]))
    lines.append(
        page.t("Messages: {received} from you, {sent} to you", **_counts(facts)),
    )
    lines += [_consent(page, row) for row in facts["consents"]]
    lines.append(page.t("Send FORGET ME to have it deleted."))
    return Worded("\n".join(lines))


def _counts(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"received": facts["received"], "sent": facts["sent"]}


NOTES: dict[str, Callable[[Page], Worded]] = {
    "bad_code": lambda p: Worded(p.t("That code is not valid. Ask for a new one.")),
    "linked": lambda p: Worded(
        p.t(
            "Hello {who}, you're linked. I'll tell you about your bookings here; text TODAY for "
            "your day, HELP for more.",
            who=p.who(),
        )
    ),
    "link_code": _link_code,
    "code_here": lambda p: Worded(
        p.t("That code is to be sent from your other number or app, not from here.")
    ),
    "code_newer": lambda p: Worded(
        p.t("You were shown a newer code after that one: send the newer one.")
    ),
    "code_old": lambda p: Worded(
        p.t("That code is too old. Send LINK where you got it, and you get a new one.")
    ),
    "code_used": lambda p: Worded(
        p.t("That code was used already. Send LINK where you got it, and you get a new one.")
    ),
    "no_number": lambda p: Worded(
        p.t(
            "{said} is no phone number that I can reach. With the country code?",
            said=p.facts["said"],
        )
    ),
    "code_sent": lambda p: Worded(
        p.t(
            "I've sent a code to {number}: send it to me here within 10 minutes. If none comes, "
            "text START from there first.",
            number=p.facts["number"],
        )
    ),
    "codes_spent": lambda p: Worded(
        p.t("I can't send another code just now. Please try again later.")
    ),
    "join_code": _join_code,
    "joined": _joined,
    "not_joined": lambda p: Worded(
        p.t("I can't join these two. Please turn to {human}.", human=p.business.contact.human)
    ),
    "prefer_how": lambda p: Worded(
        p.t("Where shall I write to you? Send for example PREFER WHATSAPP.")
    ),
    "prefers": _prefers,
    "no_such_address": _no_such_address,
    "my_data": _my_data,
    "ask_forget": _ask_forget,
    "forgotten": lambda p: Worded(
        p.t("Done: we have forgotten you. If you write again, we meet for the first time.")
    ),
}
