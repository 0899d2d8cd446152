"""Polls for a time: which slots may be sent out, when who is silent is reminded, and the count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from mmp.core import talk_times, zones
from mmp.core.errors import UserError
from mmp.core.reminders.quiet import by_day
from mmp.core.when import When
from mmp.core.working_time import MISSED, OFF

FEWEST, MOST = 3, 6
SHORTEST, LONGEST = 5, 24 * 60
"""Minutes of a meeting, as the search takes them."""
FURTHEST: Final = timedelta(days=366)
OPEN_AT_MOST: Final = timedelta(days=60)
AFTER, BEFORE = timedelta(days=3), timedelta(days=1)
"""Who is silent is reminded so long after being asked, and so long before the end."""
APART: Final = timedelta(days=1)
"""Between two mails to the same person about the same poll."""
MOST_REMINDERS: Final = 3
"""For one poll and person, those that go by themselves and those by the button together."""


class Vote(StrEnum):
    """What somebody says of a slot."""

    YES = "yes"
    IF_NEED_BE = "if_need_be"
    NO = "no"


def slots(starts: Sequence[datetime], minutes: int, zone: str, now: datetime) -> list[When]:
    """The times to send out, in order; `starts` are naive wall times in `zone`.

    Raises UserError: `minutes` for a meeting that cannot be, else `slots`, saying which and why.
    """
    if not SHORTEST <= minutes <= LONGEST:
        raise UserError(
            "A meeting lasts from 5 minutes to 24 hours: give its duration.", field="minutes"
        )
    if len(starts) < FEWEST:
        raise UserError(
            "A poll needs 3 times at least: add some, or take one yourself.", field="slots"
        )
    if len(starts) > MOST:
        raise UserError(
            "Send 6 times at most: more than that nobody answers. Leave some out.", field="slots"
        )
    for wall in starts:
        if starts.count(wall) > 1:
            raise UserError(
                "%(day)s %(time)s is there twice: change one of the two.",
                field="slots",
                **_named(wall),
            )
        if talk_times.shown(wall, zone) is talk_times.Clock.NEVER:
            raise UserError(
                "%(day)s %(time)s does not exist there: the clocks go forward over it. Choose"
                " another time.",
                field="slots",
                **_named(wall),
            )
        at = zones.to_utc(wall, zone)
        if at <= now:
            raise UserError(
                "%(day)s %(time)s is over: choose times to come.", field="slots", **_named(wall)
            )
        if at > now + FURTHEST:
            raise UserError(
                "%(day)s %(time)s is more than a year away: choose earlier times.",
                field="slots",
                **_named(wall),
            )
    length = timedelta(minutes=minutes)
    return [When.timed(wall, wall + length, zone) for wall in sorted(starts)]


def closing(day: date, zone: str, first: datetime, now: datetime) -> datetime:
    """When a poll ends whose last day (in `zone`) is `day`: at 23:59, or when the `first` slot
    begins. Raises UserError (field `closes_on`)."""
    ends = zones.to_utc(datetime.combine(day, time(23, 59)), zone)
    if ends <= now:
        raise UserError("This day is over: choose one to come.", field="closes_on")
    if zones.to_wall(first, zone).date() < day:
        raise UserError(
            "The first of the times comes before that day: let the poll end sooner.",
            field="closes_on",
        )
    if ends > now + OPEN_AT_MOST:
        raise UserError("Let it end within 60 days: people forget.", field="closes_on")
    return min(ends, first)


def first_closing(first: datetime, zone: str, now: datetime) -> date:
    """The last day to begin with: in a week, or the day before the first slot."""
    today = zones.day_in_zone(now, zone)
    before = zones.day_in_zone(first, zone) - timedelta(days=1)
    return max(today, min(today + timedelta(days=7), before))


def clocks_change(own: str, there: str, now: datetime, at: datetime) -> bool:
    """Whether the clocks of two zones are further apart, or less, at the one instant than at the
    other, by DST or by law. Where both are set alike nobody can miscount."""
    before, after = (
        zones.to_wall(instant, own).replace(tzinfo=None)
        - zones.to_wall(instant, there).replace(tzinfo=None)
        for instant in (now, at)
    )
    return before != after


def reminders(asked: datetime, closes: datetime, zone: str, now: datetime) -> list[datetime]:
    """When somebody in `zone` who stays silent is reminded: three days after being asked and a day
    before the end, not at night, a day apart, and not in the last hours."""
    found: list[datetime] = []
    last = max(asked, now - APART) if asked <= now else asked
    for at in sorted({asked + AFTER, closes - BEFORE}):
        if at <= now:
            continue
        moved, _why = by_day(at, zone, earliest=max(asked, now), latest=closes)
        if moved - last >= APART and closes - moved >= timedelta(hours=2):
            found.append(moved)
            last = moved
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of one slot, if they did, and what the hour costs them (0, 1, 3, 9)."""

    vote: Vote | None
    cost: int
    required: bool
    burden: int = 0
    """What earlier meetings of the year cost them."""

    @property
    def paid(self) -> int:
        """What it would cost them: who says yes comes, whatever the hour; who says no misses it;
        of who is silent the hours tell."""
        if self.vote is Vote.NO or (self.vote is None and self.cost == OFF):
            return MISSED
        cost = min(self.cost, MISSED - 1)
        return max(cost, 1) if self.vote is Vote.IF_NEED_BE else cost


@dataclass(frozen=True, slots=True)
class Count:
    """How a slot stands. `fair` is the sum of squared burdens after it: the smaller, the fairer
    over the year."""

    yes: int
    if_need_be: int
    no: int
    silent: int
    required_no: int
    fair: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """The smaller, the better."""
        return self.required_no, self.no, self.fair, -self.yes


def count(said: Sequence[Said]) -> Count:
    """One slot's answers, counted."""
    votes = [one.vote for one in said]
    return Count(
        yes=votes.count(Vote.YES),
        if_need_be=votes.count(Vote.IF_NEED_BE),
        no=votes.count(Vote.NO),
        silent=votes.count(None),
        required_no=sum(one.required and one.vote is Vote.NO for one in said),
        fair=sum((one.burden + one.paid) ** 2 for one in said),
    )


def best(counts: Mapping[int, Count]) -> frozenset[int]:
    """Those that nobody's answer makes worse than another; none before anybody has answered."""
    answered = [one for one in counts.values() if one.yes or one.if_need_be or one.no]
    if not answered:
        return frozenset()
    top = min(one.rank for one in counts.values())
    return frozenset(number for number, one in counts.items() if one.rank == top)


def _named(wall: datetime) -> dict[str, str]:
    return {"day": f"{wall:%Y-%m-%d}", "time": f"{wall:%H:%M}"}
