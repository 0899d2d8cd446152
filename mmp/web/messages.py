"""Messages of a programme or to an event's list: written, changed, thrown away. Without a `key` in
the address the programme's are meant."""

from typing import Any
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import Event, Message, Programme
from mmp.models.enums import MessageState
from mmp.services import desk, messages as service
from mmp.services.messages import Choice
from mmp.web import messages_words as words
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, coordinator, part
from mmp.web.messages_forms import MessageForm
from mmp.web.pages import pages

EVENT = "/programmes/<handle:slug>/events/<handle:key>/messages"
PROGRAMME = "/programmes/<handle:slug>/messages"


@pages.get(f"{EVENT}/")
@pages.get(f"{PROGRAMME}/")
@coordinator
def messages(slug: str, key: str | None = None) -> str:
    """Drafts and what was sent, newest first."""
    programme, event = owner(slug, key)
    return render_template(
        "messages/list.html",
        **page_of(programme, event),
        messages=service.messages_of(session(), programme=programme, event=event),
        undo=_thrown_away(programme),
    )


@pages.route(f"{EVENT}/new/", methods=["GET", "POST"])
@pages.route(f"{PROGRAMME}/new/", methods=["GET", "POST"])
@coordinator
def new_message(slug: str, key: str | None = None) -> Response:
    """An empty one, to be written."""
    programme, event = owner(slug, key)
    form = MessageForm(uuid=str(uuid4()))
    if not form.validate_on_submit():
        return _form_page(programme, event, form)
    try:
        message = _write(programme, event, form)
    except UserError as error:
        session().rollback()
        _refuse(form, error)
        return _form_page(*owner(slug, key), form)
    return redirect(url_for("pages.message", slug=slug, uuid=message.uuid), 303)


@pages.route(f"{PROGRAMME}/<uuid:uuid>/edit/", methods=["GET", "POST"])
@coordinator
def edit_message(slug: str, uuid: UUID) -> Response:
    """The words and the audience of a draft."""
    message = service.message_of(session(), actor(), slug, uuid)
    if message.state is MessageState.SENT:
        return redirect(url_for("pages.message", slug=slug, uuid=uuid), 303)
    form = MessageForm()
    if not form.is_submitted():
        form.fill(message)
    if not form.validate_on_submit():
        return _form_page(message.programme, message.event, form, message)
    try:
        service.change_draft(
            session(),
            actor=actor(),
            now=context().clock.now(),
            message=message,
            version=form.version.data or 0,
            words=form.words(),
        )
    except UserError as error:
        session().rollback()
        message = service.message_of(session(), actor(), slug, uuid)
        if isinstance(error, StaleEdit):
            return _form_page(message.programme, message.event, form, message, stale=True)
        _refuse(form, error)
        return _form_page(message.programme, message.event, form, message)
    session().commit()
    return redirect(url_for("pages.message", slug=slug, uuid=uuid), 303)


@pages.post(f"{PROGRAMME}/<uuid:uuid>/deletion")
@coordinator
def delete_message(slug: str, uuid: UUID) -> Response:
    """Throw a draft away."""
    message = service.message_of(session(), actor(), slug, uuid)
    if not ConfirmForm().validate_on_submit():
        raise NotFound("There is no such message.")
    key = message.event.key if message.event else None
    removed = service.delete_draft(
        session(), actor=actor(), now=context().clock.now(), message=message
    )
    session().commit()
    return redirect(url_for("pages.messages", slug=slug, key=key, undo=removed), 303)


@pages.post(f"{PROGRAMME}/<uuid:uuid>/putting-back")
@coordinator
def restore_message(slug: str, uuid: UUID) -> Response:
    """Put a draft back that was thrown away."""
    programme, _event = owner(slug, None)
    if not ConfirmForm().validate_on_submit():
        raise NotFound("There is nothing to put back.")
    message = service.restore_draft(
        session(), actor=actor(), now=context().clock.now(), programme=programme, uuid=uuid
    )
    session().commit()
    flash(_("The draft is back."))
    return redirect(url_for("pages.message", slug=slug, uuid=message.uuid), 303)


def _thrown_away(programme: Programme) -> UUID | None:
    """What the page before has just thrown away."""
    try:
        uuid = UUID(request.args.get("undo", ""))
        return service.deleted_draft(session(), programme=programme, uuid=uuid).uuid
    except (ValueError, NotFound):
        return None


def owner(slug: str, key: str | None) -> tuple[Programme, Event | None]:
    """The programme of the address, and the event where it names one. Raises NotFound."""
    if key is None:
        return session().get_one(Programme, part().programme_id), None
    event = desk.planned_event(session(), actor(), slug, key)
    return event.programme, event


def page_of(programme: Programme, event: Event | None) -> dict[str, Any]:
    """What the page around messages asks for."""
    key = event.key if event else None
    return {"programme": programme, "event": event, "key": key, "around": around, "words": words}


def _write(programme: Programme, event: Event | None, form: MessageForm) -> Message:
    uuid = _uuid(form.uuid.data)
    slug, key = programme.slug, event.key if event else None
    try:
        message = service.write_draft(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=programme,
            event=event,
            uuid=uuid,
            words=form.words(),
        )
        session().commit()
    except IntegrityError:  # the same form, sent twice at once
        session().rollback()
        owner(slug, key)
        return service.message_of(session(), actor(), slug, uuid)
    return message


def _refuse(form: MessageForm, error: UserError) -> None:
    """Faults of one language stand beside the texts of all."""
    if error.field not in form and error.field:
        error.field = error.field.partition("-")[0]
    refuse(form, error)


def _form_page(
    programme: Programme,
    event: Event | None,
    form: MessageForm,
    message: Message | None = None,
    *,
    stale: bool = False,
) -> Response:
    lines = service.audience(session(), programme=programme, event=event, choice=Choice())
    people = [line.person for line in lines]
    documents = service.documents_for(session(), programme=programme, event=event)
    form.offer(people, service.pairs_of(session(), programme), documents)
    theirs = words.differences(message, form) if message and stale else []
    html = render_template(
        "messages/edit.html",
        **page_of(programme, event),
        message=message,
        version=form.version.data if form.errors and not stale else message and message.version,
        form=form,
        theirs=theirs,
        most=service.MOST_BYTES >> 20,
    )
    return make_response(html, 409 if stale else 422 if form.errors else 200)


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
