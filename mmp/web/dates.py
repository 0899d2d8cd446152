"""What a date hits, in words: beside the field while it is typed, and on pages after saving."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from babel.dates import format_date
from flask import g, render_template, request
from flask_babel import get_locale, gettext as _, ngettext
from markupsafe import Markup

from mmp.core.errors import UserError
from mmp.core.when import When
from mmp.core.working_time import Hit, Kind, Shift, Unsettled
from mmp.models import Event
from mmp.services import pair_talks, working_time as service
from mmp.services.working_time import Found, Readers
from mmp.web.context import context, session
from mmp.web.event_fields import ClockField, DayField
from mmp.web.guards import actor, part, planner, signed_in
from mmp.web.labels import country
from mmp.web.pages import pages
from mmp.web.texts import isolate
from mmp.web.when import zone_name

ZONES = 3
"""Zones that are named of those whose clocks come to lie alike."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a date hits; `grave` where a whole day is off, or an hour is not what it
    seems."""

    words: Markup
    grave: bool


@pages.get("/programmes/<handle:slug>/dates/")
@planner
def dates(slug: str) -> str:
    """What the day that is being typed hits, among who takes part."""
    programme_id, event = part().programme_id, None
    if key := request.args.get("event"):
        event = service.planned_event(session(), actor=actor(), programme_id=programme_id, key=key)
    when = typed_when(request.args, event.zone if event else actor().zone)
    return _fragment(when, service.readers_of(session(), programme_id=programme_id, event=event))


@pages.get("/pairs/<uuid:uuid>/dates/")
@signed_in
def pair_dates(uuid: UUID) -> str:
    """What a day hits that is being offered for a talk."""
    pair = pair_talks.own_pair(session(), actor(), uuid)
    days = filter(None, (_read(DayField, text) for text in request.args.values()))
    day = next(days, None)
    when = When.days(day, day, actor().zone) if day else None
    readers = service.readers_of(session(), programme_id=pair.programme_id, pair=pair)
    return _fragment(when, readers)


def lines_of_event(event: Event, when: When | None) -> list[Line]:
    """What a time would hit among those who take part in the event."""
    if when is None or when.precision not in ("timed", "days"):
        return []
    readers = service.readers_of(session(), programme_id=event.programme_id, event=event)
    return lines(_found(when, readers))


def typed_when(values: Any, zone: str) -> When | None:
    """The time that fields hold so far; None where no day is known or it does not hold. Fields of
    several times have a number behind their names; how long they last may stand in `minutes`."""
    day = _read(DayField, values.get("first_day") or values.get("day") or _one(values, "day"))
    if day is None or values.get("precision", "timed") not in ("timed", "days"):
        return None
    last = _read(DayField, values.get("last_day")) or day
    starts = _read(ClockField, values.get("starts") or _one(values, "time"))
    ends = _read(ClockField, values.get("ends"))
    zone = values.get("zone") or zone
    minutes = str(values.get("minutes") or "")
    try:
        if starts and not ends and re.fullmatch("[0-9]{1,4}", minutes):
            at = datetime.combine(day, starts)
            return When.timed(at, at + timedelta(minutes=int(minutes)), zone)
        if starts and ends and values.get("precision", "timed") == "timed":
            return When.timed(datetime.combine(day, starts), datetime.combine(last, ends), zone)
        return When.days(day, last, zone)
    except UserError:
        return None


def _one(values: Any, name: str) -> str | None:
    """What stands in a field of this name with a number behind it."""
    return next((values[key] for key in values if re.fullmatch(rf"{name}[0-9]", key)), None)


def lines(found: Found) -> list[Line]:
    """Each hit as a line, the weightiest first where there are many."""
    return [
        *(Line(isolate(_hit(hit)), hit.kind in (Kind.HOLIDAY, Kind.DAY_OFF)) for hit in found.hits),
        *_moved(found.moved),
        *([Line(_unsettled(found.unsettled), True)] if found.unsettled else []),
    ]


def _fragment(when: When | None, readers: Readers) -> str:
    found = lines(_found(when, readers)) if when else []
    return render_template("working_time/hits.html", hits=found)


def _found(when: When, readers: Readers) -> Found:
    now = context().clock.now()
    return service.date_hits(
        session(), now=now, when=when, readers=readers, language=g.get("language", "en")
    )


def _read(field: Any, text: str | None) -> Any:
    try:
        return field.read(field, text.strip()) if text else None
    except ValueError:
        return None


def _hit(hit: Hit) -> str:
    """“15 Oct: public holiday in Tunisia (2 people)”."""
    count = len(hit.people)
    values = {
        "day": short_day(hit.day),
        "country": country(hit.country) if hit.country else "",
        "name": hit.name,
        "people": ngettext("%(num)d person", "%(num)d people", count),
    }
    half = _("%(day)s: half a holiday in %(country)s (%(people)s): %(name)s", **values)
    words = {
        Kind.HOLIDAY: _("%(day)s: public holiday in %(country)s (%(people)s): %(name)s", **values),
        Kind.HALF_HOLIDAY: half,
        Kind.DAY_OFF: _("%(day)s: own day off (%(people)s)", **values),
        Kind.WEEKEND: _("%(day)s: weekend in %(country)s (%(people)s)", **values)
        if hit.country
        else _("%(day)s: weekend (%(people)s)", **values),
        Kind.RAMADAN: _("%(day)s: Ramadan, shorter hours in %(country)s (%(people)s)", **values),
    }[hit.kind]
    return f"{words} {_('(estimated)')}" if hit.estimated else str(words)


def _moved(found: Iterable[tuple[Shift, int]]) -> list[Line]:
    """One line for all whose clocks come to lie alike, with some of their zones."""
    at = context().clock.now()
    alike: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    for shift, count in found:
        alike[shift.before, shift.after].append((shift.zone, count))
    return [
        Line(
            _apart(
                before,
                after,
                sum(count for _zone, count in zones),
                Markup(", ").join(zone_name(zone, at) for zone, _count in zones[:ZONES])
                + ("…" if len(zones) > ZONES else ""),
            ),
            True,
        )
        for (before, after), zones in alike.items()
    ]


def _apart(before: int, after: int, count: int, zones: Markup) -> Markup:
    words = ngettext(
        "For %(num)d person in %(zone)s the difference to the event’s clock is %(before)s today,"
        " and %(after)s on that day.",
        "For %(num)d people in %(zone)s the difference to the event’s clock is %(before)s today,"
        " and %(after)s on that day.",
        count,
        zone=zones,
        before=_ahead(before),
        after=_ahead(after),
    )
    return isolate(words)


def _ahead(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'−' if minutes < 0 else '+'}{hours}:{rest:02}" if minutes else "±0"


def _unsettled(one: Unsettled) -> Markup:
    return isolate(
        _(
            "From %(first)s to %(last)s clocks change in one country after the other: tell people"
            " the hour of their own place.",
            first=short_day(one.first),
            last=short_day(one.last),
        )
    )


def short_day(day: date) -> str:
    """“15 October”, as the reader's locale writes it."""
    locale = get_locale()
    pattern = locale.datetime_skeletons["MMMMd"].pattern
    return format_date(day, pattern, locale=locale)
