"""What may be known of one: consents, discreet mode, everything held, mending it, being erased."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from flask import (
    Response as FlaskResponse,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.models import Person, Question
from mmp.models.enums import ConsentPurpose, Strength
from mmp.services import consents, privacy as service
from mmp.web import privacy_words as words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import FRESH, actor, is_fresh, signed_in
from mmp.web.pages import pages
from mmp.web.privacy_forms import AboutMeForm


@pages.get("/home/privacy/")
@signed_in
def own_privacy() -> str:
    """What one agreed to, and when; discreet mode; the ways to what is held."""
    person = _me()
    return render_template(
        "privacy/own.html",
        person=person,
        consents=consents.consents_of(session(), person),
        words=words,
        confirm=ConfirmForm(formdata=None),
    )


@pages.post("/home/privacy/consents/<handle:purpose>/")
@signed_in
def say_consent(purpose: str) -> Response:
    """Say yes or no to one purpose; it counts at once."""
    if purpose.replace("-", "_") not in list(ConsentPurpose):
        raise NotFound("There is no such page.")
    person, given = _me(), request.form.get("given") == "yes"
    consents.say(
        session(),
        now=context().clock.now(),
        actor=person,
        person=person,
        purpose=ConsentPurpose(purpose.replace("-", "_")),
        given=given,
    )
    session().commit()
    flash(_("Noted: yes.") if given else _("Noted: no. It counts from now on."))
    return redirect(url_for("pages.own_privacy"), 303)


@pages.post("/home/privacy/discreet/")
@signed_in
def own_discreet() -> Response:
    """Switch discreet mode."""
    person, wanted = _me(), request.form.get("discreet") == "yes"
    changed = service.set_discreet(
        session(), now=context().clock.now(), actor=person, person=person, discreet=wanted
    )
    session().commit()
    if changed:
        flash(_("Discreet mode is on.") if wanted else _("Discreet mode is off."))
    return redirect(url_for("pages.own_privacy"), 303)


@pages.get("/home/held/")
@signed_in
def own_held() -> str:
    """Everything held about one, for people to read."""
    held = service.held_about(session(), _me())
    asked = {row["question_id"] for row in held.get("answer", ())}
    questions = session().scalars(select(Question).where(Question.id.in_(asked)))
    return render_template(
        "privacy/held.html",
        held=held,
        questions={question.id: question for question in questions},
        words=words,
    )


@pages.get("/home/held.zip")
@signed_in
def own_held_file() -> FlaskResponse:
    """The same for machines: a JSON file, packed."""
    held = service.held_about(session(), _me())
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        file.writestr("held.json", json.dumps(held, ensure_ascii=False, indent=2))
    answer = FlaskResponse(packed.getvalue(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="held.zip"'
    return answer


@pages.route("/home/about-me/", methods=["GET", "POST"])
@signed_in
def own_facts() -> Response:
    """Mend what is kept."""
    person = _me()
    form = AboutMeForm.of(person)
    if form.validate_on_submit():
        try:
            service.correct(
                session(),
                now=context().clock.now(),
                actor=person,
                person=person,
                values=form.values(person),
            )
        except UserError as error:
            refuse(form, error)
        else:
            session().commit()
            flash(_("Saved."))
            return redirect(url_for("pages.own_privacy"), 303)
    html = render_template("privacy/facts.html", form=form)
    return make_response(html, 422 if form.errors else 200)


@pages.route("/home/erasure/", methods=["GET", "POST"])
@signed_in
def own_erasure() -> Response:
    """Be erased: what goes and what stays is said first, and it takes a fresh sign-in."""
    person, now = _me(), context().clock.now()
    found = service.what_erasing_does(session(), now=now, person=person)
    form, fresh = ConfirmForm(), came_just_now()
    if fresh and form.validate_on_submit():
        try:
            service.erase(session(), now=now, actor=person, person=person)
        except UserError as error:
            session().rollback()
            flash(sentence(error))
            return redirect(url_for("pages.own_erasure"), 303)
        session().commit()
        flash(_("You were erased. Thank you for having been here."))
        return redirect(url_for("pages.programmes"), 303)
    html = render_template(
        "privacy/erasure.html", found=found, form=form, fresh=fresh, person=person
    )
    return make_response(html)


def came_just_now() -> bool:
    """Whether the password was just given, or, by a link from the mail, they just came."""
    who = actor()
    if is_fresh() or who.signed_in_at is None:
        return is_fresh()
    just_now = timedelta(0) <= context().clock.now() - who.signed_in_at < FRESH
    return who.strength is Strength.LINK and just_now


def _me() -> Person:
    return session().get_one(Person, actor().person_id)
