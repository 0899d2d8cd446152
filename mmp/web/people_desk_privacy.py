"""What coordinators do for somebody who asked: note a yes or no, discreet mode, erase them."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.models import Person, Programme
from mmp.models.enums import ConsentPurpose
from mmp.services import consents, desk, people as service, privacy
from mmp.web import people_desk_words as words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator, is_fresh
from mmp.web.pages import pages
from mmp.web.people_desk import PATH, programme, shared

OWN = f"{PATH}/<uuid:uuid>/privacy"


@pages.get(f"{OWN}/")
@coordinator
def person_privacy(slug: str, uuid: UUID) -> str:
    """What somebody agreed to, who says so, and discreet mode."""
    whole, found = _here(uuid)
    return render_template(
        "people_desk/privacy.html",
        **shared(whole),
        person=found,
        consents=consents.consents_of(session(), found),
        confirm=ConfirmForm(formdata=None),
    )


@pages.post(f"{OWN}/consents/<handle:purpose>/")
@coordinator
def note_consent(slug: str, uuid: UUID, purpose: str) -> Response:
    """Write down what one was told. It counts at once, and shows who wrote it down."""
    _whole, found = _here(uuid)
    name, given = purpose.replace("-", "_"), request.form.get("given", "")
    if name not in list(ConsentPurpose) or given not in ("yes", "no"):
        raise NotFound("There is no such page.")
    said = consents.say(
        session(),
        now=context().clock.now(),
        actor=desk.person_of(session(), actor()),
        person=found,
        purpose=ConsentPurpose(name),
        given=given == "yes",
    )
    session().commit()
    answer = _("yes") if given == "yes" else _("no")
    now = f"{words.consent(ConsentPurpose(name))}: {answer}"
    flash(now if said else _("Nothing has changed."))
    return redirect(url_for("pages.person_privacy", slug=slug, uuid=uuid, _anchor=name), 303)


@pages.post(f"{OWN}/discreet/")
@coordinator
def person_discreet(slug: str, uuid: UUID) -> Response:
    """Switch somebody's discreet mode."""
    _whole, found = _here(uuid)
    wanted = request.form.get("discreet", "")
    if wanted not in ("yes", "no"):
        raise NotFound("There is no such page.")
    changed = privacy.set_discreet(
        session(),
        now=context().clock.now(),
        actor=desk.person_of(session(), actor()),
        person=found,
        discreet=wanted == "yes",
    )
    session().commit()
    if changed:
        flash(_("Discreet mode is on.") if wanted == "yes" else _("Discreet mode is off."))
    return redirect(url_for("pages.person_privacy", slug=slug, uuid=uuid), 303)


@pages.get(f"{PATH}/<uuid:uuid>/erasure/")
@coordinator
def person_erasure(slug: str, uuid: UUID) -> Response:
    """What goes and what stays, before somebody is erased who asked for it."""
    return _erasure_page(*_here(uuid))


@pages.post(f"{PATH}/<uuid:uuid>/erasure/")
@coordinator
def erase_person(slug: str, uuid: UUID) -> Response:
    """Erase them, if the password was just given. Sent twice it is done once."""
    whole, back = programme(), url_for("pages.people", slug=slug)
    if service.is_erased_here(session(), whole, uuid):
        return redirect(back, 303)
    found = service.person_here(session(), actor(), whole, uuid)
    if not (is_fresh() and ConfirmForm().validate_on_submit()):
        return _erasure_page(whole, found)
    try:
        service.erase_person(session(), actor=actor(), now=context().clock.now(), person=found)
    except UserError as error:
        session().rollback()
        return _erasure_page(*_here(uuid), fault=sentence(error))
    session().commit()
    flash(_("They were erased, for good."))
    return redirect(back, 303)


def _here(uuid: UUID) -> tuple[Programme, Person]:
    whole = programme()
    return whole, service.person_here(session(), actor(), whole, uuid)


def _erasure_page(whole: Programme, found: Person, fault: str = "") -> Response:
    now = context().clock.now()
    refused = fault
    try:
        service.check_may_erase(session(), actor(), now=now, person=found)
    except UserError as error:
        refused = sentence(error)
    html = render_template(
        "people_desk/erasure.html",
        **shared(whole),
        person=found,
        found=None if refused else privacy.what_erasing_does(session(), now=now, person=found),
        refused=refused,
        form=ConfirmForm(),
        fresh=is_fresh(),
    )
    return make_response(html, 422 if fault else 200)
