"""What Slack's refusals mean: for the address, for the workspace, or only for now.

Errors by name: https://docs.slack.dev/reference/methods/chat.postMessage#errors.
"""

from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError

from channels.message import SendError

# The workspace's administrator can mend these within the hour that a letter is tried; nobody's
# address is at fault, so none may be marked as one that does not work.
MENDABLE = frozenset(
    {
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
MEND = 60.0  # seconds between tries
PASSING = frozenset(
    {
        "accesslimited",
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "rollup_error",
        "service_unavailable",
        "team_added_to_org",
    }
)
_TOO_MANY, _BROKEN = 429, 500
# What the client raises where no answer came: connections refused and broken, time-outs.
UNHEARD = (OSError, HTTPException)
FAILURES = (SlackClientError, *UNHEARD)


def send_error(error: Exception) -> SendError:
    """Return what a failed call means for the message that was to be sent."""
    if not isinstance(error, SlackApiError):
        return SendError(f"no answer: {type(error).__name__}: {error}", permanent=False)
    status, name = _status(error), named(error)
    if status == _TOO_MANY or name in {"ratelimited", "rate_limited"}:
        return SendError("ratelimited", permanent=False, wait=_wait(error))
    if name in MENDABLE:
        return SendError(name, permanent=False, wait=MEND)
    if status >= _BROKEN or name in PASSING or not name:
        return SendError(name or f"HTTP {status}", permanent=False)
    return SendError(name, permanent=True)


def named(error: SlackApiError) -> str:
    """Return Slack's own name of an error, empty where something else answered in its place."""
    name = str(error.response.get("error") or "")
    return name if name.isascii() and name.replace("_", "").isalnum() else ""


def _status(error: SlackApiError) -> int:
    return int(error.response.status_code)


def _wait(error: SlackApiError) -> float:
    """Return after how many seconds Slack wants to be asked again; one where it does not say."""
    headers = {k.lower(): v for k, v in error.response.headers.items()}
    try:
        return max(1.0, float(headers.get("retry-after", 1)))
    except ValueError:
        return 1.0
