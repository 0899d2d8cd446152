"""What is asked for: how long, on which days, who is needed and who is left out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mmp.core import zones
from mmp.core.errors import UserError
from mmp.core.slots.asking import MOST_MINUTES, Ask
from mmp.models import Event, Person
from mmp.models.enums import Precision

USUAL = 120
"""Minutes of a meeting of which nothing is known yet."""
AROUND = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the time is for, by name, and the numbers of those with a part in it."""

    people: tuple[Person, ...]
    with_part: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """Minutes, local days in the event's zone (both included), and people by their handles."""

    minutes: int
    first_day: date
    last_day: date
    needed: frozenset[str]
    left_out: frozenset[str] = frozenset()

    def ask(self, zone: str, now: datetime) -> Ask:
        """As the search wants it. What is over is not searched. Raises UserError beside one of
        `minutes`, `last_day` and `first_day`."""
        if self.last_day < self.first_day:
            raise UserError("The last day must not come before the first.", field="last_day")
        closes = _midnight(self.last_day + timedelta(days=1), zone)
        if closes <= now:
            raise UserError("These days are over: choose days to come.", field="last_day")
        opens = max(_midnight(self.first_day, zone), now)
        try:
            return Ask(self.minutes, opens, closes)
        except UserError as error:
            if error.field == "closes_at":
                error.field = "last_day"
            raise


def guest_handle(person: Person) -> str:
    """What a person is called in the address of a search: short, and no name."""
    return person.uuid.hex[:8]


def first_wish(event: Event, asked: Asked, now: datetime) -> Wish:
    """What to begin with: as long as the event, around its days, and with who has a part in it;
    where nobody has one, everybody is needed."""
    minutes = USUAL
    if event.precision is Precision.TIMED and event.starts_at:
        minutes = min(max(round((event.ends_at - event.starts_at).total_seconds() / 60), 5), 1440)
        minutes = minutes if minutes < MOST_MINUTES else USUAL
    first, last = _days(event, zones.day_in_zone(now, event.zone) + timedelta(days=1))
    needed = asked.with_part or {person.id for person in asked.people}
    handles = frozenset(guest_handle(one) for one in asked.people if one.id in needed)
    return Wish(minutes, first, last, handles)


def _days(event: Event, tomorrow: date) -> tuple[date, date]:
    """The days of the event with a week around them, its month, or else two weeks from tomorrow.

    Of a month that has begun it is what lies a week ahead, so that people can still be asked; of
    its last days whatever is left.
    """
    if event.starts_local and event.ends_local:
        first, last = event.starts_local.date() - AROUND, event.ends_local.date() + AROUND
    elif event.precision is Precision.DAYS and event.first_day and event.last_day:
        first, last = event.first_day - AROUND, event.last_day + AROUND
    else:
        last = event.last_day or tomorrow
        first = max(event.first_day or tomorrow, min(tomorrow + AROUND, last - AROUND))
    if last < tomorrow:
        return tomorrow, tomorrow + 2 * AROUND
    return max(first, tomorrow), min(last, max(first, tomorrow) + timedelta(days=90))


def _midnight(day: date, zone: str) -> datetime:
    return zones.to_utc(datetime.combine(day, time()), zone)
