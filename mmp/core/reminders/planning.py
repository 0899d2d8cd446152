"""The plan of one reader and one event: what goes when, what does not, and why.

It follows from the facts at one moment: the same facts give the same plan, whatever was before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from mmp.core import zones
from mmp.core.reminders.audience import Reader, why_not
from mmp.core.reminders.occasion import Occasion
from mmp.core.reminders.quiet import AHEAD, Step, by_day, on_working_day
from mmp.core.reminders.rules import DAYS, END, INVITED, Rule

LAST_MOMENT: Final = timedelta(hours=1)
"""What was missed is sent late only to an event further away than this."""
HUSH: Final = timedelta(hours=12)
"""... and only if nothing about it went out for as long as this."""
URGENT: Final = timedelta(hours=6)
"""What is due so shortly before its event waits for no digest."""

Place = tuple[str, int]
"""A rule's key and the occurrence."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record already for this reader, event and time of it.

    `gone` has left or is about to. `skipped` was found too late, `waiting` is due and has not left
    yet: both with the instant the rule said, for they stay what they are as long as it is that.
    `recently` says whether they heard of the event in the last twelve hours.
    """

    gone: frozenset[Place] = frozenset()
    skipped: frozenset[tuple[Place, datetime]] = frozenset()
    waiting: frozenset[tuple[Place, datetime]] = frozenset()
    recently: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan. With `skipped`, the reason in a word, it does not go."""

    place: Place
    nominal_at: datetime
    due_at: datetime
    expires_at: datetime
    urgent: bool = False
    why: tuple[Step, ...] = ()
    skipped: str | None = None
    kept: bool = False
    """It was due and is on its way: nothing about its row is to change."""


def plan(
    occasion: Occasion, rules: Sequence[Rule], reader: Reader, known: Known, *, now: datetime
) -> tuple[Line, ...]:
    """The lines of one reader, without those that are gone, in the order of their rules."""
    lines = [
        (rule, line)
        for rule in rules
        if why_not(rule, occasion, reader) is None
        for line in _occurrences(occasion, rule, reader, known, now)
    ]
    last = _last_missed(lines, now)
    planned = []
    for rule, line in lines:
        if line.place in known.gone:
            continue
        if line.nominal_at < now and not line.kept and line.skipped is None:
            is_last = line.place == last.get(rule.anchor)
            planned.append(_late(occasion, rule, line, reader, known, now, is_last=is_last))
        else:
            planned.append(line)
    return tuple(planned)


def _occurrences(
    occasion: Occasion, rule: Rule, reader: Reader, known: Known, now: datetime
) -> Iterable[Line]:
    for number in range(rule.most if rule.every_days else 1):
        nominal = occasion.nominal(rule, number, reader.invited_at)
        assert nominal is not None  # who was not invited is not among its readers
        expires = occasion.expires(rule, nominal)
        if nominal >= expires:
            break
        line = Line((rule.key, number), nominal, nominal, expires, why=(_said(rule, number),))
        if (line.place, nominal) in known.skipped:
            yield replace(line, skipped="past")
        elif (line.place, nominal) in known.waiting:
            yield replace(line, kept=True)
        elif nominal < now:
            yield line
        else:
            yield _timed(occasion, rule, line, reader, now)


def _last_missed(lines: Iterable[tuple[Rule, Line]], now: datetime) -> dict[str, Place]:
    """The last line that was missed, of reminders and of what asks for an answer."""
    missed = [(line.nominal_at, rule, line) for rule, line in lines if line.nominal_at < now]
    missed.sort(key=lambda one: one[0])
    return {rule.anchor: line.place for _, rule, line in missed if rule.comes_before}


def _timed(occasion: Occasion, rule: Rule, line: Line, reader: Reader, now: datetime) -> Line:
    """The line at the reader's own hours: by day (rule 7) and on a working day (rule 8)."""
    earliest = now
    if not rule.comes_before:
        earliest = max(now, occasion.ends_at if rule.anchor == END else occasion.begins_at)
    elif reader.invited_at is not None and rule.anchor == INVITED:
        earliest = max(now, reader.invited_at)
    latest = occasion.begins_at if rule.comes_before else None
    at, night = by_day(line.nominal_at, reader.zone, earliest=earliest, latest=latest)
    ahead = occasion.begins.date() - zones.day_in_zone(line.nominal_at, occasion.zone)
    far = rule.comes_before and ahead.days >= AHEAD
    later_until = None
    if rule.anchor == INVITED:  # after so many days, not before they are over
        later_until = occasion.begins_at - timedelta(days=AHEAD)
    at, weekend = on_working_day(
        at, reader.zone, reader.weekend, earliest=earliest, free=far, later_until=later_until
    )
    return _with(occasion, rule, line, at, (night, weekend))


def _late(
    occasion: Occasion,
    rule: Rule,
    line: Line,
    reader: Reader,
    known: Known,
    now: datetime,
    *,
    is_last: bool,
) -> Line:
    """What the rule named before now (rule 5): skipped, but the last one is sent once."""
    if not is_last:
        return replace(line, skipped="past")
    if occasion.begins_at - now <= LAST_MOMENT:
        return replace(line, skipped="too_late")
    if known.recently:
        return replace(line, skipped="told_recently")
    at, night = by_day(now, reader.zone, earliest=now, latest=occasion.begins_at)
    return _with(occasion, rule, line, at, ({"code": "late"}, night))


def _with(
    occasion: Occasion, rule: Rule, line: Line, at: datetime, steps: tuple[Step | None, ...]
) -> Line:
    return replace(
        line,
        due_at=at,
        urgent=rule.comes_before and occasion.begins_at - at < URGENT,
        why=(*line.why, *(step for step in steps if step)),
    )


def _said(rule: Rule, number: int) -> Step:
    days = number * (rule.every_days or 0) if rule.unit == DAYS else 0
    length = rule.offset + days
    code = f"{'before' if length < 0 else 'after'}_{rule.anchor}"
    step = {"code": code, "n": abs(length), "unit": rule.unit}
    return step | {"again": number} if number else step
