"""A new mail address: asked for on one's own page, confirmed and stopped from mailboxes."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.models import Person
from mmp.services import new_address as service
from mmp.web.account_forms import NewAddressForm
from mmp.web.context import context, session
from mmp.web.door import LINKS_BY_ACCOUNT, LINKS_BY_ADDRESS, TRIES_BY_ADDRESS, door, limited
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, public, signed_in
from mmp.web.headers import keep_secret
from mmp.web.pages import pages
from mmp.web.privacy import came_just_now


@pages.route("/home/address/", methods=["GET", "POST"])
@signed_in
def own_address() -> Response:
    """Ask for another address; whether somebody has it already shows in nothing."""
    now, person = context().clock.now(), session().get_one(Person, actor().person_id)
    form, fresh = NewAddressForm(), came_just_now()
    if fresh and form.validate_on_submit():
        limited(LINKS_BY_ADDRESS)
        limited(LINKS_BY_ACCOUNT, f"new address {person.id}")
        limited(LINKS_BY_ACCOUNT, form.email.data.strip().lower())
        try:
            service.ask(
                session(), now=now, secret=door().secret_key, person=person, email=form.email.data
            )
        except UserError as error:
            refuse(form, error)
        else:
            session().commit()
            flash(_("Look into the mail of your new address: nothing changes before."))
            return redirect(url_for("pages.own_address"), 303)
    waits = service.waiting(session(), now=now, person=person)
    html = render_template(
        "new_address/ask.html", form=form, fresh=fresh, person=person, waiting=waits
    )
    return make_response(html, 422 if form.errors else 200)


@pages.route("/address/<token>/", methods=["GET", "POST"])
@public
def confirm_address(token: str) -> Response:
    """Where the mail to the new address leads: GET shows a button, POST makes it theirs, once."""
    form, now = ConfirmForm(), context().clock.now()
    try:
        if not form.validate_on_submit():
            link = service.find(session(), now=now, token=token)
            return _page("confirm", form=form, link=link)
        limited(TRIES_BY_ADDRESS)
        service.confirm(session(), now=now, token=token)
    except NotFound:
        return _page("gone", 410)
    session().commit()
    flash(_("Thank you. Your mail goes to your new address from now on."))
    return keep_secret(redirect(url_for("pages.sign_in"), 303))


@pages.route("/address/<uuid:uuid>/stop/<token:token>/", methods=["GET", "POST"])
@public
def keep_address(uuid: UUID, token: str) -> Response:
    """Where the mail to the old address leads: GET shows a button, POST stops the change."""
    try:
        link = service.to_stop(session(), secret=door().secret_key, uuid=uuid, given=token)
    except NotFound:
        limited(TRIES_BY_ADDRESS)
        raise
    form, now = ConfirmForm(), context().clock.now()
    if link is None or not service.may_stop(link, now):
        return _page("gone", 410, stopping=True, changed=link is not None and link.used_at)
    if not form.validate_on_submit():
        return _page("stop", form=form)
    service.stop(session(), now=now, link=link)
    session().commit()
    flash(_("Stopped. Your address stays, and every device is signed out."))
    return keep_secret(redirect(url_for("pages.sign_in"), 303))


def _page(name: str, status: int = 200, **values: object) -> Response:
    html = render_template(f"new_address/{name}.html", **values)
    return keep_secret(make_response(html, status))
