"""When something is by two clocks: the reader's own first, the venue's or a partner's beside it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _, ngettext
from markupsafe import Markup

from mmp.core import talk_times, zones
from mmp.models import Event
from mmp.web import when

LOOKS_AHEAD = timedelta(days=45)
"""How far a change of the clocks is told in advance."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks of one zone show: a day, the hours, and whose time it is. `full_day` is the
    day in words, or the run of days."""

    day: date
    full_day: str
    times: str
    zone: Markup


@dataclass(frozen=True, slots=True)
class Clocks:
    """The reader's reading, and another one where its clocks show otherwise."""

    own: Reading
    there: Reading | None
    other_day: str
    """In words, where it is another day there."""


def reading(starts_at: datetime, ends_at: datetime, zone: str) -> Reading:
    """What the clocks of `zone` show between two instants."""
    starts, ends = (zones.to_wall(at, zone) for at in (starts_at, ends_at))
    return Reading(
        starts.date(),
        when.full_days(starts, ends),
        when.clock_times(starts, ends),
        when.zone_name(zone, starts_at),
    )


def both(starts_at: datetime, ends_at: datetime, own: str, there: str) -> Clocks:
    """By the clocks of the reader's zone and by those of another."""
    mine = reading(starts_at, ends_at, own)
    if own == there or (
        talk_times.apart(own, there, starts_at) == talk_times.apart(own, there, ends_at) == 0
    ):
        return Clocks(mine, None, "")
    other = reading(starts_at, ends_at, there)
    return Clocks(mine, other, _other_day(mine.day, other.day))


def of_event(event: Event, own: str) -> Clocks | None:
    """The clocks of an event with times; None where only its days are known."""
    if event.starts_local is None or event.starts_at is None:
        return None
    return both(event.starts_at, event.ends_at, own, event.zone)


def now_at(now: datetime, zone: str) -> Reading:
    """What the clocks of a zone show at this moment."""
    wall = zones.to_wall(now, zone)
    return Reading(
        wall.date(), when.full_day(wall.date()), when.clock_time(wall), when.zone_name(zone, now)
    )


def apart_words(own: str, partner: str, now: datetime) -> list[str]:
    """How far a partner's clock is from one's own, and from which day on it is otherwise."""
    lines = [_apart(talk_times.apart(own, partner, now))]
    for change in talk_times.changes(own, partner, now, now + LOOKS_AHEAD):
        day = when.full_day(change.day)
        if change.minutes == 0:
            lines.append(_("From %(day)s both show the same time.", day=day))
        elif change.minutes > 0:
            hours = duration(abs(change.minutes))
            lines.append(_("From %(day)s it is %(hours)s ahead.", day=day, hours=hours))
        else:
            hours = duration(abs(change.minutes))
            lines.append(_("From %(day)s it is %(hours)s behind.", day=day, hours=hours))
    return lines


def _apart(minutes: int) -> str:
    if minutes == 0:
        return str(_("Your clocks show the same time."))
    hours = duration(abs(minutes))
    if minutes > 0:
        return str(_("Their clock is %(hours)s ahead of yours.", hours=hours))
    return str(_("Their clock is %(hours)s behind yours.", hours=hours))


def duration(minutes: int) -> str:
    """“1 hour”, “1 hour 30 minutes”, “45 minutes”."""
    hours, rest = divmod(minutes, 60)
    parts = [
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", rest) if rest or not hours else "",
    ]
    return " ".join(part for part in parts if part)


def _other_day(own: date, there: date) -> str:
    if own == there:
        return ""
    day = when.full_day(there)
    if there > own:
        return str(_("There it is already %(day)s.", day=day))
    return str(_("There it is still %(day)s.", day=day))
