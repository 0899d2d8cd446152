"""Answers over time as a picture: areas on each other, drawn on the server, labels as text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask_babel import gettext as _

from mmp.core.answer_curve import Line, Point, curve
from mmp.core.zones import day_in_zone
from mmp.models import Event, Participation
from mmp.models.enums import Partstat
from mmp.web.labels import label

WIDE: Final = 600
HIGH: Final = 160
MOST_ROWS: Final = 8
"""Days in the table; of more, those that lie evenly between the first and the last."""


@dataclass(frozen=True, slots=True)
class Area:
    """One answer: its name, its share today, and its outline in the picture."""

    name: str
    words: str
    count: int
    points: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template draws. The first day lies where the language begins to read."""

    areas: list[Area]
    first: date
    last: date
    listed: int
    capacity: float | None
    """How high the line of the seats lies."""
    table: list[Point]


def picture(
    event: Event, rows: Iterable[Participation], *, now: datetime, rtl: bool
) -> Picture | None:
    """The picture of a list, None while nobody has answered. Days are the venue's."""
    lines = [_line(row, event.zone) for row in rows]
    if not any(line.said_on for line in lines):
        return None
    points = curve(lines, day_in_zone(min(now, event.ends_at), event.zone))
    first, last = points[0], points[-1]
    most = max(*(point.listed for point in points), event.capacity or 0, 1)
    days = max((last.day - first.day).days, 1)

    def across(day: date) -> float:
        x = (day - first.day).days / days * WIDE
        return round(WIDE - x if rtl else x, 1)

    def up(count: int) -> float:
        return round(HIGH - count / most * HIGH, 1)

    return Picture(
        areas=_areas(points, across, up),
        first=first.day,
        last=last.day,
        listed=last.listed,
        capacity=up(event.capacity) if event.capacity else None,
        table=_some(points[1:]),
    )


def _line(row: Participation, zone: str) -> Line:
    silent = row.partstat is Partstat.NEEDS_ACTION
    said_on = None if silent else day_in_zone(row.answered_at or row.created_at, zone)
    return Line(day_in_zone(row.created_at, zone), row.partstat, said_on)


def _areas(
    points: Sequence[Point], across: Callable[[date], float], up: Callable[[int], float]
) -> list[Area]:
    """From below: yes, maybe, no, not answered. Steps, for between two days nothing is known."""
    floors = [0] * len(points)
    areas = []
    for name, words in (
        ("accepted", label(Partstat.ACCEPTED)),
        ("tentative", label(Partstat.TENTATIVE)),
        ("declined", label(Partstat.DECLINED)),
        ("silent", _("Not answered yet")),
    ):
        counts = [getattr(point, name) for point in points]
        tops = [floor + count for floor, count in zip(floors, counts, strict=True)]
        days = [across(point.day) for point in points]
        outline = _steps(days, [up(top) for top in tops])
        outline += reversed(_steps(days, [up(floor) for floor in floors]))
        if any(counts):
            drawn = " ".join(f"{x:g},{y:g}" for x, y in outline)
            areas.append(Area(name, words, counts[-1], drawn))
        floors = tops
    return areas


def _steps(days: Sequence[float], heights: Sequence[float]) -> list[tuple[float, float]]:
    found = [(days[0], heights[0])]
    for day, before, height in zip(days[1:], heights, heights[1:], strict=False):
        found += [(day, before), (day, height)]
    return found


def _some(points: Sequence[Point]) -> list[Point]:
    if len(points) <= MOST_ROWS:
        return list(points)
    step = (len(points) - 1) / (MOST_ROWS - 1)
    return [points[round(number * step)] for number in range(MOST_ROWS)]
