"""The event a reminder is about, and the instants that rules name on it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from mmp.core import zones
from mmp.core.reminders.rules import DAYS, END, INVITED, START, Rule
from mmp.core.when import When

OPENS, CLOSES = time(9), time(17)
"""When a day counts as begun and as over, at an event of which only the days are fixed."""
AFTERWARDS: Final = timedelta(days=7)
"""How long a mail that follows an event is still of use."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What of an event its reminders depend on. `form` as of `EventForm`.

    `begins` and `ends` are wall times (naive) in `zone`, `begins_at` and `ends_at` the instants.
    """

    zone: str
    begins: datetime
    ends: datetime
    begins_at: datetime
    ends_at: datetime
    form: str = "not_stated"
    talk: bool = False

    @classmethod
    def of(cls, when: When, *, form: str = "not_stated", talk: bool = False) -> "Occasion | None":
        """That of an agreed time; None where no day is fixed yet, for then nothing is planned.

        Of whole days the first begins at 09:00 and the last ends at 17:00.
        """
        if when.precision == "timed":
            begins, ends = when.starts_local, when.ends_local
        elif when.precision == "days" and when.first_day and when.last_day:
            begins = datetime.combine(when.first_day, OPENS)
            ends = datetime.combine(when.last_day, CLOSES)
        else:
            return None
        assert begins is not None  # a timed one has both
        assert ends is not None
        begins_at = zones.to_utc(begins, when.zone)
        # Where the clocks go back in between, the shown end may lie before the start.
        ends_at = max(zones.to_utc(ends, when.zone), begins_at + timedelta(minutes=1))
        return cls(when.zone, begins, ends, begins_at, ends_at, form, talk)

    def nominal(
        self, rule: Rule, occurrence: int = 0, invited_at: datetime | None = None
    ) -> datetime | None:
        """When the rule says so (UTC); None where it counts from an invitation there was not.

        Days are counted on the calendar of the event's zone at the same clock time, all else in
        UTC. An hour that the clocks skip moves forward, one they show twice means the first.
        """
        anchor, wall = self._anchor(rule, invited_at)
        if anchor is None or wall is None:
            return None
        days = occurrence * (rule.every_days or 0)
        if rule.unit == DAYS:
            return self._on_day(anchor, wall, rule.offset + days)
        if days:
            anchor = self._on_day(anchor, wall, days)
        return anchor + timedelta(**{rule.unit: rule.offset})

    def expires(self, rule: Rule, nominal: datetime) -> datetime:
        """From when on (UTC) what the rule sends is pointless."""
        return self.begins_at if rule.comes_before else nominal + AFTERWARDS

    def _anchor(
        self, rule: Rule, invited_at: datetime | None
    ) -> tuple[datetime | None, datetime | None]:
        if rule.anchor == START:
            return self.begins_at, self.begins
        if rule.anchor == END:
            return self.ends_at, self.ends
        assert rule.anchor == INVITED
        if invited_at is None:
            return None, None
        return invited_at, zones.to_wall(invited_at, self.zone).replace(tzinfo=None, fold=0)

    def _on_day(self, anchor: datetime, wall: datetime, days: int) -> datetime:
        # On its own day it is the instant itself, also in the second of two equal hours.
        return zones.to_utc(zones.add_calendar_days(wall, days), self.zone) if days else anchor
