"""Timers, elections, signs of life and wake-ups."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event as Flag

import pytest
from sqlalchemy import Engine, create_engine, text

from mmp.adapters.database import engine_options
from mmp.adapters.scheduler import Election, Timer, Watcher, liveness_for

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import sys
from pathlib import Path
from sqlalchemy import create_engine
from mmp.adapters.scheduler import liveness_for
liveness = liveness_for(create_engine(sys.argv[1]), Path(sys.argv[2]))
liveness.show()
print(liveness.owner, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url, **engine_options(database_url))
    yield engine
    engine.dispose()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.both_databases
def test_the_dead_are_known_at_once(engine: Engine, database_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SHOW, database_url, str(tmp_path)]
    mine = liveness_for(engine, tmp_path)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        owner = other.stdout.readline().strip()
        mine.show()
        assert mine.dead({owner, mine.owner}) == set()
        assert mine.dead({"never-was", owner}) == {"never-was"}
        other.kill()
        other.wait()
        wait_until(lambda: mine.dead({owner, mine.owner}) == {owner})
    mine.show()
    mine.end()
    again = liveness_for(engine, tmp_path)
    again.show()
    assert again.owner != mine.owner
    assert again.dead({mine.owner, owner}) == {mine.owner, owner}
    again.end()


def test_one_is_elected(tmp_path: Path) -> None:
    first, second = Election(tmp_path / "lock"), Election(tmp_path / "lock")
    assert first.won()
    assert first.won()
    assert not second.won()
    first.resign()
    assert second.won()
    assert not first.won()  # a thread that is late takes nothing back
    second.resign()


@pytest.mark.both_databases
def test_a_commit_of_others_wakes(engine: Engine, database_url: str) -> None:
    woken = Flag()
    watcher = Watcher(engine, "mmp_mail", woken.set)
    watcher.start()
    try:
        assert woken.wait(5), "it looks once when it starts"
        other = create_engine(database_url)
        with other.connect() as connection:
            for _ in range(2):
                woken.clear()
                if engine.dialect.name == "postgresql":
                    connection.execute(text("NOTIFY mmp_mail"))
                else:
                    connection.execute(text("CREATE TABLE IF NOT EXISTS one (x)"))
                    connection.execute(text("INSERT INTO one VALUES (1)"))
                assert not woken.wait(0.05), "nothing is committed yet"
                connection.commit()
                assert woken.wait(2)
        other.dispose()
    finally:
        watcher.stop()


def test_a_timer_calls_regularly_and_earlier_on_demand() -> None:
    calls: list[float] = []
    timer = Timer()
    timer.every(60, "look", lambda: calls.append(time.monotonic()))
    timer.start()
    try:
        wait_until(lambda: len(calls) == 1)
        asked = time.monotonic()
        timer.at_latest_in(timedelta(seconds=0.1), "look")
        timer.at_latest_in(timedelta(hours=1), "look")
        wait_until(lambda: len(calls) == 2)
        assert 0.05 < calls[1] - asked < 1
    finally:
        timer.stop()
