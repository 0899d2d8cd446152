"""Who answered what, as a file; and a seat given by hand."""

from uuid import UUID

from flask import Response as FlaskResponse, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.models import Event
from mmp.services import desk, participants as service
from mmp.services.permissions import sees_travel
from mmp.web import spreadsheets, texts
from mmp.web.context import context, session
from mmp.web.guards import actor, planner
from mmp.web.languages import is_rtl
from mmp.web.pages import pages
from mmp.web.participants_words import table

_EVENT = "/programmes/<handle:slug>/events/<handle:key>"


@pages.get(f"{_EVENT}/people.csv")
@planner
def participants_csv(slug: str, key: str) -> FlaskResponse:
    """The list as CSV."""
    event = desk.planned_event(session(), actor(), slug, key)
    data = spreadsheets.as_csv(_table(event))
    filename = f"{slug}-{key}-people.csv"
    return spreadsheets.download(data, kind="text/csv; charset=utf-8", filename=filename)


@pages.get(f"{_EVENT}/people.xlsx")
@planner
def participants_xlsx(slug: str, key: str) -> FlaskResponse:
    """The list as an Excel workbook."""
    event = desk.planned_event(session(), actor(), slug, key)
    data = spreadsheets.as_xlsx(
        _table(event), title=texts.plain(event.title), rtl=is_rtl(), now=context().clock.now()
    )
    filename = f"{slug}-{key}-people.xlsx"
    return spreadsheets.download(data, kind=spreadsheets.XLSX, filename=filename)


@pages.post(f"{_EVENT}/people/<uuid:uuid>/seat")
@planner
def give_seat(slug: str, key: str, uuid: UUID) -> Response:
    """Take someone out of the line by hand."""
    event = desk.planned_event(session(), actor(), slug, key)
    row = service.participation(session(), actor(), event, uuid)
    now = context().clock.now()
    if service.give_seat(session(), actor=actor(), now=now, event=event, row=row):
        session().commit()
        flash(_("%(name)s has a seat now and is told by mail.", name=row.person.name))
    return redirect(url_for("pages.participants", slug=slug, key=key), 303)


def _table(event: Event) -> list[list[str]]:
    notes = sees_travel(actor(), event.programme_id)
    return table(service.listed(session(), actor(), event), event, notes=notes)
