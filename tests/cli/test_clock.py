from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mmp.adapters.clock import FileClock
from mmp.cli.clock import moment
from mmp.core.errors import UserError
from tests.cli.conftest import Mmp

JUNE = datetime(2026, 6, 19, 8, tzinfo=UTC)
A_MOMENT = timedelta(seconds=30)


@pytest.fixture
def demo_clock(instance: Path) -> FileClock:
    clock = FileClock(instance / "clock.json")
    clock.set(JUNE)
    return clock


def test_it_shows_the_time(mmp: Mmp, demo_clock: FileClock) -> None:
    assert mmp("clock").stdout.startswith("Fri 2026-06-19 08:00:")
    assert "(demo)" in mmp("clock").stdout


def test_it_shows_the_time_of_a_place(mmp: Mmp, demo_clock: FileClock) -> None:
    assert mmp("clock", "--zone", "Asia/Amman").stdout.startswith("Fri 2026-06-19 11:00:")


@pytest.mark.parametrize(
    ("when", "then"),
    (
        ("+3d", JUNE + timedelta(days=3)),
        ("+2h", JUNE + timedelta(hours=2)),
        ("-1d", JUNE - timedelta(days=1)),
        ("-2h", JUNE - timedelta(hours=2)),
        ("+1w2d3h4m", JUNE + timedelta(days=9, hours=3, minutes=4)),
        ("2026-09-27T08:00", datetime(2026, 9, 27, 8, tzinfo=UTC)),
        ("2026-09-27 08:00:30", datetime(2026, 9, 27, 8, 0, 30, tzinfo=UTC)),
        ("2026-09-27T08:00+03:00", datetime(2026, 9, 27, 5, tzinfo=UTC)),
        ("2026-09-27T08:00Z", datetime(2026, 9, 27, 8, tzinfo=UTC)),
        ("2026-09-27", datetime(2026, 9, 27, 8, tzinfo=UTC)),
    ),
)
def test_it_moves_the_time(mmp: Mmp, demo_clock: FileClock, when: str, then: datetime) -> None:
    result = mmp("clock", when)
    assert result.exit_code == 0
    assert f"{then:%Y-%m-%d %H:%M}" in result.stdout
    assert abs(demo_clock.now() - then) < A_MOMENT


def test_steps_add_up(mmp: Mmp, demo_clock: FileClock) -> None:
    mmp("clock", "+3d")
    mmp("clock", "+3d")
    assert abs(demo_clock.now() - JUNE - timedelta(days=6)) < A_MOMENT


def test_now_is_the_worlds_time_and_still_a_demo(mmp: Mmp, demo_clock: FileClock) -> None:
    mmp("clock", "now")
    assert abs(demo_clock.now() - datetime.now(UTC)) < A_MOMENT
    assert demo_clock.shifted


def test_a_wall_time_can_be_that_of_a_place(mmp: Mmp, demo_clock: FileClock) -> None:
    mmp("clock", "2026-09-28T09:00", "--zone", "Asia/Amman")
    assert abs(demo_clock.now() - datetime(2026, 9, 28, 6, tzinfo=UTC)) < A_MOMENT
    mmp("clock", "2026-09-28T09:00", "--zone", "Africa/Casablanca")
    assert abs(demo_clock.now() - datetime(2026, 9, 28, 9, tzinfo=UTC)) < A_MOMENT


@pytest.mark.parametrize(
    "when",
    (
        *("", " ", "+", "-", "+d", "+3", "3d", "+3x", "+1.5d", "--3d", "+3d2w", "tomorrow", "NOW"),
        *("2026-09-31", "2026-13-01", "2026-9-1", "20260927", "2026-W39-7", "2026-09-27T25:00"),
        *("2026-09-27T8", "09:00", "1790000000", "+99999999999d", "9999-12-31", "1969-12-31"),
        *("٢٠٢٦-٠٩-٢٧", "2026-09-27T08:00 Asia/Amman", "-x"),
    ),
)
def test_nonsense_is_one_line_and_changes_nothing(
    mmp: Mmp, demo_clock: FileClock, when: str
) -> None:
    before = demo_clock.path.read_bytes()
    result = mmp("clock", when)
    assert result.exit_code == 2
    assert result.stderr.startswith("mmp: ")
    assert result.stderr.count("\n") == 1
    assert demo_clock.path.read_bytes() == before


def test_an_unknown_zone_is_refused(mmp: Mmp, demo_clock: FileClock) -> None:
    result = mmp("clock", "2026-09-27", "--zone", "Asia/Cairo")
    assert result.exit_code == 2
    assert "Africa/Cairo" in result.stderr


def test_a_real_instance_lives_in_the_worlds_time(mmp: Mmp, instance: Path) -> None:
    result = mmp("clock", "+3d")
    assert result.exit_code == 2
    assert "no demo" in result.stderr
    assert not (instance / "clock.json").exists()
    assert f"{datetime.now(UTC):%Y-%m-%d}" in mmp("clock").stdout


def test_a_broken_clock_is_mended_by_setting_it(mmp: Mmp, demo_clock: FileClock) -> None:
    demo_clock.path.write_text("{")
    for refused in ("clock", "+3d"), ("clock",):
        assert mmp(*refused).exit_code == 2
    assert mmp("clock", "2026-09-27").exit_code == 0
    assert mmp("clock", "+1d").stdout.startswith("Mon 2026-09-28 08:00:")


def test_a_step_needs_a_time_to_start_from() -> None:
    with pytest.raises(UserError, match="is no time"):
        moment("+3d", now=None)
