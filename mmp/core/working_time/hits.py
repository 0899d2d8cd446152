"""What a date hits: whose holiday, weekend, own day off or fasting it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mmp.core.working_time.almanac import Almanac
from mmp.core.working_time.rhythm import Rhythm


class Kind(StrEnum):
    """What is hit, the weightiest first."""

    HOLIDAY = "holiday"
    HALF_HOLIDAY = "half_holiday"
    DAY_OFF = "day_off"
    WEEKEND = "weekend"
    RAMADAN = "ramadan"


@dataclass(frozen=True, slots=True)
class Hit:
    """“15 Oct: public holiday in Tunisia (2 people)”. `people` are places in the list asked about.

    Own days off have neither country nor name: whose they are is for that person's eyes.
    """

    day: date
    kind: Kind
    country: str | None
    people: tuple[int, ...]
    name: str = ""
    estimated: bool = False
    """By the moon: it may move by a day."""
    source: str = ""


def day_hits(day: date, people: Sequence[Rhythm], almanac: Almanac) -> list[Hit]:
    """What a day hits among these people, the weightiest and most frequent first."""
    found: dict[Hit, list[int]] = {}
    for number, rhythm in enumerate(people):
        if hit := _hit(day, rhythm, almanac):
            found.setdefault(hit, []).append(number)
    hits = [
        Hit(one.day, one.kind, one.country, tuple(who), one.name, one.estimated, one.source)
        for one, who in found.items()
    ]
    order = list(Kind)
    return sorted(
        hits, key=lambda hit: (order.index(hit.kind), -len(hit.people), hit.country or "")
    )


def days_hits(first: date, last: date, people: Sequence[Rhythm], almanac: Almanac) -> list[Hit]:
    """The same of each day of a span, both included; at most of its first 366."""
    days = min((last - first).days, 365) + 1
    return [
        hit
        for step in range(days)
        for hit in day_hits(first + timedelta(days=step), people, almanac)
    ]


def _hit(day: date, rhythm: Rhythm, almanac: Almanac) -> Hit | None:
    """The weightiest thing a day hits of one person."""
    known, country = almanac.day(rhythm.country, day), rhythm.country
    rest, holiday = rhythm.rest(day, almanac), known.holiday
    if rest == "day_off" and not (known.rests and holiday):
        return Hit(day, Kind.DAY_OFF, None, ())
    if holiday and rest in {"holiday", "day_off", None}:
        kind = Kind.HALF_HOLIDAY if holiday.half else Kind.HOLIDAY
        return Hit(day, kind, country, (), holiday.name, holiday.estimated, holiday.source)
    if rest:
        return Hit(day, Kind.WEEKEND, country, ())
    if rhythm.in_ramadan(day, known):
        return Hit(day, Kind.RAMADAN, country, (), estimated=True, source="Umm al-Qura")
    return None
