"""The agenda editor: plain forms and buttons; dragging is a shortcut for the same."""

from typing import Any
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import AgendaItem, Event, Pair, Person
from mmp.models.enums import AgendaKind, AgendaRoleName
from mmp.services import agenda_edits as service
from mmp.services.agenda_edits import Step
from mmp.services.pair_board import Presented, presented
from mmp.web import texts
from mmp.web.agenda_forms import ItemForm, typed_for_new, typed_of
from mmp.web.agenda_words import lines, pair_name, what_changed
from mmp.web.balance_picture import balance
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.undo import undone

_PATH = "/programmes/<handle:slug>/events/<handle:key>/agenda"


@pages.get(f"{_PATH}/")
@planner
def edit_agenda(slug: str, key: str) -> str:
    """The whole agenda as a tree, with what looks wrong."""
    event = service.event_with_agenda(session(), actor(), slug, key)
    return render_template(
        "agenda_edits/show.html",
        event=event,
        programme=event.programme,
        lines=lines(event),
        confirm=ConfirmForm(formdata=None),
        around=around,
        undo=undone(event, "agenda_item"),
        break_out=AgendaKind.BREAK_OUT,
    )


@pages.route(f"{_PATH}/new/", methods=["GET", "POST"])
@planner
def new_agenda_item(slug: str, key: str) -> Response:
    """One more item; `?in=` names the one it lies inside, `?kind=` what it is at first."""
    event = service.event_with_agenda(session(), actor(), slug, key)
    inside = _inside(event)
    siblings = service.children_of(event, inside)
    typed = typed_for_new(event, siblings)
    if (kind := request.args.get("kind")) in list(AgendaKind):
        typed["kind"] = kind
    form = ItemForm(uuid=str(uuid4()), **typed)
    form.offer(event.programme, service.cast_of(session(), actor(), event))
    if "balance" in request.form or not form.validate_on_submit():
        return _item_page(event, None, form)
    try:
        service.add_item(
            session(),
            actor=actor(),
            now=context().clock.now(),
            event=event,
            uuid=_uuid(form.uuid.data),
            values=form.values(event, None),
            inside=inside,
        )
    except UserError as error:
        refuse(form, error)
        return _item_page(event, None, form)
    return _saved(event, form)


@pages.route(f"{_PATH}/<uuid:uuid>/", methods=["GET", "POST"])
@planner
def edit_agenda_item(slug: str, key: str, uuid: UUID) -> Response:
    """One item."""
    event = service.event_with_agenda(session(), actor(), slug, key)
    item = service.item_of(event, uuid)
    form = ItemForm(**typed_of(item))
    form.offer(event.programme, service.cast_of(session(), actor(), event))
    if "balance" in request.form or not form.validate_on_submit():
        return _item_page(event, item, form)
    try:
        service.change_item(
            session(),
            actor=actor(),
            now=context().clock.now(),
            item=item,
            version=form.version.data or 0,
            values=form.values(event, item),
        )
    except StaleEdit:
        return _item_page(event, item, form, theirs=what_changed(item, form))
    except UserError as error:
        refuse(form, error)
        return _item_page(event, item, form)
    return _saved(event, form)


@pages.post(f"{_PATH}/<uuid:uuid>/place")
@planner
def move_agenda_item(slug: str, key: str, uuid: UUID) -> Response:
    """One step up, down, in or out; or, dragged, before or into another."""
    event = service.event_with_agenda(session(), actor(), slug, key)
    item = service.item_of(event, uuid)
    values: dict[str, Any] = {"actor": actor(), "now": context().clock.now(), "event": event}
    onto, way = request.form.get("onto", ""), request.form.get("way", "")
    try:
        if onto:
            target = service.item_of(event, _uuid(onto))
            service.drop(session(), item=item, onto=target, inside=way == "inside", **values)
        elif way in list(Step):
            service.step(session(), item=item, way=Step(way), **values)
    except UserError as error:
        session().rollback()
        flash(sentence(error))
    session().commit()
    return _to_item(event, item)


@pages.post(f"{_PATH}/<uuid:uuid>/deletion")
@planner
def delete_agenda_item(slug: str, key: str, uuid: UUID) -> Response:
    """Take an item out with all that lies inside it."""
    event = service.event_with_agenda(session(), actor(), slug, key)
    item = service.item_of(event, uuid)
    try:
        removed = service.remove_item(
            session(), actor=actor(), now=context().clock.now(), event=event, item=item
        )
    except UserError as error:
        session().rollback()
        flash(sentence(error))
        return redirect(url_for("pages.edit_agenda", slug=slug, key=key), 303)
    session().commit()
    return redirect(url_for("pages.edit_agenda", slug=slug, key=key, undo=removed), 303)


@pages.post(f"{_PATH}/deletions/<uuid:uuid>/undoing")
@planner
def restore_agenda_item(slug: str, key: str, uuid: UUID) -> Response:
    """Put an item back with all that lay inside it."""
    event = service.event_with_agenda(session(), actor(), slug, key)
    item = service.restore_item(
        session(), actor=actor(), now=context().clock.now(), event=event, removed=uuid
    )
    session().commit()
    flash(_("“%(name)s” is back.", name=texts.plain(item.title)))
    return redirect(url_for("pages.edit_agenda", slug=slug, key=key), 303)


@pages.post(f"{_PATH}/<uuid:uuid>/cancellation")
@planner
def cancel_agenda_item(slug: str, key: str, uuid: UUID) -> Response:
    """Call an item off with all that lies inside it; it stays in the agenda, struck through."""
    event = service.event_with_agenda(session(), actor(), slug, key)
    item = service.item_of(event, uuid)
    now = context().clock.now()
    service.cancel_item(session(), actor=actor(), now=now, event=event, item=item)
    session().commit()
    title = texts.plain(item.title)
    flash(_("“%(name)s” is cancelled. Nobody was mailed; calendars show it.", name=title))
    return _to_item(event, item)


@pages.post(f"{_PATH}/<uuid:uuid>/restoration")
@planner
def reinstate_agenda_item(slug: str, key: str, uuid: UUID) -> Response:
    """Let a cancelled item take place after all."""
    event = service.event_with_agenda(session(), actor(), slug, key)
    item = service.item_of(event, uuid)
    now = context().clock.now()
    try:
        service.reinstate_item(session(), actor=actor(), now=now, event=event, item=item)
    except UserError as error:
        flash(sentence(error))
        return _to_item(event, item)
    session().commit()
    flash(_("“%(name)s” takes place after all.", name=texts.plain(item.title)))
    return _to_item(event, item)


def _to_item(event: Event, item: AgendaItem) -> Response:
    path = url_for("pages.edit_agenda", slug=event.programme.slug, key=event.key)
    return redirect(f"{path}#item-{item.uuid}", 303)


def _inside(event: Event) -> AgendaItem | None:
    wanted = request.args.get("in")
    return service.item_of(event, _uuid(wanted)) if wanted else None


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise NotFound("There is no such agenda item.") from None


def _saved(event: Event, form: ItemForm) -> Response:
    session().commit()
    flash(_("“%(name)s” is saved.", name=texts.plain(form.title.data)))
    return redirect(url_for("pages.edit_agenda", slug=event.programme.slug, key=event.key), 303)


def _presented(event: Event, item: AgendaItem | None) -> dict[int, list[Presented]]:
    """Where each pair presented before, other than here."""
    found = presented(session(), event.programme_id)
    number = item.id if item else None
    rows = {pair: [one for one in those if one.item_id != number] for pair, those in found.items()}
    return {pair: those for pair, those in rows.items() if those}


def _on_stage(form: ItemForm) -> list[Person]:
    """Who is chosen in the form, each of a pair too."""
    known = dict(form.roles.known())
    chosen = [known[row.who] for row in form.roles.data if row.who in known]
    return [
        person
        for one in chosen
        for person in (
            [member.person for member in one.members if member.ends_on is None]
            if isinstance(one, Pair)
            else [one]
        )
    ]


def _item_page(
    event: Event,
    item: AgendaItem | None,
    form: ItemForm,
    theirs: list[tuple[str, str, str]] | None = None,
) -> Response:
    html = render_template(
        "agenda_edits/item.html",
        event=event,
        programme=event.programme,
        item=item,
        version=item.version if item and theirs else form.version.data,
        form=form,
        theirs=theirs,
        pair_name=pair_name,
        presented=_presented(event, item),
        balance=balance(_on_stage(form)),
        role_names=list(AgendaRoleName),
        around=around,
    )
    return make_response(html, 409 if theirs else 422 if form.errors else 200)
