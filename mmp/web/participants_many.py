"""What is done to several people of an event's list at once."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from mmp.core.errors import UserError
from mmp.models import Event
from mmp.models.enums import AttendanceForm, Entry, Partstat
from mmp.services import desk, participants as service
from mmp.web.context import context, session
from mmp.web.forms import refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.participants import few, people_page
from mmp.web.participants_forms import ManyForm

_PATH = "/programmes/<handle:slug>/events/<handle:key>/people"


@pages.post(f"{_PATH}/changes/")
@planner
def change_participants(slug: str, key: str) -> Response:
    """Set how they came, what they answered or where they will be, of everybody who is ticked."""
    event = desk.planned_event(session(), actor(), slug, key)
    form = _form()
    wanted = {
        "entry": Entry(form.entry.data) if form.entry.data in list(Entry) else None,
        "partstat": Partstat(form.partstat.data) if form.partstat.data in list(Partstat) else None,
        "form": AttendanceForm(form.form.data) if form.form.data in list(AttendanceForm) else None,
    }
    if not form.errors and not any(wanted.values()):
        refuse(form, UserError("Choose what to change for those who are ticked.", field="entry"))
    if form.errors:
        return people_page(event, many=form)
    outcome = service.change_many(session(), **_common(event, form), **wanted)  # type: ignore[arg-type]  # as named
    session().commit()
    _say(
        outcome, ngettext("%(num)d line was changed.", "%(num)d lines were changed.", outcome.done)
    )
    return redirect(url_for("pages.participants", slug=slug, key=key), 303)


@pages.post(f"{_PATH}/removals/")
@planner
def remove_participants(slug: str, key: str) -> Response:
    """Take everybody off the list who is ticked."""
    event = desk.planned_event(session(), actor(), slug, key)
    form = _form()
    if form.errors:
        return people_page(event, many=form)
    outcome = service.remove_many(session(), **_common(event, form))
    session().commit()
    _say(outcome, "" if outcome.done else _("Nobody was taken off the list."))
    undo = outcome.removed
    return redirect(url_for("pages.participants", slug=slug, key=key, undo=undo), 303)


def _form() -> ManyForm:
    form = ManyForm()
    if form.validate() and not form.lines():
        refuse(form, UserError("Tick somebody of the list first.", field="ticked"))
    return form


def _common(event: Event, form: ManyForm) -> dict[str, Any]:
    now = context().clock.now()
    return {"actor": actor(), "now": now, "event": event, "ticked": form.lines()}


def _say(outcome: service.Outcome, words: str) -> None:
    """What was done, and who stays as they were."""
    sentences = [words]
    if outcome.stale:
        names = few([person.name for person in outcome.stale])
        sentences.append(
            _(
                "Someone changed these lines meanwhile, so they stay; look again: %(who)s.",
                who=names,
            )
        )
    if outcome.attended:
        names = few([person.name for person in outcome.attended])
        sentences.append(
            _("They were there, and the list of the past keeps that: %(who)s.", who=names)
        )
    if said := " ".join(filter(None, sentences)):
        flash(said)
