"""The rows of an import: what is wrong stands beside the cell and is mended right there."""

import re
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from mmp.models import PeopleImport, Programme
from mmp.services import desk, people_import as service
from mmp.services.people_import import Clash, Review, Typed
from mmp.web import people_import_words as words
from mmp.web.context import context, session
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator
from mmp.web.pages import pages
from mmp.web.people_import import IMPORTS

A_PAGE = 50
MOST_TOLD = 12
_CELL = re.compile(r"cell-(\d{1,7})-([a-z_]{1,20})")
_DECISION = re.compile(r"decision-(\d{1,7})")


@pages.route(f"{IMPORTS}/<uuid:uuid>/rows/", methods=["GET", "POST"])
@coordinator
def import_rows(slug: str, uuid: UUID) -> Response:
    """Rows, by pages; with `only` those with something to mend or decide, with `row` one of them
    whole."""
    programme = desk.planned_programme(session(), actor(), slug)
    row = service.draft_of(session(), actor(), programme, uuid)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _page(programme, row, form)
    if "all_new" in request.form:
        seen = _review(programme, row)
        service.decide_new(session(), now=_now(), draft=row, rows=seen.open)
        clash = Clash()
    else:
        cells, decisions = _typed()
        seen = _review(programme, row)
        wanted = {*seen.problems, *(number for number, _ in cells)}
        there = dict(service.texts(row, context().documents, wanted))
        cells |= service.alike(cells, _faulty(seen, there))
        clash = service.mend(
            session(),
            now=_now(),
            draft=row,
            shown={
                (number, name): text
                for number, texts in there.items()
                for name, text in texts.items()
            },
            cells=cells,
            decisions=decisions,
        )
    session().commit()
    if clash:
        return _page(programme, row, form, clash)
    left = len(_review(programme, row).attention)
    flash(
        ngettext(
            "Kept. %(num)d row is left to mend or decide.",
            "Kept. %(num)d rows are left to mend or decide.",
            left,
        )
    )
    return redirect(url_for("pages.import_rows", slug=slug, uuid=uuid, **_where()), 303)


def _faulty(seen: Review, there: dict[int, dict[str, str]]) -> dict[tuple[int, str], str]:
    """The cells with something to mend, and what they hold."""
    return {
        (number, problem.path): there[number].get(problem.path, "")
        for number, problems in seen.problems.items()
        for problem in problems
        if number in there
    }


def _typed() -> tuple[dict[tuple[int, str], Typed], dict[int, Typed]]:
    """What was typed into cells and decided, each with what the page had shown."""
    cells, decisions = {}, {}
    for name, text in request.form.items():
        before = request.form.get(f"was-{name}", "")
        if cell := _CELL.fullmatch(name):
            cells[int(cell[1]), cell[2]] = Typed(before, text)
        elif decision := _DECISION.fullmatch(name):
            decisions[int(decision[1])] = Typed(before, text)
    return cells, decisions


def _where() -> dict[str, Any]:
    """What of the address says which rows are shown."""
    only = "problems" if request.args.get("only") else None
    page = request.args.get("page", type=int)
    return {"only": only, "page": page if page and page > 1 else None}


def _now() -> Any:
    return context().clock.now()


def _review(programme: Programme, row: PeopleImport) -> Review:
    return service.review(session(), actor(), programme, row, context().documents)


def _page(
    programme: Programme, row: PeopleImport, form: ConfirmForm, clash: Clash | None = None
) -> Response:
    seen = _review(programme, row)
    where = _where()
    wanted = seen.attention if where["only"] else seen.checked.numbers
    last = max(1, -(-len(wanted) // A_PAGE))
    page = min(where["page"] or 1, last)
    numbers = wanted[(page - 1) * A_PAGE : page * A_PAGE]
    shown = dict(service.texts(row, context().documents, set(numbers)))
    whole = request.args.get("row", type=int)
    open_cells = {number: _open(seen, row, number, whole) for number in numbers}
    html = render_template(
        "people_import/rows.html",
        programme=programme,
        row=row,
        form=form,
        seen=seen,
        numbers=numbers,
        shown=shown,
        whole=whole,
        open_cells=open_cells,
        wrong=_wrong(seen, open_cells),
        typed={name: value for name, value in request.form.items() if clash},
        clash=clash,
        page=page,
        last=last,
        only=where["only"],
        words=words,
    )
    return make_response(html, 409 if clash else 200)


def _wrong(seen: Review, open_cells: dict[int, list[str]]) -> list[tuple[str, str, str]]:
    """What is to be mended on this page, before everything else: where, of which row, what."""
    found: list[tuple[str, str, str]] = []
    for number, cells in open_cells.items():
        for problem in seen.problems.get(number, ()):
            place = f"cell-{number}-{problem.path}" if problem.path in cells else f"row-{number}"
            name = _(
                "Row %(number)s, %(column)s",
                number=number,
                column=words.field_name(problem.path),
            )
            found.append((place, str(name), words.fault(problem)))
    return found[:MOST_TOLD]


def _open(seen: Review, row: PeopleImport, number: int, whole: int | None) -> list[str]:
    """The cells of a row that can be typed over: those with problems or an address that somebody
    has already, or all of one."""
    mapped = [name for name in row.columns["map"] if name]
    mended = row.mended.get(str(number), {})
    faulty = [problem.path for problem in seen.problems.get(number, ())]
    match = seen.matches.get(number)
    if match and match.taken:
        faulty.append("email")
    names = [*mapped, *mended, *faulty] if number == whole else [*faulty, *mended]
    known = [name for name in dict.fromkeys(names) if name in service.HEADERS]
    if "name" in known and "name" not in mapped and "first_name" in mapped:
        known = [name for name in known if name != "name"] + ["first_name"]
    return list(dict.fromkeys(known))
