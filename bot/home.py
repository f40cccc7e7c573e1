"""What Slack's people are to the house: profiles that are kept, and the texts of an App Home."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.acting import Who, meet
from core import businesses
from core.db import Database
from dialogs.flows.overview import overview
from dialogs.talk import reader_zone, written_in, zone_beside
from dialogs.wording import word

if TYPE_CHECKING:
    from channels.slack.courtesies import Profile


class Home:
    """Reads and writes as the business that a workspace reaches; others' are nobody's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def met(self, team: str, user: str, profile: "Profile") -> None:
        """Keep what a profile says of somebody."""
        business = businesses.reached(self._database, "slack", team)
        if business is not None:
            who = Who("slack", user, profile.name, profile.zone, profile.language)
            with self._database.transaction(business) as session:
                meet(session, who)

    def home(self, team: str, user: str) -> Sequence[str]:
        """Return a provider's day, or a customer's bookings, in their language and zone."""
        number = businesses.reached(self._database, "slack", team)
        if number is None:
            return ()
        with self._database.transaction(number) as session:
            reader = meet(session, Who("slack", user))
            business = businesses.load(session)
            note, facts = overview(session, business, reader, now=session.now)
        worded = word(
            note,
            json.loads(json.dumps(facts, default=str)),  # as a note's facts are when it is sent
            business=business,
            language=written_in(reader.locale, business),
            zone=reader_zone(reader, business),
            other=zone_beside(reader, business),
        )
        return [worded.text]
