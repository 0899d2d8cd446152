"""One person: their page, and the forms that make and change them."""

from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from mmp.core.countries import countries, locale_of, region_of, zone_of
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import Person, Programme
from mmp.models.enums import Gender, MembershipRole, MembershipStatus
from mmp.services import people as service
from mmp.services.people import AddressTaken, PersonValues
from mmp.web import outbox_words, people_desk_words as words
from mmp.web.context import context, session
from mmp.web.forms import faulty, refuse
from mmp.web.guards import actor, coordinator, planner
from mmp.web.pages import pages
from mmp.web.people_desk import PATH, programme, shared, undo_of
from mmp.web.people_desk_forms import AlumniForm, PersonForm


@pages.get(f"{PATH}/<uuid:uuid>/")
@planner
def person(slug: str, uuid: UUID) -> Response:
    """Everything about one person; a record that became part of another leads on to it."""
    whole = programme()
    try:
        found = service.person_here(session(), actor(), whole, uuid)
    except NotFound:
        into = service.merged_into(session(), uuid)
        if into is None:
            raise
        service.person_here(session(), actor(), whole, into)  # else it is not there for them
        return redirect(
            url_for("pages.person", slug=slug, uuid=into), 302
        )  # they may be taken apart
    html = render_template(
        "people_desk/person.html",
        **shared(whole),
        person=found,
        whole=service.whole(session(), actor(), whole, found, now=context().clock.now()),
        mail_words=outbox_words,
        now=context().clock.now(),
        undo=undo_of(whole),
    )
    return make_response(html)


@pages.route(f"{PATH}/new/", methods=["GET", "POST"])
@coordinator
def new_person(slug: str) -> Response:
    """Somebody new."""
    whole = programme()
    form = PersonForm(uuid=str(uuid4()))
    if request.method == "GET":
        form.roles.data = [MembershipRole.MENTOR.value]
        form.region.data = form.region.data or "other"
        form.gender.data = Gender.NOT_STATED.value
        return _form_page(whole, form)
    if not form.validate():
        return _form_page(whole, form)
    try:
        made = _create(whole, form)
    except UserError as error:
        session().rollback()
        return _refused(programme(), form, error)
    flash(_("%(name)s is saved.", name=made.name))
    return redirect(url_for("pages.person", slug=slug, uuid=made.uuid), 303)


@pages.route(f"{PATH}/<uuid:uuid>/edit/", methods=["GET", "POST"])
@coordinator
def edit_person(slug: str, uuid: UUID) -> Response:
    """All that coordinators may change of somebody."""
    whole = programme()
    found = service.person_here(session(), actor(), whole, uuid)
    form = PersonForm()
    if request.method == "GET":
        form.fill(found, _roles(whole, found))
        return _form_page(whole, form, found)
    if not form.validate():
        return _form_page(whole, form, found)
    try:
        undo = _change(whole, form, found)
    except StaleEdit:
        session().rollback()
        return _stale(slug, uuid, form)
    except (UserError, IntegrityError) as error:
        session().rollback()
        whole = programme()
        found = service.person_here(session(), actor(), whole, uuid)
        if isinstance(error, IntegrityError):
            error = UserError("Somebody has just taken this address; look again.", field="email")
        return _refused(whole, form, error, found)
    if undo is None:
        flash(_("Nothing has changed."))
    return redirect(url_for("pages.person", slug=slug, uuid=uuid, undo=undo), 303)


@pages.post(f"{PATH}/<uuid:uuid>/return")
@coordinator
def return_person(slug: str, uuid: UUID) -> Response:
    """Take somebody in again who left."""
    whole = programme()
    found = service.person_here(session(), actor(), whole, uuid)
    undo = service.come_back(
        session(), actor=actor(), now=context().clock.now(), programme=whole, person=found
    )
    session().commit()
    return redirect(url_for("pages.person", slug=slug, uuid=uuid, undo=undo), 303)


@pages.route(f"{PATH}/<uuid:uuid>/alumni/", methods=["GET", "POST"])
@coordinator
def make_alumni(slug: str, uuid: UUID) -> Response:
    """Somebody becomes alumna or alumnus, and may be written to if they agreed."""
    whole = programme()
    found = service.person_here(session(), actor(), whole, uuid)
    form = AlumniForm()
    if form.validate_on_submit():
        try:
            undo = service.make_alumni(
                session(),
                actor=actor(),
                now=context().clock.now(),
                programme=whole,
                person=found,
                agreed=form.answer(),
            )
        except UserError as error:
            refuse(form, error)
        else:
            session().commit()
            return redirect(url_for("pages.person", slug=slug, uuid=uuid, undo=undo), 303)
    html = render_template("people_desk/alumni.html", **shared(whole), person=found, form=form)
    return make_response(html, 422 if form.errors else 200)


def _values(whole: Programme, form: PersonForm) -> PersonValues:
    """What was typed; what was left open follows from the country."""
    code = form.country.data or None
    zone = (zone_of(code) if code else None) or whole.zone
    return form.values(zone, locale_of(code, form.spoken()))


def _create(whole: Programme, form: PersonForm) -> Person:
    uuid = _uuid(form.uuid.data)
    values, now = _values(whole, form), context().clock.now()
    common = {"actor": actor(), "now": now, "uuid": uuid, "values": values}
    try:
        made = service.create_person(session(), programme=whole, **common)  # type: ignore[arg-type]  # as named
        session().commit()
    except IntegrityError:  # the same form, sent twice at once
        session().rollback()
        made = service.create_person(session(), programme=programme(), **common)  # type: ignore[arg-type]  # as named
        session().commit()
    return made


def _change(whole: Programme, form: PersonForm, found: Person) -> UUID | None:
    swap = request.form.get("swap", "")
    other = None
    if swap:
        other = service.person_here(session(), actor(), whole, _uuid(swap))
    version = form.version.data or ""
    undo = service.change_person(
        session(),
        actor=actor(),
        now=context().clock.now(),
        programme=whole,
        person=found,
        version=int(version[:9]) if version.isascii() and version.isdigit() else 0,
        values=_values(whole, form),
        swap_with=other,
    )
    session().commit()
    return undo


def _roles(whole: Programme, found: Person) -> frozenset[MembershipRole]:
    rows = service.roles_in(session(), whole, found)
    return frozenset(row.role for row in rows if row.status is MembershipStatus.ACTIVE)


def _stale(slug: str, uuid: UUID, form: PersonForm) -> Response:
    whole = programme()
    found = service.person_here(session(), actor(), whole, uuid)
    theirs = words.differences(found, sorted(_roles(whole, found)), form)
    form.version.raw_data = None
    form.version.data = str(found.version)
    return _form_page(whole, form, found, theirs=theirs)


def _refused(
    whole: Programme, form: PersonForm, error: UserError, found: Person | None = None
) -> Response:
    refuse(form, error)
    owner = error.owner if isinstance(error, AddressTaken) else None
    return _form_page(whole, form, found, owner=owner)


def _form_page(
    whole: Programme,
    form: PersonForm,
    found: Person | None = None,
    *,
    theirs: list[tuple[str, str, str]] | None = None,
    owner: Person | None = None,
) -> Response:
    form.offer()
    html = render_template(
        "people_desk/edit.html",
        **shared(whole),
        form=form,
        person=found,
        theirs=theirs or [],
        owner=owner,
        wrong=faulty(form),
        places={code: [region_of(code), zone_of(code) or ""] for code in countries()},
    )
    return make_response(html, 409 if theirs else 422 if form.errors else 200)


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise NotFound("There is nobody like that here.") from error
