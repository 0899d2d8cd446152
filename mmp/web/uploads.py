"""The documents of an event, for those who plan it: upload, replace, delete, put back."""

from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.models import Document, Event
from mmp.services import desk, documents as service
from mmp.services.stored_files import MAX_BYTES
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.undo import undone
from mmp.web.uploads_forms import DocumentForm

_PATH = "/programmes/<handle:slug>/events/<handle:key>/documents"
_MOST_SENT = 2 * MAX_BYTES


@pages.url_value_preprocessor
def _read_a_little_more(endpoint: str | None, _values: object) -> None:
    """A file that is somewhat too large is told so beside its field, with all that was typed."""
    if endpoint in ("pages.uploads", "pages.edit_upload"):
        request.max_content_length = _MOST_SENT


@pages.route(f"{_PATH}/", methods=["GET", "POST"])
@planner
def uploads(slug: str, key: str) -> Response:
    """The event's documents, and one more."""
    event = desk.planned_event(session(), actor(), slug, key)
    form = DocumentForm(uuid=str(uuid4()))
    form.offer(event.programme.languages)
    if not form.validate_on_submit():
        return _list(event, form)
    try:
        upload = form.upload()
        if upload is None:
            raise UserError("Choose a file.", field="file")
        document = service.add_document(
            session(),
            actor=actor(),
            now=context().clock.now(),
            event=event,
            uuid=_uuid(form.uuid.data),
            title=form.title.data,
            public=form.public.data,
            upload=upload,
            store=context().documents,
        )
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return _list(desk.planned_event(session(), actor(), slug, key), form)
    session().commit()
    flash(_("“%(name)s” is kept.", name=_name(document)))
    return redirect(url_for("pages.uploads", slug=slug, key=key), 303)


@pages.route(f"{_PATH}/<uuid:uuid>/", methods=["GET", "POST"])
@planner
def edit_upload(slug: str, key: str, uuid: UUID) -> Response:
    """One document: its title, who may read it, and its files."""
    event = desk.planned_event(session(), actor(), slug, key)
    document = service.document_of(session(), event, uuid)
    form = DocumentForm(obj=document)
    form.offer(event.programme.languages)
    theirs: list[tuple[str, str, str]] = []
    if form.validate_on_submit():
        try:
            service.change_document(
                session(),
                actor=actor(),
                now=context().clock.now(),
                document=document,
                event=event,
                version=form.version.data or 0,
                title=form.title.data,
                public=form.public.data,
                upload=form.upload(),
                store=context().documents,
            )
        except StaleEdit:
            theirs = _theirs(document, form)
        except UserError as error:
            session().rollback()
            event = desk.planned_event(session(), actor(), slug, key)
            document = service.document_of(session(), event, uuid)
            refuse(form, error)
        else:
            session().commit()
            flash(_("“%(name)s” is kept.", name=_name(document)))
            return redirect(url_for("pages.uploads", slug=slug, key=key), 303)
    html = render_template(
        "uploads/edit.html",
        event=event,
        programme=event.programme,
        document=document,
        version=form.version.data if form.errors else document.version,
        form=form,
        theirs=theirs,
        around=around,
    )
    return make_response(html, 409 if theirs else 422 if form.errors else 200)


@pages.post(f"{_PATH}/<uuid:uuid>/deletion")
@planner
def delete_upload(slug: str, key: str, uuid: UUID) -> Response:
    """Take a document away."""
    event = desk.planned_event(session(), actor(), slug, key)
    document = service.document_of(session(), event, uuid)
    removed = service.remove_document(
        session(), actor=actor(), now=context().clock.now(), event=event, document=document
    )
    session().commit()
    return redirect(url_for("pages.uploads", slug=slug, key=key, undo=removed), 303)


@pages.post(f"{_PATH}/deletions/<uuid:uuid>/undoing")
@planner
def restore_upload(slug: str, key: str, uuid: UUID) -> Response:
    """Put a document back."""
    event = desk.planned_event(session(), actor(), slug, key)
    document = service.restore_document(
        session(), actor=actor(), now=context().clock.now(), event=event, removed=uuid
    )
    session().commit()
    flash(_("“%(name)s” is back.", name=_name(document)))
    return redirect(url_for("pages.uploads", slug=slug, key=key), 303)


def _list(event: Event, form: DocumentForm) -> Response:
    html = render_template(
        "uploads/show.html",
        event=event,
        programme=event.programme,
        documents=service.documents_of(session(), event),
        form=form,
        confirm=ConfirmForm(formdata=None),
        most=MAX_BYTES >> 20,
        around=around,
        undo=undone(event, "document"),
    )
    return make_response(html, 422 if form.errors else 200)


def _theirs(document: Document, form: DocumentForm) -> list[tuple[str, str, str]]:
    """What was saved meanwhile beside what was typed."""
    yes_no = {True: _("Yes"), False: _("No")}
    lines = [
        (f"{form.title.label.text} ({code})", document.title.get(code, ""), ours)
        for code, ours in form.title.typed.items()
        if document.title.get(code, "") != ours
    ]
    if document.public != form.public.data:
        ours = yes_no[form.public.data]
        lines.append((str(form.public.label.text), yes_no[document.public], ours))
    return lines or [(str(form.title.label.text), _name(document), _name(document))]


def _name(document: Document) -> str:
    return next(iter(document.title.values()), document.key)


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
