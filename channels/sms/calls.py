"""A call of Twilio's: its signature first, then its fields.

Twilio signs the URL it called and every field of a form; of any other body it signs a digest that
it puts into the URL (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
"""

import json
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

from channels.message import Call, RejectedError

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_MOST_FIELDS = 200
_DIGEST = "bodySHA256"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def fields(call: Call, tokens: Sequence[str]) -> dict[str, str]:
    """Return what a call says, its signature verified with any of the tokens.

    Raises RejectedError: 403 where it is not signed by Twilio, 400 where it cannot be read.
    """
    signature = call.headers.get("x-twilio-signature", "")
    if not signature:
        raise RejectedError(403, "the signature is missing")
    media = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        body = call.body.decode()
    except UnicodeDecodeError:
        raise RejectedError(400, "the body is no UTF-8") from None
    if media == _FORM:
        found = _form(body)
        _verify(call.url, found, signature, tokens)
        return _storable(found)
    if media == _JSON and _DIGEST in call.query:  # without the digest nothing vouches for the body
        _verify(call.url, body, signature, tokens)
        return _storable(_object(body))
    raise RejectedError(403, "the body is not signed")


def _storable(said: Mapping[str, str]) -> dict[str, str]:
    """Return what can be kept: a database takes no zero and no lone half of a character."""
    return {name: _UNSTORABLE.sub("\ufffd", value) for name, value in said.items()}


def _verify(url: str, signed: Mapping[str, str] | str, given: str, tokens: Sequence[str]) -> None:
    if not any(RequestValidator(token).validate(url, signed, given) for token in tokens):
        raise RejectedError(403, "the signature is wrong")


def _form(body: str) -> dict[str, str]:
    """Read a form: UTF-8, each field once."""
    try:
        pairs = parse_qsl(
            body,
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:  # a UnicodeDecodeError is one
        raise RejectedError(400, "the body is no form") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RejectedError(400, "a field comes twice")
    return found


def _object(body: str) -> dict[str, str]:
    """Read a JSON object; what is neither text nor a number is left out."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise RejectedError(400, "the body is no JSON") from None
    if not isinstance(found, dict):
        raise RejectedError(400, "the body is no JSON object")
    return {key: str(value) for key, value in found.items() if isinstance(value, str | int | float)}
