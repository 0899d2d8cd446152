"""Finding a time for an event: what suits whom, and whom it hurts."""

from datetime import timedelta
from typing import Any

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from mmp.core.errors import UserError
from mmp.core.polls import FEWEST
from mmp.core.slots.finding import Relaxation, Relaxing
from mmp.core.slots.telling import Slot
from mmp.core.zones import day_in_zone, to_wall
from mmp.models import Event
from mmp.services import desk, polls, slot_finding as service
from mmp.services.slot_finding import Asked, Offered, Wish
from mmp.web import slots_words as words
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.slots_forms import query, slots_form, taken, without
from mmp.web.slots_picture import WORDS, picture
from mmp.web.texts import language, may_name


@pages.get("/programmes/<handle:slug>/events/<handle:key>/times/")
@planner
def find_slots(slug: str, key: str) -> Response:
    """Times for an event, the best first. Nothing is changed by looking."""
    now = context().clock.now()
    event = desk.planned_event(session(), actor(), slug, key)
    asked = service.asked(session(), event=event)
    wish = service.first_wish(event, asked, now)
    form = slots_form(wish, asked)
    sent = form.wish() if form.sent else wish
    offered = None
    if sent is not None and asked.people:
        try:
            offered = service.find_slots(
                session(), now=now, event=event, asked=asked, wish=sent, language=language()
            )
        except UserError as error:
            refuse(form, error)
    status = 200 if offered or not asked.people else 422
    return make_response(_page(event, asked, form, sent or wish, offered), status)


def _page(event: Event, asked: Asked, form: Any, wish: Wish, offered: Offered | None) -> str:
    people = offered.people if offered else ()
    return render_template(
        "slots/show.html",
        programme=event.programme,
        event=event,
        asked=asked,
        form=form,
        wish=wish,
        offered=offered,
        polls=polls.polls_of(session(), event=event),
        is_open=polls.is_open,
        now=context().clock.now(),
        again=query(wish),
        ticked=_ticked(offered, event.zone) if offered else (),
        form_of_undo=ConfirmForm(),
        around=around,
        words=words,
        levels=WORDS,
        handle=service.guest_handle,
        people_at=lambda places: [people[place] for place in places],
        seen=may_name,
        wall=lambda instant: to_wall(instant, event.zone),
        local=to_wall,
        drawn=lambda slot: (
            picture(slot, event.zone, [one for one in people if may_name(one)], offered.almanac)
            if offered
            else None
        ),
        take=lambda slot, to="pages.edit_event": _take(event, slot, wish.minutes, to),
        relaxed=lambda one: _relaxed(event, wish, one, people),
    )


def _ticked(offered: Offered, zone: str) -> frozenset[int]:
    """Which slots a poll begins with: the best of three days, or what comes next."""
    days = [to_wall(slot.starts_at, zone).date() for slot in offered.found.slots]
    best = sorted(range(len(days)), key=lambda place: (days[place] in days[:place], place))
    return frozenset(best[:FEWEST])


def _take(event: Event, slot: Slot, minutes: int, to: str) -> str:
    """The address of the event's form, or of a copy's, with the time in it."""
    values: dict[str, Any] = taken(to_wall(slot.starts_at, event.zone), minutes)
    return url_for(to, slug=event.programme.slug, key=event.key, **values)


def _relaxed(event: Event, wish: Wish, one: Relaxation, people: Any) -> str:
    """The address of the search with something given up."""
    if one.what is Relaxing.OPTIONAL:
        values = without(wish, [people[place] for place in one.people])
    elif one.closes_at is not None:
        last = day_in_zone(one.closes_at - timedelta(minutes=1), event.zone)
        values = query(wish, last_day=last)
    else:
        values = query(wish, minutes=one.minutes)
    return url_for("pages.find_slots", slug=event.programme.slug, key=event.key, **values)
