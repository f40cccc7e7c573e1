"""Slack for the contract of all channels: direct messages and buttons, at a fake Slack."""

import html
import json
import time
from dataclasses import replace
from typing import Any

from channels.slack.config import Config
from channels.slack.courtesies import Book
from channels.slack.party import Slack
from channels.slack.workspaces import Installations
from fakes import slack as fake
from fakes import slack_requests as sent
from support.vendors import PUBLIC, Heard, Make, Post, Trouble

_DAY = 86_400


class DirectMessages:
    """The adapter (see support/vendors.py)."""

    channel = "slack"
    sender = "U0MAYA"

    def __init__(
        self,
        *,
        installations: Installations | None = None,
        book: Book | None = None,
        **chosen: Any,  # noqa: ANN401 - the fields of a Config
    ) -> None:
        self.fake = fake.Slack()
        config = Config(
            signing_secret=fake.SECRET,
            bot_token=None if installations else fake.TOKEN,
            public_url=PUBLIC,
            base_url=self.fake.api,
            timeout=0.5,
        )
        self.config = replace(config, **chosen)
        self.party = Slack(self.config, installations=installations, book=book)

    def text(self, words: str, *, message: int, sender: str = "") -> Post:
        """Return the event of a direct message; Slack sends &, < and > as entities."""
        said = html.escape(words, quote=False)
        return _post(sent.events(sent.said(sender or self.sender, said, number=message)))

    def choose(self, heard: Heard, index: int, *, message: int) -> Post:
        """Press a button."""
        shown = heard.shown
        assert isinstance(shown, fake.Message)
        return _post(sent.actions(sent.pressed(self.fake, shown, index, number=message)))

    def forged(self, post: Post) -> list[Post]:
        """Take the proof away, break it, and let it be of six minutes ago, and of in an hour."""
        good = post.headers
        bare = {k: v for k, v in good.items() if k != "X-Slack-Signature"}
        undated = {k: v for k, v in good.items() if k != "X-Slack-Request-Timestamp"}
        wrong = {**good, "X-Slack-Signature": "v0=" + "0" * 64}
        odd = {**good, "X-Slack-Request-Timestamp": "yesterday"}
        strange = {**good, "X-Slack-Signature": "v0=\xff"}
        now = time.time()
        moved = [sent.signed(post.path, post.body, at=now + by) for by in (-360, 3600, -_DAY)]
        return [
            *(replace(post, headers=h) for h in (bare, undated, wrong, odd, strange)),
            replace(post, body=post.body.replace(b"hi", b"ho")),
            replace(post, body=b"\xff\xfe"),
            *(_post(request) for request in moved),
        ]

    def odd(self) -> list[Post]:
        """Return what is signed and holds nothing for us."""
        said = sent.said(self.sender, "hi", number=1)
        bodies = [b"", b"{", b"[]", b"null", b"{}", b'{"type": "event_callback"}']
        bodies += [
            json.dumps(body).encode()
            for body in (
                {**said, "event": {**said["event"], "type": "reaction_added"}},
                {**said, "event": {**said["event"], "subtype": "message_changed"}},
                {**said, "event": {**said["event"], "subtype": "message_deleted"}},
                {**said, "event": {**said["event"], "bot_id": "B0OTHER"}},
                {**said, "event": {**said["event"], "channel_type": "channel"}},
                {**said, "event": {**said["event"], "user": "U0'; --"}},
                {**said, "event": {**said["event"], "user": 7}},
                {**said, "event": None},
                {**said, "event_id": "\ud800"},
                {**said, "team_id": None},
                {**said, "team_id": "T0NOBODY"},
                {"type": "unheard_of"},
                {"type": "url_verification", "challenge": "abc"},
            )
        ]
        odd = [sent.signed("/slack/events", body) for body in bodies]
        forms = (
            b"",
            b"payload=",
            b"payload=%7B",
            b"payload=7",
            b"a=b&&&",
            b"%ff=%00",
            b"ssl_check=1",
        )
        odd += [sent.signed("/slack/actions", body, media=sent.FORM) for body in forms]
        odd += [sent.signed("/slack/commands", body, media=sent.FORM) for body in forms]
        odd.append(sent.actions({"type": "view_submission", "team": {"id": fake.TEAM}}))
        odd.append(sent.actions({"type": "block_actions", "actions": []}))
        odd.append(sent.commands(sent.command("nobody", "hi", number=1)))
        return [_post(request) for request in odd]

    def another(self, number: int) -> str:
        """Return another user."""
        return f"U{number:06}"

    def heard(self, address: str = "") -> list[Heard]:
        """Return the direct messages to a user, as they read."""
        return [
            Heard(
                html.unescape(message.text),
                tuple(button["text"]["text"] for button in message.buttons),
                message,
            )
            for message in self.fake.told(address or self.sender)
        ]

    def trouble(self, how: Trouble | None, *, times: int | None = None) -> None:
        """Make chat.postMessage fail."""
        self.fake.fail("channel_not_found" if how == "permanent" else how, times=times)

    def no_pictures(self) -> None:
        """Make the first step of an upload fail."""
        self.fake.fail("500", methods=("files.getUploadURLExternal",))

    def pictures(self) -> int:
        """Return how many files are pictures."""
        return sum(str(file["name"]).endswith(".png") for file in self.fake.files)

    def pace(self, seconds: float) -> None:
        """Make every call take so long."""
        self.fake.pace = seconds

    def secrets(self) -> tuple[str, ...]:
        """Return the workspace's token and the app's secret."""
        return fake.TOKEN, fake.SECRET

    def close(self) -> None:
        """Stop the fake."""
        self.party.close()
        self.fake.close()


def _post(request: sent.Request) -> Post:
    return Post(request.path, request.body, request.headers)


ADAPTERS: dict[str, Make] = {"slack": DirectMessages}
