"""The board of break-out groups: plain forms and buttons; dragging is a shortcut for the same."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.services import breakouts as service
from mmp.services.breakouts import Move, MovedMeanwhile, Place
from mmp.web import breakouts_words as words
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.texts import name_of

PATH = "/programmes/<handle:slug>/events/<handle:key>/agenda/<uuid:uuid>/groups"


@pages.get(f"{PATH}/")
@planner
def breakout_board(slug: str, key: str, uuid: UUID) -> Response:
    """Groups as columns, people as cards; `?pick=` says whom one is about to move."""
    place = service.place_of(session(), actor(), slug, key, uuid)
    return board_page(place, picked=request.args.get("pick"))


@pages.post(f"{PATH}/moves")
@planner
def move_in_groups(slug: str, key: str, uuid: UUID) -> Response:
    """Somebody to another group, or in somebody's place."""
    place = _held(slug, key, uuid)
    form = request.form
    to, _colon, swap = form.get("onto", "").partition(":")
    wanted = Move(form.get("person", ""), _number(to, -1), _maybe(form.get("seen")), swap or None)
    try:
        moved = service.move(
            session(),
            actor=actor(),
            now=context().clock.now(),
            place=place,
            version=_number(form.get("version"), 0),
            move=wanted,
        )
    except MovedMeanwhile as error:
        session().rollback()
        place = service.place_of(session(), actor(), slug, key, uuid)
        return board_page(place, picked=wanted.person, stale=error)
    except UserError as error:
        return _told(place, error)
    session().commit()
    if len(moved) == 1:
        said = _("%(name)s is in group %(number)s now.", name=_name(moved[0]), number=wanted.to + 1)
        flash(said)
    elif moved:
        flash(
            _("%(one)s and %(other)s changed places.", one=_name(moved[0]), other=_name(moved[1]))
        )
    return _back(place, anchor=wanted.person)


@pages.post(f"{PATH}/locks")
@planner
def lock_in_groups(slug: str, key: str, uuid: UUID) -> Response:
    """Let somebody, or a whole group, stay in every search; or let them go again."""
    place = _held(slug, key, uuid)
    values: dict[str, Any] = {"actor": actor(), "now": context().clock.now(), "place": place}
    locks, frees = request.form.getlist("lock"), request.form.getlist("unlock")
    try:
        if locks:
            service.lock(session(), people=locks[0].split(","), locked=True, **values)
        elif frees:
            service.lock(session(), people=frees[0].split(","), locked=False, **values)
    except UserError as error:
        return _told(place, error)
    session().commit()
    return _back(place, anchor=(locks or frees or [""])[0].split(",")[0])


@pages.post(f"{PATH}/undoing")
@planner
def undo_in_groups(slug: str, key: str, uuid: UUID) -> Response:
    """The last step back."""
    return _act(slug, key, uuid, service.undo)


@pages.post(f"{PATH}/redoing")
@planner
def redo_in_groups(slug: str, key: str, uuid: UUID) -> Response:
    """The step again that was taken back last."""
    return _act(slug, key, uuid, service.redo)


@pages.post(f"{PATH}/search")
@planner
def search_groups(slug: str, key: str, uuid: UUID) -> Response:
    """Ask for a proposal around all who are locked."""
    return _act(slug, key, uuid, service.ask, empty=True)


@pages.post(f"{PATH}/search/end")
@planner
def end_group_search(slug: str, key: str, uuid: UUID) -> Response:
    """Take the best that was found so far."""
    place = _held(slug, key, uuid)
    service.end(session(), actor=actor(), now=context().clock.now(), place=place)
    session().commit()
    return _back(place)


@pages.post(f"{PATH}/application")
@planner
def apply_groups(slug: str, key: str, uuid: UUID) -> Response:
    """Let the draft be the groups."""
    return _act(slug, key, uuid, service.apply, said=_("These are the groups now."))


def _act(
    slug: str,
    key: str,
    uuid: UUID,
    verb: Callable[..., object],
    *,
    said: str = "",
    empty: bool = False,
) -> Response:
    """Something done to the whole draft, as it was seen."""
    place = _held(slug, key, uuid)
    version = _number(request.form.get("version"), 0)
    try:
        verb(session(), actor=actor(), now=context().clock.now(), place=place, version=version)
    except StaleEdit as error:
        session().rollback()
        place = service.place_of(session(), actor(), slug, key, uuid)
        return board_page(place, stale=error)
    except UserError as error:
        return _told(place, error)
    session().commit()
    if said:
        flash(said)
    return _back(place)


def board_page(
    place: Place, *, picked: str | None = None, stale: StaleEdit | None = None
) -> Response:
    """The board, or what to do first; 409 where somebody else was quicker."""
    board = None
    if place.breakout is not None:
        board = service.board_of(session(), place, picked=picked)
    html = render_template(
        "breakouts/board.html",
        programme=place.programme,
        event=place.event,
        item=place.item,
        breakout=place.breakout,
        board=board,
        on=board is not None and place.breakout is not None and service.is_on(place.breakout),
        stale=stale,
        told=sentence(stale) if stale else "",
        words=words,
        confirm=ConfirmForm(formdata=None),
        around=around,
    )
    return make_response(html, 409 if stale else 200)


def _held(slug: str, key: str, uuid: UUID) -> Place:
    return service.place_of(session(), actor(), slug, key, uuid, hold=True)


def _told(place: Place, error: UserError) -> Response:
    if isinstance(error, NotFound):
        raise error
    session().rollback()
    flash(sentence(error))
    return _back(place)


def _back(place: Place, anchor: str = "") -> Response:
    path = url_for(
        "pages.breakout_board",
        slug=place.programme.slug,
        key=place.event.key,
        uuid=place.item.uuid,
    )
    return redirect(f"{path}#p-{anchor}" if anchor else path, 303)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


def _maybe(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _name(person: Any) -> str:
    return str(name_of(person).striptags())
