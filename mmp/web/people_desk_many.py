"""What is done to everybody who is ticked in the table, or to all who match."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.models import Person, Programme
from mmp.services import desk, people as service
from mmp.web import texts
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, coordinator, planner
from mmp.web.pages import pages
from mmp.web.people_desk import PATH, programme, shared, table_page
from mmp.web.people_desk_filters import address_of, wanted_from
from mmp.web.people_desk_forms import LeaveForm, uuids_in


@pages.post(f"{PATH}/invitations/")
@planner
def invite_people(slug: str) -> Response:
    """Put them on an event's list; the invitation itself is looked at and sent from its page."""
    whole = programme()
    key = request.form.get("event", "")
    try:
        if not key:
            raise UserError("Choose the event first.", field="event")
        event = desk.planned_event(session(), actor(), slug, key)
        now = context().clock.now()
        number = service.put_on_list(
            session(), actor=actor(), now=now, event=event, people=_meant(whole)
        )
    except NotFound:
        raise
    except UserError as error:
        return table_page(whole, error)
    session().commit()
    flash(
        ngettext(
            "%(num)d person came onto the list. Nobody was mailed.",
            "%(num)d people came onto the list. Nobody was mailed.",
            number,
        )
    )
    return redirect(url_for("pages.invitations", slug=slug, key=key), 303)


@pages.post(f"{PATH}/messages/")
@coordinator
def write_to_people(slug: str) -> Response:
    """A draft to them, to be written further; nobody is mailed."""
    whole = programme()
    try:
        message = service.draft_message(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=whole,
            people=_meant(whole),
            subject=texts.plain(whole.name),
            text=_("Dear {{ name }},"),
            language=texts.language(),
        )
    except UserError as error:
        return table_page(whole, error)
    session().commit()
    return redirect(url_for("pages.edit_message", slug=slug, uuid=message.uuid), 303)


@pages.post(f"{PATH}/tags/")
@coordinator
def tag_people(slug: str) -> Response:
    """Give them a tag, or take it away."""
    whole = programme()
    act = service.untag_people if "untag" in request.form else service.tag_people
    try:
        people = _meant(whole)
        service.check_some(people)
        done = act(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=whole,
            people=people,
            tag=request.form.get("tag", ""),
        )
    except UserError as error:
        return table_page(whole, error)
    session().commit()
    if done.undo is None:
        flash(_("Nothing has changed."))
    return _back(slug, done.undo)


@pages.get(f"{PATH}/<uuid:uuid>/leaving/")
@coordinator
def person_leaves(slug: str, uuid: UUID) -> Response:
    """What follows when one person leaves."""
    whole = programme()
    found = service.person_here(session(), actor(), whole, uuid)
    return _leave_page(whole, [found], LeaveForm(formdata=None))


@pages.post(f"{PATH}/leaving/")
@coordinator
def people_leave(slug: str) -> Response:
    """First what would follow, by name; with `confirmed` it is done."""
    whole = programme()
    form = LeaveForm()
    try:
        people = _meant(whole)
        service.check_some(people)
    except UserError as error:
        return table_page(whole, error)
    if "confirmed" not in request.form or not form.validate():
        return _leave_page(whole, people, form)
    try:
        done = service.leave(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=whole,
            people=people,
            on=form.on.value,
            reason=form.reason.data or "",
            usual_reason=_("Left the programme"),
        )
    except UserError as error:
        if error.field == "roles":
            error.field = "reason"
        refuse(form, error)
        session().rollback()
        whole = programme()
        return _leave_page(whole, _meant(whole), form)
    session().commit()
    if len(people) == 1:
        address = url_for("pages.person", slug=slug, uuid=people[0].uuid, undo=done.undo)
        return redirect(address, 303)
    return _back(slug, done.undo)


@pages.post(f"{PATH}/undoing/<uuid:uuid>")
@coordinator
def undo_people(slug: str, uuid: UUID) -> Response:
    """Take back what was done, to all whom it was done to at once."""
    whole = programme()
    if not ConfirmForm().validate_on_submit():
        raise NotFound("There is nothing to put back.")
    try:
        people = service.undo(
            session(), actor=actor(), now=context().clock.now(), programme=whole, uuid=uuid
        )
    except NotFound:
        raise
    except UserError as error:
        session().rollback()
        flash(sentence(error))
        return _back(slug)
    session().commit()
    if len(people) == 1:
        flash(_("%(name)s is as before.", name=people[0].name))
        return redirect(url_for("pages.person", slug=slug, uuid=people[0].uuid), 303)
    flash(ngettext("%(num)d person is as before.", "%(num)d people are as before.", len(people)))
    return _back(slug)


def _meant(whole: Programme) -> list[Person]:
    """Those whom a page named, else all who match, else those who are ticked."""
    if named := request.form.get("people"):
        return service.meant(session(), actor(), whole, uuids=uuids_in(named))
    if "everyone" in request.form:
        return service.meant(session(), actor(), whole, wanted=wanted_from(request.args))
    ticked = uuids_in(" ".join(request.form.getlist("ticked")))
    return service.meant(session(), actor(), whole, uuids=ticked)


def _leave_page(whole: Programme, people: list[Person], form: LeaveForm) -> Response:
    form.people.raw_data = None
    form.people.data = ",".join(str(one.uuid) for one in people)
    now = context().clock.now()
    html = render_template(
        "people_desk/leave.html",
        **shared(whole),
        form=form,
        follows=service.what_follows(session(), now=now, programme=whole, people=people),
    )
    return make_response(html, 422 if form.errors else 200)


def _back(slug: str, undo: UUID | None = None) -> Response:
    """To the table as it was."""
    filters = address_of(wanted_from(request.args))
    return redirect(url_for("pages.people", slug=slug, **filters, undo=undo), 303)  # type: ignore[arg-type]  # as named
