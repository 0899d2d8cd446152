"""What was said in an agenda item, and what was recommended there: the pages of who plans."""

from typing import Any
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.models import AgendaItem, Event
from mmp.services import agenda_edits as service
from mmp.services.agenda_edits import Cast
from mmp.web.agenda_edits import _uuid as uuid_of
from mmp.web.agenda_said_forms import CONSENTS, FORMS, differences, typed_of
from mmp.web.agenda_words import pair_name
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.forms import refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages

_PATH = "/programmes/<handle:slug>/events/<handle:key>/agenda/<uuid:uuid>/said"


@pages.get(f"{_PATH}/")
@planner
def said(slug: str, key: str, uuid: UUID) -> str:
    """Contributions and recommendations of one item."""
    event, item = _item(slug, key, uuid)
    seen = {one.id for one in _cast(event, item).people}
    return render_template(
        "agenda_said/show.html",
        event=event,
        programme=event.programme,
        item=item,
        seen=seen,
        consents=CONSENTS,
        pair_name=pair_name,
        around=around,
        undo=request.args.get("undo", ""),
    )


@pages.route(f"{_PATH}/contributions/new/", methods=["GET", "POST"])
@planner
def new_contribution(slug: str, key: str, uuid: UUID) -> Response:
    """Words of a person or a pair."""
    return _new(*_item(slug, key, uuid), "contribution")


@pages.route(f"{_PATH}/recommendations/new/", methods=["GET", "POST"])
@planner
def new_recommendation(slug: str, key: str, uuid: UUID) -> Response:
    """One more recommendation."""
    return _new(*_item(slug, key, uuid), "recommendation")


@pages.route(f"{_PATH}/contributions/<uuid:said>/", methods=["GET", "POST"])
@planner
def edit_contribution(slug: str, key: str, uuid: UUID, said: UUID) -> Response:
    """Words that are there."""
    return _edit(*_item(slug, key, uuid), "contribution", said)


@pages.route(f"{_PATH}/recommendations/<uuid:said>/", methods=["GET", "POST"])
@planner
def edit_recommendation(slug: str, key: str, uuid: UUID, said: UUID) -> Response:
    """A recommendation that is there."""
    return _edit(*_item(slug, key, uuid), "recommendation", said)


@pages.post(f"{_PATH}/contributions/<uuid:said>/deletion")
@planner
def delete_contribution(slug: str, key: str, uuid: UUID, said: UUID) -> Response:
    """Take words away."""
    return _remove(*_item(slug, key, uuid), "contribution", said)


@pages.post(f"{_PATH}/recommendations/<uuid:said>/deletion")
@planner
def delete_recommendation(slug: str, key: str, uuid: UUID, said: UUID) -> Response:
    """Take a recommendation away."""
    return _remove(*_item(slug, key, uuid), "recommendation", said)


@pages.post(f"{_PATH}/removals/<uuid:removed>/undoing")
@planner
def restore_said(slug: str, key: str, uuid: UUID, removed: UUID) -> Response:
    """Put back what was taken away."""
    event, item = _item(slug, key, uuid)
    now = context().clock.now()
    service.restore_said(session(), actor=actor(), now=now, item=item, removed=removed)
    session().commit()
    flash(_("It is back."))
    return _to(event, item)


def _item(slug: str, key: str, uuid: UUID) -> tuple[Event, AgendaItem]:
    event = service.event_with_agenda(session(), actor(), slug, key)
    return event, service.item_of(event, uuid)


def _cast(event: Event, item: AgendaItem) -> Cast:
    """Those of the programme, and who has a part in this item."""
    cast = service.cast_of(session(), actor(), event)
    known = {one.id for one in cast.people}
    here = {
        role.person.id: role.person
        for role in item.roles
        if role.person and not role.person.discreet and role.person.id not in known
    }
    return Cast([*here.values(), *cast.people], cast.pairs)


def _new(event: Event, item: AgendaItem, kind: str) -> Response:
    form = FORMS[kind](uuid=str(uuid4()))
    form.offer(_cast(event, item), None)
    if form.validate_on_submit():
        try:
            service.add_said(
                session(),
                actor=actor(),
                now=context().clock.now(),
                item=item,
                uuid=uuid_of(form.uuid.data),
                values=form.values(),
            )
        except UserError as error:
            refuse(form, error)
        else:
            return _saved(event, item)
    return _page(event, item, kind, form, None)


def _edit(event: Event, item: AgendaItem, kind: str, said: UUID) -> Response:
    row = service.said_in(item, kind, said)
    form = FORMS[kind](**typed_of(row))
    form.offer(_cast(event, item), row)
    theirs = None
    if form.validate_on_submit():
        try:
            service.change_said(
                session(),
                actor=actor(),
                now=context().clock.now(),
                item=item,
                row=row,
                version=form.version.data or 0,
                values=form.values(),
            )
        except StaleEdit:
            theirs = differences(row, form)
            form.version.raw_data, form.version.data = None, row.version
        except UserError as error:
            refuse(form, error)
        else:
            return _saved(event, item)
    return _page(event, item, kind, form, row, theirs)


def _remove(event: Event, item: AgendaItem, kind: str, said: UUID) -> Response:
    row = service.said_in(item, kind, said)
    now = context().clock.now()
    removed = service.remove_said(session(), actor=actor(), now=now, item=item, kind=kind, row=row)
    session().commit()
    return _to(event, item, undo=removed)


def _saved(event: Event, item: AgendaItem) -> Response:
    session().commit()
    flash(_("Saved."))
    return _to(event, item)


def _to(event: Event, item: AgendaItem, **more: Any) -> Response:
    slug, key = event.programme.slug, event.key
    return redirect(url_for("pages.said", slug=slug, key=key, uuid=item.uuid, **more), 303)


def _page(
    event: Event,
    item: AgendaItem,
    kind: str,
    form: Any,
    row: Any,
    theirs: list[tuple[str, str, str]] | None = None,
) -> Response:
    html = render_template(
        "agenda_said/edit.html",
        event=event,
        programme=event.programme,
        item=item,
        kind=kind,
        form=form,
        row=row,
        theirs=theirs,
        around=around,
    )
    return make_response(html, 409 if theirs else 422 if form.errors else 200)
