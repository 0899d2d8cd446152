"""From fetched rows to entries in the reader's language, and to octets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from mmp.adapters.translations import LANGUAGES, catalogue
from mmp.core import ical
from mmp.core.texts import Translated, language_of, pick
from mmp.models.enums import Audience, EventForm, EventStatus, FeedKind, Partstat, Precision
from mmp.services.calendars.query import KEPT_AFTER_CANCELLATION, feed_rows, public_event_rows
from mmp.services.calendars.reader import Reader

FAR = datetime.max.replace(tzinfo=UTC)
SEVERAL_DAYS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A feed's octets, and the instant from which they would differ without any change."""

    body: bytes
    valid_until: datetime


def render_feed(session: Session, reader: Reader, *, now: datetime, base_url: str) -> Rendered:
    """The reader's feed at `now`, in their language."""
    rows = session.execute(feed_rows(reader, now)).all()
    writer = _Writer(reader, base_url, gone=now - KEPT_AFTER_CANCELLATION)
    entries = tuple(writer.entries(rows))
    programmes = {row.programme_slug: row for row in rows}
    one = next(iter(programmes.values())) if len(programmes) == 1 else None
    leaving = [
        cancelled_at + KEPT_AFTER_CANCELLATION
        for row in rows
        for cancelled_at in (row.cancelled_at, row.item_cancelled_at)
        if cancelled_at is not None and cancelled_at + KEPT_AFTER_CANCELLATION > now
    ]
    feed = ical.Feed(
        name=writer.calendar_name(one),
        entries=entries,
        colour=one.programme_colour if one and not reader.discreet else "steelblue",
        language=reader.locale.replace("_", "-"),
        zone=reader.zone,
    )
    return Rendered(ical.render_feed(feed), min(leaving, default=FAR))


def render_download(
    session: Session, slug: str, key: str, *, language: str, base_url: str
) -> bytes | None:
    """One public event as a file of its own; None if there is none, or no day is fixed."""
    rows = session.execute(public_event_rows(slug, key)).all()
    if not rows:
        return None
    reader = Reader(locale=language, zone=rows[0].zone, counter=0)
    return ical.render_download(next(_Writer(reader, base_url, gone=FAR).entries(rows)))


class _Writer:
    """Writes rows as entries for one reader."""

    def __init__(self, reader: Reader, base_url: str, *, gone: datetime) -> None:
        self.reader = reader
        self.gone = gone
        """What was cancelled up to then is shown no more."""
        self.base_url = base_url
        self.language = language_of(reader.locale)
        self._: Callable[[str], str] = catalogue(reader.locale).gettext

    def calendar_name(self, programme: Row[Any] | None) -> str:
        """Neutral for a discreet reader: the list of calendars on a phone is seen by others."""
        _ = self._
        if self.reader.discreet:
            return _("Meetings")
        name = self.text(programme.programme_name) if programme else _("My meetings")
        if self.reader.kind is FeedKind.COORDINATOR:
            return _("%(programme)s: coordination") % {"programme": name}
        return name

    def entries(self, rows: Sequence[Row[Any]]) -> Iterator[ical.Entry]:
        """One entry per event, then those of its items that this reader is to see."""
        items_by_event: dict[int, list[Row[Any]]] = {}
        for row in rows:
            items = items_by_event.setdefault(row.id, [])
            if not items:
                yield self.event_entry(row)
            items.append(row)
        for items in items_by_event.values():
            yield from self.item_entries(items)

    def event_entry(self, row: Row[Any]) -> ical.Entry:
        cancelled = row.status is EventStatus.CANCELLED
        declined = row.partstat is Partstat.DECLINED
        frame = _is_frame(row)
        starts, ends = _days(row) if frame else (row.starts_at, row.ends_at)
        _ = self._
        title = _("Meeting") if row.neutral else self.text(row.title)
        if declined:
            title = _("Declined: %(title)s") % {"title": title}
        return ical.Entry(
            uid=row.uid,
            sequence=row.sequence,
            created_at=row.created_at,
            changed_at=_latest(row.changed_at, row.answer_changed_at),
            summary=self.summary(row.status, title),
            starts=starts,
            ends=ends,
            zone=None if frame else row.zone,
            status=_status(row, cancelled),
            transparent=frame or declined,
            location=self.location(row),
            description=self.description(row, row.description, row.join_link),
            url=self.page(row),
            join_link=_uri(row.join_link),
            private=row.neutral,
            categories=() if row.neutral else (self.text(row.programme_name),),
            alarm_minutes=None if frame or declined or cancelled else self.reader.alarm_minutes,
        )

    def item_entries(self, rows: list[Row[Any]]) -> Iterator[ical.Entry]:
        event = rows[0]
        if event.item_id is None or event.partstat is Partstat.DECLINED:
            return
        several_days = _is_frame(event)
        by_id = {row.item_id: row for row in rows}
        for row in rows:
            wanted = _is_open(row, by_id) if several_days else row.item_mine
            gone = row.item_status is EventStatus.CANCELLED and row.item_cancelled_at <= self.gone
            if wanted and not gone and row.item_starts_at is not None:
                yield self.item_entry(row)

    def item_entry(self, row: Row[Any]) -> ical.Entry:
        cancelled = EventStatus.CANCELLED in (row.status, row.item_status)
        title = self._("Meeting") if row.neutral else self.text(row.item_title)
        link = row.item_join_link or row.join_link
        return ical.Entry(
            uid=row.item_uid,
            sequence=row.item_sequence,
            created_at=row.item_created_at,
            changed_at=_latest(row.item_changed_at, row.answer_changed_at),
            summary=self.summary(EventStatus.CANCELLED if cancelled else row.status, title),
            starts=row.item_starts_at,
            ends=row.item_ends_at,
            zone=row.item_zone or row.zone,
            status=_status(row, cancelled),
            location=self.location(row, row.item_room),
            description=self.description(row, row.item_description, link),
            url=self.page(row),
            join_link=_uri(link),
            private=row.neutral,
            related_to=row.uid,
            categories=() if row.neutral else (self.text(row.programme_name),),
            alarm_minutes=None if cancelled else self.reader.alarm_minutes,
        )

    def text(self, text: Translated | None) -> str:
        return pick(text, self.reader.locale)

    def summary(self, status: EventStatus, title: str) -> str:
        _ = self._
        if status is EventStatus.CANCELLED:
            return _("Cancelled: %(title)s") % {"title": title}
        if status is EventStatus.DRAFT:
            return _("Draft: %(title)s") % {"title": title}
        return title

    def location(self, row: Row[Any], room: Translated | None = None) -> str:
        if row.neutral:
            return ""
        parts = [self.text(part) for part in (room, row.venue, row.address, row.city)]
        comma = "، " if self.language == "ar" else ", "
        place = comma.join(part for part in parts if part)
        return place or (self._("Online") if row.form is EventForm.ONLINE else "")

    def description(self, row: Row[Any], text: Translated, join_link: str | None) -> str:
        parts = [self._("Join online: %(link)s") % {"link": join_link}] if join_link else []
        if not row.neutral:
            parts += [self.text(text), self.page(row) or ""]
        return "\n\n".join(part for part in parts if part)

    def page(self, row: Row[Any]) -> str | None:
        """The event's public page; none for what is not public or would give a reader away."""
        if row.neutral or row.pair_id is not None or row.status is EventStatus.DRAFT:
            return None
        language = self.language if self.language in LANGUAGES else "en"
        return f"{self.base_url}/{language}/programmes/{row.programme_slug}/events/{row.key}/"


def _is_frame(row: Row[Any]) -> bool:
    """Whether it is shown as whole days around its agenda items, and takes no time by itself."""
    if row.precision is Precision.DAYS:
        return True
    return bool(
        row.starts_local.date() != row.ends_local.date()
        and row.ends_at - row.starts_at >= SEVERAL_DAYS
    )


def _days(row: Row[Any]) -> tuple[date, date]:
    """The first day and the day after the last, as iCalendar wants them."""
    if row.precision is Precision.DAYS:
        return row.first_day, row.last_day + timedelta(days=1)
    return row.starts_local.date(), row.ends_local.date() + timedelta(days=1)


def _is_open(row: Row[Any], by_id: dict[int, Row[Any]]) -> bool:
    """Open to the reader: theirs, or everyone's and inside nothing that is closed to them."""
    if row.item_mine:
        return True
    if row.item_audience is not Audience.EVERYONE:
        return False
    parent = by_id.get(row.item_parent_id)
    return parent is None or _is_open(parent, by_id)


def _status(row: Row[Any], cancelled: bool) -> ical.Status:
    if cancelled:
        return "CANCELLED"
    undecided = row.partstat in (Partstat.NEEDS_ACTION, Partstat.TENTATIVE)
    return "TENTATIVE" if undecided or row.status is EventStatus.DRAFT else "CONFIRMED"


def _latest(changed_at: datetime, answer_changed_at: datetime | None) -> datetime:
    return max(changed_at, answer_changed_at) if answer_changed_at else changed_at


def _uri(link: str | None) -> str | None:
    """A link as a property; one that is no URI stands in the description alone."""
    return link if link and ical.is_uri(link) else None
