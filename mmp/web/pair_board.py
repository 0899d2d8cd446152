"""The board of pairs, the page of one, and a kind word in two clicks."""

from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import UserError
from mmp.core.pair_health import Health
from mmp.models import Pair, Programme
from mmp.models.enums import Region
from mmp.services import pair_board as service
from mmp.services.pair_board import Ended, Sort
from mmp.services.pair_talks.mails import is_neutral
from mmp.web import pair_board_words as words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import refuse
from mmp.web.guards import actor, coordinator, planner
from mmp.web.pages import pages
from mmp.web.pair_board_forms import NudgeForm, uuid_of, wanted_from

PATH = "/programmes/<handle:slug>/pairs"
_STATUS = {"stale": 409}


@pages.get(f"{PATH}/")
@planner
def pair_board(slug: str) -> str:
    """All pairs; what is looked at stands in the address."""
    programme = service.programme_with_breaks(session(), actor(), slug)
    now, wanted = context().clock.now(), wanted_from(request.args)
    return render_template(
        "pair_board/show.html",
        programme=programme,
        board=service.board(session(), actor(), now=now, programme=programme, wanted=wanted),
        wanted=wanted,
        coordinates=programme.id in actor().coordinates,
        healths=list(Health),
        regions=list(Region),
        endeds=list(Ended),
        sorts=list(Sort),
        now=now,
        words=words,
    )


@pages.get(f"{PATH}/<uuid:uuid>/")
@planner
def board_pair(slug: str, uuid: UUID) -> str:
    """One pair: how it does, who presented, what was done to it."""
    programme, pair = found(slug, uuid)
    now, coordinates = context().clock.now(), programme.id in actor().coordinates
    line, plenaries = service.line_of(session(), actor(), now=now, programme=programme, pair=pair)
    history = service.history_of(session(), pair) if coordinates else []
    return render_template(
        "pair_board/pair.html",
        programme=programme,
        pair=pair,
        line=line,
        plenaries=plenaries,
        history=history,
        named=service.people_named(session(), history),
        undo=next((one for one in history if str(one.uuid) == request.args.get("undo")), None),
        coordinates=coordinates,
        now=now,
        words=words,
    )


@pages.route(f"{PATH}/<uuid:uuid>/nudge/", methods=["GET", "POST"])
@coordinator
def nudge_pair(slug: str, uuid: UUID) -> Response:
    """Ask both, or one, how it is going: this page and its button."""
    programme, pair = found(slug, uuid)
    now = context().clock.now()
    line, plenaries = service.line_of(session(), actor(), now=now, programme=programme, pair=pair)
    form = NudgeForm(uuid=str(uuid4()), to=[str(one.uuid) for one in line.people if one.email])
    told = words.refusal_words(line.refused) if line.refused else ""
    if form.validate_on_submit():
        try:
            asked = service.nudge(
                session(),
                actor=actor(),
                now=now,
                pair=pair,
                uuid=uuid_of(form.uuid.data),
                to=form.chosen(),
                plenary=plenaries.next,
            )
        except UserError as error:
            session().rollback()
            told = "" if error.field else sentence(error)
            if error.field:
                refuse(form, error)
        else:
            session().commit()
            said = ", ".join(person.name for person in asked)
            flash(_("A mail is on its way to %(names)s.", names=said))
            return redirect(url_for("pages.pair_board", slug=slug), 303)
    html = render_template(
        "pair_board/nudge.html",
        programme=programme,
        pair=pair,
        line=line,
        plenaries=plenaries,
        neutral=is_neutral(pair),
        form=form,
        told=told,
        words=words,
    )
    return make_response(html, 422 if form.is_submitted() else 200)


def found(slug: str, uuid: UUID) -> tuple[Programme, Pair]:
    """The programme with its breaks, and one of its pairs."""
    programme = service.programme_with_breaks(session(), actor(), slug)
    return programme, service.pair_of(session(), actor(), programme, uuid)
