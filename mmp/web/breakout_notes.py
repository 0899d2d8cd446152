"""What groups say: written by a rapporteur on a phone, read together by coordinators."""

from uuid import UUID

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import UserError
from mmp.core.texts import Translated
from mmp.models import AgendaItem, BreakoutGroup
from mmp.services.breakouts import notes as service
from mmp.services.breakouts.notes import FIELDS, WrittenMeanwhile
from mmp.web import breakout_meeting_words as words, clocks
from mmp.web.breakout_meeting import PATH, of_room, room_at
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.guards import actor, coordinator, signed_in
from mmp.web.labels import N_
from mmp.web.pages import pages

TITLES = {"points": N_("What we said"), "recommendation": N_("What we recommend")}
HELP = {
    "points": N_("A line for each point is enough."),
    "recommendation": N_("One or two sentences for the report."),
}


@pages.get("/my/groups/<uuid:uuid>/notes/")
@signed_in
def group_notes(uuid: UUID) -> Response:
    """The group's words, to be written or gone on with."""
    group = service.group_for_notes(session(), actor(), uuid)
    return _page(group, {name: getattr(group, name) for name in FIELDS})


@pages.post("/my/groups/<uuid:uuid>/notes/")
@signed_in
def write_notes(uuid: UUID) -> Response:
    """Keep them. The script sends them while one types and asks for JSON."""
    group = service.group_for_notes(session(), actor(), uuid, hold=True)
    typed = {name: request.form[name] for name in FIELDS if name in request.form}
    opened = {name: request.form.get(f"seen-{name}", "") for name in FIELDS}
    quick = request.accept_mimetypes.best == "application/json"
    faults: dict[str, str] = {}
    stale: WrittenMeanwhile | None = None
    try:
        service.write(
            session(),
            actor=actor(),
            now=context().clock.now(),
            group=group,
            texts=typed,
            opened=opened,
        )
    except WrittenMeanwhile as error:
        stale = error
        session().rollback()
    except UserError as error:
        faults[error.field or "points"] = sentence(error)
        session().rollback()
    else:
        session().commit()
    if quick:
        return _told(group, typed, faults, stale)
    if faults or stale:
        texts = {name: typed.get(name, getattr(group, name)) for name in FIELDS}
        return _page(group, texts, faults=faults, stale=stale)
    flash(_("Saved."))
    return redirect(url_for("pages.group_notes", uuid=uuid), 303)


@pages.get(f"{PATH}/notes/")
@coordinator
def groups_notes(slug: str, key: str, uuid: UUID) -> str:
    """What all groups of a break-out said."""
    room = room_at(slug, key, uuid)
    return render_template("breakouts_meeting/notes.html", titles=TITLES, **of_room(room))


def _page(
    group: BreakoutGroup,
    texts: dict[str, str],
    *,
    faults: dict[str, str] | None = None,
    stale: WrittenMeanwhile | None = None,
) -> Response:
    html = render_template(
        "breakouts_meeting/write.html",
        group=group,
        item=group.breakout.agenda_item,
        event=group.breakout.agenda_item.event,
        questions=_questions(group),
        readings=_hours(group.breakout.agenda_item),
        texts=texts,
        seen={name: service.seen(getattr(group, name)) for name in FIELDS},
        titles=TITLES,
        help=HELP,
        faults=faults or {},
        both=stale.fields if stale else (),
        words=words,
    )
    return make_response(html, 409 if stale else 422 if faults else 200)


def _questions(group: BreakoutGroup) -> list[Translated]:
    """The group's own, else that of all groups, else what the agenda asks there."""
    if question := group.question or group.breakout.question:
        return [question]
    return [one.text for one in group.breakout.agenda_item.guiding_questions]


def _hours(item: AgendaItem) -> clocks.Clocks | None:
    if item.starts_at is None or item.ends_at is None:
        return None
    return clocks.both(item.starts_at, item.ends_at, actor().zone, item.zone or item.event.zone)


def _told(
    group: BreakoutGroup,
    typed: dict[str, str],
    faults: dict[str, str],
    stale: WrittenMeanwhile | None,
) -> Response:
    """For the script: what is saved of what it has. A field that only somebody else changed keeps
    what it was when it was opened, or the next save would take theirs back."""
    saved = {name: service.seen(getattr(group, name)) for name in FIELDS}
    seen = {
        name: value
        for name, value in saved.items()
        if name in typed and value == service.seen(typed[name])
    }
    if stale:
        said = _("Somebody else wrote here meanwhile. Save, and both texts are shown.")
        return make_response(jsonify(said=said), 409)
    if faults:
        return make_response(jsonify(said=" ".join(faults.values())), 422)
    return make_response(jsonify(said=_("Saved."), seen=seen), 200)
