"""What the door needs: secrets, passwords, limits; and how a browser carries who is signed in."""

import re
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app, request, session as cookie, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from mmp.adapters.clock import SystemClock
from mmp.adapters.limits import Limit, Limits
from mmp.adapters.passwords import ArgonPasswords, Passwords
from mmp.adapters.translations import LANGUAGES
from mmp.models import Person
from mmp.models.enums import Strength
from mmp.services import sessions
from mmp.web import devices
from mmp.web.context import context, session

SIGN_IN = "sign_in"
"""Where the cookie holds the token of its sign-in."""
_LOCAL = re.compile(rf"/(?:{'|'.join(LANGUAGES)})/[^\s\\]{{0,400}}")

LINKS_BY_ADDRESS = Limit("links by address", 20, 15)
LINKS_BY_ACCOUNT = Limit("links by account", 5, 15)
TRIES_BY_ADDRESS = Limit("tries by address", 30, 15)
TRIES_BY_ACCOUNT = Limit("tries by account", 10, 15)


@dataclass(frozen=True, slots=True)
class Door:
    """`asks_codes`: who plans must give a one-time code too, wherever others can reach the site."""

    secret_key: str = field(repr=False)
    passwords: Passwords
    limits: Limits
    asks_codes: bool


def install(app: Flask, *, base_url: str) -> None:
    """Give the application its door."""
    secret_key = cast(str, app.config["SECRET_KEY"])
    app.config.update(
        PERMANENT_SESSION_LIFETIME=sessions.LASTS_UNUSED[Strength.LINK],
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.extensions["mmp.door"] = Door(
        secret_key=secret_key,
        passwords=ArgonPasswords(secret_key, SystemClock().now),
        limits=Limits(),
        asks_codes=base_url.startswith("https:"),
    )


def door() -> Door:
    """The installation's door."""
    return cast(Door, current_app.extensions["mmp.door"])


def limited(limit: Limit, key: str | None = None) -> None:
    """Count one try, by default of the visitor's address. Raises TooManyRequests (429)."""
    seconds = door().limits.take(limit, key if key is not None else request.remote_addr or "")
    if seconds is not None:
        raise TooManyRequests(retry_after=seconds)


def let_in(person: Person, strength: Strength, *, confirmed: bool = False) -> None:
    """Sign the person in on this browser with a new session; what the old one held is gone."""
    _, token = sessions.start(
        session(),
        now=context().clock.now(),
        person=person,
        strength=strength,
        device=devices.of(request.user_agent.string),
        confirmed=confirmed,
    )
    carry(token)


def carry(token: str) -> None:
    """Let the browser carry this sign-in from now on, in a session of its own."""
    cookie.clear()
    cookie[SIGN_IN] = token
    cookie.permanent = True


def local_path(wanted: str | None) -> str | None:
    """A path of a page here, or None: nobody is led elsewhere."""
    good = wanted and _LOCAL.fullmatch(wanted) and "//" not in wanted.partition("?")[0]
    return wanted if good else None


def onward(wanted: str | None, endpoint: str = "pages.own_home") -> Response:
    """To the page somebody wanted before, else to another."""
    path = local_path(wanted)
    return redirect(request.script_root + path if path else url_for(endpoint), 303)


def device_words(browser: str, system: str) -> str:
    """“Firefox on Android”."""
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("A device"))
