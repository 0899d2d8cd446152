"""Groups at the meeting: taps on a phone, late arrivals, and the repair that follows."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, StaleEdit
from mmp.models.enums import SeatState
from mmp.services.breakouts import Place, meeting, place_of, repairing
from mmp.services.breakouts.meeting import Room, TappedMeanwhile
from mmp.web import breakout_meeting_words as words
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.texts import name_of

PATH = "/programmes/<handle:slug>/events/<handle:key>/agenda/<uuid:uuid>/groups"


@pages.get(f"{PATH}/meeting/")
@planner
def groups_meeting(slug: str, key: str, uuid: UUID) -> str:
    """Everybody's seat with a button for each thing that can be seen at the door."""
    room = room_at(slug, key, uuid)
    return render_template(
        "breakouts_meeting/show.html",
        gone={seat.id for seat in room.gone},
        proposal=repairing.propose(room),
        **of_room(room),
    )


@pages.post(f"{PATH}/meeting/seats/<uuid:seat>/")
@planner
def tap_seat(slug: str, key: str, uuid: UUID, seat: UUID) -> Response:
    """One tap."""
    place = _held(slug, key, uuid)
    seen, state = (_state(request.form.get(name, "")) for name in ("seen", "state"))
    try:
        meeting.tap(
            session(),
            actor=actor(),
            now=context().clock.now(),
            place=place,
            seat=seat,
            seen=seen,
            state=state,
        )
    except TappedMeanwhile as error:
        session().rollback()
        said = words.state(error.state)
        flash(_("Somebody else tapped “%(mark)s” meanwhile. Tap again to change it.", mark=said))
    session().commit()
    return _back(slug, key, uuid, f"s-{seat}")


@pages.post(f"{PATH}/meeting/arrivals/")
@planner
def seat_arrival(slug: str, key: str, uuid: UUID) -> Response:
    """Somebody of the list is there who has no seat."""
    place = _held(slug, key, uuid)
    try:
        person = UUID(request.form.get("person", ""))
    except ValueError:
        raise NotFound("There is no such person on the list.") from None
    now = context().clock.now()
    row = meeting.arrive(session(), actor=actor(), now=now, place=place, person=person)
    session().commit()
    flash(
        _(
            "%(name)s: %(group)s.",
            name=name_of(row.person).striptags(),
            group=words.group_name(row.group).striptags(),
        )
    )
    return _back(slug, key, uuid, f"s-{row.uuid}")


@pages.post(f"{PATH}/meeting/repair/")
@planner
def repair_groups(slug: str, key: str, uuid: UUID) -> Response:
    """Do what was proposed, if the groups are still as they were then."""
    place = _held(slug, key, uuid)
    try:
        repairing.apply_repair(
            session(),
            actor=actor(),
            now=context().clock.now(),
            place=place,
            seen=request.form.get("seen", ""),
        )
    except StaleEdit:
        session().rollback()
        flash(_("Meanwhile somebody came, went or was moved. Nothing was changed: look again."))
    else:
        session().commit()
        flash(_("Done. Their pages and calendars say the new group."))
    return _back(slug, key, uuid, "repair")


def room_at(slug: str, key: str, uuid: UUID) -> Room:
    """The groups as they were applied, where the actor may plan them."""
    return meeting.room_of(session(), place_of(session(), actor(), slug, key, uuid))


def of_room(room: Room) -> dict[str, Any]:
    """What every page of these groups shows."""
    return {
        "programme": room.place.programme,
        "event": room.place.event,
        "item": room.place.item,
        "room": room,
        "words": words,
        "around": around,
    }


def _held(slug: str, key: str, uuid: UUID) -> Place:
    return place_of(session(), actor(), slug, key, uuid, hold=True)


def _back(slug: str, key: str, uuid: UUID, anchor: str) -> Response:
    path = url_for("pages.groups_meeting", slug=slug, key=key, uuid=uuid, _anchor=anchor)
    return redirect(path, 303)


def _state(text: str) -> SeatState:
    return SeatState(text) if text in list(SeatState) else SeatState.PLANNED
