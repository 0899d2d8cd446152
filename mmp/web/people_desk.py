"""A programme's people as a table: searched, narrowed, in order, and as a file."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.models import Programme
from mmp.services import people as service
from mmp.web import labels, people_desk_words as words, spreadsheets, texts
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.guards import actor, part, planner
from mmp.web.languages import is_rtl
from mmp.web.pages import pages
from mmp.web.people_desk_filters import address_of, ordering, wanted_from

PATH = "/programmes/<handle:slug>/people"


@pages.get(f"{PATH}/")
@planner
def people(slug: str) -> Response:
    """The table. All that narrows it stands in the address."""
    return table_page(programme())


@pages.get(f"{PATH}.csv")
@planner
def people_csv(slug: str) -> FlaskResponse:
    """Everybody who matches, as CSV."""
    data = spreadsheets.as_csv(_table(programme()))
    kind = "text/csv; charset=utf-8"
    return spreadsheets.download(data, kind=kind, filename=f"{slug}-people.csv")


@pages.get(f"{PATH}.xlsx")
@planner
def people_xlsx(slug: str) -> FlaskResponse:
    """Everybody who matches, as an Excel workbook."""
    whole = programme()
    now = context().clock.now()
    data = spreadsheets.as_xlsx(_table(whole), title=texts.plain(whole.name), rtl=is_rtl(), now=now)
    return spreadsheets.download(data, kind=spreadsheets.XLSX, filename=f"{slug}-people.xlsx")


def programme() -> Programme:
    """The programme of the address, behind its guard."""
    return session().get_one(Programme, part().programme_id)


def shared(whole: Programme) -> dict[str, Any]:
    """What every page of people asks for."""
    return {
        "programme": whole,
        "words": words,
        "coordinates": whole.id in actor().coordinates,
    }


def table_page(whole: Programme, fault: UserError | None = None) -> Response:
    """The table; with `fault` what kept an act on many from being done."""
    wanted = wanted_from(request.args)
    number = request.args.get("page", "")
    page = int(number[:6]) if number.isascii() and number.isdigit() else 1
    found = service.find_people(session(), actor(), whole, wanted, page=page)
    facets = service.facets(session(), actor(), whole)
    html = render_template(
        "people_desk/list.html",
        **shared(whole),
        found=found,
        wanted=wanted,
        facets=replace(
            facets,
            countries=labels.countries_by_name(facets.countries),
            languages=labels.languages_by_name(facets.languages),
        ),
        filters=address_of(wanted),
        ordering=ordering(wanted),
        ticked=set(request.form.getlist("ticked")),
        typed=request.form,
        fault=sentence(fault) if fault else "",
        undo=undo_of(whole),
        choices=words.choices(),
        first_page=url_for("pages.people", slug=whole.slug),
    )
    return make_response(html, 422 if fault else 200)


def undo_of(whole: Programme) -> tuple[str, str] | None:
    """What the page before has just done, in words, and where to take it back."""
    try:
        uuid = UUID(request.args.get("undo", ""))
        entries = service.undoable(session(), programme=whole, uuid=uuid)
    except (ValueError, NotFound):
        return None
    path = url_for("pages.undo_people", slug=whole.slug, uuid=uuid)
    return words.done(entries), path


def _table(whole: Programme) -> list[list[str]]:
    wanted = wanted_from(request.args)
    found = service.find_people(session(), actor(), whole, wanted, page=None)
    return words.table(found.rows, wanted, addresses=whole.id in actor().coordinates)
