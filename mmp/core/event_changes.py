"""What a change to an event means: which fields differ, who should hear of it, what moves along.

`Details` is an event as a form shows it; `plain` makes it the JSON that the history keeps. Times
are wall time and IANA zone (`When`); hours in a reader's zone are derived from their instants.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from mmp.core import zones
from mmp.core.texts import Translated
from mmp.core.when import When

TOLD: Final = frozenset({"when", "form", "venue", "address", "city", "country", "join_link"})
"""Changes of time, place or form: of these people are told, and of nothing else."""
MORNING, EVENING = time(7), time(22)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """All of an event that its form holds. Other rows are named by their handles."""

    title: Translated
    when: When
    description: Translated
    guiding_questions: tuple[Translated, ...] = ()
    form: str = "not_stated"
    venue: Translated
    address: Translated
    city: Translated
    country: str | None = None
    join_link: str | None = None
    theme: str | None = None
    series: str | None = None
    number: int | None = None
    capacity: int | None = None
    contact: str | None = None
    predecessors: tuple[str, ...] = ()


FIELDS: Final = tuple(field.name for field in fields(Details))


def plain_when(when: When | None) -> Any:
    """A time as programme files and the history write it: plain data, None for none."""
    from mmp.core.programme_file.times import WhenKind  # heavy: YAML, and few pages change a time

    return WhenKind().plain(when)


def plain(details: Details) -> dict[str, Any]:
    """The details as JSON, each field as the history writes it."""
    values = {name: getattr(details, name) for name in FIELDS}
    values["when"] = dict(plain_when(details.when))
    values["guiding_questions"] = list(details.guiding_questions)
    values["predecessors"] = sorted(details.predecessors)
    return values


def differences(old: Details, new: Details) -> dict[str, list[Any]]:
    """`[old, new]` by field, of those that differ."""
    before, after = plain(old), plain(new)
    return {
        name: [before[name], after[name]]
        for name in FIELDS
        if (before[name] or None) != (after[name] or None)
    }


def when_from(value: Mapping[str, Any]) -> When:
    """The time that `plain` wrote. Raises KeyError or ValueError for anything else."""
    zone = str(value["zone"])
    if "month" in value:
        first = date.fromisoformat(f"{value['month']}-01")
        return When.month(first.year, first.month, zone)
    if "before" in value:
        return When.before(date.fromisoformat(value["before"]), zone)
    if len(value["from"]) == len("2026-06-18"):
        return When.days(date.fromisoformat(value["from"]), date.fromisoformat(value["to"]), zone)
    return When.timed(
        datetime.fromisoformat(value["from"]), datetime.fromisoformat(value["to"]), zone
    )


def clashes(
    was: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two edits of the same version: the fields that both changed, differently, and those that
    only the other one changed. `was` is what both began with; all three as `plain` gives them."""
    changed = [name for name in FIELDS if (theirs[name] or None) != (was.get(name) or None)]
    both, only_theirs = [], []
    for name in changed:
        if (mine[name] or None) == (was.get(name) or None):
            only_theirs.append(name)
        elif (mine[name] or None) != (theirs[name] or None):
            both.append(name)
    return tuple(both), tuple(only_theirs)


@dataclass(frozen=True, slots=True)
class Remark:
    """A wall time that the clocks of its zone skip (`meant` is what is taken instead) or show
    twice (the first is meant)."""

    skipped: bool
    wall: datetime
    meant: datetime
    zone: str


def settle(when: When) -> tuple[When, tuple[Remark, ...]]:
    """A time that the clocks really show. What they skip moves forward by what they skip."""
    if when.starts_local is None or when.ends_local is None:
        return when, ()
    remarks = []
    settled = []
    for wall in (when.starts_local, when.ends_local):
        meant = zones.to_wall(zones.to_utc(wall, when.zone), when.zone).replace(tzinfo=None, fold=0)
        settled.append(meant)
        if meant != wall:
            remarks.append(Remark(True, wall, meant, when.zone))
        elif _twice(wall, when.zone):
            remarks.append(Remark(False, wall, wall, when.zone))
    return When.timed(settled[0], settled[1], when.zone), tuple(remarks)


def _twice(wall: datetime, zone: str) -> bool:
    there = zones.zone(zone)
    first, second = (wall.replace(tzinfo=there, fold=fold).utcoffset() for fold in (0, 1))
    return first != second


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move means where the clocks show `zone`.

    `before` and `after` are aware local times of start and end, None where no hour is known.
    `other_day`: the local day of the start is another than before, where both are known; `night`:
    it begins or ends outside 07:00-22:00.
    """

    zone: str
    before: tuple[datetime, datetime] | None
    after: tuple[datetime, datetime] | None
    other_day: bool
    night: bool


def effect(old: When, new: When, zone: str) -> Effect:
    """What moving from `old` to `new` means for someone in `zone`."""
    before, after = _there(old, zone), _there(new, zone)
    day_before = before[0].date() if before else old.first_day
    day_after = after[0].date() if after else new.first_day
    return Effect(
        zone=zone,
        before=before,
        after=after,
        other_day="month" not in (old.precision, new.precision) and day_before != day_after,
        night=after is not None
        and any(not MORNING <= moment.time() <= EVENING for moment in after),
    )


def _there(when: When, zone: str) -> tuple[datetime, datetime] | None:
    if when.starts_local is None:
        return None
    span = when.span()
    assert span.starts_at is not None  # it is timed
    return zones.to_wall(span.starts_at, zone), zones.to_wall(span.ends_at, zone)


def shift_of(old: When, new: When) -> timedelta | None:
    """How far the wall clock moves from `old` to `new`; None where a day is not known in both."""
    if old.starts_local and new.starts_local:
        return new.starts_local - old.starts_local
    if "month" in (old.precision, new.precision) or "before" in (old.precision, new.precision):
        return None
    return new.sort_day - old.sort_day


def shifted(item: When, old: When, new: When) -> When:
    """Where an item of the agenda comes to lie when its event moves from `old` to `new`.

    In the event's own zone its wall time moves with the event's. In another zone it keeps its
    distance from the start in real time, whatever the clocks do between. Gives `item` itself
    where the shift is not known.
    """
    by = shift_of(old, new)
    if by is None or item.starts_local is None or item.ends_local is None:
        return item
    before, after = old.span().starts_at, new.span().starts_at
    if item.zone == old.zone or before is None or after is None:
        zone = new.zone if item.zone == old.zone else item.zone
        return When.timed(item.starts_local + by, item.ends_local + by, zone)
    instants = item.span()
    assert instants.starts_at is not None  # it is timed
    starts, ends = (
        zones.to_wall(moment + (after - before), item.zone).replace(tzinfo=None, fold=0)
        for moment in (instants.starts_at, instants.ends_at)
    )
    return When.timed(starts, max(ends, starts + timedelta(minutes=1)), item.zone)
