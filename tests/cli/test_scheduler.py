"""Schedulers as processes of their own: any number, beside any number that serve pages."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import SystemClock
from mmp.models import Mail
from mmp.models.mail import MailState
from mmp.services import outbox
from tests.cli.conftest import MMP, Mmp
from tests.support.factories import Factory
from tests.support.server import Server, running

SENDING = r"Sending the mail of .*"
PATIENCE = 30

pytestmark = pytest.mark.slow


def _put(session: Session, count: int) -> None:
    make, now = Factory(session), SystemClock().now()
    for number in range(count):
        outbox.enqueue(
            session,
            now=now,
            kind="test",
            person=make.person(
                key=f"p{now:%H%M%S%f}{number}", email=f"{now:%f}.{number}@example.org"
            ),
            template="test",
            parameters={"asked_at": now},
            dedupe_key=f"{now}:{number}",
        )
    session.commit()


def _wait_until(true: Callable[[], bool], *servers: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, [server.lines for server in servers]
        time.sleep(0.05)


def _sent(session: Session) -> int:
    session.rollback()
    return len(session.scalars(select(Mail.id).where(Mail.state == MailState.SENT)).all())


def _arrived(folder: Path) -> Counter[str]:
    return Counter(
        line
        for path in folder.rglob("*.eml")
        for line in path.read_text().splitlines()
        if line.lower().startswith("message-id:")
    )


@pytest.mark.both_databases
def test_several_send_each_mail_once(
    session: Session, database_url: str, instance: Path, tmp_path: Path
) -> None:
    """Three, and a web server that sends nothing. SIGTERM ends each of them with status 0."""
    _put(session, 60)
    environ = {"MMP_INSTANCE": str(instance), "MMP_DATABASE_URL": database_url}
    with ExitStack() as stack:

        def start(*command: str) -> Server:
            return stack.enter_context(running([MMP, *command], cwd=tmp_path, environ=environ))

        web = start("run", "--no-scheduler", "--port", "0")
        address = web.wait_for(r"http://127\.0\.0\.1:\d+/")
        time.sleep(1)
        assert _sent(session) == 0
        schedulers = [start("scheduler") for _ in range(3)]
        for server in schedulers:
            server.wait_for(SENDING)
        _wait_until(lambda: _sent(session) == 60, *schedulers)
        with urlopen(f"{address}en/") as answer:
            assert answer.status == 200
        for server in schedulers:
            server.process.send_signal(signal.SIGTERM)
        assert [server.process.wait(PATIENCE) for server in schedulers] == [0, 0, 0]
        assert not any("Traceback" in line for one in schedulers for line in one.lines)
    arrived = _arrived(instance / "mail")
    assert len(arrived) == 60
    assert set(arrived.values()) == {1}


def test_on_sqlite_one_works_and_another_takes_over(
    session: Session, database_url: str, instance: Path, tmp_path: Path
) -> None:
    environ = {"MMP_INSTANCE": str(instance)}
    with (
        running([MMP, "run", "--port", "0"], cwd=tmp_path, environ=environ) as first,
        running([MMP, "scheduler"], cwd=tmp_path, environ=environ) as second,
    ):
        first.wait_for(r"http://127\.0\.0\.1:\d+/")
        second.wait_for(SENDING)
        _put(session, 1)
        _wait_until(lambda: _sent(session) == 1, first, second)
        first.process.kill()
        first.process.wait()
        _put(session, 1)
        _wait_until(lambda: _sent(session) == 2, second)
        assert second.stop() == 0


def test_without_tables_it_says_what_to_do(mmp: Mmp, empty_database_url: str) -> None:
    result = mmp("scheduler")
    assert result.exit_code == 1
    assert "mmp db upgrade" in result.stderr
