"""What coordinators know better of a country's days, and the holidays of a year."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from mmp.core.countries import countries
from mmp.core.errors import NotFound, UserError
from mmp.core.working_time import Almanac, Day
from mmp.core.zones import day_in_zone
from mmp.models import Programme
from mmp.services import desk, working_time as service
from mmp.services.working_time import DayDetails
from mmp.web import dates
from mmp.web.context import context, session
from mmp.web.event_fields import DayField
from mmp.web.forms import refuse
from mmp.web.guards import actor, coordinator
from mmp.web.labels import countries_by_name, country as country_name
from mmp.web.pages import pages

_DAYS = "/programmes/<handle:slug>/working-days/"


class DayForm(FlaskForm):  # type: ignore[misc]  # untyped
    """A day that is off, or on."""

    uuid = HiddenField()
    country = SelectField(_l("Country"), validate_choice=False)
    day = DayField(_l("Day"))
    off = RadioField(
        _l("What is it?"),
        choices=[
            SelectChoice("off", _l("Nobody works")),
            SelectChoice("on", _l("People work, whatever the calendar says")),
        ],
        validate_choice=False,
        validators=[AnyOf(("off", "on"), _l("Choose one of these."))],
    )
    name = StringField(_l("Name of the day"))
    source = StringField(_l("How it is known"))


@dataclass(frozen=True, slots=True)
class CountryYear:
    """The days that are off in a country, and its Ramadan (first and last day) if hours are
    shorter then."""

    code: str
    days: list[tuple[date, Day]]
    ramadan: list[tuple[date, date]]


@pages.route(_DAYS, methods=["GET", "POST"])
@coordinator
def working_days(slug: str) -> Response:
    """The list, a form to add to it, and the year of the programme's countries."""
    programme = desk.planned_programme(session(), actor(), slug)
    form = DayForm(data={"uuid": str(uuid4()), "off": "off"})
    if request.method == "POST" and form.validate():
        try:
            _save(programme, form)
        except (IntegrityError, UserError) as error:
            session().rollback()
            known = _("This day of that country is in the list already; take that line away first.")
            if isinstance(error, IntegrityError):
                error = UserError(known, field="day")
            refuse(form, error)
        else:
            session().commit()
            flash(_("Saved. Every date in the product knows it now."))
            return redirect(url_for("pages.working_days", slug=slug), 303)
    return _page(slug, form)


@pages.post(_DAYS + "<uuid:uuid>/removal/")
@coordinator
def remove_day(slug: str, uuid: UUID) -> Response:
    """Let the tables count again; the next page offers to put it back."""
    programme = desk.planned_programme(session(), actor(), slug)
    entry = service.take_day_away(
        session(), actor=actor(), now=context().clock.now(), programme=programme, uuid=uuid
    )
    session().commit()
    return redirect(url_for("pages.working_days", slug=slug, undo=entry), 303)


@pages.post(_DAYS + "<uuid:uuid>/restoration/")
@coordinator
def restore_day(slug: str, uuid: UUID) -> Response:
    """Put it back."""
    programme = desk.planned_programme(session(), actor(), slug)
    now = context().clock.now()
    try:
        service.put_back_day(session(), actor=actor(), now=now, programme=programme, uuid=uuid)
        session().commit()
        flash(_("It is back."))
    except UserError as error:
        if isinstance(error, NotFound):
            raise
        session().rollback()
        flash(_(error.message))
    return redirect(url_for("pages.working_days", slug=slug), 303)


def _save(programme: Programme, form: DayForm) -> None:
    if form.day.value is None:
        raise UserError("Give the day.", field="day")
    try:
        uuid = UUID(form.uuid.data or "")
    except ValueError:
        raise UserError("Load the page again, then save once more.", field="day") from None
    service.save_day(
        session(),
        actor=actor(),
        now=context().clock.now(),
        programme=programme,
        uuid=uuid,
        details=DayDetails(
            country=form.country.data or "",
            day=form.day.value,
            off=form.off.data == "off",
            name=(form.name.data or "").replace("\0", "").strip(),
            source=(form.source.data or "").replace("\0", "").strip(),
        ),
    )


def _page(slug: str, form: DayForm) -> Response:
    programme = desk.planned_programme(session(), actor(), slug)
    today = day_in_zone(context().clock.now(), programme.zone)
    year = min(max(request.args.get("year", today.year, type=int), 1990), 2100)
    here = service.countries_of(session(), programme.id)
    almanac = service.almanac(session(), g.get("language", "en"))
    names = [*countries_by_name(here), *countries_by_name(countries().keys() - set(here))]
    form.country.choices = [("", "–"), *((code, country_name(code)) for code in names)]
    html = render_template(
        "working_time/days.html",
        programme=programme,
        form=form,
        days=service.known_days(session(), actor=actor(), since=date(today.year, 1, 1)),
        year=year,
        years=[_year(almanac, code, year) for code in countries_by_name(here)],
        undo=_undo(programme),
        dates=dates,
    )
    return make_response(html, 422 if form.errors else 200)


def _undo(programme: Programme) -> tuple[UUID, DayDetails] | None:
    try:
        uuid = UUID(request.args.get("undo", ""))
        return uuid, service.removed_day(session(), actor=actor(), programme=programme, uuid=uuid)
    except (ValueError, NotFound):
        return None


def _year(almanac: Almanac, code: str, year: int) -> CountryYear:
    first = date(year, 1, 1)
    days = [first + timedelta(days=step) for step in range((date(year + 1, 1, 1) - first).days)]
    known = [(day, almanac.day(code, day)) for day in days]
    fasting = [day for day, found in known if found.ramadan]
    starts = [day for day in fasting if day - timedelta(days=1) not in fasting]
    ends = [day for day in fasting if day + timedelta(days=1) not in fasting]
    off = [(day, found) for day, found in known if found.holiday or found.on]
    return CountryYear(code, off, list(zip(starts, ends, strict=True)))
