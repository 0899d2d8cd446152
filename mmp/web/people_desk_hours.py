"""When one person is free: for coordinators, in that person's own hours."""

from datetime import date, datetime, timedelta
from uuid import UUID

from flask import render_template, request

from mmp.core.zones import day_in_zone
from mmp.services import people as service, slot_finding
from mmp.services.slot_finding import DAYS, FreeBusy
from mmp.web.context import context, session
from mmp.web.guards import actor, coordinator
from mmp.web.pages import pages
from mmp.web.people_desk import PATH, programme, shared
from mmp.web.slots_picture import Stretch, stretches
from mmp.web.texts import language
from mmp.web.when import clock_time


@pages.get(f"{PATH}/<uuid:uuid>/hours/")
@coordinator
def person_hours(slug: str, uuid: UUID) -> str:
    """Two weeks of somebody's working hours and busy intervals; never with what."""
    whole = programme()
    found = service.person_here(session(), actor(), whole, uuid)
    today = day_in_zone(context().clock.now(), found.zone)
    first = _first(today)
    days = slot_finding.free_busy(session(), person=found, first_day=first, language=language())
    return render_template(
        "people_desk/hours.html",
        **shared(whole),
        person=found,
        days=days,
        drawn=lambda one: list(stretches(list(one.levels))),
        busy=_busy,
        clock=lambda at: clock_time(datetime.combine(first, at)),
        before=first - timedelta(days=DAYS) if first > today - timedelta(days=366) else None,
        after=first + timedelta(days=DAYS) if first < today + timedelta(days=366) else None,
        now=context().clock.now(),
    )


def _first(today: date) -> date:
    """The day that the address asks for, else the Monday of this week."""
    try:
        asked = date.fromisoformat(request.args.get("from", ""))
    except ValueError:
        asked = today
    if abs(asked - today) > timedelta(days=380):
        asked = today
    return asked - timedelta(days=asked.weekday())


def _busy(one: FreeBusy) -> list[Stretch]:
    """The busy intervals as quarters of the day, to be drawn."""
    found = []
    for begins, ends in one.busy:
        first = begins.hour * 4 + begins.minute // 15
        last = 96 if ends.date() > one.day else -(-(ends.hour * 60 + ends.minute) // 15)
        found.append(Stretch(first, max(last - first, 1), 0))
    return found
