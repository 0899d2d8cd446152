"""Two records of one person: found, looked at side by side, made one."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.models import Person, Programme
from mmp.services import people as service
from mmp.services.people import Standing, Wanted, merging
from mmp.web import people_desk_join_words as join_words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator
from mmp.web.pages import pages
from mmp.web.people_desk import PATH, programme, shared

MOST_OFFERED = 12


@pages.get(f"{PATH}/<uuid:uuid>/joining/")
@coordinator
def join_person(slug: str, uuid: UUID) -> Response:
    """Find the other record, then see all that would be joined; nothing is saved yet."""
    whole = programme()
    kept = service.person_here(session(), actor(), whole, uuid)
    other = _other(whole, request.args.get("with", ""))
    if other is None:
        return _page(whole, kept)
    try:
        merging.check_may_join(session(), actor(), other, kept)
    except UserError as error:
        return _page(whole, kept, fault=sentence(error), status=422)
    return _page(whole, kept, other)


@pages.post(f"{PATH}/<uuid:uuid>/joining/")
@coordinator
def join_two_people(slug: str, uuid: UUID) -> Response:
    """Make them one. Sent twice it is done once."""
    whole = programme()
    kept = service.person_here(session(), actor(), whole, uuid)
    named = request.form.get("with", "")
    if not ConfirmForm().validate_on_submit():
        raise NotFound("There is nobody like that here.")
    other = _other(whole, named)
    if other is None:
        if _is_done(named, kept):
            return redirect(url_for("pages.person", slug=slug, uuid=kept.uuid), 303)
        return _page(whole, kept, fault=_("Choose the other record first."), status=422)
    try:
        merging.join_people(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=whole,
            gone=other,
            kept=kept,
        )
    except UserError as error:
        session().rollback()
        whole = programme()
        kept = service.person_here(session(), actor(), whole, uuid)
        return _page(whole, kept, fault=sentence(error), status=422)
    session().commit()
    flash(_("The two records of %(name)s are one now.", name=kept.name))
    return redirect(url_for("pages.person", slug=slug, uuid=uuid), 303)


@pages.route(f"{PATH}/<uuid:uuid>/joining/<uuid:joined>/undoing/", methods=["GET", "POST"])
@coordinator
def take_people_apart(slug: str, uuid: UUID, joined: UUID) -> Response:
    """Say what comes back and what does not; then make them two again."""
    whole, now = programme(), context().clock.now()
    kept = service.person_here(session(), actor(), whole, uuid)
    form, fault = ConfirmForm(), ""
    try:
        found = merging.joining(session(), actor=actor(), now=now, person=kept, uuid=joined)
    except NotFound:
        raise
    except UserError as error:
        fault = sentence(error)
    else:
        if form.validate_on_submit():
            back = merging.take_apart(
                session(), actor=actor(), now=now, programme=whole, merge=found
            )
            session().commit()
            flash(_("They are two again. This is the one that came back."))
            return redirect(url_for("pages.person", slug=slug, uuid=back.uuid), 303)
    html = render_template(
        "people_desk/apart.html", **shared(whole), kept=kept, fault=fault, form=form
    )
    return make_response(html, 422 if fault else 200)


def _other(whole: Programme, named: str) -> Person | None:
    try:
        return service.person_here(session(), actor(), whole, UUID(named))
    except (ValueError, NotFound):
        return None


def _is_done(named: str, kept: Person) -> bool:
    try:
        return service.merged_into(session(), UUID(named)) == kept.uuid
    except ValueError:
        return False


def _page(
    whole: Programme,
    kept: Person,
    other: Person | None = None,
    *,
    fault: str = "",
    status: int = 200,
) -> Response:
    text = request.args.get("q", "").replace("\0", "").strip()[:200]
    offered: list[Person] = []
    if other is None:
        wanted = Wanted(text=text or kept.name.split()[-1], standing=Standing.EVERYBODY)
        found = service.find_people(session(), actor(), whole, wanted)
        offered = [row.person for row in found.rows if row.person.id != kept.id][:MOST_OFFERED]
    joining = merging.what_joins(session(), gone=other, kept=kept) if other else None
    html = render_template(
        "people_desk/join.html",
        **shared(whole),
        kept=kept,
        other=other,
        offered=offered,
        q=text,
        joining=joining,
        lines=join_words.lines(joining) if joining else [],
        fault=fault or (_("There is nobody like that here.") if _lost(other) else ""),
        form=ConfirmForm(formdata=None),
    )
    return make_response(html, status)


def _lost(other: Person | None) -> bool:
    return other is None and bool(request.args.get("with"))
