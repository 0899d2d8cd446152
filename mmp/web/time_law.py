"""When the law of time changes: the events that moved, and what was agreed about each."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from mmp.core.zones import tz_version
from mmp.services import desk, time_law as service
from mmp.services.time_law import Keep, Settled
from mmp.web.context import context, session
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator
from mmp.web.pages import pages

_CLOCKS = "/programmes/<handle:slug>/clocks/"


@pages.get(_CLOCKS)
@coordinator
def clocks(slug: str) -> str:
    """Events whose hours a new law has moved, and whom each way concerns."""
    programme = desk.planned_programme(session(), actor(), slug)
    now = context().clock.now()
    return render_template(
        "working_time/clocks.html",
        programme=programme,
        moved=service.moved_events(session(), actor=actor(), now=now, programme_id=programme.id),
        version=tz_version(),
        form=ConfirmForm(),
        Keep=Keep,
    )


@pages.post(_CLOCKS + "<uuid:uuid>/")
@coordinator
def settle_clock(slug: str, uuid: UUID) -> Response:
    """Take what was agreed. A second time finds it done."""
    now, kept = context().clock.now(), request.form.get("keep", "")
    try:
        moved = service.moved_event(session(), actor=actor(), now=now, uuid=uuid)
        if kept not in set(Keep) or not ConfirmForm().validate():
            flash(_("Choose what stays: the clock there, or the moment."))
            return _back(slug)
        told = service.settle(session(), actor=actor(), now=now, moved=moved, keep=Keep(kept))
        session().commit()
    except (Settled, StaleDataError):  # pressed twice, or somebody else has just changed it
        session().rollback()
        flash(_("Nothing was changed: this event does not wait for a decision any more."))
        return _back(slug)
    words = _("Settled.")
    if told:
        mails = ngettext(
            "%(num)s person is told by mail.", "%(num)s people are told by mail.", told
        )
        words = f"{words} {mails}"
    flash(words)
    return _back(slug)


def _back(slug: str) -> Response:
    return redirect(url_for("pages.clocks", slug=slug), 303)
