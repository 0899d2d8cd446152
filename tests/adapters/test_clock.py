import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mmp.adapters.clock import FileClock, FixedClock, SystemClock
from mmp.core.errors import UserError

JUNE = datetime(2026, 6, 19, 8, tzinfo=UTC)
A_MOMENT = timedelta(seconds=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock.json"


def test_without_a_file_it_is_the_worlds_time(path: Path) -> None:
    clock = FileClock(path)
    assert not clock.shifted
    assert abs(clock.now() - SystemClock().now()) < A_MOMENT
    assert not path.exists()


def test_it_goes_on_from_where_it_was_set(path: Path) -> None:
    clock = FileClock(path)
    clock.set(JUNE)
    first, second = clock.now(), clock.now()
    assert clock.shifted
    assert JUNE <= first <= second < JUNE + A_MOMENT


def test_other_clocks_of_the_instance_see_it_at_once(path: Path) -> None:
    one, other = FileClock(path), FileClock(path)
    for day in range(200):  # far more than one within a tick of the disk's clock
        one.set(JUNE + timedelta(days=day))
        assert abs(other.now() - JUNE - timedelta(days=day)) < A_MOMENT


def test_another_process_lives_at_the_same_time(path: Path) -> None:
    FileClock(path).set(JUNE)
    code = (
        "import sys, pathlib\n"
        "from mmp.adapters.clock import FileClock\n"
        "print(FileClock(pathlib.Path(sys.argv[1])).now().isoformat())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    ).stdout
    assert abs(datetime.fromisoformat(said.strip()) - JUNE) < A_MOMENT


def test_threads_end_on_the_last_setting(path: Path) -> None:
    clock = FileClock(path)
    clock.set(JUNE)
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            clock.now()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for day in range(50):
        FileClock(path).set(JUNE + timedelta(days=day))
    stop.set()
    for reader in readers:
        reader.join()
    assert abs(clock.now() - JUNE - timedelta(days=49)) < A_MOMENT


def test_setting_leaves_nothing_but_the_file(path: Path) -> None:
    FileClock(path).set(JUNE)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("year", (1999, 2100, 9999))
def test_years_without_time_zone_rules_are_refused(path: Path, year: int) -> None:
    with pytest.raises(UserError, match="2000 to 2099"):
        FileClock(path).set(datetime(year, 12, 31, tzinfo=UTC))
    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    (
        "",
        "{",
        "[]",
        "{}",
        '{"offset_seconds": null}',
        '{"offset_seconds": "soon"}',
        '{"offset_seconds": 1e300}',
        '{"offset_seconds": NaN}',
        '{"offset_seconds": -1e11}',
        '{"offset_seconds": 1e10}',
    ),
)
def test_a_broken_file_is_told_and_can_be_set_anew(path: Path, text: str) -> None:
    path.write_text(text)
    clock = FileClock(path)
    with pytest.raises(UserError, match="mmp clock now"):
        clock.now()
    clock.set(JUNE)
    assert abs(clock.now() - JUNE) < A_MOMENT


def test_the_file_says_how_far_it_is_from_the_world(path: Path) -> None:
    FileClock(path).set(datetime.now(UTC) + timedelta(days=3))
    assert json.loads(path.read_text())["offset_seconds"] == pytest.approx(3 * 86_400, abs=30)


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(JUNE)
    assert clock.now() == clock.now() == JUNE
    clock.advance(timedelta(hours=2))
    assert clock.now() == JUNE + timedelta(hours=2)
    assert clock.now().tzinfo is UTC
