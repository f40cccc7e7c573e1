"""Slack's doors: verify, read, store, 200. See docs/channels/slack.md for where they are named."""

from slack_bolt import BoltRequest
from slack_sdk.signature import SignatureVerifier

from channels.message import Call, Door, RejectedError, Taken
from channels.slack.reading import Reader

EVENTS, ACTIONS, COMMANDS = "/slack/events", "/slack/actions", "/slack/commands"


def doors(signing_secret: str, reader: Reader) -> tuple[Door, ...]:
    """Return the doors for events, presses and commands; none where requests prove nothing."""
    if not signing_secret:
        return ()
    verifier = SignatureVerifier(signing_secret)

    def receive(call: Call) -> Taken:
        return read(call, verifier, reader)

    return tuple(Door(path, receive) for path in (EVENTS, ACTIONS, COMMANDS))


def read(call: Call, verifier: SignatureVerifier, reader: Reader) -> Taken:
    """Verify a call and read it. Raises RejectedError: 403 unless it was signed within 5 minutes.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    if not _signed(call, verifier):
        raise RejectedError(403, "the signature is missing, wrong or old")
    try:
        request = BoltRequest(
            body=call.body.decode(),
            headers={"content-type": call.headers.get("content-type", "")},
        )
    except Exception:  # noqa: BLE001 - Bolt has no one error for what it cannot parse
        raise RejectedError(400, "the body is neither JSON nor a form") from None
    return reader.read(request)


def _signed(call: Call, verifier: SignatureVerifier) -> bool:
    try:
        return verifier.is_valid_request(call.body, dict(call.headers))
    except (TypeError, ValueError):  # a time that is no number, a body or signature not in UTF-8
        return False
