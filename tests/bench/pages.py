"""Pages: statements, CPU and size of each, in an instance with many programmes."""

import os
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask.testing import FlaskClient
from sqlalchemy import event as listeners
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from mmp.adapters.database import db
from mmp.models import Person
from mmp.models.enums import MembershipRole
from tests.bench.instances import instance
from tests.bench.report import Figure
from tests.bench.servers import Server, gunicorn
from tests.support.door import sign_in
from tests.support.factories import Factory, timed

NOW = datetime.now(UTC)
PROGRAMMES, PEOPLE, EVENTS = 50, 100, 40
"""The last two in each programme: 5,000 people and 2,000 events in all."""
ON_A_LIST, ITEMS = 10, 5
"""People of an event, and items of its agenda."""
REQUESTS = 40
MOST_STATEMENTS, MOST_TIMES, MOST_KILOBYTES = 12, 25, 300

_PROGRAMME = "/en/programmes/bench/"
_EVENT = f"{_PROGRAMME}events/meeting/"
PAGES = {
    "programme list": "/en/",
    "programme": _PROGRAMME,
    "event": _EVENT,
    "home": "/en/home/",
    "agenda": "/en/agenda/",
    "month": f"/en/month/{NOW:%Y-%m}/",
    "desk": f"{_PROGRAMME}desk/",
    "desk month": f"{_PROGRAMME}desk/month/{NOW:%Y-%m}/",
    "event edit": f"{_EVENT}edit/",
    "people": f"{_EVENT}people/",
    "agenda editor": f"{_EVENT}agenda/",
    "account": "/en/account/",
}
Row = TypeVar("Row")


class InBulk(Factory):
    """A factory that leaves the flush to the end."""

    def _add(self, row: Row) -> Row:
        self.session.add(row)
        return row


@dataclass(frozen=True, slots=True)
class Seen:
    """What one request of a page took."""

    statements: int
    kilobytes: float


def measure() -> Iterator[Figure]:
    """All figures of pages, in one run."""
    with instance() as (app, environ):
        coordinator = _make(db.session())
        client = app.test_client()
        sign_in(client, db.session(), coordinator, now=NOW)
        seen = _all_seen(client)
        cookie = client.get_cookie("session")
        assert cookie is not None  # signed in just now
        signed_in = {"Cookie": f"session={cookie.value}"}
        with (
            gunicorn("mmp.app:create_app()", "/en/", os.environ | environ) as server,
            gunicorn("tests.bench.bare_flask:app", "/") as bare,
        ):
            for name, path in PAGES.items():
                yield from _figures(name, seen[name], _ratio(server, bare, path, signed_in))


def _figures(name: str, seen: Seen, ratio: float) -> Iterator[Figure]:
    """The page's line; and one of its own for what it misses besides CPU."""
    took = f"{seen.statements} statements, {seen.kilobytes:.0f} KB"
    yield Figure(f"{name} ({took}), times a bare Flask page", ratio, MOST_TIMES)
    if seen.statements > MOST_STATEMENTS:
        yield Figure(f"{name}, statements", seen.statements, MOST_STATEMENTS)
    if seen.kilobytes > MOST_KILOBYTES:
        yield Figure(f"{name}, KB", seen.kilobytes, MOST_KILOBYTES)


def _ratio(server: Server, bare: Server, path: str, headers: dict[str, str]) -> float:
    """Median of three ratios, taken in turn so that both meet the same noise."""
    return statistics.median(
        server.cpu_per_request(path, headers, requests=REQUESTS, expect=200)
        / bare.cpu_per_request("/", requests=10 * REQUESTS, expect=200)
        for _ in range(3)
    )


def _all_seen(client: FlaskClient) -> dict[str, Seen]:
    """What each page asks of the database and sends; the first request of each does not count."""
    seen = {}
    for name, path in PAGES.items():
        client.get(path)
        with _counted() as statements:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        seen[name] = Seen(len(statements), len(answer.data) / 1e3)
    return seen


@contextmanager
def _counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    listeners.listen(Engine, "before_cursor_execute", note)
    yield statements
    listeners.remove(Engine, "before_cursor_execute", note)


def _make(session: Session) -> Person:
    """Fill the instance; gives a coordinator who is on the list of every meeting of `bench`."""
    make = InBulk(session)
    with session.no_autoflush:
        coordinator = _make_programme(make, "bench")
        for number in range(1, PROGRAMMES):
            _make_programme(make, f"programme-{number}")
    session.commit()
    return coordinator


def _make_programme(make: InBulk, slug: str) -> Person:
    programme = make.programme(
        slug=slug,
        name={"en": f"Mentors across borders, {slug}"},
        summary={"en": "Mentors from two regions work in pairs for a year. " * 4},
    )
    coordinator = make.person(programme, MembershipRole.COORDINATOR)
    mentors = [make.person(programme) for _ in range(PEOPLE - 1)]
    first_day = NOW.replace(tzinfo=None, minute=0, second=0, microsecond=0) - timedelta(days=180)
    for number in range(EVENTS):
        starts = first_day + timedelta(days=9 * number)
        event = make.event(
            programme,
            timed(starts, 150),
            key="meeting" if number == EVENTS // 2 + 1 else f"meeting-{number}",
            title={"en": f"Meeting {number} on water, work and what we share"},
            description={"en": f"What the regions learn from each other, part {number}. " * 4},
            venue={"en": "Example Conference Centre, main hall"},
        )
        for item in range(ITEMS):
            make.item(event, starts + timedelta(minutes=30 * item), position=item)
        around = (mentors[(number * 7 + place) % len(mentors)] for place in range(ON_A_LIST - 1))
        for person in (coordinator, *around):
            make.participation(event, person)
    return coordinator
