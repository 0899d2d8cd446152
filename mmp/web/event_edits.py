"""Making and changing events: the form, what it would change, and the history."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from mmp.core.countries import EUROPE, MENA, zone_of
from mmp.core.errors import StaleEdit, UserError
from mmp.core.event_changes import FIELDS, Details, clashes, plain
from mmp.models import Event, Programme
from mmp.services import event_edits as service
from mmp.web import event_words as words
from mmp.web.context import context, session
from mmp.web.dates import lines_of_event, typed_when
from mmp.web.desk import around
from mmp.web.event_forms import UNSEEN, EventForm, event_form
from mmp.web.forms import refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.slots_forms import with_time_taken
from mmp.web.texts import may_name

_EVENTS = "/programmes/<handle:slug>/events/"
_EVENT = _EVENTS + "<handle:key>/"


@pages.route(_EVENTS + "new/", methods=["GET", "POST"])
@planner
def new_event(slug: str) -> Response:
    """A new event begins as a draft."""
    programme = service.planned_programme(session(), actor=actor(), slug=slug)
    form = event_form(programme, service.choices(session(), actor=actor(), programme=programme))
    if request.method == "GET":
        return _new_page(programme, form)
    details, uuid = form.details(), _uuid(form)
    if details is None or uuid is None:
        return _new_page(programme, form, status=422)
    try:
        saved = _create(slug, uuid, details)
    except IntegrityError:  # the same form, sent twice at once
        session().rollback()
        saved = _create(slug, uuid, details)
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return _new_page(programme, form, status=422)
    _say(saved, _("The draft is saved. Only those who plan can see it."))
    return redirect(url_for("pages.edit_event", slug=slug, key=saved.event.key), 303)


@pages.route(_EVENT + "edit/", methods=["GET", "POST"])
@planner
def edit_event(slug: str, key: str) -> Response:
    """Change an event. What others notice is shown once before it is saved."""
    event = service.editable_event(session(), actor=actor(), slug=slug, key=key)
    form = _form(event)
    if request.method == "GET" or "back" in request.form:
        taken = with_time_taken(service.details_of(event)) if request.method == "GET" else None
        return _form_page(event, _form(event, taken) if taken else form)
    details = _details(event, form)
    if details is None:
        return _form_page(event, form, status=422)
    if str(event.version) != form.version.data:
        return _stale(event, form, details)
    if "confirmed" not in request.form:
        found = _preview(event, details)
        if found.asks:
            return _preview_page(event, form, found)
    return _save(event, form, details)


@pages.post(_EVENT + "edit/preview")
@planner
def preview_event(slug: str, key: str) -> Response:
    """What changes if this is saved."""
    event = service.editable_event(session(), actor=actor(), slug=slug, key=key)
    form = _form(event)
    details = _details(event, form)
    if details is None:
        return _form_page(event, form, status=422)
    if str(event.version) != form.version.data:
        return _stale(event, form, details)
    return _preview_page(event, form, _preview(event, details))


@pages.get(_EVENT + "history/")
@planner
def event_history(slug: str, key: str) -> Response:
    """Who changed what, and when."""
    event = service.editable_event(session(), actor=actor(), slug=slug, key=key)
    entries = service.history_of(session(), event)
    return _page(
        "event_edits/history.html",
        programme=event.programme,
        event=event,
        entries=entries,
        names=_names(event, [change for entry in entries for change in entry.changes.items()]),
    )


def _create(slug: str, uuid: UUID, details: Details) -> service.Saved:
    saved = service.create_event(
        session(),
        actor=actor(),
        now=context().clock.now(),
        programme=service.planned_programme(session(), actor=actor(), slug=slug),
        uuid=uuid,
        details=details,
    )
    session().commit()
    return saved


def _new_page(programme: Programme, form: EventForm, status: int = 200) -> Response:
    return _page("event_edits/new.html", status=status, programme=programme, form=form)


def _form(event: Event, details: Details | None = None) -> EventForm:
    """The form of an event: with what was sent, or anew with `details`."""
    now = _unseen(event, service.details_of(event))
    return event_form(
        event.programme,
        service.choices(session(), actor=actor(), programme=event.programme, event=event),
        _unseen(event, details) if details else now,
        anew=details is not None,
        version=str(event.version),
        was=json.dumps(plain(now), ensure_ascii=False),
    )


def _unseen(event: Event, details: Details) -> Details:
    """As its form may show it to who plans but may not see the contact."""
    hidden = event.contact and details.contact == event.contact.key and not may_name(event.contact)
    return replace(details, contact=UNSEEN) if hidden else details


def _details(event: Event, form: EventForm) -> Details | None:
    """What was typed; the contact whom one may not see stays."""
    details = form.details()
    if details is not None and details.contact == UNSEEN:
        details = replace(details, contact=event.contact.key if event.contact else None)
    return details


def _save(event: Event, form: EventForm, details: Details) -> Response:
    slug, key = event.programme.slug, event.key
    try:
        saved = service.change_event(
            session(),
            actor=actor(),
            now=context().clock.now(),
            event=event,
            version=int(form.version.data),
            details=details,
            move_agenda="move_agenda" in request.form,
            tell_all="tell_all" in request.form,
        )
        session().commit()
    except StaleEdit:
        session().rollback()
        event = service.editable_event(session(), actor=actor(), slug=slug, key=key)
        return _stale(event, form, details)
    except UserError as error:
        session().rollback()
        refuse(form, error)
        event = service.editable_event(session(), actor=actor(), slug=slug, key=key)
        return _form_page(event, form, status=422)
    _say(saved, _("Saved.") if saved.changes else _("Nothing was changed."))
    return redirect(url_for("pages.edit_event", slug=slug, key=key), 303)


def _stale(event: Event, form: EventForm, details: Details) -> Response:
    """Both versions side by side: the form holds one's own, with what only the other changed."""
    theirs = plain(service.details_of(event))
    mine = plain(details)
    if mine == theirs:
        return redirect(url_for("pages.edit_event", slug=event.programme.slug, key=event.key), 303)
    both, only_theirs = clashes(_was(form, theirs), mine, theirs)
    now = service.details_of(event)
    values = {name: getattr(now if name in only_theirs else details, name) for name in FIELDS}
    return _form_page(
        event,
        _form(event, Details(**values)),
        status=409,
        clash=[(name, mine[name], theirs[name]) for name in both],
        taken=[(name, mine[name], theirs[name]) for name in only_theirs],
        last=next(iter(service.history_of(session(), event, limit=1)), None),
    )


def _was(form: EventForm, theirs: dict[str, Any]) -> dict[str, Any]:
    """What the form began with. It comes from the browser: what is nonsense counts as unknown."""
    try:
        was = json.loads(form.was.data or "")
    except ValueError:
        return {}
    if not isinstance(was, dict) or set(was) != set(theirs):
        return {}
    return was | ({"contact": theirs["contact"]} if was["contact"] == UNSEEN else {})


def _preview(event: Event, details: Details) -> service.Preview:
    now = context().clock.now()
    return service.preview(session(), actor=actor(), now=now, event=event, details=details)


def _preview_page(event: Event, form: EventForm, found: service.Preview) -> Response:
    typed = [
        (name, text)
        for name, text in request.form.items(multi=True)
        if name not in ("csrf_token", "back", "confirmed", "move_agenda", "tell_all")
    ]
    return _page(
        "event_edits/preview.html",
        programme=event.programme,
        event=event,
        form=form,
        found=found,
        typed=typed,
        hits=lines_of_event(event, found.when),
        names=_names(event, found.changes.items()),
    )


def _form_page(event: Event, form: EventForm, status: int = 200, **more: Any) -> Response:
    values = {"clash": (), "taken": (), "last": None} | more
    names = [(name, [mine, theirs]) for name, mine, theirs in (*values["clash"], *values["taken"])]
    return _page(
        "event_edits/form.html",
        status=status,
        programme=event.programme,
        event=event,
        form=form,
        hits=lines_of_event(event, typed_when(form.data, event.zone)),
        names=_names(event, names),
        **values,
    )


def _names(event: Event, changes: Any) -> words.Names:
    """What the handles among these changes mean."""
    found = dict[str, set[str]](people=set(), events=set())
    kinds = {"contact": "people", "predecessors": "events", "copied_from": "events"}
    for name, change in changes:
        if name in kinds and isinstance(change, list):
            for value in change:
                keys = value if isinstance(value, list) else [value]
                found[kinds[name]] |= {str(key) for key in keys if key}
    people = service.known_people(session(), actor(), event.programme, found["people"])
    events = service.known_events(session(), event.programme, found["events"])
    return words.names_in(event.programme, people, events)


def _uuid(form: EventForm) -> UUID | None:
    try:
        return UUID(form.uuid.data or "")
    except ValueError:
        refuse(form, UserError("Load the page again, then save once more.", field="title"))
        return None


def _say(saved: service.Saved, sentence: str) -> None:
    """What was done, what the clocks make of it, and who is told."""
    parts = [sentence, *(words.remark_in_words(remark) for remark in saved.remarks)]
    if saved.past:
        parts.append(words.past_in_words(saved.event).striptags())
    if saved.moved_items:
        count = saved.moved_items
        parts.append(
            ngettext("%(num)s agenda item moved along.", "%(num)s agenda items moved along.", count)
        )
    if saved.outside_items:
        count = saved.outside_items
        parts.append(
            ngettext(
                "%(num)s agenda item lies outside the event now; it is marked in the agenda.",
                "%(num)s agenda items lie outside the event now; they are marked in the agenda.",
                count,
            )
        )
    if saved.told:
        parts.append(
            ngettext(
                "%(num)s person is told by mail.", "%(num)s people are told by mail.", saved.told
            )
        )
    if saved.moved_up:
        parts.append(
            ngettext(
                "%(num)d person of the waiting list has a seat now and is told by mail.",
                "%(num)d people of the waiting list have a seat now and are told by mail.",
                saved.moved_up,
            )
        )
    if saved.over:
        parts.append(
            ngettext(
                "%(num)d person more than there are seats has said yes; nobody loses theirs.",
                "%(num)d people more than there are seats have said yes; nobody loses theirs.",
                saved.over,
            )
        )
    flash(" ".join(parts))
    if saved.not_invited:
        flash(
            ngettext(
                "%(num)s person is not invited yet and heard nothing.",
                "%(num)s people are not invited yet and heard nothing.",
                saved.not_invited,
            ),
            "not_invited",
        )


def _page(template: str, status: int = 200, **values: Any) -> Response:
    return make_response(render_template(template, words=words, around=around, **values), status)


def _zones() -> list[str]:
    """The zones that are offered while typing: those of the countries people come from."""
    return sorted({zone for code in MENA | EUROPE if (zone := zone_of(code))})
