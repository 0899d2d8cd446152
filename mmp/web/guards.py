"""Who may open a view. Every view carries one of these, under its route:

`public`, `signed_in`, `planner` (coordinator or assistant of the programme in the address) or
`coordinator`; `@fresh` below it asks for the password again after half an hour. A programme that
is not theirs is not there for them; who plans but came by a link from the mail is asked for more.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import g, make_response, redirect, request, session as cookie, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound
from mmp.models.enums import MembershipRole
from mmp.services import sessions
from mmp.services.feeds import RUNS_PROGRAMME
from mmp.services.permissions import NOBODY, Actor, Part, actor_of
from mmp.web import languages
from mmp.web.context import context, session
from mmp.web.door import SIGN_IN

FRESH = timedelta(minutes=30)
P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[dict[str, Any]], Response | None]


def actor() -> Actor:
    """Who is asking. Without a cookie that says so nothing is looked up."""
    if "actor" not in g:
        token = cookie.get(SIGN_IN)
        clock = context().clock
        g.actor = NOBODY
        if token:
            g.actor = actor_of(session(), now=clock.now(), token=token, lasting=clock.shifted)
    return cast(Actor, g.actor)


def part() -> Part:
    """The actor's part in the programme of the address, behind `planner` or `coordinator`."""
    return cast(Part, g.part)


def shown_actor() -> Actor:
    """For the head of every page, one that tells of a broken database included."""
    try:
        return actor()
    except SQLAlchemyError:
        return NOBODY


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Everybody may; what the view shows is for everybody, or its address is the secret."""
    _mark(view, "public")
    return view


def signed_in(view: Callable[P, Any]) -> Callable[P, Response]:
    """Whoever is signed in, however they did."""
    return _guarded(view, "signed_in", _signed_in)


def planner(view: Callable[P, Any]) -> Callable[P, Response]:
    """Coordinators and assistants of the programme in the address (`slug`)."""
    return _guarded(view, "planner", lambda values: _with_role(values, RUNS_PROGRAMME))


def coordinator(view: Callable[P, Any]) -> Callable[P, Response]:
    """Coordinators of the programme in the address (`slug`)."""
    roles = (MembershipRole.COORDINATOR,)
    return _guarded(view, "coordinator", lambda values: _with_role(values, roles))


def fresh(view: Callable[P, Any]) -> Callable[P, Any]:
    """Only who gave the password on this device within half an hour; others are asked for it."""

    @wraps(view)
    def asked(*args: P.args, **kwargs: P.kwargs) -> Any:
        return view(*args, **kwargs) if is_fresh() else _to_proof()

    asked.fresh = True  # type: ignore[attr-defined]  # for the test that walks the routes
    return asked


def is_fresh() -> bool:
    """Whether the password was given on this device within half an hour, and a code ever."""
    who = actor()
    at = who.confirmed_at
    if at is None or (who.has_codes and not who.strong):
        return False
    return timedelta(0) <= context().clock.now() - at < FRESH


def _mark(view: Any, name: str) -> None:
    if hasattr(view, "guard"):
        raise TypeError(f"{view.__name__} has a guard already: {view.guard}")
    view.guard = name


def _guarded(view: Callable[P, Any], name: str, check: Check) -> Callable[P, Response]:
    if hasattr(view, "guard"):
        raise TypeError(f"{view.__name__} has a guard already: {view.guard}")

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        answer = make_response(check(kwargs) or view(*args, **kwargs))
        # Nothing of this stays on a shared computer after signing out.
        answer.headers["Cache-Control"] = "no-store"
        return answer

    _mark(guarded, name)
    return guarded


def _signed_in(values: dict[str, Any]) -> Response | None:
    if not actor().signed_in:
        return redirect(url_for("pages.sign_in", next=_here()))
    _note_seen()
    languages.use(g.language, actor().locale)
    return None


def _with_role(values: dict[str, Any], roles: tuple[MembershipRole, ...]) -> Response | None:
    refused = _signed_in(values)
    if refused is not None:
        return refused
    found = actor().part_in(values["slug"])
    if found is None or found.roles.isdisjoint(roles):
        raise NotFound("There is no such page.")
    g.part = found
    return None if actor().strong else _to_proof()


def _note_seen() -> None:
    now = context().clock.now()
    who = actor()
    assert who.sign_in_id is not None  # they are signed in
    assert who.seen_at is not None
    if sessions.note_seen(session(), now=now, sign_in_id=who.sign_in_id, seen_at=who.seen_at):
        session().commit()
        cookie.modified = True  # the cookie lasts as long from here


def _to_proof() -> Response:
    return redirect(url_for("pages.proof", next=_here()))


def _here() -> str | None:
    """This page, to come back to; what was sent to it is not sent again."""
    if request.method not in ("GET", "HEAD"):
        return None
    return request.full_path.rstrip("?")
