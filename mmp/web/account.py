"""One's own account: devices, password, codes."""

from typing import Any
from uuid import UUID

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
from mmp.models import Account, Person
from mmp.models.enums import Strength
from mmp.services import accounts, feeds, opting_out, sessions
from mmp.web.account_forms import CodeForm, NewPasswordForm, ProofForm
from mmp.web.context import context, session
from mmp.web.door import (
    TRIES_BY_ACCOUNT,
    TRIES_BY_ADDRESS,
    carry,
    device_words,
    door,
    limited,
    local_path,
    onward,
)
from mmp.web.forms import ConfirmForm, refuse
from mmp.web.guards import FRESH, actor, fresh, is_fresh, signed_in
from mmp.web.pages import pages

_SETTING_UP = "codes"
"""Where the cookie holds the secret, encrypted, of an authenticator that is being set up."""


@pages.post("/home/calendar/")
@signed_in
def own_calendar() -> Response:
    """To the page of one's feed; the first time it is made."""
    secret = context().feed_secret
    feed = feeds.default_feed(session(), now=context().clock.now(), secret=secret, person=_person())
    session().commit()
    return redirect(url_for("pages.own_feed", token=feeds.token_of(secret, feed, "page")), 303)


@pages.get("/account/")
@signed_in
def account() -> str:
    """Where one is signed in, and with what."""
    number = _number(actor().person_id)
    devices = sessions.live(session(), now=context().clock.now(), person_id=number)
    its = accounts.account_of(session(), number) if actor().has_codes else None
    return render_template(
        "account/show.html",
        devices=[(device, device_words(device.browser, device.system)) for device in devices],
        recovery_codes_left=len(its.mf_recovery_codes or ()) if its else 0,
        must_use_codes=its is not None and accounts.must_use_codes(session(), number),
        subscriptions=opting_out.subscriptions(session(), person_id=number),
        form=ConfirmForm(),
    )


@pages.post("/account/sign-ins/<uuid:uuid>/ending")
@signed_in
def end_sign_in(uuid: UUID) -> Response:
    """Sign out one device."""
    ended = sessions.end(
        session(),
        now=context().clock.now(),
        person_id=_number(actor().person_id),
        uuid=uuid,
    )
    session().commit()
    flash(_("“%(name)s” is signed out.", name=device_words(ended.browser, ended.system)))
    return redirect(url_for("pages.account"), 303)


@pages.post("/account/sign-ins/ending")
@signed_in
def end_other_sign_ins() -> Response:
    """Sign out all devices but this one."""
    accounts.sign_out_others(
        session(),
        now=context().clock.now(),
        person=_person(),
        sign_in_id=_number(actor().sign_in_id),
    )
    session().commit()
    flash(_("Every other device is signed out."))
    return redirect(url_for("pages.account"), 303)


@pages.route("/account/proof/", methods=["GET", "POST"])
@signed_in
def proof() -> Response:
    """Ask once more who it is: the password, and a code where this device gave none."""
    if not actor().has_password:
        return redirect(url_for("pages.password", next=_next()), 303)
    form = ProofForm()
    asks_code = actor().has_codes and not actor().strong
    if form.validate_on_submit():
        _count_try()
        try:
            _prove(form, asks_code)
        except UserError as error:
            session().rollback()
            refuse(form, error)
        else:
            session().commit()
            return _settled()
    return _page("account/proof.html", form, asks_code=asks_code)


def _prove(form: ProofForm, asks_code: bool) -> None:
    its = _account()
    if not door().passwords.matches(form.password.data, its.password):
        raise UserError("This is not your password.", field="password")
    if asks_code:
        _take_code(its, form.code.data)
    _confirm(its, code_given=asks_code)


@pages.route("/account/password/", methods=["GET", "POST"])
@signed_in
def password() -> Response:
    """Choose a password, the first one or another."""
    if actor().has_password and not is_fresh():
        return redirect(url_for("pages.proof", next=_path("pages.password")), 303)
    form = NewPasswordForm()
    if form.validate_on_submit() and _set_password(form):
        session().commit()
        flash(_("Your new password is set; your other devices are signed out."))
        return _settled("pages.account")
    return _page("account/password.html", form)


@pages.route("/account/password/forgotten/", methods=["GET", "POST"])
@signed_in
def forgotten_password() -> Response:
    """Replace a password with a link from the mail and, where there are codes, with a code."""
    who = actor()
    if not who.has_password:
        return redirect(url_for("pages.password"), 303)
    form = NewPasswordForm()
    recent = _came_just_now()
    if recent and form.validate_on_submit():
        _count_try()
        if _set_password(form, asks_code=who.has_codes):
            session().commit()
            flash(_("Your new password is set; your other devices are signed out."))
            return _settled("pages.account")
    return _page("account/forgotten.html", form, recent=recent)


@pages.route("/account/codes/", methods=["GET", "POST"])
@signed_in
@fresh
def codes() -> Response:
    """Set up an authenticator. It counts once it has shown a code."""
    if not actor().has_password:
        return redirect(url_for("pages.password", next=_next()), 303)
    secret = cookie.setdefault(_SETTING_UP, door().passwords.new_secret())
    form = CodeForm()
    if form.validate_on_submit():
        _count_try()
        its = _account()
        try:
            made = accounts.start_codes(
                session(),
                now=context().clock.now(),
                passwords=door().passwords,
                account=its,
                secret=secret,
                code=form.code.data,
                sign_in_id=_number(actor().sign_in_id),
            )
        except UserError as error:
            refuse(form, error)
        else:
            _confirm(its, code_given=True)
            session().commit()
            return _page("account/recovery_codes.html", None, codes=made, first=True)
    address, key = door().passwords.setup(secret, actor().email or actor().name)
    return _page("account/codes.html", form, address=address, key=key)


@pages.post("/account/recovery-codes/")
@signed_in
@fresh
def recovery_codes() -> Response:
    """Make new recovery codes and show them, once."""
    its = _account()
    if not accounts.uses_codes(its):
        raise NotFound("There is no such page.")
    made = accounts.new_recovery_codes(session(), now=context().clock.now(), account=its)
    session().commit()
    return _page("account/recovery_codes.html", None, codes=made, first=False)


@pages.route("/account/codes/ending/", methods=["GET", "POST"])
@signed_in
@fresh
def end_codes() -> Response:
    """Ask once, then turn codes off, for whom they are a choice."""
    its = _account()
    if accounts.must_use_codes(session(), its.person_id):
        raise NotFound("There is no such page.")
    if not accounts.uses_codes(its):  # sent twice
        return redirect(url_for("pages.account"), 303)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _page("account/codes_off.html", form)
    accounts.stop_codes(
        session(),
        now=context().clock.now(),
        account=its,
        sign_in_id=_number(actor().sign_in_id),
    )
    session().commit()
    flash(_("Codes are off; your other devices are signed out."))
    return redirect(url_for("pages.account"), 303)


def _set_password(form: NewPasswordForm, *, asks_code: bool = False) -> bool:
    """Set it, or put what is wrong with it beside its field."""
    person = _person()
    try:
        accounts.refuse_weak(form.password.data, person)  # before a code is used up for it
        if asks_code:
            _take_code(_account(), form.code.data)
        its = accounts.set_password(
            session(),
            now=context().clock.now(),
            passwords=door().passwords,
            person=person,
            password=form.password.data,
            sign_in_id=actor().sign_in_id,
        )
    except UserError as error:
        session().rollback()
        refuse(form, error)
        return False
    _confirm(its, code_given=asks_code)
    return True


def _take_code(its: Account, code: str | None) -> None:
    accounts.take_code(
        session(),
        now=context().clock.now(),
        passwords=door().passwords,
        account=its,
        code=code or "",
    )


def _confirm(its: Account, *, code_given: bool) -> None:
    """This device gave the password just now; its session is renewed. It counts fully unless a
    code is asked for and was not given."""
    who = actor()
    full = who.strong or code_given or not (door().asks_codes or accounts.uses_codes(its))
    carry(
        sessions.confirm(
            session(),
            now=context().clock.now(),
            sign_in_id=_number(who.sign_in_id),
            strength=Strength.STRONG if full else Strength.LINK,
        )
    )


def _settled(endpoint: str = "pages.own_home") -> Response:
    """Onward; who plans first to an authenticator, where this installation asks for one."""
    its = _account()
    asked = door().asks_codes and accounts.must_use_codes(session(), its.person_id)
    if asked and not accounts.uses_codes(its):
        return redirect(url_for("pages.codes", next=_next()), 303)
    return onward(request.args.get("next"), endpoint)


def _came_just_now() -> bool:
    at = actor().signed_in_at
    return at is not None and context().clock.now() - at < FRESH


def _count_try() -> None:
    limited(TRIES_BY_ADDRESS)
    limited(TRIES_BY_ACCOUNT, f"person {actor().person_id}")


def _account() -> Account:
    found = accounts.account_of(session(), _number(actor().person_id))
    if found is None:
        raise NotFound("There is no such page.")
    return found


def _person() -> Person:
    found = session().get(Person, actor().person_id)
    if found is None:
        raise NotFound("There is no such page.")
    return found


def _number(number: int | None) -> int:
    assert number is not None  # behind a guard
    return number


def _path(endpoint: str) -> str:
    return url_for(endpoint).removeprefix(request.script_root)


def _next() -> str | None:
    return local_path(request.args.get("next"))


def _page(template: str, form: Any, **values: Any) -> Response:
    status = 422 if form is not None and form.errors else 200
    html = render_template(template, form=form, next=_next(), **values)
    return make_response(html, status)
