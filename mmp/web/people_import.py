"""People from a spreadsheet: the file, and which of its columns is what."""

from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.models import PeopleImport, Programme
from mmp.models.enums import ImportState, MembershipRole
from mmp.services import desk, people_import as service
from mmp.services.people_import import Layout
from mmp.web import people_import_words as words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator
from mmp.web.pages import pages
from mmp.web.people_desk import PATH

IMPORTS = f"{PATH}/import"
SAMPLE = 3
_MOST_SENT = 2 * service.MAX_BYTES


@pages.url_value_preprocessor
def _read_a_little_more(endpoint: str | None, _values: object) -> None:
    """A file that is somewhat too large is told so beside its field."""
    if endpoint == "pages.people_imports":
        request.max_content_length = _MOST_SENT


@pages.route(f"{IMPORTS}/", methods=["GET", "POST"])
@coordinator
def people_imports(slug: str) -> Response:
    """Choose a file; and the imports there were."""
    programme = desk.planned_programme(session(), actor(), slug)
    form = ConfirmForm()
    fault = ""
    if form.validate_on_submit():
        try:
            row = _begin(programme)
        except UserError as error:
            session().rollback()
            programme = desk.planned_programme(session(), actor(), slug)
            fault = sentence(error)
        else:
            session().commit()
            return redirect(url_for("pages.import_columns", slug=slug, uuid=row.uuid), 303)
    html = render_template(
        "people_import/list.html",
        programme=programme,
        rows=service.imports_of(session(), actor(), programme),
        uuid=_uuid(request.form.get("uuid")),
        fault=fault,
        form=form,
        words=words,
        most=service.MAX_BYTES >> 20,
    )
    return make_response(html, 422 if fault else 200)


@pages.get(f"{IMPORTS}/<uuid:uuid>/")
@coordinator
def people_import(slug: str, uuid: UUID) -> Response:
    """Where an import was left."""
    programme = desk.planned_programme(session(), actor(), slug)
    row = service.import_of(session(), actor(), programme, uuid)
    step = "pages.import_result"
    if row.state is ImportState.DRAFT:
        step = "pages.import_rows" if row.columns.get("chosen") else "pages.import_columns"
    return redirect(url_for(step, slug=slug, uuid=uuid), 303)


@pages.route(f"{IMPORTS}/<uuid:uuid>/columns/", methods=["GET", "POST"])
@coordinator
def import_columns(slug: str, uuid: UUID) -> Response:
    """Which column is what."""
    programme = desk.planned_programme(session(), actor(), slug)
    row = service.draft_of(session(), actor(), programme, uuid)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _columns_page(programme, row, form)
    anew = "read" in request.form
    try:
        _read_anew(row) if anew else _choose(row)
    except StaleEdit:
        session().rollback()
        row = service.draft_of(session(), actor(), programme, uuid)
        return _columns_page(programme, row, form, typed=_typed(), stale=True)
    except UserError as error:
        session().rollback()
        row = service.draft_of(session(), actor(), programme, uuid)
        return _columns_page(programme, row, form, typed=_typed(), error=error)
    session().commit()
    step = "pages.import_columns" if anew else "pages.import_rows"
    return redirect(url_for(step, slug=slug, uuid=uuid), 303)


@pages.post(f"{IMPORTS}/<uuid:uuid>/removal")
@coordinator
def discard_import(slug: str, uuid: UUID) -> Response:
    """Let an import go that was not saved."""
    programme = desk.planned_programme(session(), actor(), slug)
    row = service.draft_of(session(), actor(), programme, uuid)
    name = row.filename
    service.discard(session(), row, context().documents)
    session().commit()
    flash(_("“%(name)s” is let go; nobody was saved from it.", name=name))
    return redirect(url_for("pages.people_imports", slug=slug), 303)


def _begin(programme: Programme) -> PeopleImport:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise UserError("Choose a file.", field="file")
    name = sent.filename.replace("\\", "/").rpartition("/")[2]
    return service.begin(
        session(),
        actor=actor(),
        now=context().clock.now(),
        programme=programme,
        uuid=_uuid(request.form.get("uuid")),
        filename="".join(letter for letter in name if letter.isprintable()) or "table",
        data=sent.stream.read(service.MAX_BYTES + 1),
        store=context().documents,
    )


def _read_anew(row: PeopleImport) -> None:
    layout = Layout(
        **{
            name: request.form.get(name) or None
            for name in ("encoding", "delimiter", "sheet")
            if name in request.form
        }
    )
    if layout.encoding not in (None, *service.ENCODINGS) or len(layout.delimiter or ",") != 1:
        raise UserError("Choose one of the list.", field="file")
    service.read_anew(
        session(), now=context().clock.now(), row=row, layout=layout, store=context().documents
    )


def _choose(row: PeopleImport) -> None:
    typed = _typed()
    role = typed["role"]
    service.choose_columns(
        session(),
        now=context().clock.now(),
        row=row,
        version=request.form.get("version", 0, type=int),
        mapped=[typed["map"].get(place, "") for place in range(len(row.columns["map"]))],
        role=MembershipRole(role) if role in list(MembershipRole) else MembershipRole.MENTOR,
        overwrite=typed["overwrite"],
    )


def _typed() -> dict[str, Any]:
    """What was chosen on the page."""
    chosen = {
        int(name.removeprefix("column-")): value
        for name, value in request.form.items()
        if name.removeprefix("column-").isdigit()
    }
    role = request.form.get("role", "")
    return {"map": chosen, "role": role, "overwrite": "overwrite" in request.form}


def _columns_page(
    programme: Programme,
    row: PeopleImport,
    form: ConfirmForm,
    *,
    typed: dict[str, Any] | None = None,
    error: UserError | None = None,
    stale: bool = False,
) -> Response:
    chosen = dict(enumerate(row.columns["map"]))
    sample = list(islice(service.lines(row, context().documents), SAMPLE))
    theirs = [
        (row.columns["titles"][place], words.field_name(name) if name else _("Leave it out"), ours)
        for place, name in chosen.items()
        if stale and typed and (said := typed["map"].get(place, "")) != name
        for ours in [words.field_name(said) if said else _("Leave it out")]
    ]
    html = render_template(
        "people_import/columns.html",
        programme=programme,
        row=row,
        form=form,
        words=words,
        theirs=theirs or ([(_("Columns"), words.state(row), words.state(row))] if stale else []),
        chosen=typed["map"] if typed else chosen,
        role=typed["role"] if typed else row.columns["role"],
        overwrite=typed["overwrite"] if typed else row.columns["overwrite"],
        samples=[
            [line.cells[place] if place < len(line.cells) else "" for line in sample]
            for place in chosen
        ],
        error=sentence(error) if error else "",
        at=error.field if error else "",
        roles=list(MembershipRole),
    )
    return make_response(html, 409 if stale else 422 if error else 200)


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
