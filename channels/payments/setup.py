"""Setting up the accounts: whether the keys work, and where Stripe calls us."""

from collections.abc import Callable
from functools import partial
from typing import Any

import stripe

from channels.message import Finding
from channels.payments.client import asking
from channels.payments.config import Config
from channels.payments.door import EVENTS, PATH
from channels.till import PayError

_PUBLIC = "set SLOTKEEPER_PUBLIC_URL to the https:// address at which Stripe reaches this server"
_SECRET = "SLOTKEEPER_STRIPE_WEBHOOK_SECRETS"  # noqa: S105 - a variable's name


def check(clients: dict[str, stripe.StripeClient], config: Config) -> list[Finding]:
    """Look at each account, its key and its webhook; never raises."""
    found: list[Finding] = []
    for business, client in clients.items():
        found += _tried(f"Stripe: {business}", partial(_look, business, client, config))
    strange = sorted(set(config.secrets) - set(config.keys))
    if strange:
        advice = f"{_SECRET} names {', '.join(strange)}, which SLOTKEEPER_STRIPE_KEYS does not"
        found.append(Finding("Stripe: secrets", good=False, advice=advice))
    return found


def register(clients: dict[str, stripe.StripeClient], config: Config) -> list[Finding]:
    """Make our door the webhook of each account; never raises."""
    if not config.public_url.startswith("https://"):
        return [Finding("Stripe: public URL", good=False, advice=_PUBLIC)]
    found: list[Finding] = []
    for business, client in clients.items():
        found += _tried(f"Stripe: {business}", partial(_point, business, client, config))
    return found


def door_url(config: Config, business: str) -> str:
    """Return the address of a business's door as Stripe needs it."""
    return config.public_url.rstrip("/") + PATH.format(business=business)


def _tried(what: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    """Look, and make a finding of whatever goes wrong."""
    try:
        return look()
    except PayError as error:
        return [Finding(what, good=False, advice=f"{error}; see SLOTKEEPER_STRIPE_KEYS")]


def _look(business: str, client: stripe.StripeClient, config: Config) -> list[Finding]:
    """Ask for what the bot needs the key for: pages, refunds; then for the webhook."""
    with asking():
        client.v1.checkout.sessions.list({"limit": 1})
        client.v1.refunds.list({"limit": 1})
    test = "_test_" in config.keys[business]
    key = Finding(
        f"Stripe: {business}", good=True, advice="test mode: no money moves" if test else ""
    )
    return [key, _webhook(business, client, config), _secret(business, config)]


def _webhook(business: str, client: stripe.StripeClient, config: Config) -> Finding:
    url, what = door_url(config, business), f"Stripe: {business}'s webhook"
    try:
        endpoint = _endpoint(client, url)
    except PayError as error:  # a restricted key need not see webhooks
        return Finding(what, good=error.permanent, advice=f"cannot be looked at: {error}")
    if endpoint is None:
        advice = f"run `slotkeeper webhooks set`: Stripe does not call {url}"
        return Finding(what, good=False, advice=advice)
    missing = (
        [] if "*" in endpoint.enabled_events else sorted({*EVENTS} - {*endpoint.enabled_events})
    )
    if missing or endpoint.status != "enabled":
        why = f"it lacks {', '.join(missing)}" if missing else f"it is {endpoint.status}"
        return Finding(what, good=False, advice=f"run `slotkeeper webhooks set`: {why}")
    return Finding(what, good=True)


def _secret(business: str, config: Config) -> Finding:
    what = f"Stripe: {business}'s webhook secret"
    if config.secrets.get(business):
        return Finding(what, good=True)
    return Finding(what, good=False, advice=f"{_SECRET} has none: no payment would be heard of")


def _endpoint(client: stripe.StripeClient, url: str) -> stripe.WebhookEndpoint | None:
    with asking():
        for endpoint in client.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter():
            if endpoint.url == url:
                return endpoint
    return None


def _point(business: str, client: stripe.StripeClient, config: Config) -> list[Finding]:
    url, what = door_url(config, business), f"Stripe: {business}"
    endpoint = _endpoint(client, url)
    events: Any = list(EVENTS)  # the library's type is the list of all there are
    version: Any = stripe.api_version  # that we read them in
    with asking():
        if endpoint is not None:
            client.v1.webhook_endpoints.update(
                endpoint.id, {"enabled_events": events, "disabled": False}
            )
            return [Finding(what, good=True, advice=f"calls {url}")]
        made = client.v1.webhook_endpoints.create(
            {"url": url, "enabled_events": events, "api_version": version}
        )
    # Said here alone: Stripe shows it to a program only now, and who runs this shall keep it.
    advice = f"calls {url}; now set {_SECRET}={business}={made.secret}"
    return [Finding(what, good=True, advice=advice)]
