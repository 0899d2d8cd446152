"""Several web processes, each with the worker that `mmp run` embeds, and the same saved at once."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode
from urllib.request import HTTPErrorProcessor, Request, build_opener

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock, FixedClock
from mmp.config import Settings
from mmp.models import Delivery, HistoryEntry, Mail
from mmp.models.enums import DeliveryState, MembershipRole
from tests.faults.children import wait_until
from tests.faults.conftest import Settle, holders, put
from tests.faults.meeting import WEEK_BEFORE, let_it_be, meeting
from tests.faults.post_office import PAUSE, PostOffice
from tests.faults.scale import FULL
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.support.server import Server, running
from tests.web.html import page
from tests.web.test_event_edits import fields

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

PEOPLE = 5
AT_ONCE = 4
MAILS = 100


@pytest.fixture
def processes() -> int:
    """How many serve."""
    return 4


@pytest.fixture
def web(
    processes: int,
    settings: Settings,
    instance: Path,
    wall: FileClock,
    post: PostOffice,
    tmp_path: Path,
) -> Iterator[Server]:
    environ = {
        "MMP_INSTANCE": str(instance),
        "MMP_DATABASE_URL": settings.database_url,
        "MMP_SECRET_KEY": settings.secret_key,
        "MMP_FEED_SECRET": settings.feed_secret,
        "MMP_MAIL_URL": post.url,
    }
    command = [sys.executable, "-m", "gunicorn", "tests.faults.web:app"]
    command += ["--config", "python:tests.faults.loaded"]
    command += ["--workers", str(processes), "--bind", "127.0.0.1:0", "--no-control-socket"]
    with running(command, cwd=Path(__file__).parents[2], environ=environ) as server:
        yield server


class _AsItComes(HTTPErrorProcessor):
    """A redirection is an answer, not to be followed."""

    def http_response(self, request: Request, response: object) -> object:
        return response


def test_each_mail_leaves_once_whichever_process_dies(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    post: PostOffice,
    web: Server,
    settle: Settle,
) -> None:
    """One of the four sends. When it is killed, another takes over."""
    web.wait_for(r"Listening at: http://127\.0\.0\.1:\d+")
    post.say("DOT", PAUSE)
    put(session, factory, clock, MAILS)
    wait_until(lambda: post.waiting() == 1, "nobody sends")
    (owner,) = holders(session)
    os.kill(int(owner.split("-")[-2]), signal.SIGKILL)
    wait_until(lambda: holders(session) not in (set(), {owner}), "nobody takes over")
    assert len(holders(session)) == 1
    post.say()
    found = settle(MAILS, fault="gunicorn, 4 processes, kill -9 of the one that sends")
    assert found.lost == 0
    assert found.repeated <= 1


@pytest.mark.parametrize("processes", (4 if FULL else 2,))
def test_the_same_edit_at_once(
    session: Session,
    factory: Factory,
    app: Flask,
    clock: FixedClock,
    wall: FileClock,
    post: PostOffice,
    web: Server,
) -> None:
    """Impatient fingers, and two coordinators: the meeting moves once, each is told once, and there
    is one plan."""
    event = meeting(session, factory, PEOPLE)
    let_it_be(WEEK_BEFORE, clock, wall)
    path = f"/en/programmes/{event.programme.slug}/events/{event.key}/edit/"
    sendings = []
    for _ in range(2):
        client = app.test_client()
        person = factory.person(event.programme, MembershipRole.COORDINATOR)
        sign_in(client, session, person, now=clock.now())
        typed = fields(page(client, path)) | {"first_day": "2026-07-15", "confirmed": "1"}
        cookie = client.get_cookie("session")
        assert cookie is not None
        headers = {"Cookie": f"session={cookie.value}"}
        sendings += [(urlencode(typed).encode(), headers)] * (AT_ONCE // 2)
    session.rollback()
    address = web.wait_for(r"http://127\.0\.0\.1:\d+")
    together, open_ = Barrier(AT_ONCE), build_opener(_AsItComes).open

    def send(sending: tuple[bytes, dict[str, str]]) -> int:
        together.wait()
        with open_(Request(address + path, *sending), timeout=60) as answer:
            return int(answer.status)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(send, sendings))
    if not set(answers) <= {303, 409}:
        web.stop()
        web.wait_for("^what it said is shown where this never comes$")
    assert 303 in answers
    session.expire_all()
    assert (event.starts_local, event.time_version) == (datetime(2026, 7, 15, 14), 1)
    changed = HistoryEntry.subject_uuid == event.uuid, HistoryEntry.action == "changed"
    assert len(session.scalars(select(HistoryEntry).where(*changed)).all()) == 1
    told = session.scalars(select(Mail).where(Mail.kind == "event_moved")).all()
    assert len({mail.person_id for mail in told}) == len(told) == PEOPLE
    planned = Delivery.time_version == 1, Delivery.state == DeliveryState.PLANNED
    plan = session.scalars(select(Delivery).where(*planned)).all()
    assert len({(line.person_id, line.rule) for line in plan}) == len(plan)
    assert {line.rule for line in plan} == {"week", "day", "hour", "thanks"}
    wait_until(lambda: post.count() >= PEOPLE, "nobody is told")
