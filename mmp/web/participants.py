"""Who is on an event's list: adding, changing, taking off, and the list as a file."""

from uuid import UUID

from flask import (
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.models import Event, Person
from mmp.models.enums import Entry
from mmp.services import desk, participants as service
from mmp.services.balance import coming
from mmp.services.permissions import sees_travel
from mmp.web import answer_picture
from mmp.web.balance_picture import balance
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.errors import sentence
from mmp.web.forms import refuse
from mmp.web.guards import actor, planner
from mmp.web.languages import is_rtl
from mmp.web.pages import pages
from mmp.web.participants_forms import AddPeopleForm, ManyForm, ParticipationForm
from mmp.web.participants_words import counts, line_of, taken, what_changed
from mmp.web.undo import undone

_PATH = "/programmes/<handle:slug>/events/<handle:key>/people"
MOST_SHOWN = 20


@pages.get(f"{_PATH}/")
@planner
def participants(slug: str, key: str) -> Response:
    """The list, its figures, and the ways to add to it."""
    event = desk.planned_event(session(), actor(), slug, key)
    return people_page(event)


@pages.post(f"{_PATH}/")
@planner
def add_participants(slug: str, key: str) -> Response:
    """Put people on the list; a pasted list counts as a whole or not at all."""
    event = desk.planned_event(session(), actor(), slug, key)
    form = AddPeopleForm()
    if not form.validate_on_submit():
        return people_page(event, form)
    try:
        people = _chosen(event, form)
    except UserError as error:
        refuse(form, error)
        return people_page(event, form)
    if "preview" in request.form:
        return people_page(event, form, found=people)
    number = service.add_people(
        session(),
        actor=actor(),
        now=context().clock.now(),
        event=event,
        people=people,
        entry=Entry(form.entry.data),
    )
    session().commit()
    flash(
        ngettext(
            "%(num)d person came onto the list. Nobody was mailed.",
            "%(num)d people came onto the list. Nobody was mailed.",
            number,
        )
    )
    return redirect(url_for("pages.participants", slug=slug, key=key), 303)


@pages.route(f"{_PATH}/<uuid:uuid>/", methods=["GET", "POST"])
@planner
def edit_participant(slug: str, key: str, uuid: UUID) -> Response:
    """One line of the list."""
    event = desk.planned_event(session(), actor(), slug, key)
    row = service.participation(session(), actor(), event, uuid)
    form = ParticipationForm(obj=row)
    theirs: list[tuple[str, str, str]] = []
    if form.validate_on_submit():
        try:
            service.change_participation(
                session(),
                actor=actor(),
                now=context().clock.now(),
                event=event,
                row=row,
                version=form.version.data or 0,
                values=form.values(),
            )
        except StaleEdit:
            theirs = what_changed(row, form)
            form.version.raw_data = None
            form.version.data = row.version
        else:
            session().commit()
            flash(_("%(name)s is saved.", name=row.person.name))
            return redirect(url_for("pages.participants", slug=slug, key=key), 303)
    html = render_template(
        "participants/edit.html",
        event=event,
        programme=event.programme,
        row=row,
        form=form,
        theirs=theirs,
        around=around,
        sees_notes=sees_travel(actor(), event.programme_id),
    )
    return make_response(html, 409 if theirs else 422 if form.errors else 200)


@pages.post(f"{_PATH}/<uuid:uuid>/removal")
@planner
def remove_participant(slug: str, key: str, uuid: UUID) -> Response:
    """Take someone off the list."""
    event = desk.planned_event(session(), actor(), slug, key)
    row = service.participation(session(), actor(), event, uuid)
    try:
        removed = service.remove(
            session(), actor=actor(), now=context().clock.now(), event=event, row=row
        )
    except UserError as error:
        flash(sentence(error))
        return redirect(url_for("pages.participants", slug=slug, key=key), 303)
    session().commit()
    return redirect(url_for("pages.participants", slug=slug, key=key, undo=removed), 303)


@pages.post(f"{_PATH}/removals/<uuid:uuid>/undoing")
@planner
def restore_participant(slug: str, key: str, uuid: UUID) -> Response:
    """Put someone back on the list, with those who were taken off at once."""
    event = desk.planned_event(session(), actor(), slug, key)
    rows = service.restore(
        session(), actor=actor(), now=context().clock.now(), event=event, removed=uuid
    )
    session().commit()
    if len(rows) == 1:
        flash(_("%(name)s is back on the list.", name=rows[0].person.name))
    else:
        flash(
            ngettext(
                "%(num)d person is back on the list.",
                "%(num)d people are back on the list.",
                len(rows),
            )
        )
    return redirect(url_for("pages.participants", slug=slug, key=key), 303)


def _chosen(event: Event, form: AddPeopleForm) -> list[Person]:
    """Everybody the form means. Raises UserError (fields `pasted`, `person`)."""
    filters = form.filters()
    people = list(service.members_in(session(), event, *filters)) if any(filters) else []
    named = service.named_people(session(), actor(), event, form.pasted.data or "")
    if named.unknown:
        raise UserError(
            "Nobody of this programme is found by: %(lines)s. Correct that, or leave it out.",
            field="pasted",
            lines=few(named.unknown),
        )
    if named.several:
        raise UserError(
            "Several people are called so; give their addresses instead: %(lines)s.",
            field="pasted",
            lines=few(named.several),
        )
    people += named.people
    if form.person.data:
        by_uuid = {
            str(one.uuid): one for one in service.people_to_choose(session(), actor(), event)
        }
        if form.person.data in by_uuid:
            people.append(by_uuid[form.person.data])
    if not (any(filters) or people):
        raise UserError(
            "Choose a role, a region or a country, paste a list or choose a person.", field="roles"
        )
    return people


def few(lines: list[str]) -> str:
    """The first of these, for a sentence."""
    return ", ".join(line[:80] for line in lines[:MOST_SHOWN])


def people_page(
    event: Event,
    form: AddPeopleForm | None = None,
    *,
    found: list[Person] | None = None,
    many: ManyForm | None = None,
) -> Response:
    """The page of the list. `found` are those whom adding would mean, where only that is asked."""
    form = form or AddPeopleForm(formdata=None)
    rows = service.listed(session(), actor(), event)
    free = service.people_to_choose(session(), actor(), event)
    form.offer(free, (one.row.person for one in rows))
    undo = undone(event, "participation")
    new = service.not_listed(session(), event, found) if found else []
    now_coming = coming([one.row for one in rows])
    html = render_template(
        "participants/show.html",
        event=event,
        programme=event.programme,
        rows=rows,
        counts=counts(rows),
        unseen=service.unseen(session(), actor(), event),
        waiting=line_of(rows, event),
        taken=taken(rows, event),
        picture=answer_picture.picture(
            event, (one.row for one in rows), now=context().clock.now(), rtl=is_rtl()
        ),
        elsewhere=service.elsewhere(session(), actor(), event),
        plans=actor().plans,
        sees_notes=sees_travel(actor(), event.programme_id),
        form=form,
        found=found,
        coming=new,
        balance=balance([*now_coming, *new], now_coming if new else None),
        many=many or ManyForm(formdata=None),
        ticked=set(many.lines()) if many else _ticked(rows, request.args.get("tick", "")),
        around=around,
        undo=undo,
        undo_count=len(desk.removals(session(), of=event, kind=undo.kind, uuid=undo.uuid))
        if undo
        else 0,
    )
    faulty = form.errors or (many and many.errors)
    return make_response(html, 422 if faulty else 200)


def _ticked(rows: list[service.Listed], wanted: str) -> set[UUID]:
    """Whom the page ticks by itself: everybody, or those with one answer."""
    return {one.row.uuid for one in rows if wanted in ("all", one.row.partstat.value)}
