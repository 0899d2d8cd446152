"""How the answers of a list came in over time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

SAID: Final = ("ACCEPTED", "TENTATIVE", "DECLINED")
"""Answers in the order in which they lie on each other, from below (RFC 5545, section 3.2.12)."""


@dataclass(frozen=True, slots=True)
class Point:
    """The evening of a day: how many had said yes, maybe and no, and how many nothing."""

    day: date
    accepted: int
    tentative: int
    declined: int
    silent: int

    @property
    def listed(self) -> int:
        return self.accepted + self.tentative + self.declined + self.silent


@dataclass(frozen=True, slots=True)
class Line:
    """Someone of the list: since when they are on it, what they say today, and since when."""

    since: date
    said: str
    said_on: date | None


def curve(lines: Iterable[Line], until: date) -> Sequence[Point]:
    """One point for each day on which something changed, the day before the first one (all zero
    but who was there), and `until`. Who answered differently before counts by today's answer."""
    people = list(lines)
    if not people:
        return []
    days = {one.since for one in people} | {one.said_on for one in people if one.said_on}
    wanted = sorted({min(days) - timedelta(days=1), *days, max(until, *days)})
    return [_point(day, people) for day in wanted]


def _point(day: date, people: Sequence[Line]) -> Point:
    there = [one for one in people if one.since <= day or (one.said_on and one.said_on <= day)]
    yes, maybe, no = (
        sum(1 for one in there if one.said == said and (one.said_on or one.since) <= day)
        for said in SAID
    )
    return Point(day, yes, maybe, no, silent=len(there) - yes - maybe - no)
