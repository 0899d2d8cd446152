"""Every view says who may open it, and means it."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models.enums import MembershipRole, Strength
from mmp.web import guards, languages
from mmp.web.pages import pages
from tests.support.door import sign_in
from tests.support.factories import Factory

GUARDS = {"public", "signed_in", "planner", "coordinator"}
WITH_PROGRAMME = {"planner", "coordinator"}


def test_every_view_carries_one_guard(app: Flask) -> None:
    """A view without one is closed to nobody: put `@public`, `@signed_in`, `@planner` or
    `@coordinator` of mmp.web.guards under its route."""
    bare = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "guard", None) not in GUARDS
    }
    assert not bare


def test_guards_find_their_programme_in_the_address(app: Flask) -> None:
    lost = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "guard", None) in WITH_PROGRAMME
        and "slug" not in rule.arguments
    }
    assert not lost, "a planner plans one programme: name it `slug`"


def test_one_guard_is_enough() -> None:
    def view() -> str:
        return ""

    with pytest.raises(TypeError):
        guards.planner(guards.public(view))


@pytest.fixture
def app(fresh_app: Flask) -> Flask:
    """With one view behind each guard."""
    for guard in (guards.planner, guards.coordinator):

        def view(slug: str) -> str:
            return f"{slug} {guards.part().slug}"

        path = f"/en/guarded/{guard.__name__}/<slug>/"
        fresh_app.add_url_rule(path, f"test.{guard.__name__}", _in_english(guard(view)))

    def danger() -> str:
        return "done"

    fresh = _in_english(guards.signed_in(guards.fresh(danger)))
    fresh_app.add_url_rule("/en/guarded/fresh/", "test.fresh", fresh, methods=["GET", "POST"])
    fresh_app.config["WTF_CSRF_ENABLED"] = False
    return fresh_app


def _in_english(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def shown(**values: str) -> Any:
        languages.use("en")
        return view(**values)

    return shown


@pytest.mark.parametrize("guard", ("planner", "coordinator"))
@pytest.mark.parametrize("role", (None, *MembershipRole))
def test_roles(
    client: FlaskClient, session: Session, guard: str, role: MembershipRole | None
) -> None:
    make = Factory(session)
    here, _there = make.programme(slug="here"), make.programme(slug="there")
    paths = [f"/en/guarded/{guard}/{slug}/" for slug in ("here", "there", "nowhere")]
    if role is None:
        for path in paths:
            answer = client.get(path)
            assert (answer.status_code, answer.location) == (302, f"/en/sign-in/?next={path}")
        return
    person = make.person(here, role)
    sign_in(client, session, person)
    may = {MembershipRole.COORDINATOR} | (
        {MembershipRole.ASSISTANT} if guard == "planner" else set()
    )
    statuses = [client.get(path).status_code for path in paths]
    assert statuses == [200 if role in may else 404, 404, 404]
    sign_in(client, session, person, strength=Strength.LINK)
    answer = client.get(paths[0])
    if role in may:
        assert (answer.status_code, answer.location) == (302, f"/en/account/proof/?next={paths[0]}")
    else:
        assert answer.status_code == 404


def test_fresh_lasts_half_an_hour(client: FlaskClient, session: Session, clock: FixedClock) -> None:
    make = Factory(session)
    sign_in(client, session, make.person(make.programme(), MembershipRole.COORDINATOR))
    path = "/en/guarded/fresh/"
    assert client.get(path).text == "done"
    clock.advance(timedelta(minutes=29, seconds=59))
    assert client.get(path).text == "done"
    clock.advance(timedelta(seconds=1))
    assert client.get(path).location == f"/en/account/proof/?next={path}"
    assert client.post(path).location == "/en/account/proof/"
    clock.advance(timedelta(days=-1))  # a demo's time goes back as well
    assert client.get(path).status_code == 302


def test_the_door_itself_stands_on_the_pages(app: Flask) -> None:
    """What has a language in its address has the pages' headers."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/<any(") and not rule.endpoint.startswith("feeds."):
            assert rule.endpoint.startswith(f"{pages.name}."), rule.rule
