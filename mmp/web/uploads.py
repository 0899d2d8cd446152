"""The documents of an event or of a programme as such, for those who plan it: upload, replace,
delete, put back. Without a `key` in the address the programme's are meant."""

from typing import Any
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.models import Document, Event, Programme
from mmp.services import desk, documents as service
from mmp.services.documents import Owner
from mmp.services.stored_files import MAX_BYTES
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.undo import undone
from mmp.web.uploads_forms import DocumentForm

_EVENT = "/programmes/<handle:slug>/events/<handle:key>/documents"
_PROGRAMME = "/programmes/<handle:slug>/documents"
_MOST_SENT = 2 * MAX_BYTES


@pages.url_value_preprocessor
def _read_a_little_more(endpoint: str | None, _values: object) -> None:
    """A file that is somewhat too large is told so beside its field, with all that was typed."""
    if endpoint in ("pages.uploads", "pages.edit_upload"):
        request.max_content_length = _MOST_SENT


@pages.route(f"{_EVENT}/", methods=["GET", "POST"])
@pages.route(f"{_PROGRAMME}/", methods=["GET", "POST"])
@planner
def uploads(slug: str, key: str | None = None) -> Response:
    """The event's documents, and one more."""
    of = _owner(slug, key)
    form = DocumentForm(uuid=str(uuid4()))
    form.offer(_programme(of).languages)
    if not form.validate_on_submit():
        return _list(of, form)
    try:
        upload = form.upload()
        if upload is None:
            raise UserError("Choose a file.", field="file")
        document = service.add_document(
            session(),
            actor=actor(),
            now=context().clock.now(),
            of=of,
            uuid=_uuid(form.uuid.data),
            title=form.title.data,
            public=form.public.data,
            upload=upload,
            store=context().documents,
        )
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return _list(_owner(slug, key), form)
    session().commit()
    flash(_("“%(name)s” is kept.", name=_name(document)))
    return redirect(url_for("pages.uploads", slug=slug, key=key), 303)


@pages.route(f"{_EVENT}/<uuid:uuid>/", methods=["GET", "POST"])
@pages.route(f"{_PROGRAMME}/<uuid:uuid>/", methods=["GET", "POST"])
@planner
def edit_upload(slug: str, uuid: UUID, key: str | None = None) -> Response:
    """One document: its title, who may read it, and its files."""
    of = _owner(slug, key)
    document = service.document_of(session(), of, uuid)
    form = DocumentForm(obj=document)
    form.offer(_programme(of).languages)
    theirs: list[tuple[str, str, str]] = []
    if form.validate_on_submit():
        try:
            service.change_document(
                session(),
                actor=actor(),
                now=context().clock.now(),
                of=of,
                document=document,
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
            of = _owner(slug, key)
            document = service.document_of(session(), of, uuid)
            refuse(form, error)
        else:
            session().commit()
            flash(_("“%(name)s” is kept.", name=_name(document)))
            return redirect(url_for("pages.uploads", slug=slug, key=key), 303)
    html = render_template(
        "uploads/edit.html",
        **_around(of),
        document=document,
        version=form.version.data if form.errors else document.version,
        form=form,
        theirs=theirs,
    )
    return make_response(html, 409 if theirs else 422 if form.errors else 200)


@pages.post(f"{_EVENT}/<uuid:uuid>/deletion")
@pages.post(f"{_PROGRAMME}/<uuid:uuid>/deletion")
@planner
def delete_upload(slug: str, uuid: UUID, key: str | None = None) -> Response:
    """Take a document away."""
    of = _owner(slug, key)
    document = service.document_of(session(), of, uuid)
    removed = service.remove_document(
        session(), actor=actor(), now=context().clock.now(), of=of, document=document
    )
    session().commit()
    return redirect(url_for("pages.uploads", slug=slug, key=key, undo=removed), 303)


@pages.post(f"{_EVENT}/deletions/<uuid:uuid>/undoing")
@pages.post(f"{_PROGRAMME}/deletions/<uuid:uuid>/undoing")
@planner
def restore_upload(slug: str, uuid: UUID, key: str | None = None) -> Response:
    """Put a document back."""
    of = _owner(slug, key)
    document = service.restore_document(
        session(), actor=actor(), now=context().clock.now(), of=of, removed=uuid
    )
    session().commit()
    flash(_("“%(name)s” is back.", name=_name(document)))
    return redirect(url_for("pages.uploads", slug=slug, key=key), 303)


def _owner(slug: str, key: str | None) -> Owner:
    if key is None:
        return desk.planned_programme(session(), actor(), slug)
    return desk.planned_event(session(), actor(), slug, key)


def _programme(of: Owner) -> Programme:
    return of.programme if isinstance(of, Event) else of


def _around(of: Owner) -> dict[str, Any]:
    """What the page around the documents asks for."""
    event = of if isinstance(of, Event) else None
    key = event.key if event else None
    return {"event": event, "key": key, "programme": _programme(of), "around": around}


def _list(of: Owner, form: DocumentForm) -> Response:
    html = render_template(
        "uploads/show.html",
        **_around(of),
        documents=service.documents_of(session(), of),
        form=form,
        confirm=ConfirmForm(formdata=None),
        most=MAX_BYTES >> 20,
        undo=undone(of, "document"),
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
