"""Setting Stripe up: settings by halves, what `doctor` finds, what `webhooks set` does."""

from collections.abc import Iterator

import pytest

from bot import settings, vendors
from bot.settings import SettingsError
from channels.message import Finding
from channels.payments.config import Config
from channels.payments.door import EVENTS
from channels.payments.party import Stripe
from fakes.stripe import KEY, FakeStripe
from fakes.stripe_reference import SECRET
from support.vendors import PUBLIC


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    """Give an account at the fake."""
    made = FakeStripe()
    yield made
    made.close()


def at(fake: FakeStripe, *, public: str = PUBLIC, secret: str = SECRET) -> Stripe:
    """Return Juniper's account."""
    secrets = {"juniper": (secret,)} if secret else {}
    return Stripe(Config({"juniper": KEY}, secrets, public, fake.url, 0.5))


def bad(found: list[Finding]) -> list[str]:
    """Return the advice of what is not well."""
    return [finding.advice for finding in found if not finding.good]


def test_from_nothing_to_working(fake: FakeStripe) -> None:
    """The webhook is missed, made with all events, said with its secret, and then found good."""
    party = at(fake, secret="")
    missing = bad(party.check())
    assert len(missing) == 2
    assert "webhooks set" in missing[0]
    assert "WEBHOOK_SECRETS" in missing[1]
    (made,) = party.register()
    assert f"SLOTKEEPER_STRIPE_WEBHOOK_SECRETS=juniper={SECRET}" in made.advice
    (endpoint,) = fake.all("webhook_endpoint")
    assert endpoint["url"] == f"{PUBLIC}/stripe/juniper"
    assert set(endpoint["enabled_events"]) == set(EVENTS)
    party.close()
    party = at(fake)
    assert bad(party.check()) == []
    party.close()


def test_an_old_webhook_is_brought_up_to_date(fake: FakeStripe) -> None:
    """One that lacks events, or was switched off, is found and mended; no second one is made."""
    party = at(fake)
    party.register()
    (endpoint,) = fake.all("webhook_endpoint")
    endpoint["enabled_events"] = endpoint["enabled_events"][1:]
    assert "it lacks checkout.session.completed" in bad(party.check())[0]
    endpoint |= {"enabled_events": ["*"], "status": "disabled"}
    assert "it is disabled" in bad(party.check())[0]
    party.register()
    assert bad(party.check()) == []
    assert len(fake.all("webhook_endpoint")) == 1
    party.close()


def test_a_key_that_does_not_work_is_said_and_not_shown(fake: FakeStripe) -> None:
    """Wrong keys, and a Stripe that does not answer, are findings."""
    fake.key = "sk_test_another"
    party = at(fake)
    (advice,) = bad(party.check())
    assert "SLOTKEEPER_STRIPE_KEYS" in advice
    assert "Hush" not in advice
    assert len(bad(party.register())) == 1
    fake.trouble("timeout")
    assert "did not answer in time" in bad(party.check())[0]
    party.close()


def test_stripe_calls_https_only(fake: FakeStripe) -> None:
    """Without such an address nothing is registered."""
    party = at(fake, public="http://127.0.0.1:8080")
    assert "SLOTKEEPER_PUBLIC_URL" in bad(party.register())[0]
    assert fake.all("webhook_endpoint") == []
    party.close()


def test_settings_by_half_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys need a public address and a key for links; secrets may have two values a business."""
    monkeypatch.setenv("SLOTKEEPER_STRIPE_KEYS", "juniper=sk_test_1, aurora=rk_test_2")
    monkeypatch.setenv("SLOTKEEPER_STRIPE_WEBHOOK_SECRETS", "juniper=whsec_new whsec_old")
    for name, value in (("PUBLIC_URL", PUBLIC), ("SECRET_KEYS", "k" * 44)):
        with pytest.raises(SettingsError, match=f"SLOTKEEPER_{name}: is missing"):
            vendors.parties(settings.read())
        monkeypatch.setenv(f"SLOTKEEPER_{name}", value)
    read = settings.read()
    party = vendors.parties(read)["stripe"]
    assert isinstance(party, Stripe)
    assert (party.takes("aurora"), party.takes("owl")) == (True, False)
    assert party._config.secrets == {"juniper": ("whsec_new", "whsec_old")}
    assert "sk_test_1" not in repr(read)
    party.close()
