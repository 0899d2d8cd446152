"""A round's pairs: find them, look through them, and publish them."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.core.matching.scoring import PRESETS
from mmp.core.zones import day_in_zone
from mmp.models import Matching, Programme
from mmp.models.enums import MatchingState
from mmp.services import matching as service, pair_board
from mmp.services.matching import OWN, Impossible, Review, WrongWeights
from mmp.services.pair_board import Together
from mmp.web import matching_words as words, pair_board_words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator
from mmp.web.matching import PATH, found
from mmp.web.pages import pages


@pages.get(f"{PATH}/<uuid:uuid>/")
@coordinator
def matching(slug: str, uuid: UUID) -> Response:
    """The round as it is: its pairs with the reasons, or how far a run is."""
    programme, row = found(slug, uuid)
    return _page(programme, row)


@pages.post(f"{PATH}/<uuid:uuid>/run")
@coordinator
def run_matching(slug: str, uuid: UUID) -> Response:
    """Let the pairs be found: all, or for those who have nobody."""
    programme, row = found(slug, uuid)
    try:
        service.ask_run(
            session(),
            actor=actor(),
            now=context().clock.now(),
            row=row,
            version=request.form.get("version", 0, type=int),
            rest=request.form.get("rest") == "y",
        )
    except Impossible as why:
        session().rollback()
        programme, row = found(slug, uuid)
        return _page(programme, row, impossible=why, status=422)
    except UserError as error:
        session().rollback()
        flash(sentence(error))
    else:
        session().commit()
    return redirect(url_for("pages.matching", slug=slug, uuid=uuid), 303)


@pages.post(f"{PATH}/<uuid:uuid>/stopping")
@coordinator
def stop_matching(slug: str, uuid: UUID) -> Response:
    """End a run; the pairs stay as they were."""
    _programme, row = found(slug, uuid)
    try:
        stopped = service.stop(session(), now=context().clock.now(), row=row)
    except StaleEdit:  # it came to its end in the same moment
        session().rollback()
    else:
        session().commit()
        if stopped:
            flash(_("Stopped; the pairs are as they were before."))
    return redirect(url_for("pages.matching", slug=slug, uuid=uuid), 303)


@pages.post(f"{PATH}/<uuid:uuid>/choice")
@coordinator
def choose_in_matching(slug: str, uuid: UUID) -> Response:
    """Pin two people, keep them apart, or give somebody the next best."""
    programme, row = found(slug, uuid)
    act = [*request.form.get("act", "").split(" "), "", ""][:3]
    try:
        service.choose(
            session(),
            actor=actor(),
            now=context().clock.now(),
            row=row,
            version=request.form.get("version", 0, type=int),
            what=act[0],
            one=act[1],
            other=act[2],
        )
    except StaleEdit:
        session().rollback()
        programme, row = found(slug, uuid)
        return _page(programme, row, wanted=act, status=409)
    except UserError as error:
        session().rollback()
        flash(sentence(error))
    else:
        session().commit()
    here = url_for("pages.matching", slug=slug, uuid=uuid, _anchor=f"p-{act[1]}")
    return redirect(here, 303)


@pages.route(f"{PATH}/<uuid:uuid>/weights/", methods=["GET", "POST"])
@coordinator
def matching_weights(slug: str, uuid: UUID) -> Response:
    """What counts how much: a preset, or numbers of one's own."""
    programme, row = found(slug, uuid)
    form = ConfirmForm()
    typed, faults, theirs = words.weights_of(row), {}, []
    if form.validate_on_submit():
        typed = words.weights_typed(request.form)
        try:
            service.change_weights(
                session(),
                actor=actor(),
                now=context().clock.now(),
                row=row,
                version=request.form.get("version", 0, type=int),
                preset=typed["preset"],
                weights=service.weights_from(typed["weights"]) if typed["preset"] == OWN else None,
                fairest=typed["fairest"],
                again=typed["again"],
            )
        except WrongWeights as wrong:
            said = _("Write a number from 0 to a million, like 60.")
            faults = dict.fromkeys(wrong.faults, said)
        except StaleEdit:
            session().rollback()
            programme, row = found(slug, uuid)
            theirs = words.other_weights(row, typed)
        except UserError as error:
            session().rollback()
            programme, row = found(slug, uuid)
            faults = {error.field or "preset": sentence(error)}
        else:
            session().commit()
            flash(_("Saved. Find the pairs anew to see what it changes."))
            return redirect(url_for("pages.matching", slug=slug, uuid=uuid), 303)
    html = render_template(
        "matching/weights.html",
        programme=programme,
        row=row,
        form=form,
        typed=typed,
        faults=faults,
        theirs=theirs,
        presets=PRESETS,
        words=words,
        tabs=words.tabs(row),
    )
    return make_response(html, 409 if theirs else 422 if faults else 200)


@pages.route(f"{PATH}/<uuid:uuid>/publication/", methods=["GET", "POST"])
@coordinator
def publish_matching(slug: str, uuid: UUID) -> Response:
    """What publishing does, and doing it."""
    programme, row = found(slug, uuid)
    now, form, fault, status = context().clock.now(), ConfirmForm(), "", 200
    if row.state is MatchingState.PUBLISHED:  # pressed twice
        return redirect(url_for("pages.matching", slug=slug, uuid=uuid), 303)
    day = request.form.get("starts_on", f"{day_in_zone(now, programme.zone)}")
    if form.validate_on_submit():
        try:
            pairs = service.publish(
                session(),
                actor=actor(),
                now=now,
                row=row,
                version=request.form.get("version", 0, type=int),
                starts_on=_day(day),
            )
        except UserError as error:
            session().rollback()
            fault, status = sentence(error), 409 if isinstance(error, StaleEdit) else 422
            programme, row = found(slug, uuid)
        else:
            session().commit()
            count = len(pairs)
            flash(ngettext("%(num)d pair is published.", "%(num)d pairs are published.", count))
            return redirect(url_for("pages.pair_board", slug=slug, sort="since"), 303)
    seen = service.review(session(), row, now=now)
    html = render_template(
        "matching/publish.html",
        programme=programme,
        row=row,
        seen=seen,
        day=day,
        fault=fault,
        form=form,
        words=words,
        tabs=words.tabs(row),
    )
    return make_response(html, status)


def _earlier(seen: Review) -> Mapping[int, Sequence[Together]]:
    numbers = [person.id for person in seen.facts.people.values()]
    return pair_board.earlier_partners(session(), actor(), numbers)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError("Choose a day.", field="starts_on") from None


def _page(
    programme: Programme,
    row: Matching,
    *,
    wanted: list[str] | None = None,
    impossible: Impossible | None = None,
    status: int = 200,
) -> Response:
    now = context().clock.now()
    running = words.running(row)
    seen = None if running else service.review(session(), row, now=now)
    why = words.impossible_of(row, impossible, seen.facts.people) if seen else ""
    html = render_template(
        "matching/show.html",
        programme=programme,
        row=row,
        running=running,
        seen=seen,
        why=why,
        wanted=wanted,
        wanted_words=words.wanted(wanted, seen.facts.people) if wanted and seen else "",
        now=now,
        words=words,
        options=words.interests_of(row.form),
        known=_earlier(seen) if seen else {},
        board_words=pair_board_words,
        form=ConfirmForm(),
        tabs=words.tabs(row),
    )
    return make_response(html, status)
