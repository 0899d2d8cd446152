"""The end of an import: what it will do, doing it, and taking it back."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.models import Event, PeopleImport, Programme
from mmp.models.enums import ImportState, MembershipRole
from mmp.services import desk, people_import as service
from mmp.services.people_import import Fate, Review
from mmp.web import people_import_words as words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator
from mmp.web.pages import pages
from mmp.web.people_import import IMPORTS

NAMED = 50
"""People are named up to so many."""


@pages.route(f"{IMPORTS}/<uuid:uuid>/summary/", methods=["GET", "POST"])
@coordinator
def import_summary(slug: str, uuid: UUID) -> Response:
    """What will be made and changed; and saving it."""
    programme = desk.planned_programme(session(), actor(), slug)
    row = service.import_of(session(), actor(), programme, uuid)
    if row.state is not ImportState.DRAFT:  # pressed twice
        return redirect(url_for("pages.import_result", slug=slug, uuid=uuid), 303)
    form = ConfirmForm()
    seen = service.review(session(), actor(), programme, row, context().documents)
    fault, status = "", 200
    if form.validate_on_submit():
        try:
            _save(row, seen)
        except UserError as error:
            session().rollback()
            fault, status = sentence(error), 409 if isinstance(error, StaleEdit) else 422
            row = service.import_of(session(), actor(), programme, uuid)
        else:
            return redirect(url_for("pages.import_result", slug=slug, uuid=uuid), 303)
    html = render_template(
        "people_import/summary.html",
        programme=programme,
        row=row,
        form=form,
        seen=seen,
        fault=fault,
        words=words,
        events=_events(programme, seen),
        **_named(seen),
    )
    return make_response(html, status)


def _save(row: PeopleImport, seen: Review) -> None:
    """Decide it; what fits into one commit is done at once, a worker does the rest."""
    now, me = context().clock.now(), desk.person_of(session(), actor())
    version = request.form.get("version", 0, type=int)
    service.start(session(), actor=me, now=now, draft=row, version=version, seen=seen)
    store, number, sha256 = context().documents, row.id, row.sha256
    if row.rows <= service.CHUNK:
        service.carry_on(session(), now=now, number=number, store=store)
        session().commit()
        service.forget_file(session(), sha256, store)
    session().commit()


@pages.get(f"{IMPORTS}/<uuid:uuid>/result/")
@coordinator
def import_result(slug: str, uuid: UUID) -> str:
    """How far it is, and at last what was made."""
    programme = desk.planned_programme(session(), actor(), slug)
    row = service.import_of(session(), actor(), programme, uuid)
    return render_template("people_import/result.html", programme=programme, row=row, words=words)


@pages.route(f"{IMPORTS}/<uuid:uuid>/undoing/", methods=["GET", "POST"])
@coordinator
def undo_import(slug: str, uuid: UUID) -> Response:
    """Who would go and who would stay; and taking the import back."""
    programme = desk.planned_programme(session(), actor(), slug)
    row = service.import_of(session(), actor(), programme, uuid)
    if row.state is not ImportState.APPLIED:
        return redirect(url_for("pages.import_result", slug=slug, uuid=uuid), 303)
    form = ConfirmForm()
    if form.validate_on_submit():
        service.undo(
            session(),
            actor=desk.person_of(session(), actor()),
            now=context().clock.now(),
            row=row,
            version=request.form.get("version", 0, type=int),
        )
        session().commit()
        flash(_("The import is taken back."))
        return redirect(url_for("pages.import_result", slug=slug, uuid=uuid), 303)
    html = render_template(
        "people_import/undo.html",
        programme=programme,
        row=row,
        form=form,
        found=service.undoing(session(), row),
        most=NAMED,
        words=words,
    )
    return make_response(html)


def _events(programme: Programme, seen: Review) -> list[tuple[Event, int]]:
    """The events on whose list people come, with how many."""
    counts = seen.events
    if not counts:
        return []
    wanted = select(Event).where(Event.programme_id == programme.id, Event.key.in_(counts))
    return [(event, counts[event.key]) for event in session().scalars(wanted)]


def _named(seen: Review) -> dict[str, object]:
    """People by what becomes of them, each list as long as can be read."""
    by_fate = {
        fate: [
            (number, seen.checked.people[number].name, match)
            for number, match in seen.matches.items()
            if match.fate is fate and number in seen.checked.people
        ]
        for fate in Fate
    }
    planners = (MembershipRole.COORDINATOR, MembershipRole.ASSISTANT)
    planning = [
        seen.checked.people[number].name
        for number in seen.coming
        if seen.checked.with_role[number] in planners
    ]
    return {"by_fate": by_fate, "Fate": Fate, "planning": planning, "most": NAMED}
