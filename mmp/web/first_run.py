"""The first visit: an account, a test mail to oneself, a programme."""

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from mmp.adapters.translations import LANGUAGES
from mmp.core import zones
from mmp.core.countries import EUROPE, MENA
from mmp.core.errors import NotFound, ProblemsFound, UserError
from mmp.models import Person, Programme
from mmp.models.enums import Strength
from mmp.services import first_run as service, sign_in as links
from mmp.web.account_forms import FirstAccountForm, FirstProgrammeForm, LinkForm
from mmp.web.context import context, session
from mmp.web.door import TRIES_BY_ADDRESS, door, let_in, limited
from mmp.web.forms import refuse
from mmp.web.guards import actor, is_fresh, public, signed_in
from mmp.web.headers import keep_secret
from mmp.web.labels import language_name
from mmp.web.pages import pages

_MOST_PROBLEMS = 50


@pages.route("/first-run/<token>/", methods=["GET", "POST"])
@public
def first_run(token: str) -> Response:
    """The first account. The address is printed where the program was started."""
    now = context().clock.now()
    try:
        link = links.first_run_link(session(), now=now, token=token)
    except NotFound:
        return _page("sign_in/spent.html", LinkForm(formdata=None), status=410, next=None)
    form = FirstAccountForm(zone="Europe/Stockholm")
    form.zone.choices = _zones()
    if not form.validate_on_submit():
        return _page("sign_in/first_run.html", form)
    limited(TRIES_BY_ADDRESS)
    try:
        person = service.make_first_account(
            session(),
            now=now,
            passwords=door().passwords,
            link=link,
            name=form.name.data,
            email=form.email.data,
            zone=form.zone.data,
            locale=g.language,
            password=form.password.data,
        )
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return _page("sign_in/first_run.html", form)
    asks_codes = door().asks_codes
    let_in(person, Strength.LINK if asks_codes else Strength.STRONG, confirmed=True)
    session().commit()
    kept = _("Mail is kept in this installation, none is sent.")
    flash(kept if context().mail_is_kept else _("A test mail to you is on its way."))
    after = url_for("pages.first_programme").removeprefix(request.script_root)
    if asks_codes:
        return keep_secret(redirect(url_for("pages.codes", next=after), 303))
    return keep_secret(redirect(url_for("pages.first_programme"), 303))


@pages.route("/first-run/programme/", methods=["GET", "POST"])
@signed_in
def first_programme() -> Response:
    """The first programme: empty, from a file, or the demo's."""
    if not service.is_empty(session()) or not actor().has_password:
        raise NotFound("There is no such page.")
    if not (actor().strong and is_fresh()):
        return redirect(url_for("pages.proof", next=request.path))
    form = FirstProgrammeForm(way="empty", zone=actor().zone, languages=[g.language])
    form.zone.choices = _zones()
    form.languages.choices = [(code, language_name(code)) for code in LANGUAGES]
    if not form.validate_on_submit():
        return _page("sign_in/first_programme.html", form)
    person = session().get(Person, actor().person_id)
    assert person is not None  # the guard
    try:
        programme = _start(form, person)
    except ProblemsFound as error:
        session().rollback()
        lines = [str(problem) for problem in error.problems[:_MOST_PROBLEMS]]
        return _page("sign_in/first_programme.html", form, status=422, problems=lines)
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return _page("sign_in/first_programme.html", form)
    session().commit()
    return redirect(url_for("pages.desk", slug=programme.slug), 303)


def _start(form: FirstProgrammeForm, person: Person) -> Programme:
    now, store = context().clock.now(), context().documents
    if form.way.data == "demo":
        return service.start_demo(session(), now=now, actor=person, store=store)
    if form.way.data == "file":
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise UserError("Choose a programme file.", field="way")
        return service.start_from_file(
            session(),
            now=now,
            actor=person,
            data=sent.stream.read(),  # no more than any request may hold
            file=sent.filename[:100],
            store=store,
        )
    return service.start_empty(
        session(),
        now=now,
        actor=person,
        name=form.name.data or "",
        slug=form.slug.data or "",
        zone=form.zone.data,
        language=g.language,
        languages=form.languages.data or [],
    )


def _zones() -> list[SelectChoice]:
    """The zones people live in, by continent and city; those of Europe, the Middle East and North
    Africa first."""
    far = {name: (MENA | EUROPE).isdisjoint(codes) for name, codes in zones.current_zones().items()}
    names = sorted(far, key=lambda name: (far[name], name))
    return [SelectChoice(name, name.replace("_", " ")) for name in names]


def _page(template: str, form: Any, status: int = 200, **values: Any) -> Response:
    status = 422 if form.errors else status
    return keep_secret(make_response(render_template(template, form=form, **values), status))
