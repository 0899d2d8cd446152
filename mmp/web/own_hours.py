"""One's own working hours, days off and journeys."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from babel.dates import format_date
from flask import (
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session as cookie,
    url_for,
)
from flask_babel import get_locale, gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField

from mmp.core.errors import StaleEdit, UserError
from mmp.core.zones import agreed_zones, day_in_zone
from mmp.models import Person
from mmp.services import working_time as service
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.event_fields import DayField
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, signed_in
from mmp.web.pages import pages
from mmp.web.when import clock_time, days as days_between

FIRST, END, HALVES = 12, 44, 48
"""The half hours of the day that the grid shows: from 06:00 to 22:00; those of the night stand
behind them."""
_GONE = "absence_taken_away"
"""What the page after taking a line away offers to put back: in the person's own cookie alone."""


class AbsenceForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Days off, or days elsewhere."""

    uuid = HiddenField()
    first_day = DayField(_l("First day"))
    last_day = DayField(_l("Last day"))
    zone = StringField(_l("Where you are then, if you work: its time zone"))


@pages.route("/home/hours/", methods=["GET", "POST"])
@signed_in
def own_hours() -> Response:
    """The week as a grid of half hours; what is ticked is working time."""
    form, told = ConfirmForm(), ""
    painted = _painted(request.form)
    if form.validate_on_submit():
        version = request.form.get("version", "")
        try:
            service.save_week(
                session(),
                now=context().clock.now(),
                person=_me(),
                version=int(version) if version.isdecimal() else None,
                working=None if "as_country" in request.form else painted,
            )
            session().commit()
            flash(_("Saved. Who plans sees when you are free, and nothing else."))
            return redirect(url_for("pages.own_hours"), 303)
        except (StaleEdit, StaleDataError, IntegrityError):
            session().rollback()
            told = _(
                "You have saved other hours meanwhile, on another device. Below is what you"
                " painted here; save once more to make it count."
            )
        except UserError as error:
            session().rollback()
            told = sentence(error)
    return _page(told=told, painted=painted if request.method == "POST" else None)


@pages.post("/home/absences/")
@signed_in
def add_absence() -> Response:
    """Days off, or a journey."""
    form = AbsenceForm()
    if form.validate():
        try:
            if form.first_day.value is None:
                raise UserError("Give the day.", field="first_day")
            service.add_absence(
                session(),
                now=context().clock.now(),
                person=_me(),
                uuid=UUID(form.uuid.data or ""),
                first_day=form.first_day.value,
                last_day=form.last_day.value or form.first_day.value,
                zone=(form.zone.data or "").strip() or None,
            )
            session().commit()
            flash(_("Saved. Who plans sees that you are away, and nothing else."))
            return redirect(url_for("pages.own_hours") + "#away", 303)
        except UserError as error:
            session().rollback()
            refuse(form, error)
        except ValueError:
            refuse(form, UserError("Load the page again, then save once more.", field="first_day"))
    return _page(form=form)


@pages.post("/home/absences/<uuid:uuid>/removal/")
@signed_in
def remove_absence(uuid: UUID) -> Response:
    """Take a line away."""
    row = service.remove_absence(session(), now=context().clock.now(), person=_me(), uuid=uuid)
    cookie[_GONE] = {
        "uuid": str(row.uuid),
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "zone": row.zone or "",
    }
    session().commit()
    return redirect(url_for("pages.own_hours") + "#away", 303)


def _page(
    form: AbsenceForm | None = None,
    told: str = "",
    painted: set[tuple[int, int]] | None = None,
) -> Response:
    me, now = _me(), context().clock.now()
    today = day_in_zone(now, me.zone)
    week, version = service.own_week(session(), me)
    if painted is None:
        painted = {
            (day, half)
            for day in range(7)
            for half in range(HALVES)
            if week.day(day)[2 * half] == 0
        }
    html = render_template(
        "working_time/own.html",
        days=_days(),
        halves=[(half, _clock(half)) for half in range(FIRST, END)],
        night=[(half, _clock(half)) for half in (*range(END, HALVES), *range(FIRST))],
        at_night=any(not FIRST <= half < END for _day, half in painted),
        gone=_gone(),
        painted=painted,
        version=version,
        told=told,
        absences=service.own_absences(session(), me, since=today),
        form=form or AbsenceForm(formdata=None, data={"uuid": str(uuid4())}),
        zone=me.zone,
        zones=sorted(agreed_zones()),
        now=now,
    )
    return make_response(html, 422 if told or (form and form.errors) else 200)


def _gone() -> dict[str, Any] | None:
    """The line that was just taken away, said once."""
    found = cookie.pop(_GONE, None)
    if not isinstance(found, dict):
        return None
    days = [date.fromisoformat(found[name]) for name in ("first_day", "last_day")]
    return {"fields": found, "words": days_between(*days).text}


def _painted(values: Any) -> set[tuple[int, int]]:
    """The ticked half hours: `on` is sent once for each, as weekday and half hour."""
    found = set()
    for text in values.getlist("on"):
        day, _dash, half = text.partition("-")
        if day.isdecimal() and half.isdecimal() and int(day) < 7 and int(half) < HALVES:
            found.add((int(day), int(half)))
    return found


def _days() -> list[tuple[int, str, str]]:
    """Weekdays from 0 for Monday, in the order of the reader's weeks, long and short."""
    locale = get_locale()
    monday = date(2026, 6, 1)
    order = [(locale.first_week_day + step) % 7 for step in range(7)]
    return [
        (
            day,
            format_date(monday + timedelta(days=day), "EEEE", locale=locale),
            format_date(monday + timedelta(days=day), "EEE", locale=locale),
        )
        for day in order
    ]


def _clock(half: int) -> str:
    return clock_time(datetime.combine(date(2026, 6, 1), time(half // 2, half % 2 * 30)))


def _me() -> Person:
    return session().get_one(Person, actor().person_id)
