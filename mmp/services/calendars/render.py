"""From fetched rows to entries in the reader's language, and to octets."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from mmp.adapters.translations import LANGUAGES, catalogue
from mmp.core import ical
from mmp.core.texts import Translated, language_of, pick
from mmp.models.enums import (
    AgendaRoleName,
    Audience,
    EventForm,
    EventStatus,
    FeedKind,
    Partstat,
    Precision,
)
from mmp.services.agenda_parts import PARTS
from mmp.services.breakouts.own_group import group_name
from mmp.services.calendars.query import (
    EVENT_ID,
    KEPT_AFTER_CANCELLATION,
    decoder,
    feed_rows,
    public_event_rows,
)
from mmp.services.calendars.reader import Reader

FAR = datetime.max.replace(tzinfo=UTC)
SEVERAL_DAYS = timedelta(hours=24)
MOST_KEPT = 8_192
"""Events kept as entries, about 3 KB each."""

RawRow = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A feed's octets, and the instant from which they would differ without any change."""

    body: bytes
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Style:
    """What of a reader, beside the rows, decides how an event is shown."""

    locale: str
    base_url: str
    alarm_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What one event became: its entries, each with the instant at which it goes, if ever."""

    entries: tuple[tuple[ical.Entry, datetime | None], ...]
    programme: str
    colour: str


def render_feed(session: Session, reader: Reader, *, now: datetime, base_url: str) -> Rendered:
    """The reader's feed at `now`, in their language."""
    style = Style(reader.locale, base_url, reader.alarm_minutes)
    events = _fetch(session, feed_rows(reader, now), style)
    entries = []
    valid_until = FAR
    for event in events:
        for entry, leaves_at in event.entries:
            if leaves_at is None or leaves_at > now:
                entries.append(entry)
                valid_until = min(valid_until, leaves_at or FAR)
    programmes = {(event.programme, event.colour) for event in events}
    name, colour = next(iter(programmes)) if len(programmes) == 1 else (None, None)
    feed = ical.Feed(
        name=_calendar_name(reader, name),
        entries=tuple(entries),
        colour=colour if colour and not reader.discreet else "steelblue",
        language=reader.locale.replace("_", "-"),
        zone=reader.zone,
    )
    return Rendered(ical.render_feed(feed), valid_until)


def render_download(
    session: Session, slug: str, key: str, *, language: str, base_url: str
) -> bytes | None:
    """One public event as a file of its own; None if there is none, or no day is fixed."""
    events = _fetch(session, public_event_rows(slug, key), Style(language, base_url))
    return ical.render_download(events[0].entries[0][0]) if events and events[0].entries else None


def _fetch(session: Session, statement: Select[Any], style: Style) -> list[Shown]:
    connection = session.connection()
    rows = sorted(map(tuple, connection.execute(statement)), key=itemgetter(EVENT_ID))
    return [
        _show(tuple(rows_of_event), style, connection.dialect)
        for _, rows_of_event in groupby(rows, key=itemgetter(EVENT_ID))
    ]


def _calendar_name(reader: Reader, programme: str | None) -> str:
    """Neutral for a discreet reader: the list of calendars on a phone is seen by others."""
    _ = catalogue(reader.locale).gettext
    if reader.discreet:
        return _("Meetings")
    if reader.kind is FeedKind.COORDINATOR and programme:
        return _("%(programme)s: coordination") % {"programme": programme}
    return programme or _("My meetings")


@lru_cache(maxsize=MOST_KEPT)
def _show(rows: tuple[RawRow, ...], style: Style, dialect: Dialect) -> Shown:
    """What one event's rows show. Kept by its content: an unchanged event is made once."""
    decoded = [decoder(dialect)(row) for row in rows]
    event = decoded[0]
    writer = Writer(style)
    try:
        entries = tuple(writer.entries(decoded))
    except ValueError as error:
        # One row that no calendar could hold must not take all others out of the feed.
        fault = str(error).partition(":")[0]
        logging.getLogger(__name__).error("event %s is in no feed: %s", event.key, fault)
        entries = ()
    return Shown(
        entries=entries,
        programme=ical.single_line(writer.text(event.programme_name)) or event.programme_slug,
        colour=event.programme_colour,
    )


class Writer:
    """Writes the rows of one event as entries in one style."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.language = language_of(style.locale)
        self._: Callable[[str], str] = catalogue(style.locale).gettext

    def entries(self, rows: list[SimpleNamespace]) -> Iterator[tuple[ical.Entry, datetime | None]]:
        """The event, then those of its items that this reader is to see."""
        event = rows[0]
        cancelled = event.status is EventStatus.CANCELLED
        frame = is_frame(event)
        told = self.event_entry(event, groups_told(rows))
        yield told, _leaves_at(event.cancelled_at if cancelled else None)
        if event.item_id is None or event.partstat is Partstat.DECLINED:
            return
        by_id = {row.item_id: row for row in rows}
        for row in rows:
            wanted = _is_open(row, by_id) if frame else row.item_mine
            if wanted and row.item_starts_at is not None:
                item_cancelled = row.item_status is EventStatus.CANCELLED
                since = row.item_cancelled_at if item_cancelled else None
                yield self.item_entry(row), _leaves_at(since)

    def event_entry(
        self, row: SimpleNamespace, grouped: Sequence[SimpleNamespace] = ()
    ) -> ical.Entry:
        """`grouped`: items of which the reader is told their group here, for want of an entry."""
        cancelled = row.status is EventStatus.CANCELLED
        declined = row.partstat is Partstat.DECLINED
        frame = is_frame(row)
        starts, ends = _days(row) if frame else (row.starts_at, row.ends_at)
        _ = self._
        title = self.text(row.title)
        if row.neutral:
            title = _("Meeting")
        elif row.nameless:
            title = _("Talk with your partner")
        if declined:
            title = _("Declined: %(title)s") % {"title": title}
        return ical.Entry(
            uid=row.uid,
            sequence=row.sequence,
            created_at=row.created_at,
            changed_at=_latest(
                row.changed_at,
                row.answer_changed_at,
                *(at for one in grouped for at in _group_changed(one)),
            ),
            summary=self.summary(row.status, title),
            starts=starts,
            ends=ends,
            zone=None if frame else row.zone,
            status=_status(row, cancelled),
            transparent=frame or declined,
            location=self.location(row),
            description=self.description(
                row, row.description, row.join_link, *(self.group(one) for one in grouped)
            ),
            url=self.page(row),
            join_link=_uri(row.join_link),
            private=row.neutral,
            categories=() if row.neutral else (self.text(row.programme_name),),
            alarm_minutes=None if frame or declined or cancelled else self.style.alarm_minutes,
        )

    def item_entry(self, row: SimpleNamespace) -> ical.Entry:
        cancelled = EventStatus.CANCELLED in (row.status, row.item_status)
        title = self._("Meeting") if row.neutral else self.text(row.item_title)
        if row.item_mine and not (cancelled or row.neutral):
            title = self.with_part(row.item_parts, title)
        link = row.group_join_link or row.item_join_link or row.join_link
        return ical.Entry(
            uid=row.item_uid,
            # Its event's change of place or status is a change of the item too: the sum of two
            # numbers that never fall rises with either.
            sequence=row.item_sequence + row.sequence,
            created_at=row.item_created_at,
            changed_at=_latest(
                *(row.item_changed_at, row.changed_at, row.answer_changed_at),
                *_group_changed(row),
            ),
            summary=self.summary(EventStatus.CANCELLED if cancelled else row.status, title),
            starts=row.item_starts_at,
            ends=row.item_ends_at,
            zone=row.item_zone or row.zone,
            status=_status(row, cancelled),
            location=self.location(row, row.group_room or row.item_room),
            description=self.description(
                row, row.item_description, link, self.group(row, alone=True)
            ),
            url=self.page(row),
            join_link=_uri(link),
            private=row.neutral,
            related_to=row.uid,
            categories=() if row.neutral else (self.text(row.programme_name),),
            alarm_minutes=None if cancelled else self.style.alarm_minutes,
        )

    def text(self, text: Translated | None) -> str:
        return pick(text, self.style.locale)

    def summary(self, status: EventStatus, title: str) -> str:
        _ = self._
        if status is EventStatus.CANCELLED:
            return _("Cancelled: %(title)s") % {"title": title}
        if status is EventStatus.DRAFT:
            return _("Draft: %(title)s") % {"title": title}
        return title

    def with_part(self, parts: str | None, title: str) -> str:
        """What the reader does in an item before its title, so that theirs stand out."""
        held = set((parts or "").split(","))
        words = [self._(PARTS[name]) for name in AgendaRoleName if name in held]
        said = self._(", ").join(words)
        return self._("%(part)s: %(title)s") % {"part": said, "title": title} if words else title

    def location(self, row: SimpleNamespace, room: Translated | None = None) -> str:
        if row.neutral:
            return ""
        parts = [self.text(part) for part in (room, row.venue, row.address, row.city)]
        comma = "، " if self.language == "ar" else ", "
        place = comma.join(part for part in parts if part)
        return place or (self._("Online") if row.form is EventForm.ONLINE else "")

    def description(
        self, row: SimpleNamespace, text: Translated, join_link: str | None, *groups: str
    ) -> str:
        parts = [self._("Join online: %(link)s") % {"link": join_link}] if join_link else []
        if not row.neutral:
            parts += [*groups, self.text(text), self.page(row) or ""]
        return "\n\n".join(part for part in parts if part)

    def group(self, row: SimpleNamespace, *, alone: bool = False) -> str:
        """The reader's group of an item and its question; with the item's title and room where it
        has no entry of its own (not `alone`)."""
        if not _has_group(row):
            return ""
        name = group_name(row.group_name or {}, row.group_position, self.style.locale)
        if not alone:
            comma = "، " if self.language == "ar" else ", "
            room = self.text(row.group_room or row.item_room)
            name = comma.join(filter(None, [self.text(row.item_title), name, room]))
        question = self.text(row.group_question or row.all_question)
        told = self._("Your group: %(group)s") % {"group": name}
        return "\n".join(filter(None, [told, question]))

    def page(self, row: SimpleNamespace) -> str | None:
        """The event's public page; none for what is not public or would give a reader away."""
        if row.neutral or row.pair_id is not None or row.status is EventStatus.DRAFT:
            return None
        language = self.language if self.language in LANGUAGES else "en"
        return f"{self.style.base_url}/{language}/programmes/{row.programme_slug}/events/{row.key}/"


def _leaves_at(cancelled_at: datetime | None) -> datetime | None:
    return cancelled_at + KEPT_AFTER_CANCELLATION if cancelled_at else None


def is_frame(row: SimpleNamespace) -> bool:
    """Whether it is shown as whole days around its agenda items, and takes no time by itself."""
    if row.precision is Precision.DAYS:
        return True
    return bool(
        row.starts_local.date() != row.ends_local.date()
        and row.ends_at - row.starts_at >= SEVERAL_DAYS
    )


def _days(row: SimpleNamespace) -> tuple[date, date]:
    """The first day and the day after the last, as iCalendar wants them."""
    if row.precision is Precision.DAYS:
        return row.first_day, row.last_day + timedelta(days=1)
    return row.starts_local.date(), row.ends_local.date() + timedelta(days=1)


def _is_open(row: SimpleNamespace, by_id: dict[int, SimpleNamespace]) -> bool:
    """Open to the reader: theirs, or everyone's and inside nothing that is closed to them."""
    if row.item_mine or row.group_position is not None:
        return True
    if row.item_audience is not Audience.EVERYONE:
        return False
    parent = by_id.get(row.item_parent_id)
    return parent is None or _is_open(parent, by_id)


def _status(row: SimpleNamespace, cancelled: bool) -> ical.Status:
    if cancelled:
        return "CANCELLED"
    undecided = row.partstat in (Partstat.NEEDS_ACTION, Partstat.TENTATIVE)
    return "TENTATIVE" if undecided or row.status is EventStatus.DRAFT else "CONFIRMED"


def _has_group(row: SimpleNamespace) -> bool:
    shown = row.item_status is EventStatus.PUBLISHED
    return shown and row.group_position is not None


def groups_told(rows: Sequence[SimpleNamespace]) -> list[SimpleNamespace]:
    """The items of a short event in which the reader has a group, and no entry of their own."""
    if is_frame(rows[0]):
        return []
    those = [row for row in rows if _has_group(row) and not row.item_mine]
    return sorted(those, key=lambda row: (row.item_starts_at is None, row.item_starts_at, row.id))


def _group_changed(row: SimpleNamespace) -> tuple[datetime, ...]:
    if row.group_position is None:
        return ()
    return (row.breakout_changed_at, row.seat_changed_at)


def _latest(*instants: datetime | None) -> datetime:
    return max(instant for instant in instants if instant is not None)


def _uri(link: str | None) -> str | None:
    """A link as a property; one that is no URI stands in the description alone."""
    return link if link and ical.is_uri(link) else None
