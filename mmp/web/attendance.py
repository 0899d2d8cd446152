"""Who was there: one tap for each person and day."""

from datetime import date
from uuid import UUID

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from mmp.core.errors import UserError
from mmp.core.zones import day_in_zone
from mmp.models import Event
from mmp.services import attendance as service, desk, participants
from mmp.services.attendance import Mark, RecordedMeanwhile
from mmp.services.taking_part import TAKING_PART
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.errors import sentence
from mmp.web.guards import actor, planner
from mmp.web.labels import N_
from mmp.web.pages import pages

_PATH = "/programmes/<handle:slug>/events/<handle:key>/attendance"
WORDS = {
    Mark.IN_ROOM: N_("In the room"),
    Mark.ONLINE: N_("Online"),
    Mark.ABSENT: N_("Not there"),
    Mark.NONE: N_("Not recorded"),
}


@pages.get(f"{_PATH}/")
@planner
def attendance(slug: str, key: str) -> str:
    """The list of one day, with a button for each thing that can be recorded."""
    event = desk.planned_event(session(), actor(), slug, key)
    today = day_in_zone(context().clock.now(), event.zone)
    days = service.days_of(event)
    day = _day(request.args.get("day", ""), event)
    if day is None and days:
        day = min(days[-1], max(today, days[0]))
    rows = [one.row for one in participants.listed(session(), actor(), event)]
    marks = service.marks(session(), event, day) if day else {}
    return render_template(
        "attendance/show.html",
        event=event,
        programme=event.programme,
        rows=[row for row in rows if row.entry in TAKING_PART or row.id in marks],
        marks=marks,
        choices=service.marks_of(event),
        words={mark: _(text) for mark, text in WORDS.items()},
        none=Mark.NONE,
        days=days,
        day=day,
        open=day is not None and day <= today and event.status == "published",
        undo=request.args.get("undo", ""),
        around=around,
    )


@pages.post(f"{_PATH}/<uuid:uuid>/")
@planner
def record_attendance(slug: str, key: str, uuid: UUID) -> Response:
    """One tap. A script asks for JSON and stays where it is."""
    event = desk.planned_event(session(), actor(), slug, key)
    row = participants.participation(session(), actor(), event, uuid)
    day = _day(request.form.get("day", ""), event)
    wanted, seen = (_mark(request.form.get(name, "")) for name in ("mark", "seen"))
    said, mark, status = "", wanted, 200
    try:
        if day is None:
            raise UserError("That is not a day of this event.")
        service.record(
            session(),
            actor=actor(),
            now=context().clock.now(),
            event=event,
            row=row,
            day=day,
            seen=seen,
            mark=wanted,
        )
    except RecordedMeanwhile as error:
        mark, status = error.mark, 409
        said = _(
            "Somebody else recorded “%(mark)s” meanwhile. Tap again to change it.",
            mark=_(WORDS[error.mark]),
        )
        session().rollback()
    except UserError as error:
        mark, said, status = seen, sentence(error), 422
        session().rollback()
    session().commit()
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(mark=mark.value, said=said), status)
    if said:
        flash(said)
    path = url_for("pages.attendance", slug=slug, key=key, day=day, _anchor=f"line-{uuid}")
    return redirect(path, 303)


@pages.post(f"{_PATH}/everybody/")
@planner
def record_everybody(slug: str, key: str) -> Response:
    """Everyone who said yes was there; corrections follow by taps."""
    event = desk.planned_event(session(), actor(), slug, key)
    day = _day(request.form.get("day", ""), event)
    rows = [one.row for one in participants.listed(session(), actor(), event)]
    try:
        if day is None:
            raise UserError("That is not a day of this event.")
        now = context().clock.now()
        number, entry = service.record_all(
            session(), actor=actor(), now=now, event=event, rows=rows, day=day
        )
    except UserError as error:
        session().rollback()
        flash(sentence(error))
        return redirect(url_for("pages.attendance", slug=slug, key=key), 303)
    session().commit()
    flash(
        ngettext("%(num)d person was there.", "%(num)d people were there.", number)
        if number
        else _("Everybody who said yes is recorded already.")
    )
    return redirect(url_for("pages.attendance", slug=slug, key=key, day=day, undo=entry), 303)


@pages.post(f"{_PATH}/everybody/<uuid:entry>/undoing")
@planner
def undo_everybody(slug: str, key: str, entry: UUID) -> Response:
    """Take that back; what was corrected since stays."""
    event = desk.planned_event(session(), actor(), slug, key)
    now = context().clock.now()
    service.take_back_all(session(), actor=actor(), now=now, event=event, entry=entry)
    session().commit()
    flash(_("It is as it was before; what was corrected since stays."))
    return redirect(url_for("pages.attendance", slug=slug, key=key), 303)


def _day(text: str, event: Event) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day in service.days_of(event) else None


def _mark(text: str) -> Mark:
    return Mark(text) if text in list(Mark) else Mark.NONE
