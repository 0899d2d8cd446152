"""Groups that leave the site: on paper for the door, and as a file for Zoom."""

from uuid import UUID

from flask import render_template
from werkzeug.wrappers import Response

from mmp.services.breakouts.zoom import MOST_PEOPLE, MOST_ROOMS, zoom_list
from mmp.web import breakout_meeting_words as words, spreadsheets
from mmp.web.breakout_meeting import PATH, of_room, room_at
from mmp.web.context import context, session
from mmp.web.guards import coordinator
from mmp.web.labels import N_
from mmp.web.pages import pages

WHY_LEFT = {
    "no_address": N_("No mail address is known."),
    "same_address": N_("Somebody else in these groups has the same address."),
    "calculates": N_("A spreadsheet would take the address for a formula."),
    "rooms": N_("Zoom takes no more than 100 rooms."),
    "people": N_("Zoom takes no more than 1,000 people."),
}


@pages.get(f"{PATH}/door/")
@coordinator
def groups_door(slug: str, key: str, uuid: UUID) -> str:
    """Who sits where, by name; then a page for each room. Everybody is named on it."""
    room = room_at(slug, key, uuid)
    expected = {seat.id for seat in room.sitting}
    return render_template(
        "breakouts_meeting/door.html",
        seats=[seat for seat in room.seats if seat.id in expected],
        expected=expected,
        now=context().clock.now(),
        **of_room(room),
    )


@pages.get(f"{PATH}/zoom/")
@coordinator
def groups_zoom(slug: str, key: str, uuid: UUID) -> str:
    """The file for Zoom, who is left, and everybody by room for placing by hand."""
    room = room_at(slug, key, uuid)
    return render_template(
        "breakouts_meeting/zoom.html",
        zoom=zoom_list(session(), room),
        why_left=WHY_LEFT,
        most_rooms=MOST_ROOMS,
        most_people=MOST_PEOPLE,
        **of_room(room),
    )


@pages.get(f"{PATH}/zoom.csv")
@coordinator
def groups_zoom_csv(slug: str, key: str, uuid: UUID) -> Response:
    """The file itself, without the mark of UTF-8, which Zoom would take for part of its head."""
    room = room_at(slug, key, uuid)
    names = {group.position: str(words.group_name(group).striptags()) for group in room.groups}
    lines = zoom_list(session(), room).lines(names)
    data = spreadsheets.as_csv(lines).removeprefix(b"\xef\xbb\xbf")
    kind = "text/csv; charset=utf-8"
    return spreadsheets.download(data, kind=kind, filename=f"{slug}-{key}-zoom.csv")
