"""The agenda of an event as a page shows it: days, and in them items inside and beside another."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import gettext as _
from markupsafe import Markup

from mmp.models import AgendaItem, Contribution, Event, Recommendation
from mmp.models.enums import AgendaKind, AttributionConsent, Audience, EventStatus
from mmp.services.consents import Naming
from mmp.web import people, texts, when
from mmp.web.labels import label


@dataclass(slots=True)
class Item:
    """One item, with the items inside it in rows; what its `parent` says is not repeated."""

    row: AgendaItem
    parent: AgendaItem | None
    time: str
    zone: Markup
    parts: list[people.Part]
    contributions: list[tuple[Contribution, Markup]]
    rows: list[list["Item"]] = field(default_factory=list)
    """Items inside this one; those of one row run at the same time."""

    @property
    def kind(self) -> str:
        """What kind of item it is, where the title does not say so already."""
        known = self.parent.kind if self.parent else AgendaKind.OTHER
        word = "" if self.row.kind in (known, AgendaKind.OTHER) else label(self.row.kind)
        return "" if word.casefold() in texts.plain(self.row.title).casefold() else word

    @property
    def cancelled(self) -> bool:
        return self.row.status is EventStatus.CANCELLED


@dataclass(slots=True)
class Day:
    """The items of one day, or those without a time."""

    number: int | None
    date: date | None
    rows: list[list[Item]]


def days(event: Event, known: Naming) -> list[Day]:
    """What everybody may know of, by days and in the order of the clock."""
    children: dict[int | None, list[AgendaItem]] = defaultdict(list)
    for item in event.agenda:
        if _is_shown(item):
            children[item.parent_id].append(item)
    by_day: dict[date | None, list[AgendaItem]] = defaultdict(list)
    for item in children[None]:
        by_day[item.starts_local.date() if item.starts_local else None].append(item)
    several = len([day for day in by_day if day]) > 1
    ordered = sorted(by_day, key=lambda day: day or date.max)
    return [
        Day(
            number=number if several and day else None,
            date=day if several else None,
            rows=_rows(by_day[day], None, children, event, known),
        )
        for number, day in enumerate(ordered, start=1)
    ]


def _rows(
    siblings: Iterable[AgendaItem],
    parent: AgendaItem | None,
    children: dict[int | None, list[AgendaItem]],
    event: Event,
    known: Naming,
) -> list[list[Item]]:
    """Siblings in order; those whose times overlap stand in one row."""
    rows: list[list[Item]] = []
    row_ends: datetime | None = None
    for row in sorted(siblings, key=_order):
        item = _item(row, parent, event, known)
        item.rows = _rows(children[row.id], row, children, event, known)
        if row_ends and row.starts_at and row.ends_at and row.starts_at < row_ends:
            rows[-1].append(item)
            row_ends = max(row_ends, row.ends_at)
        else:
            rows.append([item])
            row_ends = row.ends_at
    return rows


def _order(item: AgendaItem) -> tuple[bool, float, int]:
    starts = item.starts_at.timestamp() if item.starts_at else 0.0
    return (item.starts_at is None, starts, item.position)


def _item(row: AgendaItem, parent: AgendaItem | None, event: Event, known: Naming) -> Item:
    hours = (row.starts_local, row.ends_local, row.zone)
    repeated = parent is not None and hours == (parent.starts_local, parent.ends_local, parent.zone)
    day = row.starts_local.date() if row.starts_local else event.last_day or event.ends_at.date()
    own_zone = row.zone is not None and row.zone != event.zone and row.starts_at is not None
    return Item(
        row=row,
        parent=parent,
        time=when.clock_times(row.starts_local, row.ends_local)
        if row.starts_local and row.ends_local and not repeated
        else "",
        zone=when.zone_name(row.zone, row.starts_at)
        if own_zone and row.zone and row.starts_at
        else Markup(),
        parts=people.parts(row.roles, known, day) if _is_open(row) else [],
        contributions=[
            (contribution, people.attribution(contribution, known, day))
            for contribution in row.contributions
            if contribution.consent is not AttributionConsent.NO and _is_open(row)
        ],
    )


def zone_note(event: Event) -> Markup:
    """In whose time the agenda stands; where the clocks change in between, both offsets."""
    times = sorted(item.starts_at for item in event.agenda if item.starts_at)
    if not times:
        return Markup()
    first = when.zone_name(event.zone, times[0])
    if when.offset_name(times[0], event.zone) == when.offset_name(times[-1], event.zone):
        return Markup(_("All times are %(zone)s.", zone=first))  # noqa: S704  zone_name escapes
    last = when.zone_name(event.zone, times[-1])
    return Markup(_("All times are %(zone)s, then %(later)s.", zone=first, later=last))  # noqa: S704


def recommendations(event: Event) -> list[Recommendation]:
    """What came out of the items that are open to everybody."""
    return [
        recommendation
        for item in event.agenda
        if _is_open(item)
        for recommendation in item.recommendations
    ]


def _is_open(item: AgendaItem) -> bool:
    return item.status is not EventStatus.DRAFT and item.audience is Audience.EVERYONE


def _is_shown(item: AgendaItem) -> bool:
    """Small groups show as what they talk about, without who is in them; other items that are not
    for everybody do not show at all."""
    own_group = item.kind is AgendaKind.BREAK_OUT and item.status is not EventStatus.DRAFT
    return _is_open(item) or own_group
