"""Entries, hostile texts and readings shared by the tests of the calendar output."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from mmp.core.ical import Entry
from mmp.core.zones import to_utc

CREATED = datetime(2026, 1, 5, 8, tzinfo=UTC)
CHANGED = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)

TALK = Entry(
    uid="talk@mmp.example",
    created_at=CREATED,
    changed_at=CHANGED,
    summary="Talk",
    starts=datetime(2026, 9, 28, 7, tzinfo=UTC),
    ends=datetime(2026, 9, 28, 8, tzinfo=UTC),
    zone="Asia/Amman",
)


def at(wall: datetime, zone: str, uid: str = TALK.uid, minutes: int = 60) -> Entry:
    """An entry that starts at a wall time."""
    starts = to_utc(wall, zone)
    return replace(
        TALK, uid=uid, zone=zone, starts=starts, ends=starts + timedelta(minutes=minutes)
    )


def unfolded(octets: bytes) -> list[str]:
    """The content lines as RFC 5545 section 3.1 puts them together again."""
    return octets.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


# As hostile as text gets: what iCalendar, line splitters and UTF-8 each stumble over.
HOSTILE = st.lists(
    st.sampled_from(
        (
            *'\n\r\t\v\f\x00\x1b\x1c\x7f\x85\u2028\u2029\ufeff\ud800;,:\\"nN ',
            *("\r\n", "\\N", "BEGIN:VEVENT", "ATTENDEE:mailto:a@b.example"),
            *("é", "e\u0301", "الحوار", "👩‍👩‍👧‍👦", "🤝🏽", "🇯🇴"),
        )
    )
    | st.text(max_size=5)
).map("".join)


def unescape(value: str) -> str:
    """The reading of TEXT by RFC 5545 section 3.3.11, character by character."""
    characters = iter(value)
    read = ""
    for character in characters:
        if character == "\\":
            escaped = next(characters)
            assert escaped in "\\;,nN"
            read += "\n" if escaped in "nN" else escaped
        else:
            assert character not in ";,\n"
            read += character
    return read
