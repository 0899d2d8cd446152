"""The rules of a change to an event or to one item of its agenda.

Whatever makes the change, a page or a file, uses these verbs, so that `sequence`, `changed_at` and
the derived instants never depend on the way it came.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from mmp.core.when import When
from mmp.models import AgendaItem, Event
from mmp.models.enums import EventStatus, Precision

MOVES: Final = frozenset(
    {"when", "zone", "form", "venue", "address", "city", "country", "room", "join_link", "status"}
)
"""Changes of time, place or status, by field: only they raise `sequence`."""


def lasting_uid(uuid: UUID) -> str:
    """The UID of an event or agenda item that was given none: it names no host that may change."""
    return f"{uuid}@mmp"


def when_of(row: Event | AgendaItem) -> When | None:
    """When it is, as people agreed it; None for an agenda item without times."""
    if isinstance(row, Event):
        return When(
            row.precision.value,
            row.zone,
            starts_local=row.starts_local,
            ends_local=row.ends_local,
            first_day=row.first_day,
            last_day=row.last_day,
        )
    if row.starts_local is None or row.ends_local is None:
        return None
    zone = row.zone or row.event.zone
    return When("timed", zone, starts_local=row.starts_local, ends_local=row.ends_local)


def apply_when(row: Event | AgendaItem, when: When | None) -> list[AgendaItem]:
    """Set the time and derive its instants (UTC) with the current time zone data.

    An agenda item takes timed ones and None; it keeps a zone of its own only where that is not its
    event's. Gives the agenda items that went along because the event's zone changed. Call `touch`
    for the row and for each of them afterwards.
    """
    if isinstance(row, AgendaItem):
        for column, value in item_columns(when, row.event.zone).items():
            setattr(row, column, value)
        return []
    if when is None:
        raise ValueError("an event always has a time, however vague")
    followers = [item for item in row.agenda if item.zone is None and item.starts_local]
    followers = followers if when.zone != row.zone else []
    if row.zone != when.zone or row.starts_at != when.span().starts_at:
        row.time_version = (row.time_version or 0) + 1
    for column, value in when_columns(when).items():
        setattr(row, column, value)
    for item in followers:
        apply_when(item, when_of(item))
    return followers


def item_columns(when: When | None, event_zone: str) -> dict[str, Any]:
    """The columns of an agenda item that hold a time, those derived from it included."""
    span = when.span() if when else None
    return {
        "zone": when.zone if when and when.zone != event_zone else None,
        "starts_local": when.starts_local if when else None,
        "ends_local": when.ends_local if when else None,
        "starts_at": span.starts_at if span else None,
        "ends_at": span.ends_at if span else None,
        "tz_version": span.tz_version if span else None,
    }


def when_columns(when: When) -> dict[str, Any]:
    """The columns of an event that hold a time, those derived from it included."""
    span = when.span()
    return {
        "precision": Precision(when.precision),
        "zone": when.zone,
        "starts_local": when.starts_local,
        "ends_local": when.ends_local,
        "first_day": when.first_day,
        "last_day": when.last_day,
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "tz_version": span.tz_version,
    }


def proposed_columns(when: When) -> dict[str, Any]:
    """The same of a `ProposedTime`, which always has hours."""
    columns = when_columns(when)
    return {name: columns[name] for name in columns if name not in _OF_DAYS}


_OF_DAYS = ("precision", "first_day", "last_day")


def touch(row: Event | AgendaItem, fields: Collection[str], *, now: datetime) -> None:
    """Note that these fields (`when`, `venue`, `title` ...) were changed.

    `changed_at` (DTSTAMP, LAST-MODIFIED) becomes `now`; a change of time, place or status raises
    `sequence` by one (RFC 5546, section 2.1.4); `cancelled_at` follows the status.
    """
    if not fields:
        return
    row.changed_at = now
    if not MOVES.isdisjoint(fields):
        row.sequence += 1
    if "status" in fields:
        row.cancelled_at = now if row.status is EventStatus.CANCELLED else None
