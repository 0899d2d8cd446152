"""What becomes of pairs: new ones, trios, another in somebody's place, the end; each taken back."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.zones import day_in_zone
from mmp.models import HistoryEntry, Pair, Programme
from mmp.services import pair_board as service
from mmp.services.pair_board import By, PartnersBefore
from mmp.services.pair_talks import talks_after
from mmp.web import pair_board_words as words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import refuse
from mmp.web.guards import actor, coordinator
from mmp.web.pages import pages
from mmp.web.pair_board import PATH, found
from mmp.web.pair_board_forms import EndForm, PairUpForm, PlaceForm, uuid_of, uuids


@pages.route(f"{PATH}/new/", methods=["GET", "POST"])
@coordinator
def new_pair(slug: str) -> Response:
    """A pair, or a trio, of people who have none; who was one before is said."""
    programme = service.programme_with_breaks(session(), actor(), slug)
    form = PairUpForm(uuid=str(uuid4()), starts_on=f"{_today(programme)}")
    form.people.data = form.people.data or request.args.getlist("with")
    status, before = 200, False
    if form.is_submitted():
        status = 422
        try:
            if form.validate():
                return _paired(programme, form)
        except UserError as error:
            session().rollback()
            before = isinstance(error, PartnersBefore)
            refuse(form, error)
    free = service.unpaired(session(), actor(), programme, _today(programme))
    html = render_template(
        "pair_board/new.html",
        programme=programme,
        form=form,
        free=free,
        chosen=set(form.people.data or ()),
        before=before,
        known=service.earlier_partners(session(), actor(), [one.id for one in free]),
        now=context().clock.now(),
        words=words,
    )
    return make_response(html, status)


def _paired(programme: Programme, form: PairUpForm) -> Response:
    pair = service.pair_up(
        session(),
        _by(form),
        programme=programme,
        uuid=uuid_of(form.uuid.data),
        people=uuids(form.people.data),
        starts_on=form.day_of("starts_on"),
        again=bool(form.again.data),
    )
    return _done(programme, pair, _("They are a pair now."))


@pages.route(f"{PATH}/<uuid:uuid>/end/", methods=["GET", "POST"])
@coordinator
def end_pair(slug: str, uuid: UUID) -> Response:
    """The end: what it cancels is shown before it is saved."""
    programme, pair = found(slug, uuid)
    form = EndForm(obj=None, version=pair.version, ends_on=_iso(pair.ends_on or _today(programme)))
    if not form.is_submitted():
        form.reason.data = pair.end_reason or ""
    theirs: list[tuple[str, str, str]] = []
    preview = None
    if form.validate_on_submit():
        try:
            preview = _unseen(pair, form.day_of("ends_on"))
            if not preview:
                service.end_pair(
                    session(),
                    _by(form),
                    pair=pair,
                    version=form.version.data or 0,
                    ends_on=form.day_of("ends_on"),
                    reason=form.reason.data or "",
                )
                return _done(programme, pair, _("The pair has its last day."))
        except StaleEdit:
            session().rollback()
            theirs = words.end_lines(pair, str(form.ends_on.data), form.reason.data or "")
            form.version.raw_data, form.version.data = None, pair.version
        except UserError as error:
            session().rollback()
            refuse(form, error)
    return _page("pair_board/end.html", programme, pair, form, theirs=theirs, preview=preview)


@pages.route(f"{PATH}/<uuid:uuid>/members/new/", methods=["GET", "POST"])
@coordinator
def add_to_pair(slug: str, uuid: UUID) -> Response:
    """A third person: a trio."""
    programme, pair = found(slug, uuid)
    form = PlaceForm(version=pair.version, day=f"{_today(programme)}")

    def act(form: PlaceForm) -> None:
        chosen = form.newcomer()
        if chosen is None:
            raise UserError("Choose who comes.", field="person")
        service.add_member(
            session(),
            _by(form),
            pair=pair,
            version=form.version.data or 0,
            person=chosen,
            starts_on=form.day_of("day"),
        )

    return _place(programme, pair, form, act, _("They are three now."), _("Choose"))


@pages.route(f"{PATH}/<uuid:uuid>/members/<uuid:place>/successor/", methods=["GET", "POST"])
@coordinator
def hand_over(slug: str, uuid: UUID, place: UUID) -> Response:
    """One leaves, another takes the place."""
    programme, pair = found(slug, uuid)
    member = service.member_of(pair, place)
    form = PlaceForm(version=pair.version, day=f"{_today(programme)}")
    form.day.label.text = _("Last day of who leaves")

    def act(form: PlaceForm) -> Any:
        return service.hand_over(
            session(),
            _by(form),
            pair=pair,
            version=form.version.data or 0,
            member=member,
            last_day=form.day_of("day"),
            to=form.newcomer(),
        )

    said = _("The place has changed hands.")
    return _place(programme, pair, form, act, said, _("Nobody: the others go on"), leaves=member)


@pages.post(f"{PATH}/<uuid:uuid>/changes/<uuid:entry>/undoing")
@coordinator
def undo_pair_change(slug: str, uuid: UUID, entry: UUID) -> Response:
    """Take the last change back."""
    _programme, pair = found(slug, uuid)
    try:
        done = service.undo(session(), By(actor=actor(), now=_now()), pair=pair, entry=entry)
    except NotFound:
        raise
    except UserError as error:
        session().rollback()
        flash(sentence(error))
        return redirect(url_for("pages.board_pair", slug=slug, uuid=uuid), 303)
    session().commit()
    flash(
        _("It is as it was before. Talks that were cancelled stay so; times can be offered anew.")
    )
    if done.action == "created":
        return redirect(url_for("pages.pair_board", slug=slug), 303)
    return redirect(url_for("pages.board_pair", slug=slug, uuid=uuid), 303)


def _place(
    programme: Programme,
    pair: Pair,
    form: PlaceForm,
    act: Any,
    said: str,
    nobody: str,
    leaves: Any = None,
) -> Response:
    free = service.unpaired(session(), actor(), programme, _today(programme))
    form.offer(free, nobody=nobody)
    members = {member.person_id for member in pair.members}
    known = service.earlier_partners(session(), actor(), members, without=pair)
    before = {one.partner.uuid for rows in known.values() for one in rows}
    theirs: list[tuple[str, str, str]] = []
    preview, again = None, False
    if form.validate_on_submit():
        try:
            if leaves is not None:
                preview = _unseen(pair, form.day_of("day"))
            if form.newcomer() in before and "again" not in request.form:
                raise PartnersBefore(
                    "They were a pair before. Tick that you mean it.", field="person"
                )
            if not preview:
                act(form)
                return _done(programme, pair, said)
        except StaleEdit:
            session().rollback()
            now_in = " & ".join(one.person.name for one in pair.members_on(_today(programme)))
            chosen = next((one.name for one in free if one.uuid == form.newcomer()), nobody)
            theirs = [(_("Who comes"), now_in, chosen)]
            form.version.raw_data, form.version.data = None, pair.version
        except UserError as error:
            session().rollback()
            again = isinstance(error, PartnersBefore)
            refuse(form, error)
    extra = {"leaves": leaves, "known": known, "again": again}
    return _page(
        "pair_board/place.html", programme, pair, form, theirs=theirs, preview=preview, **extra
    )


def _unseen(pair: Pair, last_day: date) -> list[Any]:
    """The talks that would be cancelled, until all of them were seen."""
    talks = list(talks_after(session(), pair, now=_now(), day=last_day))
    seen = set(request.form.getlist("seen"))
    return [] if {str(talk.uuid) for talk in talks} <= seen else talks


def _page(template: str, programme: Programme, pair: Pair, form: Any, **more: Any) -> Response:
    html = render_template(
        template,
        programme=programme,
        pair=pair,
        people=service.people_on(pair, _today(programme)),
        form=form,
        words=words,
        now=_now(),
        **more,
    )
    stale = bool(more.get("theirs"))
    return make_response(html, 409 if stale else 422 if form.errors else 200)


def _done(programme: Programme, pair: Pair, said: str) -> Response:
    session().commit()
    flash(said)
    latest: HistoryEntry | None = next(iter(service.history_of(session(), pair)), None)
    undo = str(latest.uuid) if latest else None
    return redirect(
        url_for("pages.board_pair", slug=programme.slug, uuid=pair.uuid, undo=undo), 303
    )


def _by(form: Any) -> By:
    return By(actor=actor(), now=_now(), tell=bool(form.tell.data))


def _now() -> Any:
    return context().clock.now()


def _today(programme: Programme) -> date:
    return day_in_zone(_now(), programme.zone)


def _iso(day: date) -> str:
    return day.isoformat()
