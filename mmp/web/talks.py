"""One talk: picked from the mail without signing in; moved or cancelled by either of the pair."""

from uuid import UUID

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.core.zones import day_in_zone
from mmp.models import Event, OfferedTime, Pair
from mmp.models.enums import EventStatus
from mmp.services import pair_talks as service
from mmp.services.pair_talks import Invitation, TimeTaken
from mmp.web import clocks, languages, own_pairs
from mmp.web.context import context, session
from mmp.web.door import TRIES_BY_ADDRESS, door, limited
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, public, signed_in
from mmp.web.headers import keep_secret
from mmp.web.pages import pages
from mmp.web.pair_forms import MoveForm, number_in, optional_uuid
from mmp.web.pairs import me, to_pair


@pages.route("/talks/<uuid:time>/<token:token>/", methods=["GET", "POST"])
@public
def pick_from_mail(time: UUID, token: str) -> Response:
    """Where the links of a mail lead: GET shows the times, POST picks one. Who only looks, as
    scanners of mail do, changes nothing."""
    limited(TRIES_BY_ADDRESS)
    found = service.invitation(
        session(), now=context().clock.now(), secret=door().secret_key, time=time, given=token
    )
    languages.use(g.language, found.person.locale)
    form, told, talk = ConfirmForm(), "", found.offer.event
    if form.validate_on_submit():
        try:
            talk = _pick(found)
        except TimeTaken as error:
            session().rollback()
            told, talk = sentence(error), found.offer.event
        else:
            session().commit()
            here = url_for("pages.pick_from_mail", time=talk.uuid, token=token)
            return keep_secret(redirect(here, 303))
    html = render_template(
        "pairs/pick.html",
        found=found,
        form=form,
        told=told,
        talk=talk,
        token=token,
        now=context().clock.now(),
        clocks=clocks,
    )
    return keep_secret(make_response(html, 409 if told else 200))


def _pick(found: Invitation) -> Event:
    wanted = optional_uuid(request.form.get("time"))
    time: OfferedTime = next((one for one in found.offer.times if one.uuid == wanted), found.time)
    return service.pick_time(session(), now=context().clock.now(), actor=found.person, time=time)


@pages.route("/pairs/talks/<uuid:uuid>/time/", methods=["GET", "POST"])
@signed_in
def move_talk(uuid: UUID) -> Response:
    """Move a talk, or change where it is."""
    talk = service.own_talk(session(), actor(), uuid)
    form = MoveForm() if request.method == "POST" else MoveForm.of(talk, actor().zone)
    stale = False
    if form.is_submitted() and form.validate():
        try:
            service.move_talk(
                session(),
                now=context().clock.now(),
                actor=me(),
                talk=talk,
                version=number_in(form.version.data),
                starts=form.starts,
                minutes=form.minutes.data,
                where=form.where.data or "",
            )
        except StaleEdit:
            session().rollback()
            stale = True
        except UserError as error:
            session().rollback()
            refuse(form, error)
        else:
            session().commit()
            flash(_("Your talk has its new time or place, and your partner gets a mail."))
            return to_pair(_pair(talk))
    if stale:
        form.version.data = str(talk.version)
    html = _show("pairs/move.html", talk, form=form, stale=stale)
    return make_response(html, 409 if stale else 422 if form.errors else 200)


@pages.route("/pairs/talks/<uuid:uuid>/cancellation", methods=["GET", "POST"])
@signed_in
def cancel_talk(uuid: UUID) -> Response:
    """Ask once, then cancel."""
    talk = service.own_talk(session(), actor(), uuid)
    if request.method == "GET":
        return make_response(_show("pairs/cancel.html", talk, form=ConfirmForm(), stale=False))
    try:
        service.cancel_talk(
            session(),
            now=context().clock.now(),
            actor=me(),
            talk=talk,
            version=number_in(request.form.get("version")),
        )
    except StaleEdit:
        session().rollback()
        html = _show("pairs/cancel.html", talk, form=ConfirmForm(), stale=True)
        return make_response(html, 409)
    session().commit()
    flash(_("The talk is cancelled, and your partner gets a mail."))
    return to_pair(_pair(talk))


def _pair(talk: Event) -> Pair:
    assert talk.pair is not None  # it is a talk
    return talk.pair


def _show(template: str, talk: Event, **values: object) -> str:
    now = context().clock.now()
    others = own_pairs.partners(_pair(talk), now, day_in_zone(now, actor().zone))
    return render_template(
        template,
        talk=talk,
        pair=_pair(talk),
        zone=actor().zone,
        there=others[0].person.zone if others else talk.zone,
        clocks=clocks,
        gone=talk.status is EventStatus.CANCELLED,
        **values,
    )
