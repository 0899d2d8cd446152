"""One calendar entry as people's programs are to show it: the content of a VEVENT."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, get_args

from mmp.core.ical.text import clean, is_uri, single_line
from mmp.core.zones import zone_names

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

_UID = re.compile(r"[A-Za-z0-9@._:+/-]{1,255}")
"""Narrower than TEXT: what never needs escaping is the same in feed, download and mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One VEVENT. It has no field for ATTENDEE or ORGANIZER: a feed leaks, so it names nobody.

    `starts` and `ends` are either aware datetimes, shown in `zone` (IANA), or dates without a zone,
    `ends` then being the day after the last. `created_at` and `changed_at` are the stored times
    (CREATED; DTSTAMP and LAST-MODIFIED), never now. `sequence` rises with a change of time, place
    or status. `join_link` is given only to those invited. `related_to` is the UID of the frame that
    this belongs to. `alarm_minutes` before the start only where the reader asked for an alarm.

    Instants are kept in UTC to the whole second and texts clean, so that entries that read alike
    are equal. Without a `status` none is written, as in a CANCEL to one person of many. Raises
    ValueError for a naive datetime, an end not after the start, mixed dates and times, an unknown
    zone, and a UID, status, link or number that iCalendar would not take.
    """

    uid: str
    created_at: datetime
    changed_at: datetime
    summary: str
    starts: datetime | date
    ends: datetime | date
    sequence: int = 0
    zone: str | None = None
    description: str = ""
    location: str = ""
    url: str | None = None
    join_link: str | None = None
    status: Status | None = "CONFIRMED"
    transparent: bool = False
    private: bool = False
    related_to: str | None = None
    categories: tuple[str, ...] = ()
    alarm_minutes: int | None = None

    def __post_init__(self) -> None:
        self._set("created_at", _instant(self.created_at))
        self._set("changed_at", _instant(self.changed_at))
        if isinstance(self.starts, datetime) and isinstance(self.ends, datetime):
            self._set("starts", _instant(self.starts))
            self._set("ends", _instant(self.ends))
            _require(self.zone in zone_names(), "not an IANA zone", self.zone)
        else:
            days = (self.starts, self.ends)
            timed = any(isinstance(day, datetime) for day in days)
            _require(not timed, "neither two datetimes nor two dates", days)
            _require(self.zone is None, "a day has no zone", self.zone)
        _require(self.starts < self.ends, "an entry ends after its start", self.ends)
        self._set("summary", single_line(self.summary))
        self._set("location", single_line(self.location))
        self._set("description", clean(self.description))
        names = (single_line(name) for name in self.categories)
        self._set("categories", tuple(name for name in names if name))
        for uid in (self.uid, self.related_to):
            _require(uid is None or is_uid(uid), "not a UID", uid)
        for link in (self.url, self.join_link):
            _require(link is None or is_uri(link), "not a URI", link)
        known = self.status is None or self.status in get_args(Status)
        _require(known, "not a status of an event", self.status)
        _require(self.sequence >= 0, "a sequence starts at 0", self.sequence)
        minutes = self.alarm_minutes
        _require(minutes is None or minutes >= 0, "an alarm comes before the start", minutes)

    def _set(self, field: str, value: object) -> None:
        object.__setattr__(self, field, value)  # the class is frozen for everyone else


def is_uid(text: str) -> bool:
    """Whether it may be the UID of an entry: letters, digits and @ . _ : + / - (no others)."""
    return bool(_UID.fullmatch(text))


def _instant(moment: datetime) -> datetime:
    _require(moment.utcoffset() is not None, "a datetime without zone", moment)
    return moment.astimezone(UTC).replace(microsecond=0)


def _require(held: bool, rule: str, value: object) -> None:
    # Words and value come apart: to format them each time would cost more than the checks.
    if not held:
        raise ValueError(f"{rule}: {value!r}")
