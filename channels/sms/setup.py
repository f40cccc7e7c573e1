"""Setting up the account: whether it works, and where Twilio calls us."""

from collections.abc import Callable
from functools import partial
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from channels.message import Finding, SendError
from channels.sms.config import Config
from channels.sms.door import PATH

_FORBIDDEN = frozenset({401, 403})
_BY_HAND = (
    "by hand: Console > Messaging > Senders > WhatsApp senders > your number > Webhook URL for"
    " incoming messages: {url}, HTTP POST"
)

_Resource = Any  # a number or a service of Twilio's; the library has no types
_Look = Callable[[_Resource, Config], Finding]


def check(client: Client, config: Config) -> list[Finding]:
    """Look at the account, our numbers and our messaging services; never raises."""
    account = _tried("Twilio: account", partial(_account, client, config))
    if not account.good:
        return [account]
    return [account, *_each(client, config, number=_number_calls, service=_service_calls)]


def register(client: Client, config: Config) -> list[Finding]:
    """Make our door the webhook of our numbers and services; never raises."""
    if not config.public_url.startswith("https://"):
        return [Finding("Twilio: public URL", good=False, advice=_PUBLIC)]
    found = _each(client, config, number=_point_number, service=_point_service)
    advice = _BY_HAND.format(url=door_url(config))
    return [*found, Finding("Twilio: WhatsApp", good=True, advice=advice)]


_NO_NUMBER = "the account has no such number: correct SLOTKEEPER_TWILIO_NUMBERS, or buy it"
_PUBLIC = "set SLOTKEEPER_PUBLIC_URL to the https:// address at which Twilio reaches this server"


def door_url(config: Config) -> str:
    """Return the address of our door as Twilio needs it."""
    return config.public_url.rstrip("/") + PATH


def _each(client: Client, config: Config, *, number: _Look, service: _Look) -> list[Finding]:
    """Do something with each of our numbers, and with each of our messaging services."""

    def of_number(wanted: str) -> Finding:
        found = client.incoming_phone_numbers.list(phone_number=wanted, limit=1)
        if not found:
            return Finding(f"Twilio: {wanted}", good=False, advice=_NO_NUMBER)
        return number(found[0], config)

    def of_service(sid: str) -> Finding:
        return service(client.messaging.v1.services(sid).fetch(), config)

    public = config.public_url.startswith("https://")
    return [
        Finding("Twilio: public URL", good=public, advice="" if public else _PUBLIC),
        *(
            _tried(f"Twilio: {wanted}", partial(of_number, wanted))
            for wanted in config.numbers
            if wanted not in config.services  # whose service calls us instead
        ),
        *(
            _tried(f"Twilio: service {sid}", partial(of_service, sid))
            for sid in sorted(set(config.services.values()))
        ),
    ]


def _tried(what: str, look: Callable[[], Finding]) -> Finding:
    """Look, and make a finding of whatever goes wrong."""
    try:
        return look()
    except SendError as error:
        return Finding(what, good=False, advice=f"{error}: try again, or see status.twilio.com")
    except TwilioException as error:
        return Finding(what, good=False, advice=_mend(error))


def _mend(error: TwilioException) -> str:
    if getattr(error, "status", None) in _FORBIDDEN:
        return "SLOTKEEPER_TWILIO_ACCOUNT_SID and SLOTKEEPER_TWILIO_AUTH_TOKENS do not fit together"
    return f"Twilio says: {getattr(error, 'msg', error)}"


def _account(client: Client, config: Config) -> Finding:
    account = client.api.v2010.accounts(config.account_sid).fetch()
    good = account.status == "active"
    advice = "" if good else f"the account is {account.status}: see Billing in the Console"
    return Finding("Twilio: account", good=good, advice=advice)


def _number_calls(number: _Resource, config: Config) -> Finding:
    good = number.sms_url == door_url(config) and number.sms_method == "POST"
    return Finding(
        f"Twilio: {number.phone_number}", good=good, advice=_called(number.sms_url, good=good)
    )


def _service_calls(service: _Resource, config: Config) -> Finding:
    url = service.inbound_request_url
    ours = url == door_url(config) and service.inbound_method == "POST"
    good = ours and not service.use_inbound_webhook_on_number
    return Finding(f"Twilio: service {service.sid}", good=good, advice=_called(url, good=good))


def _called(url: str | None, *, good: bool) -> str:
    return "" if good else f"run `slotkeeper webhooks set`: Twilio calls {url or 'nobody'}"


def _point_number(number: _Resource, config: Config) -> Finding:
    url = door_url(config)
    number.update(sms_url=url, sms_method="POST")
    return Finding(f"Twilio: {number.phone_number}", good=True, advice=f"calls {url}")


def _point_service(service: _Resource, config: Config) -> Finding:
    url = door_url(config)
    service.update(
        inbound_request_url=url, inbound_method="POST", use_inbound_webhook_on_number=False
    )
    return Finding(f"Twilio: service {service.sid}", good=True, advice=f"calls {url}")
