"""Rounds of matching: begin one, choose its people, and let it go."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.core.finding import search_form, wanted_words
from mmp.models import Matching, Programme
from mmp.models.enums import Region
from mmp.services import matching as service, pair_board
from mmp.services.matching import FIRST, SECOND, Choosable
from mmp.web import matching_words as words, pair_board_words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator
from mmp.web.pages import pages
from mmp.web.pair_board import PATH as PAIRS

PATH = f"{PAIRS}/matching"
_SIDE = "side-"


@pages.get(f"{PATH}/")
@coordinator
def matchings(slug: str) -> str:
    """All rounds of the programme."""
    programme = pair_board.programme_with_breaks(session(), actor(), slug)
    rows = service.rounds_of(session(), actor(), programme)
    return render_template(
        "matching/list.html", programme=programme, rows=rows, form=ConfirmForm(), words=words
    )


@pages.route(f"{PATH}/new/", methods=["GET", "POST"])
@coordinator
def new_matching(slug: str) -> Response:
    """Whom to match: those without a pair are chosen already."""
    programme = pair_board.programme_with_breaks(session(), actor(), slug)
    form = ConfirmForm()
    people = _choosable(programme)
    sides, fault = words.preselected(_looked_for(people)), ""
    sent = form.validate_on_submit()
    if sent:
        sides = _typed(people)
    if sent and not _narrowed():
        try:
            row = service.begin(
                session(),
                actor=actor(),
                now=context().clock.now(),
                programme=programme,
                uuid=_uuid(request.form.get("uuid")),
                sides=sides,
            )
        except UserError as error:
            session().rollback()
            programme = pair_board.programme_with_breaks(session(), actor(), slug)
            people, fault = _choosable(programme), sentence(error)
        else:
            session().commit()
            return redirect(url_for("pages.matching", slug=slug, uuid=row.uuid), 303)
    return _people_page(programme, None, people, sides, fault=fault, form=form)


@pages.route(f"{PATH}/<uuid:uuid>/people/", methods=["GET", "POST"])
@coordinator
def matching_people(slug: str, uuid: UUID) -> Response:
    """Who is in the round, and on which side."""
    programme, row = found(slug, uuid)
    form = ConfirmForm()
    sides: Mapping[str, int] = service.setup_of(row).sides
    fault, stale = "", False
    people = _choosable(programme)
    sent = form.validate_on_submit()
    if sent:
        sides = _typed(people)
    if sent and not _narrowed():
        try:
            service.change_people(
                session(),
                actor=actor(),
                now=context().clock.now(),
                row=row,
                version=request.form.get("version", 0, type=int),
                sides=sides,
            )
        except UserError as error:
            session().rollback()
            programme, row = found(slug, uuid)
            people = _choosable(programme)
            fault, stale = sentence(error), isinstance(error, StaleEdit)
        else:
            session().commit()
            flash(_("The people of the round are saved."))
            return redirect(url_for("pages.matching", slug=slug, uuid=uuid), 303)
    return _people_page(programme, row, people, sides, fault=fault, form=form, stale=stale)


@pages.post(f"{PATH}/<uuid:uuid>/removal")
@coordinator
def remove_matching(slug: str, uuid: UUID) -> Response:
    """Let a round go that was not published."""
    _programme, row = found(slug, uuid)
    try:
        service.remove(session(), actor=actor(), now=context().clock.now(), row=row)
    except UserError as error:
        session().rollback()
        flash(sentence(error))
        return redirect(url_for("pages.matching", slug=slug, uuid=uuid), 303)
    session().commit()
    flash(_("The round is gone, and so are the wishes given for it."))
    return redirect(url_for("pages.matchings", slug=slug), 303)


def found(slug: str, uuid: UUID) -> tuple[Programme, Matching]:
    """The programme and one of its rounds."""
    programme = pair_board.programme_with_breaks(session(), actor(), slug)
    return programme, service.round_of(session(), actor(), programme, uuid)


def _choosable(programme: Programme) -> list[Choosable]:
    now = context().clock.now()
    return service.choosable(session(), actor(), now=now, programme=programme)


def _looked_for(people: list[Choosable]) -> list[Choosable]:
    """Those who are asked for: by name, organisation and region."""
    wanted, region = wanted_words(request.values.get("q", "")), request.values.get("region", "")
    return [
        one
        for one in people
        if (region not in list(Region) or one.person.region == region)
        and all(word in _searched(one) for word in wanted)
    ]


def _searched(one: Choosable) -> str:
    organisation = one.person.organisation
    return search_form(one.person.search, organisation.search if organisation else "")


def _narrowed() -> bool:
    """Whether the list is only to be shown anew, with what is ticked in it."""
    return "show" in request.form


def _typed(people: list[Choosable]) -> dict[str, int]:
    """What is ticked, also of those who are not shown, unless they are to be left out."""
    sides = {
        name.removeprefix(_SIDE): int(value)
        for name, value in request.form.items()
        if name.startswith(_SIDE) and value in (str(FIRST), str(SECOND))
    }
    if "only_shown" not in request.form:
        return sides
    shown = {str(one.person.uuid) for one in _looked_for(people)}
    return {uuid: side for uuid, side in sides.items() if uuid in shown}


def _people_page(
    programme: Programme,
    row: Matching | None,
    people: list[Choosable],
    sides: Mapping[str, int],
    *,
    form: ConfirmForm,
    fault: str = "",
    stale: bool = False,
) -> Response:
    listed = sorted(_looked_for(people), key=lambda one: not one.free)
    numbers = [one.person.id for one in listed]
    html = render_template(
        "matching/people.html",
        programme=programme,
        row=row,
        listed=listed,
        hidden=[one for one in sides if one not in {str(each.person.uuid) for each in listed}],
        sides=sides,
        version=_version(row, stale=stale),
        theirs=words.other_people(row, people, sides) if row and stale else [],
        known=pair_board.earlier_partners(session(), actor(), numbers),
        uuid=row.uuid if row else _uuid(request.form.get("uuid")),
        regions=list(Region),
        fault="" if stale else fault,
        form=form,
        words=words,
        board_words=pair_board_words,
        tabs=words.tabs(row) if row else [],
    )
    return make_response(html, 409 if stale else 422 if fault else 200)


def _version(row: Matching | None, *, stale: bool) -> int:
    """The round as the list was first opened, however often it was narrowed since."""
    now = row.version if row else 0
    return now if stale else request.form.get("version", now, type=int)


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
