"""When something is: from a wall time on a day to no more than a month, or "before that day".

What people agreed (a `When`) is stored; the span in UTC is derived from it with the current time
zone data and kept beside it, so that a change of the law of time can be found and told.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from mmp.core import zones
from mmp.core.errors import UserError

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Span:
    """Instants in UTC derived from a `When`. `starts_at` is unknown for "before that day"."""

    starts_at: datetime | None
    ends_at: datetime
    tz_version: str


@dataclass(frozen=True, slots=True)
class When:
    """A time as people agreed it, in the IANA zone `zone`.

    Exactly one of four kinds, named by `precision`: `timed` (naive `starts_local`, `ends_local`),
    `days` (`first_day` to `last_day`, both included), `month` (its first and last day) and
    `before` (`last_day` is the last possible one). Build it with the class methods; they raise
    UserError with the field `when` where an end comes before its beginning.
    """

    precision: str
    zone: str
    starts_local: datetime | None = None
    ends_local: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None

    @classmethod
    def timed(cls, starts_local: datetime, ends_local: datetime, zone: str) -> Self:
        """A wall time to a wall time (naive) in `zone`."""
        zones.zone(zone)
        if ends_local <= starts_local:
            raise UserError("The end must come after the beginning.", field="when")
        if ends_local - starts_local > LONGEST:
            raise UserError("Nothing here lasts longer than a year.", field="when")
        return cls("timed", zone, starts_local=starts_local, ends_local=ends_local)

    @classmethod
    def days(cls, first_day: date, last_day: date, zone: str) -> Self:
        """Whole days in `zone`, both included."""
        zones.zone(zone)
        if last_day < first_day:
            raise UserError("The last day must not come before the first.", field="when")
        if last_day - first_day > LONGEST:
            raise UserError("Nothing here lasts longer than a year.", field="when")
        return cls("days", zone, first_day=first_day, last_day=last_day)

    @classmethod
    def month(cls, year: int, month: int, zone: str) -> Self:
        """A month whose day is not fixed yet."""
        zones.zone(zone)
        first = date(year, month, 1)
        last = first.replace(day=monthrange(year, month)[1])
        return cls("month", zone, first_day=first, last_day=last)

    @classmethod
    def before(cls, day: date, zone: str) -> Self:
        """Some time before `day`; nothing more is known."""
        zones.zone(zone)
        return cls("before", zone, last_day=day - timedelta(days=1))

    @property
    def sort_day(self) -> date:
        """The local day by which a timeline sorts it."""
        if self.starts_local is not None:
            return self.starts_local.date()
        day = self.first_day or self.last_day
        assert day is not None  # the class methods give every kind one of the three
        return day

    def span(self) -> Span:
        """The instants it lies between: exact for `timed`, else the midnights around its days.

        A wall time that the clocks skip moves forward, one they show twice means the first.
        """
        if self.starts_local is not None and self.ends_local is not None:
            starts = zones.to_utc(self.starts_local, self.zone)
            ends = zones.to_utc(self.ends_local, self.zone)
            # Where the clocks go back in between, the shown end may lie before the start.
            return Span(starts, max(ends, starts + timedelta(minutes=1)), zones.tz_version())
        assert self.last_day is not None  # as above
        return Span(
            _midnight(self.first_day, self.zone) if self.first_day else None,
            _midnight(self.last_day + timedelta(days=1), self.zone),
            zones.tz_version(),
        )


def _midnight(day: date, zone: str) -> datetime:
    return zones.to_utc(datetime.combine(day, time()), zone)
