"""Polls at the desk: sending one out, its result, picking a slot, closing, deleting."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.polls import first_closing
from mmp.core.zones import to_utc, to_wall
from mmp.models import Event, Poll, PollSlot
from mmp.services import desk, event_edits, polls as service, slot_finding
from mmp.services.polls import Inviting, Picked, Wish
from mmp.services.slot_finding import Asked as Listed, Wish as Search
from mmp.web import event_words, history_words, polls_words as words
from mmp.web.context import context, session
from mmp.web.dates import lines_of_event
from mmp.web.desk import around
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.polls_forms import ClosingForm, PickForm, PollForm, first_form, starts_asked
from mmp.web.texts import language, may_name

_POLLS = "/programmes/<handle:slug>/events/<handle:key>/polls/"
_POLL = _POLLS + "<uuid:uuid>/"
_WHOLE = (
    joinedload(Event.series),
    joinedload(Event.theme),
    joinedload(Event.contact),
    joinedload(Event.guiding_questions),
    joinedload(Event.predecessors),
    selectinload(Event.agenda),
)
"""What picking a time looks at beside the event's row."""


@pages.route(_POLLS + "new/", methods=["GET", "POST"])
@planner
def new_poll(slug: str, key: str) -> Response:
    """Three to six times, who is asked, until when."""
    event = desk.planned_event(session(), actor(), slug, key)
    listed = slot_finding.asked(session(), event=event)
    if request.method == "GET":
        return _new_page(event, listed, _first(event, listed))
    form = PollForm()
    wish, uuid = form.wish(listed), _uuid(form.uuid.data)
    if wish is None or uuid is None:
        return _new_page(event, listed, form, 422)
    try:
        poll = _make(event, uuid, wish)
    except IntegrityError:  # the same form, sent twice at once
        session().rollback()
        event = desk.planned_event(session(), actor(), slug, key)
        poll = _make(event, uuid, wish)
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return _new_page(event, listed, form, 422)
    count = sum(1 for guest in poll.guests if guest.person.email)
    flash(ngettext("%(num)d person is asked.", "%(num)d people are asked.", count))
    if rest := len(poll.guests) - count:
        flash(
            ngettext(
                "%(num)d person has no mail address: ask them yourself.",
                "%(num)d people have no mail address: ask them yourself.",
                rest,
            )
        )
    return _to(event, poll)


@pages.get(_POLL)
@planner
def poll(slug: str, key: str, uuid: UUID) -> Response:
    """Who said what of each time, what it would cost whom, and who is reminded when."""
    event, found = _found(slug, key, uuid)
    return _show(event, found)


@pages.post(_POLL + "reminders")
@planner
def remind_poll(slug: str, key: str, uuid: UUID) -> Response:
    """Remind who is silent at once."""
    event, found = _found(slug, key, uuid)
    now = context().clock.now()
    count = service.remind_now(session(), actor=actor(), now=now, event=event, poll=found)
    session().commit()
    flash(
        ngettext("%(num)d person is reminded.", "%(num)d people are reminded.", count)
        if count
        else _("Nobody is reminded: they were asked less than a day ago, or three times already.")
    )
    return _to(event, found)


@pages.post(_POLL + "closing")
@planner
def close_poll(slug: str, key: str, uuid: UUID) -> Response:
    """Take no more answers."""
    return _act(slug, key, uuid, service.close_poll, _("The poll is closed."))


@pages.post(_POLL + "opening")
@planner
def reopen_poll(slug: str, key: str, uuid: UUID) -> Response:
    """Take answers again."""
    event, found = _found(slug, key, uuid)
    form = ClosingForm()
    try:
        if form.validate():
            now, day = context().clock.now(), form.closes_on.value
            service.reopen_poll(
                session(), actor=actor(), now=now, event=event, poll=found, closes_on=day
            )
            session().commit()
            flash(_("The poll is open again; who is silent is reminded."))
            return _to(event, found)
    except UserError as error:
        session().rollback()
        refuse(form, error)
    return _show(event, found, closing=form, status=422)


@pages.post(_POLL + "deletion")
@planner
def delete_poll(slug: str, key: str, uuid: UUID) -> Response:
    """Take a poll away; the page after that offers to put it back."""
    event, found = _found(slug, key, uuid)
    now = context().clock.now()
    service.delete_poll(session(), actor=actor(), now=now, event=event, poll=found)
    session().commit()
    return redirect(url_for("pages.find_slots", slug=slug, key=key, _anchor="polls"), 303)


@pages.post(_POLL + "restoration")
@planner
def restore_poll(slug: str, key: str, uuid: UUID) -> Response:
    """Put it back."""
    event = desk.planned_event(session(), actor(), slug, key)
    now = context().clock.now()
    found = service.undelete_poll(session(), actor=actor(), now=now, event=event, uuid=uuid)
    session().commit()
    flash(_("The poll is there again, with its answers."))
    return _to(event, found)


@pages.route(_POLL + "slots/<uuid:slot>/", methods=["GET", "POST"])
@planner
def pick_slot(slug: str, key: str, uuid: UUID, slot: UUID) -> Response:
    """What the time would change, then to fix it."""
    event = desk.planned_event(session(), actor(), slug, key, *_WHOLE)
    found = service.planned_poll(session(), event=event, uuid=uuid, guests=False)
    one = next((one for one in found.slots if one.uuid == slot), None)
    if one is None:
        raise NotFound("There is no such time.")
    form = PickForm(version=str(event.version))
    if request.method == "GET":
        return _pick_page(event, found, one, form)
    try:
        if not form.validate():
            return _pick_page(event, found, one, form, status=422)
        picked = _pick(event, found, one, form)
        session().commit()
    except StaleEdit:
        session().rollback()
        form.version.raw_data, form.version.data = None, str(event.version)
        told = _("Somebody has changed the event meanwhile. Look at what would change now.")
        return _pick_page(event, found, one, form, status=409, told=told)
    except UserError as error:
        session().rollback()
        if error.field is not None:
            refuse(form, error)
        told = "" if error.field else sentence(error)
        return _pick_page(event, found, one, form, status=422, told=told)
    words.say(picked)
    return _to(event, found)


def _pick(event: Event, found: Poll, one: PollSlot, form: PickForm) -> Picked:
    version = str(form.version.data)
    return service.pick_slot(
        session(),
        actor=actor(),
        now=context().clock.now(),
        event=event,
        poll=found,
        slot=one,
        version=int(version) if version.isascii() and version.isdigit() else 0,
        inviting=Inviting(form.inviting.data),
        publish="publish" in request.form,
        move_agenda="move_agenda" in request.form,
    )


def _found(slug: str, key: str, uuid: UUID) -> tuple[Event, Poll]:
    event = desk.planned_event(session(), actor(), slug, key)
    return event, service.planned_poll(session(), event=event, uuid=uuid)


def _act(slug: str, key: str, uuid: UUID, act: Callable[..., Any], said: str) -> Response:
    event, found = _found(slug, key, uuid)
    if act(session(), actor=actor(), now=context().clock.now(), event=event, poll=found):
        flash(said)
    session().commit()
    return _to(event, found)


def _make(event: Event, uuid: UUID, wish: Wish) -> Poll:
    now = context().clock.now()
    made = service.make_poll(session(), actor=actor(), now=now, event=event, uuid=uuid, wish=wish)
    session().commit()
    return made


def _first(event: Event, listed: Listed) -> PollForm:
    """What the search brings, or what one begins with."""
    now = context().clock.now()
    search: Search = slot_finding.first_wish(event, listed, now)
    sent = request.args
    if "needed" in sent or "left_out" in sent:
        search = replace(
            search,
            needed=frozenset(sent.getlist("needed")),
            left_out=frozenset(sent.getlist("left_out")),
        )
    starts, minutes = starts_asked(), sent.get("minutes", "")
    closes = first_closing(to_utc(starts[0], event.zone), event.zone, now) if starts else None
    length = int(minutes) if minutes.isascii() and minutes.isdigit() else search.minutes
    return first_form(search, listed, starts, length, closes)


def _new_page(event: Event, listed: Listed, form: PollForm, status: int = 200) -> Response:
    html = render_template(
        "polls/new.html",
        programme=event.programme,
        event=event,
        form=form,
        listed=listed,
        handle=slot_finding.guest_handle,
        seen=may_name,
        around=around,
        now=context().clock.now(),
    )
    return make_response(html, status)


def _show(
    event: Event, found: Poll, closing: ClosingForm | None = None, status: int = 200
) -> Response:
    now = context().clock.now()
    result = service.result_of(session(), now=now, event=event, poll=found, language=language())
    html = render_template(
        "polls/show.html",
        programme=event.programme,
        event=event,
        poll=found,
        result=result,
        plan=service.plan_of(session(), event=event, poll=found),
        is_open=service.is_open(found, now),
        form=ConfirmForm(),
        closing=closing or ClosingForm(formdata=None),
        past=service.history_of(session(), found),
        history_words=history_words,
        words=words,
        around=around,
        seen=may_name,
        now=now,
        wall=to_wall,
    )
    return make_response(html, status)


def _pick_page(
    event: Event, found: Poll, one: PollSlot, form: PickForm, status: int = 200, told: str = ""
) -> Response:
    now = context().clock.now()
    details = replace(event_edits.details_of(event), when=one.when)
    html = render_template(
        "polls/pick.html",
        programme=event.programme,
        event=event,
        poll=found,
        slot=service.slot_now(one),
        form=form,
        found=event_edits.preview(session(), actor=actor(), now=now, event=event, details=details),
        hits=lines_of_event(event, one.when),
        words=event_words,
        around=around,
        told=told,
        now=now,
    )
    return make_response(html, status)


def _to(event: Event, found: Poll) -> Response:
    here = url_for("pages.poll", slug=event.programme.slug, key=event.key, uuid=found.uuid)
    return redirect(here, 303)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
