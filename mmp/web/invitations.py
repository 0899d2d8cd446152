"""Inviting people by mail: whom, what each would get, each mail as its reader sees it, sending."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import locale_for
from mmp.core.countries import countries
from mmp.core.errors import NotFound, UserError
from mmp.core.mail import Site
from mmp.models import Event
from mmp.models.enums import MembershipRole, Partstat, Region
from mmp.services import desk, invitations as service
from mmp.services.invitations import Choice, Line, Sample
from mmp.web import invitations_words as words
from mmp.web.balance_picture import Balance, balance
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.door import door
from mmp.web.errors import sentence
from mmp.web.guards import actor, planner
from mmp.web.headers import FRAMED_MAIL, WITH_FRAME
from mmp.web.pages import pages
from mmp.web.texts import may_name

_PATH = "/programmes/<handle:slug>/events/<handle:key>/invitations"
_Value = TypeVar("_Value", bound=StrEnum)


@pages.get(f"{_PATH}/")
@planner
def invitations(slug: str, key: str) -> str:
    """Whom to invite, and what each of them would get."""
    event = desk.planned_event(session(), actor(), slug, key)
    now = context().clock.now()
    everybody = service.would_invite(session(), now=now, event=event)
    choice = _choice()
    plan = everybody
    if choice != Choice():
        plan = service.would_invite(session(), now=now, event=event, choice=choice)
    return render_template(
        "invitations/show.html",
        event=event,
        programme=event.programme,
        plan=plan,
        everybody=everybody,
        choice=choice,
        offered=_offered(everybody),
        balance=_balance(everybody, plan),
        query=request.query_string.decode("ascii", "ignore"),
        words=words,
        around=around,
    )


@pages.post(f"{_PATH}/")
@planner
def send_invitations(slug: str, key: str) -> Response:
    """Send those that are ticked; who got the same already gets nothing."""
    event = desk.planned_event(session(), actor(), slug, key)
    people = frozenset(filter(None, map(_uuid, request.form.getlist("people"))))
    back = redirect(url_for("pages.invitations", slug=slug, key=key), 303)
    if not people:
        flash(_("Nobody was ticked, so nothing was sent."))
        return back
    try:
        sent = _invite(event, people)
        session().commit()
    except UserError as error:
        session().rollback()
        flash(sentence(error))
        return back
    except IntegrityError:  # the same form, sent twice at once
        session().rollback()
        sent = service.Sent(0, 0)
    flash(_said(sent.people))
    return back


@pages.get(f"{_PATH}/<uuid:uuid>/")
@planner
def preview_invitation(slug: str, key: str, uuid: UUID) -> Response:
    """One person's mails as they will see them."""
    event, line, samples = _samples(slug, key, uuid)
    html = render_template(
        "invitations/preview.html",
        event=event,
        programme=event.programme,
        line=line,
        samples=samples,
        code=language_for(locale_for(line.person)),
        words=words,
        around=around,
    )
    answer = make_response(html)
    answer.headers["Content-Security-Policy"] = WITH_FRAME
    return answer


@pages.get(f"{_PATH}/<uuid:uuid>/html")
@planner
def preview_invitation_html(slug: str, key: str, uuid: UUID) -> Response:
    """The HTML of one of them by itself, to be framed."""
    _event, _line, samples = _samples(slug, key, uuid)
    number = request.args.get("mail", 1, type=int)
    if not 1 <= number <= len(samples):
        raise NotFound("There is no such mail.")
    answer = make_response(samples[number - 1].rendered.html)
    answer.headers.update(FRAMED_MAIL)
    return answer


def _balance(everybody: service.Plan, plan: service.Plan) -> Balance | None:
    """Who would be invited then, beside who is by now."""
    told = [line.person for line in everybody.lines if line.told]
    return balance([*told, *(line.person for line in plan.invited)], told)


def _said(people: int) -> str:
    if not people:
        return str(_("They were invited already; nothing was sent again."))
    return str(
        ngettext(
            "%(num)d invitation is on its way.", "%(num)d invitations are on their way.", people
        )
    )


def _invite(event: Event, people: frozenset[UUID]) -> service.Sent:
    return service.invite(
        session(),
        actor=actor(),
        now=context().clock.now(),
        event=event,
        choice=Choice(people=people),
    )


def _samples(slug: str, key: str, uuid: UUID) -> tuple[Event, Line, list[Sample]]:
    event = desk.planned_event(session(), actor(), slug, key)
    site = Site(context().base_url, secret=door().secret_key)
    now = context().clock.now()
    line, samples = service.preview_mail(
        session(), actor=actor(), now=now, event=event, person=uuid, site=site
    )
    if not may_name(line.person):
        raise NotFound("There is no such mail.")
    return event, line, samples


def _choice() -> Choice:
    """What the address asks for; nonsense asks for nothing."""
    return Choice(
        roles=_among("roles", MembershipRole),
        regions=_among("regions", Region),
        answers=_among("answers", Partstat),
        countries=frozenset(request.args.getlist("countries")) & frozenset(countries()),
        pairs=frozenset(filter(None, map(_uuid, request.args.getlist("pairs")))),
    )


def _among(name: str, kind: type[_Value]) -> frozenset[_Value]:
    given = set(request.args.getlist(name))
    return frozenset(value for value in kind if value.value in given)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _offered(plan: service.Plan) -> Mapping[str, Any]:
    """What the filter offers: only what somebody there has."""
    people = {line.person.id: line.person for line in plan.lines}
    answers = {line.participation.partstat for line in plan.lines if line.participation}
    return {
        "regions": sorted({one.region for one in people.values()}, key=list(Region).index),
        "countries": sorted({one.country for one in people.values() if one.country}),
        "answers": [value for value in Partstat if value in answers],
        "pairs": [
            pair for pair in plan.pairs if any(one.person_id in people for one in pair.members)
        ],
        "roles": list(MembershipRole),
    }
