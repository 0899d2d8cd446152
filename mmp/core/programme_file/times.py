"""Days, instants and times as people agreed them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from mmp.core.errors import UserError
from mmp.core.programme_file.kinds import Bare, Kind, Plain
from mmp.core.programme_file.nodes import Entries, Node, Scalar
from mmp.core.programme_file.problems import closest
from mmp.core.programme_file.reader import FAILED, Reader
from mmp.core.programme_file.words import Zone
from mmp.core.when import When

DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
YEARS = range(1990, 2101)


def read_day(text: str) -> date:
    """A day as 2026-05-20. Raises UserError."""
    try:
        day = date.fromisoformat(text) if re.fullmatch(DAY, text) else None
    except ValueError as error:
        raise UserError("There is no day %(text)s; correct it.", text=text) from error
    if day is None:
        if near := _other_order(text):
            raise UserError("“%(text)s” is no day; did you mean %(near)s?", text=text, near=near)
        raise UserError("“%(text)s” is no day; write it like 2026-05-20.", text=text)
    check_year(day.year)
    return day


def check_year(year: int) -> None:
    """Raises UserError for a year that nothing here is in."""
    if year not in YEARS:
        raise UserError(
            "The year %(year)s lies outside %(first)s to %(last)s; correct it.",
            year=f"{year:04}",
            first=YEARS[0],
            last=YEARS[-1],
        )


def _other_order(text: str) -> str | None:
    """The day that was meant by 10.05.2027 or 10/5/2027, as 2027-05-10: the day comes first."""
    found = re.fullmatch(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})", text)
    if found is None:
        return None
    try:
        return date(int(found[4]), int(found[3]), int(found[1])).isoformat()
    except ValueError:
        return None


def read_clock(text: str) -> time:
    """A clock time as 14:00. Raises UserError."""
    try:
        return time.fromisoformat(text.rjust(len(text) + (text.find(":") == 1), "0"))
    except ValueError as error:
        raise UserError("The clock never shows %(text)s; correct it.", text=text) from error


def read_wall(text: str) -> datetime:
    """A day and a clock time as 2026-05-20T14:00. Raises UserError."""
    found = re.fullmatch(f"({DAY})[T ]({CLOCK})", text)
    if found is None:
        if re.fullmatch(f"{DAY}[T ]{CLOCK} ?(Z|[+-][0-9:]+)", text):
            raise UserError(
                "Write what the clock on the wall shows, without “Z” or an offset; the zone stands"
                " beside it."
            )
        raise UserError("“%(text)s” is no time; write it like 2026-05-20T14:00.", text=text)
    return datetime.combine(read_day(found[1]), read_clock(found[2]))


def show_clock(clock: time) -> str:
    """Hours and minutes; smaller parts only where there are any."""
    return clock.isoformat("minutes" if not (clock.second or clock.microsecond) else "auto")


def show_wall(wall: datetime) -> str:
    """Day and clock time."""
    return f"{wall.date().isoformat()}T{show_clock(wall.time())}"


def _is_day(text: str) -> bool:
    """Whether it says a day without a clock time, in whatever order."""
    return bool(re.fullmatch(DAY, text) or _other_order(text))


class Day(Kind):
    """A day on the calendar."""

    def parse(self, text: str, reader: Reader) -> date:
        return read_day(text)

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return None if value is None else Bare(value.isoformat())

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{DAY}$"}


class Instant(Kind):
    """A moment, the same everywhere: with Z or an offset."""

    def parse(self, text: str, reader: Reader) -> datetime:
        found = re.fullmatch(f"({DAY})[Tt ]({CLOCK}) ?([Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})", text)
        if found is None:
            raise UserError(
                "“%(text)s” is no moment; write it in UTC like 2026-05-20T14:00:00Z.", text=text
            )
        wall = datetime.combine(read_day(found[1]), read_clock(found[2]))
        offset = datetime.strptime(found[5].upper().replace("Z", "+00:00"), "%z").utcoffset()
        instant = wall - (offset or timedelta())
        check_year(instant.year)
        return instant.replace(tzinfo=UTC)

    def plain(self, value: Any, language: str | None = None) -> Plain:
        if value is None:
            return None
        return Bare(value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z")

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": f"^{DAY}[Tt ]{CLOCK} ?([Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})$",
        }


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A clock time, on the event's day where `day` is not said."""

    time: time
    day: date | None = None


class Clock(Kind):
    """A clock time on the event's day, or a day and a clock time."""

    def parse(self, text: str, reader: Reader) -> ClockTime:
        if re.fullmatch(CLOCK, text):
            return ClockTime(read_clock(text))
        if re.fullmatch(f"{DAY}.+", text):
            wall = read_wall(text)
            return ClockTime(wall.time(), wall.date())
        raise UserError(
            "“%(text)s” is no time; write it like 14:00 or 2026-05-20T14:00.", text=text
        )

    def plain(self, value: Any, language: str | None = None) -> Plain:
        if value is None:
            return None
        clock = show_clock(value.time)
        return Bare(clock if value.day is None else f"{value.day.isoformat()}T{clock}")

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^({DAY}[T ])?{CLOCK}$"}


class WhenKind(Kind):
    """When something is: from a wall time to a wall time, days, a month, or before a day."""

    keys: tuple[str, ...] = ("from", "to", "month", "before", "zone")

    def __init__(self, *, timed: bool = True) -> None:
        self.timed = timed

    def read(self, node: Node, path: str, reader: Reader) -> When:
        if isinstance(node, Scalar):
            return self._one(node.text.strip(), reader.zone)
        if not isinstance(node, Entries):
            raise UserError("Write {from: ..., to: ...}, a month like 2026-10 or {before: ...}.")
        parts = {}
        for key, part in node.pairs:
            if key.text not in self.keys:
                raise UserError(
                    "“%(key)s” is not known here; did you mean %(near)s?",
                    key=key.text,
                    near=closest(key.text, self.keys) or "from, to or zone",
                )
            if not isinstance(part, Scalar):
                raise UserError("One value belongs beside each of %(keys)s.", keys="from, to, zone")
            if not part.null:
                parts[key.text] = part
        zone = reader.zone
        if "zone" in parts:
            found = reader.value(Zone(), parts.pop("zone"), f"{path}/zone")
            zone = "UTC" if found is FAILED else found
        return self._span({key: part.text.strip() for key, part in parts.items()}, zone)

    def _one(self, text: str, zone: str) -> When:
        if found := re.fullmatch("([0-9]{4})-([0-9]{2})", text):
            year, month = int(found[1]), int(found[2])
            if not 1 <= month <= 12:
                raise UserError("There is no month %(text)s; correct it.", text=text)
            check_year(year)
            return When.month(year, month, zone)
        if re.fullmatch(DAY, text):
            return When.days(read_day(text), read_day(text), zone)
        if near := _other_order(text):
            raise UserError("“%(text)s” is no day; did you mean %(near)s?", text=text, near=near)
        raise UserError(
            "“%(text)s” does not say when; write {from: ..., to: ...} or a month like 2026-10.",
            text=text,
        )

    def _span(self, parts: dict[str, str], zone: str) -> When:
        match sorted(parts):
            case ["before"]:
                return When.before(read_day(parts["before"]), zone)
            case ["month"]:
                return self._one(parts["month"], zone)
            case ["from"] if _is_day(parts["from"]):
                return When.days(read_day(parts["from"]), read_day(parts["from"]), zone)
            case ["from", "to"] if _is_day(parts["from"]):
                return When.days(read_day(parts["from"]), read_day(parts["to"]), zone)
            case ["from", "to"] if self.timed:
                return When.timed(read_wall(parts["from"]), read_wall(parts["to"]), zone)
            case ["from", "to"]:
                raise UserError("Days belong here, without clock times.")
            case ["from"]:
                raise UserError("Say also when it ends: to: 2026-05-20T16:00.")
            case _:
                raise UserError("Write from and to, or month, or before; one of the three.")

    def plain(self, value: Any, language: str | None = None) -> Plain:
        """With its zone, always: what it shows must not hang on the zone of the programme."""
        if value is None:
            return None
        if value.precision == "timed":
            parts = {"from": show_wall(value.starts_local), "to": show_wall(value.ends_local)}
        elif value.precision == "before":
            parts = {"before": (value.last_day + timedelta(days=1)).isoformat()}
        elif value.precision == "month":
            parts = {"month": value.first_day.isoformat()[:7]}
        else:
            parts = {"from": value.first_day.isoformat(), "to": value.last_day.isoformat()}
        bare: dict[str, str] = {key: Bare(part) for key, part in parts.items()}
        return bare | {"zone": value.zone}

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        name = "when" if self.timed else "days"
        edge = f"^{DAY}([T ]{CLOCK})?$" if self.timed else f"^{DAY}$"
        day = {"type": "string", "pattern": f"^{DAY}$"}
        month = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"}
        span = {
            "from": {"type": "string", "pattern": edge},
            "to": {"type": "string", "pattern": edge},
        }
        shapes = [
            (properties | ({"zone": Zone().schema(defs)} if "zone" in self.keys else {}), required)
            for properties, required in (
                (span, ["from"]),
                ({"month": month}, ["month"]),
                ({"before": day}, ["before"]),
            )
            if required[0] in self.keys
        ]
        defs.setdefault(
            name,
            {
                "description": "A month, a day, days, or a wall time to a wall time in a zone.",
                "anyOf": [
                    month,
                    *(
                        {
                            "type": "object",
                            "properties": properties,
                            "required": required,
                            "additionalProperties": False,
                        }
                        for properties, required in shapes
                    ),
                ],
            },
        )
        return {"$ref": f"#/$defs/{name}"}


class MilestoneDays(WhenKind):
    """A day, days or a month of a roadmap: no zone, no clock."""

    keys = ("from", "to", "month")

    def __init__(self) -> None:
        super().__init__(timed=False)

    def plain(self, value: Any, language: str | None = None) -> Plain:
        if value is None:
            return None
        if value.precision == "month":
            return Bare(value.first_day.isoformat()[:7])
        if value.first_day == value.last_day:
            return Bare(value.first_day.isoformat())
        return {"from": Bare(value.first_day.isoformat()), "to": Bare(value.last_day.isoformat())}
