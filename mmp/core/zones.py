"""Time zones: names, wall times and instants, from the packaged IANA data and nothing else.

What people agreed is a wall time and an IANA zone; an instant (aware, UTC) is derived from them.
Hours are counted between instants, days on the local calendar: Python's own arithmetic on aware
datetimes moves the wall clock, so that "24 hours" over a change of the clocks are really 23 or 25.
"""

import difflib
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from mmp.core.errors import UserError

_CITIES_WITHOUT_ZONE = {
    "abu_dhabi": "Asia/Dubai",
    "palestine": "Asia/Hebron",
    "rabat": "Africa/Casablanca",
    "ramallah": "Asia/Hebron",
}
"""What people look for in vain: capitals whose zone is named after another city."""


AREAS = frozenset(
    {
        *("Africa", "America", "Antarctica", "Arctic", "Asia"),
        *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
    }
)
"""The first words of IANA's names for places; others are kept for old programs alone."""


class UnknownZone(UserError):
    """A name that is no IANA time zone."""

    code = "unknown_zone"


@cache
def zone_names() -> frozenset[str]:
    """Every name that `zone` takes.

    The package lists its names in one small file (0.2 ms). `zoneinfo.available_timezones()` walks
    folders and opens what it finds there, the system's among them, to arrive at the same set.
    """
    return frozenset((files("tzdata") / "zones").read_text("ascii").split())


@cache
def agreed_zones() -> frozenset[str]:
    """The names that people may choose: Area/City and UTC.

    What IANA lists beside them is a fixed offset (`Etc/GMT-3`, `EST`), another country's old law
    (`EST5EDT`), a second name (`GB`) or no time at all (`Factory`).
    """
    places = (name for name in zone_names() if name.partition("/")[0] in AREAS and "/" in name)
    return frozenset({*places, "UTC"})


@cache
def current_zones() -> dict[str, frozenset[str]]:
    """The names in use today, each with the countries it is for: without second and former ones,
    such as Africa/Asmera or Africa/Timbuktu, which still are `agreed_zones`."""
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    found = {name: frozenset({code}) for code, _place, name, *_more in rows}
    return found | {"UTC": frozenset()}


def agreed_zone(name: str) -> str:
    """`name`, where people may choose it. Raises `UnknownZone`, also for a fixed offset."""
    zone(name)
    if name not in agreed_zones():
        raise UnknownZone(
            "“%(name)s” is no place whose clocks people follow; use Area/City, for example"
            " Europe/Stockholm, or UTC.",
            field="zone",
            name=name,
        )
    return name


@cache  # of listed names only: an error is not kept
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that exact name.

    Kept for good, since `ZoneInfo` itself holds on to no more than eight: a feed of ten zones would
    read a file for every event (0.1 ms).

    Raises `UnknownZone`, naming the closest zone if one is close. Only listed names reach
    `ZoneInfo`, so a path ("../x") or a machine's own "localtime" is never looked up.
    """
    if name in zone_names():
        return ZoneInfo(name)
    if not name.strip():
        raise UnknownZone("Give a time zone, for example Europe/Stockholm.", field="zone")
    if near := _closest(name):
        raise UnknownZone(
            "“%(name)s” is not an IANA time zone; did you mean %(near)s?",
            field="zone",
            name=name,
            near=near,
        )
    raise UnknownZone(
        "“%(name)s” is not an IANA time zone; use Area/City, for example Europe/Stockholm.",
        field="zone",
        name=name,
    )


def to_utc(wall: datetime, zone_name: str) -> datetime:
    """The instant (aware, UTC) of a wall time in a zone.

    A wall time that the clocks skip moves forward by what they skip; one that they show twice means
    the first. Raises ValueError if `wall` is aware, `UnknownZone` for the name.
    """
    if wall.tzinfo is not None:
        raise ValueError(f"a wall time has no zone of its own: {wall.isoformat()}")
    return wall.replace(tzinfo=zone(zone_name), fold=0).astimezone(UTC)


def to_wall(instant: datetime, zone_name: str) -> datetime:
    """An instant as the clocks of a zone show it (aware, local).

    Raises ValueError if `instant` is naive, `UnknownZone` for the name.
    """
    return _aware(instant).astimezone(zone(zone_name))


def day_in_zone(instant: datetime, zone_name: str) -> date:
    """The local date of an instant. Raises as `to_wall`."""
    return to_wall(instant, zone_name).date()


def add_calendar_days(wall: datetime, days: int) -> datetime:
    """The same clock time `days` local days later (or earlier), whatever the clocks do between.

    Takes and gives a naive wall time, to be placed by `to_utc`. Raises ValueError if it is aware.
    """
    if wall.tzinfo is not None:
        raise ValueError(f"calendar days are counted on wall times: {wall.isoformat()}")
    return wall + timedelta(days=days)


def elapsed(a: datetime, b: datetime) -> timedelta:
    """The time that really passes from `a` to `b`, counted in UTC. Raises ValueError if naive."""
    return _aware(b).astimezone(UTC) - _aware(a).astimezone(UTC)


def tz_version() -> str:
    """The IANA version of the data in use, such as "2026f".

    Raises RuntimeError where `zoneinfo` would look at the system's files before the package: their
    version is unknown, and many place Rabat an hour off after 20 September 2026 (Decree 2.26.530).
    """
    if zoneinfo.TZPATH:
        raise RuntimeError(f"time zones are read from {zoneinfo.TZPATH}, not from tzdata")
    return _packaged_version()


@cache
def _packaged_version() -> str:
    # The data's own first line is "# version 2026f"; the package's "2026.6" is only its number.
    with (files("tzdata.zoneinfo") / "tzdata.zi").open(encoding="ascii") as source:
        return source.readline().split()[-1]


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"an instant needs a zone: {instant.isoformat()}")
    return instant


def _closest(name: str) -> str | None:
    """The zones most likely meant, by their city: a wrong continent or a slip of a few letters."""
    wanted = name.strip().replace(" ", "_").casefold()
    city = wanted.rpartition("/")[2]
    if city in _CITIES_WITHOUT_ZONE:
        return _CITIES_WITHOUT_ZONE[city]
    by_city: dict[str, str] = {}
    for known in sorted(agreed_zones()):
        if known.casefold() == wanted:
            return known
        if "/" in known:
            by_city[known.rpartition("/")[2].casefold()] = known
    # Stricter than difflib's own 0.6, at which Ramallah is close to Manila and UTC+3 to UTC.
    close = difflib.get_close_matches(city[:80], by_city, n=2, cutoff=0.8)
    return " or ".join(by_city[near] for near in close) or None
