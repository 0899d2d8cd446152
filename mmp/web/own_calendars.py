"""One's own calendar files: given, read in the background, taken away."""

from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms import HiddenField

from mmp.core.busy import MOST_OCTETS
from mmp.core.errors import NotFound, UserError
from mmp.models import Person
from mmp.services import busy_calendars as service
from mmp.web.context import context, session
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, signed_in
from mmp.web.labels import N_
from mmp.web.pages import pages

PROBLEMS = {
    service.UNREADABLE: N_("It could not be read: export it anew as .ics."),
    "broken": N_("Some entries are damaged and were left out."),
    "zone": N_("Some entries are in a time zone nobody knows and were left out."),
    "too_often": N_("Some entries repeat too often and were left out."),
    "too_much": N_("It is very long: what came last was left out."),
}


class CalendarFileForm(FlaskForm):  # type: ignore[misc]  # untyped
    """A file to read."""

    uuid = HiddenField()
    file = HiddenField(_l("Calendar file (.ics)"))


@pages.url_value_preprocessor
def _read_a_little_more_of_calendars(endpoint: str | None, _values: object) -> None:
    """A file that is somewhat too large is told so beside its field."""
    if endpoint == "pages.own_calendars":
        request.max_content_length = 2 * MOST_OCTETS


@pages.route("/home/calendars/", methods=["GET", "POST"])
@signed_in
def own_calendars() -> Response:
    """The calendars one gave, and one more."""
    form = CalendarFileForm(uuid=str(uuid4()))
    if not form.validate_on_submit():
        return _page(form)
    try:
        _keep(form)
        session().commit()
    except IntegrityError:  # the same form, sent twice at once
        session().rollback()
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return _page(form, 422)
    flash(_("Your calendar is being read. Only when you are busy is kept, never with what."))
    return redirect(url_for("pages.own_calendars"), 303)


@pages.post("/home/calendars/<uuid:uuid>/removal")
@signed_in
def remove_own_calendar(uuid: UUID) -> Response:
    """Forget one. A second time finds it gone."""
    if not ConfirmForm().validate():
        return redirect(url_for("pages.own_calendars"), 303)
    try:
        service.remove_calendar(
            session(), now=context().clock.now(), person=_me(), uuid=uuid, store=context().documents
        )
    except NotFound:
        session().rollback()
        raise
    session().commit()
    flash(_("Forgotten, with all its times."))
    return redirect(url_for("pages.own_calendars"), 303)


def _keep(form: CalendarFileForm) -> None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise UserError("Choose a file.", field="file")
    try:
        uuid = UUID(form.uuid.data or "")
    except ValueError:
        raise UserError(
            "Load the page again, then choose the file once more.", field="file"
        ) from None
    name = sent.filename.replace("\\", "/").rpartition("/")[2]
    service.add_calendar(
        session(),
        now=context().clock.now(),
        person=_me(),
        uuid=uuid,
        name="".join(letter for letter in name if letter.isprintable()),
        data=sent.stream.read(MOST_OCTETS + 1),
        store=context().documents,
    )


def _page(form: CalendarFileForm, status: int = 200) -> Response:
    html = render_template(
        "working_time/calendars.html",
        form=form,
        confirm=ConfirmForm(),
        calendars=service.own_calendars(session(), _me()),
        problems=PROBLEMS,
    )
    return make_response(html, status)


def _me() -> Person:
    person = session().get(Person, actor().person_id)
    assert person is not None  # the guard has seen them
    return person
