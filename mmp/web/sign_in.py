"""Signing in: by a link from the mail, or by a password and a code; and signing out."""

from datetime import datetime, timedelta
from typing import Any

from flask import (
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session as cookie,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.models import Account
from mmp.models.enums import Strength
from mmp.services import accounts, sessions, sign_in as service
from mmp.web.account_forms import CodeForm, LinkForm, PasswordForm
from mmp.web.context import context, session
from mmp.web.door import (
    LINKS_BY_ACCOUNT,
    LINKS_BY_ADDRESS,
    TRIES_BY_ACCOUNT,
    TRIES_BY_ADDRESS,
    door,
    let_in,
    limited,
    local_path,
    onward,
)
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import actor, public, signed_in
from mmp.web.headers import keep_secret
from mmp.web.pages import pages

_WAITING = "waiting"
"""Where the cookie holds whose password was right and whose code is still to come."""
_PATIENCE = timedelta(minutes=10)
_GONE = 410


@pages.route("/sign-in/", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    """Ask for the address a link goes to. Who is in goes on at once, unless they are to show
    `again` that it is they."""
    form = LinkForm(email=actor().email)
    if request.method == "GET" and actor().signed_in and "again" not in request.args:
        return onward(request.args.get("next"))
    if not form.validate_on_submit():
        return _page("sign_in/ask.html", form)
    email = form.email.data.strip().lower()
    limited(LINKS_BY_ADDRESS)
    limited(LINKS_BY_ACCOUNT, email)
    service.ask_for_link(
        session(),
        now=context().clock.now(),
        secret=door().secret_key,
        email=email,
        target=local_path(request.args.get("next")),
    )
    session().commit()
    return keep_secret(redirect(url_for("pages.link_sent"), 303))


@pages.get("/sign-in/sent/")
@public
def link_sent() -> Response:
    """What everybody reads who asked for a link, whether somebody has that address or not."""
    return keep_secret(make_response(render_template("sign_in/sent.html")))


@pages.get("/sign-in/links/<token>/")
@public
def sign_in_link(token: str) -> Response:
    """Show a button. Programs that look for harm open links too: opening one does nothing."""
    try:
        link = service.find_link(session(), now=context().clock.now(), token=token)
    except NotFound:
        return _spent(token)
    return _page("sign_in/link.html", ConfirmForm(), person=link.person)


@pages.post("/sign-in/links/<token>/")
@public
def use_sign_in_link(token: str) -> Response:
    """Sign in, once."""
    limited(TRIES_BY_ADDRESS)
    try:
        link = service.use_link(session(), now=context().clock.now(), token=token)
    except NotFound:
        return _spent(token)
    assert link.person is not None  # or it would not have been found
    let_in(link.person, service.strength_of(link))
    session().commit()
    return keep_secret(onward(link.target))


@pages.route("/sign-in/password/", methods=["GET", "POST"])
@public
def sign_in_by_password() -> Response:
    """Ask for address and password; then for a code, where the account has them."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page("sign_in/password.html", form)
    limited(TRIES_BY_ADDRESS)
    limited(TRIES_BY_ACCOUNT, f"password {form.email.data.strip().lower()}")
    account = accounts.check_password(
        session(),
        passwords=door().passwords,
        email=form.email.data,
        password=form.password.data,
    )
    if account is None:
        form.password.errors = [_("Address and password do not belong together.")]
        return _page("sign_in/password.html", form)
    wanted = local_path(request.args.get("next"))
    if accounts.uses_codes(account):
        cookie.clear()
        at = context().clock.now().isoformat()
        cookie[_WAITING] = {
            "account": account.id,
            "at": at,
            "password": (account.password or "")[-8:],
        }
        return keep_secret(redirect(url_for("pages.sign_in_code", next=wanted), 303))
    strong = not door().asks_codes
    let_in(account.person, Strength.STRONG if strong else Strength.LINK, confirmed=True)
    session().commit()
    if strong or not accounts.must_use_codes(session(), account.person_id):
        return keep_secret(onward(wanted))
    return keep_secret(redirect(url_for("pages.codes", next=wanted), 303))


@pages.route("/sign-in/code/", methods=["GET", "POST"])
@public
def sign_in_code() -> Response:
    """Ask for a code of the authenticator, or a recovery code."""
    account = _waiting()
    if account is None:
        return redirect(url_for("pages.sign_in_by_password"), 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return _page("sign_in/code.html", form)
    limited(TRIES_BY_ADDRESS)
    limited(TRIES_BY_ACCOUNT, f"code {account.id}")
    try:
        accounts.take_code(
            session(),
            now=context().clock.now(),
            passwords=door().passwords,
            account=account,
            code=form.code.data,
        )
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return _page("sign_in/code.html", form)
    let_in(account.person, Strength.STRONG, confirmed=True)
    session().commit()
    return keep_secret(onward(request.args.get("next")))


@pages.post("/sign-out/")
@signed_in
def sign_out() -> Response:
    """End this device's sign-in."""
    who = actor()
    assert who.person_id is not None  # the guard
    assert who.sign_in_uuid is not None
    sessions.end(
        session(), now=context().clock.now(), person_id=who.person_id, uuid=who.sign_in_uuid
    )
    session().commit()
    cookie.clear()
    flash(_("You are signed out on this device."))
    return redirect(url_for("pages.sign_in"), 303)


def _waiting() -> Account | None:
    """Whose password was right a moment ago on this browser, and still is."""
    waiting: dict[str, Any] = cookie.get(_WAITING) or {}
    if not waiting:
        return None
    since = context().clock.now() - datetime.fromisoformat(waiting["at"])
    account = session().get(Account, waiting["account"])
    if account is None or not account.active or not timedelta(0) <= since < _PATIENCE:
        return None
    return account if (account.password or "")[-8:] == waiting["password"] else None


def _spent(token: str) -> Response:
    """For links that are used, old, revoked or nonsense; home for whom this one brought in."""
    who = actor()
    if who.signed_in and service.used_by(session(), token) == who.person_id:
        return keep_secret(onward(None))
    return _page("sign_in/spent.html", LinkForm(formdata=None), status=_GONE)


def _page(template: str, form: Any, status: int = 200, **values: Any) -> Response:
    """A page of the door, kept by nobody; 422 where something was typed that cannot be taken."""
    values["next"] = local_path(request.args.get("next"))
    status = 422 if form.errors else status
    return keep_secret(make_response(render_template(template, form=form, **values), status))
