"""The way out of reminders and messages (RFC 8058). The address is the permission: no sign-in."""

from uuid import UUID

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound
from mmp.services import opting_out
from mmp.services.opting_out import Subscription
from mmp.web import languages
from mmp.web.context import context, session
from mmp.web.door import TRIES_BY_ADDRESS, door, limited
from mmp.web.guards import actor, public, signed_in
from mmp.web.headers import keep_secret
from mmp.web.pages import pages

ONE_CLICK = "One-Click"
"""What a mail program posts as List-Unsubscribe (RFC 8058, section 3.2)."""


@pages.route("/unsubscribe/<uuid:uuid>/<handle:slug>/<token:token>/", methods=["GET", "POST"])
@public
def unsubscribe(uuid: UUID, slug: str, token: str) -> Response:
    """GET shows a button, and whoever only looks changes nothing. POST is taken without a CSRF
    token, for a mail program has none; it can do no more than its address allows."""
    found = _subscription(uuid, slug, token)
    languages.use(g.language, locale_for(found.person))
    if request.method != "POST":
        return keep_secret(make_response(_page(found)))
    _choose(found)
    if request.form.get("List-Unsubscribe") == ONE_CLICK:  # it does not follow other addresses
        return keep_secret(make_response(_page(_subscription(uuid, slug, token))))
    here = url_for("pages.unsubscribe", uuid=uuid, slug=slug, token=token, said=1)
    return keep_secret(redirect(here, 303))


@pages.post("/account/messages/<handle:slug>")
@signed_in
def choose_messages(slug: str) -> Response:
    """The same choice on the page of one's account."""
    number = actor().person_id
    assert number is not None  # signed in
    own = opting_out.subscriptions(session(), person_id=number)
    found = next((one for one in own if one.programme.slug == slug), None)
    if found is None:
        raise NotFound("There is no such page.")
    _choose(found)
    flash(_("Your choice is saved."))
    return redirect(url_for("pages.account", _anchor="messages"), 303)


def _choose(found: Subscription) -> None:
    wants = request.form.get("wish") == "again"
    change = opting_out.opt_in if wants else opting_out.opt_out
    change(session(), now=context().clock.now(), person=found.person, programme=found.programme)
    session().commit()


def _subscription(uuid: UUID, slug: str, token: str) -> Subscription:
    secret = door().secret_key
    try:
        return opting_out.subscription(
            session(), secret=secret, person=uuid, slug=slug, given=token
        )
    except NotFound:
        limited(TRIES_BY_ADDRESS)
        raise


def _page(found: Subscription) -> str:
    return render_template("unsubscribe/show.html", found=found, said="said" in request.args)
