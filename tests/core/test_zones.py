import importlib
import os
import shutil
import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from mmp.core.zones import (
    UnknownZone,
    add_calendar_days,
    agreed_zones,
    current_zones,
    day_in_zone,
    elapsed,
    to_utc,
    to_wall,
    tz_version,
    zone,
    zone_names,
)

STOCKHOLM, AMMAN, CAIRO = "Europe/Stockholm", "Asia/Amman", "Africa/Cairo"
BEIRUT, HEBRON, RABAT = "Asia/Beirut", "Asia/Hebron", "Africa/Casablanca"


def hours_ahead(zone_name: str, wall: datetime) -> float:
    """The offset from UTC in hours, by way of the instant and back."""
    offset = to_wall(to_utc(wall, zone_name), zone_name).utcoffset()
    assert offset is not None
    return offset / timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone_name", "hours"),
    (
        (STOCKHOLM, 2),
        (AMMAN, 3),
        ("Asia/Damascus", 3),
        ("Asia/Baghdad", 3),
        ("Asia/Riyadh", 3),
        ("Asia/Dubai", 4),
        (CAIRO, 3),
        (BEIRUT, 3),
        (HEBRON, 3),
        ("Africa/Tunis", 1),
        ("Africa/Algiers", 1),
        ("Africa/Tripoli", 2),
        (RABAT, 0),
    ),
)
def test_offsets_at_noon_on_28_september_2026(zone_name: str, hours: int) -> None:
    assert hours_ahead(zone_name, datetime(2026, 9, 28, 12)) == hours


@pytest.mark.parametrize(
    ("zone_name", "hours"),
    (
        (STOCKHOLM, 1),
        (AMMAN, 3),
        (CAIRO, 2),
        (BEIRUT, 2),
        (HEBRON, 2),
        ("Africa/Tunis", 1),
        (RABAT, 0),
    ),
)
def test_offsets_at_noon_on_25_november_2026(zone_name: str, hours: int) -> None:
    assert hours_ahead(zone_name, datetime(2026, 11, 25, 12)) == hours


@pytest.mark.parametrize(
    ("zone_name", "last_day_of_summer"),
    (
        (HEBRON, date(2026, 10, 23)),
        (STOCKHOLM, date(2026, 10, 24)),
        (BEIRUT, date(2026, 10, 24)),
        (CAIRO, date(2026, 10, 29)),
    ),
)
def test_autumn_changes_of_2026(zone_name: str, last_day_of_summer: date) -> None:
    noon = datetime(last_day_of_summer.year, last_day_of_summer.month, last_day_of_summer.day, 12)
    before = hours_ahead(zone_name, noon)
    assert hours_ahead(zone_name, noon + timedelta(days=1)) == before - 1


def test_morocco_left_summer_time_for_good_on_20_september_2026() -> None:
    assert hours_ahead(RABAT, datetime(2026, 9, 19, 12)) == 1
    noon = datetime(2026, 9, 20, 12)
    assert {hours_ahead(RABAT, noon + timedelta(days=day)) for day in range(800)} == {0}


@pytest.mark.parametrize(
    ("other", "differences"),
    ((AMMAN, {24: 1, 25: 2, 30: 2}), (CAIRO, {24: 1, 25: 2, 29: 2, 30: 1})),
)
def test_distance_from_stockholm_in_october_2026(other: str, differences: dict[int, int]) -> None:
    for day, hours in differences.items():
        noon = datetime(2026, 10, day, 12)
        assert hours_ahead(other, noon) - hours_ahead(STOCKHOLM, noon) == hours


def test_the_packages_data_wins_over_the_systems(tmp_path: Path) -> None:
    """A machine whose file still has Rabat at +01 must not move anyone's meeting."""
    (tmp_path / "Africa").mkdir()
    with as_file(files("tzdata.zoneinfo") / "Africa" / "Algiers") as plus_one:
        shutil.copy(plus_one, tmp_path / "Africa" / "Casablanca")
    zoneinfo_alone = (
        "from zoneinfo import ZoneInfo\n"
        "from datetime import datetime\n"
        "print(datetime(2026, 9, 28, 12, tzinfo=ZoneInfo('Africa/Casablanca')).utcoffset())"
    )
    ours = (
        "from mmp.core.zones import to_utc, tz_version\n"
        "from datetime import datetime\n"
        "print(to_utc(datetime(2026, 9, 28, 12), 'Africa/Casablanca').hour, tz_version())"
    )
    assert in_new_process(zoneinfo_alone, PYTHONTZPATH=str(tmp_path)) == "1:00:00"
    assert in_new_process(ours, PYTHONTZPATH=str(tmp_path)) == f"12 {tz_version()}"


def test_version_is_that_of_the_package() -> None:
    assert tz_version() == importlib.import_module("tzdata").IANA_VERSION
    assert tz_version() >= "2026f"


def test_version_is_not_claimed_for_the_systems_files(tmp_path: Path) -> None:
    code = (
        "import zoneinfo, mmp.core.zones as zones\n"
        f"zoneinfo.reset_tzpath(to=[{str(tmp_path)!r}])\n"
        "try: zones.tz_version()\n"
        "except RuntimeError as error: print(error)"
    )
    assert "not from tzdata" in in_new_process(code)


def test_names_are_those_of_zoneinfo() -> None:
    assert zone_names() == zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("name", "told"),
    (
        ("Europe/Stokholm", "did you mean Europe/Stockholm?"),
        ("europe/stockholm", "did you mean Europe/Stockholm?"),
        ("Amman", "did you mean Asia/Amman?"),
        ("Asia/Cairo", "did you mean Africa/Cairo?"),
        ("Tel Aviv", "did you mean Asia/Tel_Aviv?"),
        ("Africa/Rabat", "did you mean Africa/Casablanca?"),
        ("Ramallah", "did you mean Asia/Hebron?"),
        ("UTC+3", "use Area/City"),
        ("localtime", "use Area/City"),
        ("../../etc/passwd", "use Area/City"),
        ("/etc/localtime", "use Area/City"),
        ("Asia/../Asia/Amman", "did you mean Asia/Amman?"),
        ("100%", "use Area/City"),
        ("", "Give a time zone"),
        ("  ", "Give a time zone"),
    ),
)
def test_an_unknown_zone_is_refused_with_what_to_write_instead(name: str, told: str) -> None:
    with pytest.raises(UnknownZone, match=r".+\.$|.+\?$") as refusal:
        zone(name)
    assert told in str(refusal.value)
    assert refusal.value.field == "zone"


def test_a_zone_stays_loaded_beyond_the_eight_that_zoneinfo_keeps() -> None:
    names = sorted(zone_names())[:20]
    first = [zone(name) for name in names]
    assert all(zone(name) is kept for name, kept in zip(names, first, strict=True))


def test_a_wall_time_the_clocks_skip_moves_forward() -> None:
    instant = to_utc(datetime(2026, 3, 29, 2, 30), STOCKHOLM)
    assert to_wall(instant, STOCKHOLM).replace(tzinfo=None) == datetime(2026, 3, 29, 3, 30)


@pytest.mark.parametrize("fold", (0, 1))
def test_a_wall_time_the_clocks_show_twice_means_the_first(fold: int) -> None:
    wall = datetime(2026, 10, 25, 2, 30, fold=fold)
    assert to_utc(wall, STOCKHOLM) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    wall=st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),
    name=st.sampled_from(sorted(zone_names())),
)
@settings(max_examples=300)
def test_a_wall_time_comes_back_but_in_a_gap(wall: datetime, name: str) -> None:
    instant = to_utc(wall, name)
    shown = to_wall(instant, name).replace(tzinfo=None)
    assert instant.tzinfo is UTC
    assert shown >= wall
    assert to_utc(shown, name) == instant


def test_twenty_four_hours_over_the_change_are_hours_not_a_day() -> None:
    """Python's subtraction on a local datetime goes back one day on the wall: really 25 hours."""
    meeting = to_utc(datetime(2026, 10, 25, 12), STOCKHOLM)
    local = meeting.astimezone(zone(STOCKHOLM))
    assert elapsed(local - timedelta(hours=24), meeting) == timedelta(hours=25)  # the trap

    day_before = to_utc(add_calendar_days(datetime(2026, 10, 25, 12), -1), STOCKHOLM)
    assert elapsed(day_before, meeting) == timedelta(hours=25)
    assert to_wall(day_before, STOCKHOLM).hour == 12
    hours_before = meeting - timedelta(hours=24)
    assert elapsed(hours_before, local) == timedelta(hours=24)
    assert to_wall(hours_before, STOCKHOLM).hour == 13


def test_elapsed_between_wall_times_of_one_zone_counts_real_hours() -> None:
    a = datetime(2026, 10, 24, 12, tzinfo=zone(STOCKHOLM))
    b = datetime(2026, 10, 25, 12, tzinfo=zone(STOCKHOLM))
    assert b - a == timedelta(hours=24)  # the trap: the same zone, so Python compares the walls
    assert elapsed(a, b) == timedelta(hours=25)


def test_the_day_is_the_local_one() -> None:
    late = datetime(2026, 9, 27, 22, 30, tzinfo=UTC)
    assert day_in_zone(late, AMMAN) == date(2026, 9, 28)
    assert day_in_zone(late, RABAT) == date(2026, 9, 27)


def test_naive_and_aware_are_not_mixed_up() -> None:
    naive, aware = datetime(2026, 9, 28, 10), datetime(2026, 9, 28, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="no zone of its own"):
        to_utc(aware, AMMAN)
    with pytest.raises(ValueError, match="needs a zone"):
        to_wall(naive, AMMAN)
    with pytest.raises(ValueError, match="needs a zone"):
        elapsed(naive, aware)
    with pytest.raises(ValueError, match="wall times"):
        add_calendar_days(aware, 1)


def in_new_process(code: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_people_agree_on_places_and_utc_alone() -> None:
    agreed = agreed_zones()
    assert agreed < zone_names()
    assert {STOCKHOLM, AMMAN, RABAT, "America/Argentina/Salta", "UTC"} <= agreed
    others = {"Factory", "EST", "EST5EDT", "Etc/GMT-3", "Etc/UTC", "GMT", "US/Eastern", "GB"}
    assert not agreed & others


def test_current_names_are_agreed_ones_without_former_names() -> None:
    assert set(current_zones()) < agreed_zones()
    assert {"Africa/Asmara", "Europe/Kyiv", "Asia/Hebron", "UTC"} < set(current_zones())
    assert {"Africa/Asmera", "Africa/Timbuktu", "Europe/Kiev"}.isdisjoint(current_zones())
    assert current_zones()["Asia/Amman"] == {"JO"}
