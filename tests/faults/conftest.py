"""A mail server that remembers, workers to kill, and a burst of mail for them."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock, FixedClock
from mmp.models import Mail, MailAttempt, Person
from mmp.models.mail import MailState
from mmp.services.outbox.queue import NewMail, enqueue_many
from tests.faults.children import Child, wait_until
from tests.faults.post_office import PostOffice
from tests.faults.worker import Job, work
from tests.support.factories import Factory

FIGURES = "faults"
"""Under this name a test's report carries what it counted."""


@pytest.fixture
def factory(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def chance() -> random.Random:
    """The same in every run; when exactly a process dies is still the machine's to say."""
    return random.Random(26)


@pytest.fixture
def wall(instance: Path, clock: FixedClock) -> FileClock:
    """The time of every worker, which goes on."""
    wall = FileClock(instance / "clock.json")
    wall.set(clock.now())
    return wall


@pytest.fixture
def post(tmp_path: Path) -> Iterator[PostOffice]:
    Child.said.clear()
    office = PostOffice(tmp_path / "post")
    yield office
    office.close()


StartWorker = Callable[..., Child]


@pytest.fixture
def start_worker(
    database_url: str, instance: Path, tmp_path: Path, post: PostOffice, wall: FileClock
) -> Iterator[StartWorker]:
    """Starts one; the words are those of `Job`."""
    made: list[Child] = []

    def start(**values: Any) -> Child:
        defaults: dict[str, Any] = {
            "database_url": database_url,
            "mail_url": post.url,
            "instance": instance,
        }
        log = tmp_path / f"worker-{len(made)}.log"
        made.append(Child(work, Job(**defaults | values), log=log))
        return made[-1]

    yield start
    for child in made:
        child.kill()


_keys = count(1)


def put(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    mails: int,
    people: Sequence[Person] = (),
) -> None:
    """A burst: so many mails that are due, to these people or ten new ones, committed."""
    people = people or [factory.person() for _ in range(10)]
    enqueue_many(
        session,
        now=clock.now(),
        mails=[
            NewMail(
                kind="test",
                template="test",
                person_id=people[number % len(people)].id,
                parameters={"asked_at": clock.now()},
                dedupe_key=f"burst:{next(_keys)}",
            )
            for number in range(mails)
        ],
    )
    session.commit()


def sent(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Mail.state == MailState.SENT)) or 0


def attempts(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(MailAttempt)) or 0


def holders(session: Session) -> set[str]:
    """The workers that hold mail at the moment."""
    session.rollback()
    found = session.scalars(select(Mail.lease_owner).where(Mail.state == MailState.LEASED))
    return {owner.partition("#")[0] for owner in found.all() if owner}


@dataclass(frozen=True, slots=True)
class Count:
    """What came of a burst."""

    mails: int
    lost: int
    repeated: int


Settle = Callable[..., Count]


@pytest.fixture
def settle(
    session: Session, post: PostOffice, record_property: Callable[[str, object], None], backend: str
) -> Settle:
    """Waits until so many mails are marked as sent, and compares them with what was accepted.

    Whatever came twice has to have the same Message-ID: the one that was kept.
    """

    def wait(mails: int, *, fault: str = "", times: int = 1) -> Count:
        wait_until(lambda: sent(session) >= mails, "some mail never left")
        kept = set(
            session.scalars(select(Mail.message_id).where(Mail.state == MailState.SENT)).all()
        )
        came = post.message_ids()
        assert set(came) <= kept, "a mail came under a Message-ID that is not its own"
        found = Count(mails, len(kept - set(came)), came.total() - len(came))
        if fault:
            row = (fault, backend, times, mails, found.lost, found.repeated)
            record_property(FIGURES, row)
        return found

    return wait


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table of `docs/benchmarks.md`."""
    rows = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == FIGURES and report.when == "call"
    ]
    if rows:
        terminalreporter.write_line("| fault | database | times | mails | lost | repeated |")
        terminalreporter.write_line("|---|---|---|---|---|---|")
    for row in sorted(rows):
        terminalreporter.write_line(f"| {' | '.join(map(str, row))} |")
