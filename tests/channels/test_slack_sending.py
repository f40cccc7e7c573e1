"""What Slack is handed: text that nobody breaks out of, sizes it takes, and what refusals mean."""

import html
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.message import Answered, Channel, File, Outbound, SendError
from channels.slack import blocks
from channels.slack.blocks import plain
from channels.slack.config import Config
from channels.slack.manifest import manifest
from channels.slack.party import Slack
from fakes import slack as fake
from support.processes import ROOT

FILE = File("booking.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
LINK = "https://bot.example/ics/1?a=1&b=2"


@pytest.fixture(scope="module")
def one() -> Iterator[fake.Slack]:
    """Give one Slack for all tests here; each takes its messages away."""
    made = fake.Slack()
    yield made
    made.close()


@pytest.fixture
def there(one: fake.Slack) -> fake.Slack:
    """Give the Slack without a memory."""
    for kept in (one.called, one.messages, one.files, one.gone, one.answers):
        kept.clear()
    one.fail(None)
    one.scopes = fake.SCOPES
    return one


def joined(there: fake.Slack, **chosen: Any) -> Slack:  # noqa: ANN401 - the fields of a Config
    facts: dict[str, Any] = {
        "signing_secret": "x",
        "bot_token": fake.TOKEN,
        "base_url": there.api,
        "timeout": 0.5,
    }
    return Slack(Config(**(facts | chosen)))


def channel(there: fake.Slack) -> Channel:
    return joined(there).channels["slack"]


def letter(text: str = "Hello.", **more: Any) -> Outbound:  # noqa: ANN401 - the fields of an Outbound
    facts: dict[str, Any] = {"to": "U0MAYA", "text": text, "sender": fake.TEAM, "letter": 7}
    return Outbound(**(facts | more))


def failed(there: fake.Slack, outbound: Outbound) -> SendError:
    with pytest.raises(SendError) as refused:
        channel(there).send(outbound)
    return refused.value


def shown(message: fake.Message) -> str:
    """Return what a reader sees of a message's sections."""
    parts = [b["text"]["text"] for b in message.blocks if b["type"] == "section"]
    return html.unescape("\n".join(parts))


def test_a_message_and_its_buttons(there: fake.Slack) -> None:
    """Text as a section and as a fallback, choices as buttons that say which letter is theirs."""
    assert channel(there).send(letter("When?", choices=("3 PM", "4 PM")))
    [sent] = there.told("U0MAYA")
    assert sent.text == "When?"
    assert [b["text"]["text"] for b in sent.buttons] == ["3 PM", "4 PM"]
    assert [b["action_id"] for b in sent.buttons] == [
        "slotkeeper.choice.7.0",
        "slotkeeper.choice.7.1",
    ]
    [call] = there.of("chat.postMessage")
    assert call.token == fake.TOKEN


@pytest.mark.parametrize(
    "words", ["<!channel> hi", "<@U0ZOE>", "<https://evil.example|here>", "a & b", "&lt;"]
)
def test_nobody_breaks_out_of_a_text(there: fake.Slack, words: str) -> None:
    """What somebody wrote in another's message is words: no mention, no link, no entity."""
    channel(there).send(letter(words))
    [sent] = there.told("U0MAYA")
    assert "<" not in sent.text + sent.blocks[0]["text"]["text"]
    assert shown(sent) == words
    assert sent.blocks[0]["text"]["verbatim"] is True


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(st.sampled_from("ab &<\n\u00e9\U0001f487"), max_size=9000),
    choices=st.lists(st.text(max_size=90), max_size=60),
)
def test_slack_takes_whatever_is_said(there: fake.Slack, text: str, choices: list[str]) -> None:
    """However long a text is, and however many or long its choices are."""
    there.messages.clear()
    channel(there).send(letter(text, choices=tuple(choices)))
    [sent] = there.told("U0MAYA")
    assert len(sent.buttons) == len(choices)
    assert "".join(shown(sent).split()) == ("".join(text.split()) or "\u2026")


@given(st.text(st.sampled_from("a &<>;lgtmp|#@!"), max_size=40))
def test_what_is_escaped_reads_the_same(text: str) -> None:
    """Reading undoes writing."""
    assert plain(blocks.escape(text)) == text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("<#C1|general> at <tel:+1555|+1 555>", "#general at +1 555"),
        ("<https://x.example>", "https://x.example"),
        ("<@U1|ana> and <@U2>", "ana and @U2"),
        ("&amp;lt; &lt;3", "&lt; <3"),
    ],
)
def test_marks_are_read_as_words(said: str, read: str) -> None:
    """Links, channels and people by what they are called."""
    assert plain(said) == read


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        ("channel_not_found", "given up"),
        ("user_not_found", "given up"),
        ("account_inactive", "given up"),
        ("messages_tab_disabled", "given up"),
        ("invalid_auth", 60),
        ("token_revoked", 60),
        ("missing_scope", 60),
        ("internal_error", None),
        ("429", 1),
        ("500", None),
        ("timeout", None),
        ("drop", None),
    ],
)
def test_what_a_refusal_means(there: fake.Slack, error: str, meaning: float | str | None) -> None:
    """An address that is gone is given up; a token, a limit, a breakdown may be mended in time."""
    there.fail(error)
    refused = failed(there, letter())
    assert ("given up" if refused.permanent else refused.wait) == meaning
    assert len(there.of("chat.postMessage")) == 1


def test_nobody_listens(there: fake.Slack) -> None:
    """A Slack that is not there at all is tried again."""
    away = joined(there, base_url="http://127.0.0.1:9/api/").channels["slack"]
    with pytest.raises(SendError) as refused:
        away.send(letter())
    assert not refused.value.permanent


def test_a_file_goes_along(there: fake.Slack) -> None:
    """A file is shown once, with the text beside it, in the direct messages."""
    assert channel(there).send(letter("Booked.", file=FILE, link=LINK)) == there.files[0]["id"]
    [file] = there.files
    assert file["content"] == FILE.content
    assert (file["name"], file["shared"], file["comment"]) == ("booking.ics", "D0MAYA", "Booked.")
    assert [message.file for message in there.messages] == [file["id"]]


def test_a_file_below_a_message_with_buttons(there: fake.Slack) -> None:
    """Buttons need a message; the file comes after it, without words."""
    channel(there).send(letter("Sure?", choices=("Yes", "No"), file=FILE))
    assert [m.text for m in there.messages] == ["Sure?", ""]
    assert there.files[0]["shared"] == "D0MAYA"
    assert not there.files[0]["comment"]


def test_a_file_that_is_refused_is_a_link(there: fake.Slack) -> None:
    """A workspace that lets us send no files gets the link, by the file's name."""
    there.scopes = "chat:write"
    channel(there).send(letter("Booked.", file=FILE, link=LINK))
    [sent] = there.messages
    assert sent.text == f"Booked.\n<{LINK.replace('&', '&amp;')}|booking.ics>"


def test_a_link_alone(there: fake.Slack) -> None:
    """Without a file the link is shown, and kept as a part of the text."""
    outbound = letter("Booked.", link=LINK)
    channel(there).send(outbound)
    assert channel(there).render(outbound) == f"Booked.\n{LINK}"
    assert LINK.replace("&", "&amp;") in there.messages[0].text


def test_a_file_that_got_no_answer_is_tried_again(there: fake.Slack) -> None:
    """Nothing was shown, so nothing is said twice."""
    there.fail("500", methods=("files.getUploadURLExternal",))
    assert not failed(there, letter("Booked.", file=FILE, link=LINK)).permanent
    assert not there.messages


def test_an_update_that_fails_holds_up_nothing(there: fake.Slack) -> None:
    """The answer is sent although the message it answers cannot be changed any more."""
    pressed = {"channel": "D0MAYA", "ts": "1.1", "text": "Sure?", "choice": "Yes"}
    channel(there).send(letter("Booked.", answered=Answered(pressed, 0)))
    assert [call.method for call in there.called] == ["chat.update", "chat.postMessage"]
    channel(there).send(letter("Booked.", answered=Answered({"of": "another channel"}, 0)))
    assert len(there.of("chat.update")) == 1


def test_what_doctor_finds(there: fake.Slack) -> None:
    """A good token names its workspace; what lacks is said with where to click."""
    url = "https://bot.example"
    good = joined(there, public_url=url).check()
    assert [(f.good, fake.TEAM in f.advice) for f in good] == [(True, True)]
    assert all(f.good for f in joined(there, app_token=fake.APP_TOKEN).check())
    there.scopes = "chat:write"
    [scopes] = joined(there, public_url=url).check()
    assert not scopes.good
    assert "users:read" in scopes.advice
    wrong = joined(there, public_url=url, bot_token="test-no", app_token="test-no").check()  # noqa: S106 - wrong ones
    assert [f.good for f in wrong] == [False, False]
    assert all("invalid_auth" in f.advice for f in wrong)
    away = joined(there, public_url=url, base_url="http://127.0.0.1:9/api/").check()
    assert [f.good for f in away] == [False]
    [unreached] = joined(there, token_verification=False).check()
    assert not unreached.good
    assert "test-" not in json.dumps([f.advice for f in wrong])


def test_the_manifest_says_all_that_would_be_clicked(there: fake.Slack) -> None:
    """Over HTTP it has our addresses; with Socket Mode it has none."""
    [told] = joined(there, public_url="https://bot.example").register()
    said = json.loads(told.advice[told.advice.index("{") :])
    assert said["settings"]["event_subscriptions"]["request_url"].endswith("/slack/events")
    assert said["oauth_config"]["scopes"]["bot"] == fake.SCOPES.split(",")
    [told] = joined(there, app_token=fake.APP_TOKEN, public_url="https://bot.example").register()
    said = json.loads(told.advice[told.advice.index("{") :])
    assert said["settings"]["socket_mode_enabled"] is True
    assert "https://bot.example" not in told.advice


def test_the_page_shows_the_manifest_that_we_print() -> None:
    """What the documentation tells people to paste is what the program would have them paste."""
    page = (ROOT / "docs" / "channels" / "slack.md").read_text()
    pasted = json.loads(page.partition("```json\n")[2].partition("```")[0])
    ours = manifest(Config(signing_secret="x", public_url="https://bot.example.com"))  # noqa: S106 - none
    assert pasted == ours
