"""The year of groups: who has met whom, as a picture and a table, and whom one has not met yet."""

from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request

from mmp.core.zones import day_in_zone
from mmp.models import Person
from mmp.services import desk
from mmp.services.breakouts.year import Year, year_of
from mmp.web.context import context, session
from mmp.web.guards import actor, planner
from mmp.web.pages import pages

GAP = 0.12
"""Of a cell's width, between two."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everybody against everybody as paths of an SVG, a cell one unit wide. Who met once has a
    small square, who met more often a full one: nothing is said by colour alone."""

    size: int
    once: str
    often: str
    ticks: list[int]


@pages.get("/programmes/<handle:slug>/met/")
@planner
def met(slug: str) -> str:
    """The year; with `?person=` the one person's part of it."""
    now = context().clock.now()
    programme = desk.planned_programme(session(), actor(), slug)
    today = day_in_zone(now, programme.zone)
    year = year_of(session(), actor(), programme, now=now, today=today)
    known = {one.id: year.known_by(one) for one in year.people}
    return render_template(
        "breakouts_meeting/met.html",
        programme=programme,
        year=year,
        known=known,
        picture=_picture(year),
        chosen=_chosen(year, request.args.get("person", "")),
        pairs=len(year.people) * (len(year.people) - 1) // 2,
        met_pairs=sum(known.values()) // 2,
    )


def _chosen(year: Year, text: str) -> Person | None:
    try:
        uuid = UUID(text)
    except ValueError:
        return None
    return next((one for one in year.people if one.uuid == uuid), None)


def _picture(year: Year) -> Picture:
    at = {one.id: number for number, one in enumerate(year.people)}
    once: list[str] = []
    often: list[str] = []
    for (one, other), times in year.met.items():
        if one not in at or other not in at:
            continue
        for column, row in ((at[one], at[other]), (at[other], at[one])):
            (often if times > 1 else once).append(_square(column, row, full=times > 1))
    size = len(at)
    step = 5 if size <= 60 else 10
    ticks = [number for number in range(1, size + 1) if number == 1 or number % step == 0]
    return Picture(size, "".join(once), "".join(often), ticks)


def _square(column: int, row: int, *, full: bool) -> str:
    inset = GAP / 2 if full else 0.25
    side = round(1 - 2 * inset, 2)
    return f"M{column + inset:g} {row + inset:g}h{side:g}v{side:g}h-{side:g}z"
