"""The page of a pair, for its members alone: clocks, times offered and picked, the log."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, Person, TalkLog
from mmp.models.enums import AttributionConsent
from mmp.services import pair_talks as service
from mmp.services.pair_talks import LogEntry, OfferOpen, TimeTaken
from mmp.web import clocks, own_pairs
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import refuse
from mmp.web.guards import actor, signed_in
from mmp.web.pages import pages
from mmp.web.pair_forms import LogForm, OfferForm, number_in, optional_uuid, uuid_in

USUAL_MINUTES = 45


@pages.get("/pairs/<uuid:uuid>/")
@signed_in
def pair(uuid: UUID) -> Response:
    """Partner, clocks, talks ahead and past, and a form to offer times."""
    return _page(service.own_pair(session(), actor(), uuid))


@pages.post("/pairs/<uuid:uuid>/offers/")
@signed_in
def offer_talk(uuid: UUID) -> Response:
    """Offer one to five times."""
    found = service.own_pair(session(), actor(), uuid)
    form = OfferForm()
    if not form.validate():
        return _page(found, form)
    try:
        service.offer_times(
            session(),
            now=context().clock.now(),
            actor=me(),
            pair=found,
            uuid=uuid_in(form.uuid.data),
            wish=form.wish,
            seen=optional_uuid(form.seen.data),
        )
    except OfferOpen as error:
        session().rollback()
        return _page(found, form, told=sentence(error), status=409)
    except UserError as error:
        session().rollback()
        if error.field and error.field.startswith("time"):
            rows = [*form.filled, 1]
            error.field = f"time{rows[int(error.field.removeprefix('time')) - 1]}"
        refuse(form, error)
        return _page(found, form)
    session().commit()
    flash(_("Your times are on their way. Your partner picks one from the mail or here."))
    return to_pair(found)


@pages.post("/pairs/<uuid:uuid>/offers/<uuid:offer>/withdrawal")
@signed_in
def withdraw_offer(uuid: UUID, offer: UUID) -> Response:
    """Take the times back, or say that none suits."""
    found = service.own_pair(session(), actor(), uuid)
    now = context().clock.now()
    one = service.open_offers(session(), [found], now).get(found.id)
    if one is not None and one.uuid == offer:
        service.withdraw_offer(session(), now=now, actor=me(), offer=one)
        session().commit()
    flash(_("These times are not open any more."))
    return to_pair(found)


@pages.post("/pairs/<uuid:uuid>/talks/")
@signed_in
def pick_talk(uuid: UUID) -> Response:
    """Make a talk of one of the times that are open."""
    found = service.own_pair(session(), actor(), uuid)
    wanted = optional_uuid(request.form.get("time"))
    try:
        time = service.offered_time(session(), found, wanted)
        service.pick_time(session(), now=context().clock.now(), actor=me(), time=time)
    except TimeTaken as error:
        session().rollback()
        return _page(found, told=sentence(error), status=409)
    session().commit()
    flash(_("Fixed. It is in both your calendars, and a mail is on its way to both."))
    return to_pair(found)


@pages.post("/pairs/<uuid:uuid>/log/today")
@signed_in
def log_today(uuid: UUID) -> Response:
    """“We talked today”, in one tap; the second tap says more."""
    found = service.own_pair(session(), actor(), uuid)
    now = context().clock.now()
    entry = LogEntry(day_in_zone(now, actor().zone), USUAL_MINUTES)
    number = uuid_in(request.form.get("uuid"))
    log = service.log_talk(session(), now=now, actor=me(), pair=found, uuid=number, entry=entry)
    session().commit()
    flash(_("Noted. Say more if you like, or leave it so."))
    return redirect(url_for("pages.talk_log", uuid=log.uuid), 303)


@pages.route("/pairs/<uuid:uuid>/log/", methods=["GET", "POST"])
@signed_in
def log_talk(uuid: UUID) -> Response:
    """Log a talk, a planned one (`?talk=`) or another."""
    found = service.own_pair(session(), actor(), uuid)
    wanted = optional_uuid(request.args.get("talk"))
    talk = service.own_talk(session(), actor(), wanted) if wanted else None
    if talk is not None and talk.pair_id != found.id:
        talk = None
    form = LogForm() if request.method == "POST" else _new_log(talk)
    return _log(found, form, talk, None)


@pages.route("/pairs/log/<uuid:uuid>/", methods=["GET", "POST"])
@signed_in
def talk_log(uuid: UUID) -> Response:
    """One entry of the log, to be changed."""
    log = service.own_log(session(), actor(), uuid)
    found = service.own_pair(session(), actor(), log.pair.uuid)
    form = LogForm() if request.method == "POST" else LogForm.of(log, actor().person_id)
    return _log(found, form, log.event, log)


def me() -> Person:
    """The row of who is signed in."""
    found = session().get(Person, actor().person_id)
    assert found is not None  # they are signed in
    return found


def to_pair(found: Pair) -> Response:
    """Back to the pair's page."""
    return redirect(url_for("pages.pair", uuid=found.uuid), 303)


def _new_log(talk: Event | None) -> LogForm:
    now = context().clock.now()
    day = day_in_zone(talk.starts_at or talk.ends_at if talk else now, actor().zone)
    minutes = USUAL_MINUTES
    if talk is not None and talk.starts_at is not None:
        minutes = round((talk.ends_at - talk.starts_at) / timedelta(minutes=1))
    return LogForm(
        formdata=None,
        uuid=str(uuid4()),
        day=day.isoformat(),
        minutes=minutes,
        topic=next(iter(talk.description.values()), "") if talk else "",
        consent=AttributionConsent.NO.value,
    )


def _log(found: Pair, form: LogForm, talk: Event | None, log: TalkLog | None) -> Response:
    theirs: TalkLog | None = None
    if form.is_submitted() and form.validate():
        try:
            service.log_talk(
                session(),
                now=context().clock.now(),
                actor=me(),
                pair=found,
                uuid=log.uuid if log else uuid_in(form.uuid.data),
                entry=form.entry,
                talk=talk,
                version=number_in(form.version.data),
            )
        except StaleEdit:
            session().rollback()
            theirs = service.log_of(session(), actor(), found, log, talk)
        except UserError as error:
            session().rollback()
            refuse(form, error)
        else:
            session().commit()
            flash(_("Your talk is logged."))
            return to_pair(found)
    html = render_template(
        "pairs/log.html", pair=found, form=form, talk=talk, log=log, theirs=theirs, **_shared()
    )
    return make_response(html, 409 if theirs else 422 if form.errors else 200)


def _page(
    found: Pair, form: OfferForm | None = None, *, told: str = "", status: int = 0
) -> Response:
    now, who = context().clock.now(), actor()
    today = day_in_zone(now, who.zone)
    offer = service.open_offers(session(), [found], now).get(found.id)
    logs = service.logs_of(session(), who, [found])
    ahead, over = own_pairs.split(service.talks_of(session(), who, found), logs, now)
    if form is None:
        form = OfferForm(formdata=None, uuid=str(uuid4()), minutes=USUAL_MINUTES)
    form.seen.data = str(offer.uuid) if offer else ""
    members = [member.person_id for member in found.members]
    html = render_template(
        "pairs/show.html",
        pair=found,
        partners=own_pairs.partners(found, now, today),
        current=service.is_current(found, who.person_id, today),
        offer=offer,
        asked=offer is not None and offer.offered_by_id != who.person_id,
        ahead=ahead,
        over=over,
        logs=[(log, service.shared_consent(log, members)) for log in logs],
        form=form,
        told=told,
        my_clock=clocks.now_at(now, who.zone),
        **_shared(now),
    )
    return make_response(html, status or (422 if form.errors else 200))


def _shared(now: datetime | None = None) -> dict[str, object]:
    return {
        "now": now or context().clock.now(),
        "zone": actor().zone,
        "clocks": clocks,
        "my_id": actor().person_id,
    }
