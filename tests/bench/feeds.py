"""Feeds: what a poll costs, beside the least it could cost and what icalendar's objects cost."""

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event as VEvent
from sqlalchemy.orm import Session

from mmp.adapters.database import db
from mmp.config import Settings
from mmp.core.texts import pick
from mmp.models import Event
from mmp.services import feeds
from tests.bench.instances import instance
from tests.bench.report import Figure
from tests.bench.servers import Server, gunicorn
from tests.support.factories import Factory, timed

NOW = datetime.now(UTC)
ZONES = (
    *("Europe/Stockholm", "Asia/Amman", "Africa/Cairo", "Asia/Beirut", "Africa/Tunis"),
    *("Europe/Paris", "Asia/Baghdad", "Africa/Casablanca", "Asia/Hebron", "Europe/Warsaw"),
)
SIZES = (10, 1_000, 5_000)
POLLS = 400
CHANGES = 15


@dataclass(frozen=True, slots=True)
class Bench:
    """An instance with one feed per size."""

    environ: dict[str, str]
    session: Session
    addresses: dict[int, str]
    events: dict[int, list[Event]]


def measure() -> Iterator[Figure]:
    """All figures of feeds, in one run."""
    with instance() as (app, environ):
        bench = _make(environ, db.session())
        with gunicorn("mmp.app:create_app()", bench.addresses[10], environ) as server:
            yield Figure("start to first answer, s", server.seconds_to_first_answer, 1.0)
            yield Figure("resident memory after it, MB", server.resident_megabytes(), 110)
            yield from _polls(bench, server, Path(app.instance_path) / "body.ics")
            yield Figure("resident memory after these polls, MB", server.resident_megabytes(), 110)
            yield from _changes(bench, server)


def _polls(bench: Bench, server: Server, body_file: Path) -> Iterator[Figure]:
    for size, most in ((10, POLLS), (1_000, POLLS)):
        address = bench.addresses[size]
        _, headers, body = server.get(address)
        body_file.write_bytes(body)
        with gunicorn("tests.bench.bare:app", "/", {"MMP_BENCH_BODY": str(body_file)}) as bare:
            known = {"If-None-Match": headers["ETag"]}
            yield Figure(
                f"unchanged poll of {size} events, 304, times a bare 304",
                _ratio(server, bare, address, known, most, 304),
                4.0,
            )
            yield Figure(
                f"full answer of {size} events, times a bare answer of the same octets",
                _ratio(server, bare, address, {}, most, 200),
                5.0,
            )


def _ratio(
    server: Server, bare: Server, path: str, headers: dict[str, str], requests: int, expect: int
) -> float:
    """Median of three ratios, taken in turn so that both meet the same noise."""
    return statistics.median(
        server.cpu_per_request(path, headers, requests=requests, expect=expect)
        / bare.cpu_per_request(path, headers, requests=requests, expect=expect)
        for _ in range(3)
    )


def _changes(bench: Bench, server: Server) -> Iterator[Figure]:
    seconds = {size: _poll_after_change(bench, server, size) for size in (1_000, 5_000)}
    yield Figure(
        "1,000 events of which one changed, share of icalendar rendering the 1,000",
        seconds[1_000] / _icalendar_seconds(bench.events[1_000]),
        0.25,
    )
    yield Figure("5,000 events against 1,000, one changed", seconds[5_000] / seconds[1_000], 7.0)


def _poll_after_change(bench: Bench, server: Server, size: int) -> float:
    """CPU seconds of the poll that follows a change of one event; the first does not count."""
    used = []
    for number in range(CHANGES + 1):
        event = bench.events[size][number]
        event.title = {"en": f"{pick(event.title, 'en')} moved"}
        event.changed_at = NOW
        bench.session.commit()
        before = server.cpu_seconds()
        _, _, body = server.get(bench.addresses[size])
        used.append(server.cpu_seconds() - before)
        assert body.count(b"BEGIN:VEVENT") == size
    return statistics.mean(used[1:])


def _icalendar_seconds(events: list[Event]) -> float:
    """CPU seconds that icalendar's own objects take to render the same events, already built."""
    calendar = Calendar()
    for event in events:
        entry = VEvent()
        entry.add("uid", event.uid)
        entry.add("sequence", event.sequence)
        entry.add("dtstamp", event.changed_at)
        entry.add("created", event.created_at)
        entry.add("last-modified", event.changed_at)
        entry.add("dtstart", event.starts_at)
        entry.add("dtend", event.ends_at)
        entry.add("summary", pick(event.title, "en"))
        entry.add("description", pick(event.description, "en"))
        entry.add("location", pick(event.venue, "en"))
        entry.add("status", "CONFIRMED")
        entry.add("categories", [pick(event.programme.name, "en")])
        calendar.add_component(entry)
    used = []
    for _ in range(5):
        before = time.process_time()
        calendar.to_ical()
        used.append(time.process_time() - before)
    return statistics.median(used)


def _make(environ: dict[str, str], session: Session) -> Bench:
    make = Factory(session)
    programme = make.programme(slug="bench")
    addresses, events = {}, {}
    secret = Settings.load(environ).feed_secret
    for size in SIZES:
        person = make.person(programme)
        events[size] = [
            make.event(
                programme,
                timed(datetime(2026, 1, 5, 9) + timedelta(hours=7 * number), 90, zone),
                title={"en": f"Meeting {number} on water, work and what we share"},
                description={"en": f"What the regions learn from each other, part {number}. " * 4},
                venue={"en": "Example Conference Centre, main hall"},
            )
            for number in range(size)
            for zone in (ZONES[number % len(ZONES)],)
        ]
        for event in events[size]:
            make.participation(event, person)
        feed = feeds.default_feed(session, now=NOW, secret=secret, person=person)
        addresses[size] = f"/feeds/{feeds.token_of(secret, feed)}.ics"
    session.commit()
    return Bench(environ | dict(os.environ), session, addresses, events)
