"""Wishes: asked for and looked at by coordinators, given by mentors, from the mail too."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.matching.hours import PARTS
from mmp.core.zones import day_in_zone, to_utc
from mmp.models import Matching, Programme
from mmp.models.enums import StakeholderGroup
from mmp.services import matching as service
from mmp.services.matching import Asked
from mmp.web import languages, matching_words as words, wishes_words
from mmp.web.context import context, session
from mmp.web.door import TRIES_BY_ADDRESS, door, limited
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator, public, signed_in
from mmp.web.headers import keep_secret
from mmp.web.matching import PATH, found
from mmp.web.pages import pages

FOR_ANSWERS: Final = timedelta(days=14)
"""How long people are given, unless somebody says otherwise."""


@pages.route(f"{PATH}/<uuid:uuid>/wishes/", methods=["GET", "POST"])
@coordinator
def matching_wishes(slug: str, uuid: UUID) -> Response:
    """Ask for wishes until a day, see who answered and what."""
    programme, row = found(slug, uuid)
    form, faults, theirs = ConfirmForm(), {}, []
    typed = wishes_words.asking_of(row, _last_day(programme, row))
    if form.validate_on_submit():
        typed = {name: request.form.get(name, "") for name in typed}
        try:
            count = _open(programme, row, typed)
        except StaleEdit:
            session().rollback()
            programme, row = found(slug, uuid)
            kept = wishes_words.asking_of(row, _last_day(programme, row))
            theirs = wishes_words.other_asking(kept, typed)
        except UserError as error:
            session().rollback()
            programme, row = found(slug, uuid)
            faults = {error.field or "closes_at": sentence(error)}
        else:
            session().commit()
            flash(
                ngettext("%(num)d mail is on its way.", "%(num)d mails are on their way.", count)
                if count
                else _("Saved; everybody was asked already.")
            )
            return redirect(url_for("pages.matching_wishes", slug=slug, uuid=uuid), 303)
    status = 409 if theirs else 422 if faults else 200
    return _wishes_page(programme, row, typed, faults, theirs, form, status)


@pages.post(f"{PATH}/<uuid:uuid>/wishes/reminders")
@coordinator
def remind_of_wishes(slug: str, uuid: UUID) -> Response:
    """One more mail to those who have not answered."""
    _programme, row = found(slug, uuid)
    now = context().clock.now()
    try:
        ask = UUID(request.form.get("uuid", ""))
        count = service.remind(session(), actor=actor(), now=now, row=row, ask=ask)
    except (UserError, ValueError) as error:
        session().rollback()
        flash(sentence(error) if isinstance(error, UserError) else _("Try once more."))
    else:
        session().commit()
        flash(
            ngettext(
                "%(num)d reminder is on its way.", "%(num)d reminders are on their way.", count
            )
        )
    return redirect(url_for("pages.matching_wishes", slug=slug, uuid=uuid), 303)


@pages.route("/wishes/<uuid:uuid>/", methods=["GET", "POST"])
@signed_in
def own_wishes(uuid: UUID) -> Response:
    """One's wishes, from one's own home."""
    asked = service.asked_here(session(), actor(), form=uuid)
    return _own(asked, url_for("pages.own_wishes", uuid=uuid))


@pages.route("/wishes/<uuid:uuid>/<uuid:person>/<token:token>/", methods=["GET", "POST"])
@public
def wishes_from_mail(uuid: UUID, person: UUID, token: str) -> Response:
    """Where the link of a mail leads: GET shows the form, POST saves it. To who is discreet it
    shows nothing before they sign in."""
    try:
        secret = door().secret_key
        asked = service.asked_by_mail(
            session(), secret=secret, form=uuid, person=person, given=token
        )
    except NotFound:
        limited(TRIES_BY_ADDRESS)
        raise
    if asked is None:
        return keep_secret(make_response(render_template("matching/gone.html"), 410))
    languages.use(g.language, locale_for(asked.person))
    if asked.person.discreet:
        return keep_secret(redirect(url_for("pages.own_wishes", uuid=uuid), 303))
    here = url_for("pages.wishes_from_mail", uuid=uuid, person=person, token=token)
    return keep_secret(_own(asked, here))


def _own(asked: Asked, here: str) -> Response:
    now = context().clock.now()
    people = service.offered_people(session(), asked)
    spoken = wishes_words.languages_of(asked, people)
    typed, fault, status = wishes_words.given(asked), None, 200
    if request.method == "POST" and ConfirmForm().validate() and asked.is_open(now):
        typed = wishes_words.typed(request.form)
        try:
            service.record(
                session(),
                now=now,
                asked=asked,
                version=request.form.get("version", 0, type=int),
                answers=typed,
                languages=spoken,
            )
        except UserError as error:
            session().rollback()
            fault, status = error, 409 if isinstance(error, StaleEdit) else 422
        else:
            session().commit()
            return redirect(f"{here}?said=1", 303)
    html = render_template(
        "matching/own.html",
        asked=asked,
        here=here,
        people=people,
        spoken=spoken,
        typed=typed,
        at=fault.field if fault else "",
        fault=sentence(fault) if fault else "",
        stale=isinstance(fault, StaleEdit),
        is_open=asked.is_open(now),
        said="said" in request.args,
        interests=words.interests_of(asked.form),
        sectors=list(StakeholderGroup),
        parts=list(PARTS),
        zone=asked.person.zone,
        form=ConfirmForm(),
        words=wishes_words,
        most=service.MOST_WISHED,
        now=now,
    )
    return make_response(html, status)


def _open(programme: Programme, row: Matching, typed: dict[str, Any]) -> int:
    try:
        day = date.fromisoformat(typed["closes_on"])
    except ValueError:
        raise UserError("Choose a day.", field="closes_at") from None
    closes_at = to_utc(datetime.combine(day, time(23, 59)), programme.zone)  # told as that day
    return service.open_wishes(
        session(),
        actor=actor(),
        now=context().clock.now(),
        row=row,
        version=request.form.get("version", 0, type=int),
        closes_at=closes_at,
        interests=wishes_words.interests_typed(
            typed["interests"], service.offered_interests(session(), row)
        ),
        ask=_uuid(request.form.get("uuid")),
    )


def _last_day(programme: Programme, row: Matching) -> date:
    now = context().clock.now()
    closes_at = row.form.closes_at if row.form and row.form.closes_at else None
    if closes_at is None:
        return day_in_zone(now + FOR_ANSWERS, programme.zone)
    return day_in_zone(closes_at - timedelta(seconds=1), programme.zone)


def _wishes_page(
    programme: Programme,
    row: Matching,
    typed: dict[str, Any],
    faults: dict[str, str],
    theirs: list[tuple[str, str, str]],
    form: ConfirmForm,
    status: int,
) -> Response:
    now = context().clock.now()
    people = service.people_of(session(), row.candidates)
    if row.form is None and "interests" in typed and not form.is_submitted():
        typed["interests"] = wishes_words.lines(service.offered_interests(session(), row))
    html = render_template(
        "matching/wishes.html",
        programme=programme,
        row=row,
        typed=typed,
        faults=faults,
        theirs=theirs,
        standing=service.standing(session(), row, people),
        answers=service.answers_of(session(), row, people),
        people=people,
        interests=words.interests_of(row.form),
        is_open=service.is_open(row, now),
        uuid=uuid4(),
        form=form,
        words=wishes_words,
        now=now,
        tabs=words.tabs(row),
    )
    return make_response(html, status)


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
