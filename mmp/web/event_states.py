"""Publishing, cancelling, restoring, copying and deleting an event. Each asks once where others
would notice, naming who."""

from typing import Any
from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from mmp.core.errors import UserError
from mmp.models import Event
from mmp.models.enums import EventStatus
from mmp.services import event_edits as service
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.event_forms import CancelForm, CopyForm
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.slots_forms import time_asked

_EVENT = "/programmes/<handle:slug>/events/<handle:key>/"
_DELETED = "/programmes/<handle:slug>/deleted-events/"


@pages.post(_EVENT + "publication/")
@planner
def publish_event(slug: str, key: str) -> Response:
    """Let everybody see a draft."""
    event = _event(slug, key)
    if service.publish_event(session(), actor=actor(), now=context().clock.now(), event=event):
        flash(_("It is published: everybody can see it."))
    session().commit()
    return _to_event(slug, key)


@pages.route(_EVENT + "cancellation/", methods=["GET", "POST"])
@planner
def cancel_event(slug: str, key: str) -> Response:
    """Ask once, naming who is told; then cancel."""
    event = _event(slug, key)
    if event.status is not EventStatus.PUBLISHED:
        return _to_event(slug, key)
    form = CancelForm()
    if not form.validate_on_submit():
        return _page("event_edits/cancel.html", event, form=form, **_heard_by(event))
    told = service.cancel_event(
        session(),
        actor=actor(),
        now=context().clock.now(),
        event=event,
        reason=(form.reason.data or "").replace("\r\n", "\n").replace("\0", "").strip(),
    )
    session().commit()
    flash(_told(_("It is cancelled."), told))
    return _to_event(slug, key)


@pages.route(_EVENT + "restoration/", methods=["GET", "POST"])
@planner
def restore_event(slug: str, key: str) -> Response:
    """Ask once, naming who is told; then let a cancelled event take place after all."""
    event = _event(slug, key)
    if event.status is not EventStatus.CANCELLED:
        return _to_event(slug, key)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _page("event_edits/restore.html", event, form=form, **_heard_by(event))
    told = service.restore_event(session(), actor=actor(), now=context().clock.now(), event=event)
    session().commit()
    if told is not None:
        flash(_told(_("It takes place after all."), told))
    return _to_event(slug, key)


@pages.route(_EVENT + "copy/", methods=["GET", "POST"])
@planner
def copy_event(slug: str, key: str) -> Response:
    """A draft like this event, at another time."""
    event = _event(slug, key)
    taken = time_asked()
    form = CopyForm(data={"uuid": str(uuid4()), "first_day": taken[0][:10] if taken else None})
    if request.method == "GET" or not form.validate() or not _is_whole(form):
        return _page("event_edits/copy.html", event, form=form)
    try:
        copy = _copy(event, form)
    except IntegrityError:  # the same form, sent twice at once
        session().rollback()
        copy = _copy(_event(slug, key), form)
    flash(_("This is the copy, a draft."))
    values: dict[str, Any] = {"starts": taken[0], "minutes": taken[1]} if taken else {}
    return redirect(url_for("pages.edit_event", slug=slug, key=copy.key, **values), 303)


@pages.route(_EVENT + "deletion/", methods=["GET", "POST"])
@planner
def delete_event(slug: str, key: str) -> Response:
    """Ask once, naming what goes; then delete a draft."""
    event = _event(slug, key)
    form = ConfirmForm()
    if not form.validate_on_submit():
        listed = len(event.participations) if event.status is EventStatus.DRAFT else 0
        return _page("event_edits/delete.html", event, form=form, listed=listed)
    try:
        service.delete_draft(session(), actor=actor(), now=context().clock.now(), event=event)
    except UserError as error:
        session().rollback()
        flash(_(error.message))
        return _to_event(slug, key)
    session().commit()
    flash(_("The draft is deleted. You can bring it back here."))
    return redirect(url_for("pages.deleted_events", slug=slug), 303)


@pages.get(_DELETED)
@planner
def deleted_events(slug: str) -> str:
    """Drafts that were deleted, to be brought back."""
    programme = service.planned_programme(session(), actor=actor(), slug=slug)
    return render_template(
        "event_edits/deleted.html",
        programme=programme,
        entries=service.deleted_drafts(session(), actor=actor(), programme=programme),
    )


@pages.post(_DELETED + "<uuid:uuid>/restoration/")
@planner
def restore_draft(slug: str, uuid: UUID) -> Response:
    """Bring a deleted draft back."""
    event = service.restore_draft(
        session(),
        actor=actor(),
        now=context().clock.now(),
        programme=service.planned_programme(session(), actor=actor(), slug=slug),
        uuid=uuid,
    )
    session().commit()
    flash(_("The draft is back."))
    return _to_event(slug, event.key)


def _event(slug: str, key: str) -> Event:
    return service.editable_event(session(), actor=actor(), slug=slug, key=key)


def _copy(event: Event, form: CopyForm) -> Event:
    copy = service.copy_event(
        session(),
        actor=actor(),
        now=context().clock.now(),
        event=event,
        uuid=UUID(form.uuid.data),
        first_day=form.first_day.value,
        with_roles=form.with_roles.data,
        with_people=form.with_people.data,
    )
    session().commit()
    return copy


def _is_whole(form: CopyForm) -> bool:
    try:
        UUID(form.uuid.data or "")
    except ValueError:
        form.first_day.errors = [_("Load the page again, then save once more.")]
        return False
    if form.first_day.value is None:
        form.first_day.errors = [_("Give the day.")]
        return False
    return True


def _heard_by(event: Event) -> dict[str, Any]:
    """Who is told by mail, who would be with an address, and who is not invited yet."""
    over = event.ends_at <= context().clock.now()
    strangers = [] if over else service.not_invited(session(), event)
    known = [] if over else service.listeners(session(), event)
    known = [person for person in known if person not in strangers]
    return {
        "people": [person for person in known if person.email],
        "unreachable": [person for person in known if not person.email],
        "strangers": strangers,
        "over": over,
    }


def _told(sentence: str, count: int | None) -> str:
    if not count:
        return sentence
    mails = ngettext("%(num)s person is told by mail.", "%(num)s people are told by mail.", count)
    return f"{sentence} {mails}"


def _to_event(slug: str, key: str) -> Response:
    return redirect(url_for("pages.edit_event", slug=slug, key=key), 303)


def _page(template: str, event: Event, *, form: Any, **values: Any) -> Response:
    html = render_template(
        template, programme=event.programme, event=event, form=form, around=around, **values
    )
    return make_response(html, 422 if form.errors else 200)
