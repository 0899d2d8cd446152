"""The agenda in short, as an invitation shows it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.hours import clock_interval
from mmp.adapters.renderer import language_for, locale_of
from mmp.adapters.translations import catalogue, locale_for
from mmp.core.texts import language_of, pick
from mmp.core.zones import to_wall
from mmp.models import AgendaItem, Event, Mail
from mmp.models.enums import Audience, EventForm, EventStatus

MOST: Final = 12
"""Lines, but for one that says how many more there are; the event's page has them all."""
Line = tuple[str, str]
"""Hours, which may be empty, and title."""


def agendas(session: Session, mails: Sequence[Mail]) -> Mapping[int, tuple[Line, ...]]:
    """By the number of the mail, what is open to everyone. One statement."""
    if not mails:
        return {}
    items: dict[int, list[AgendaItem]] = defaultdict(list)
    rows = session.scalars(
        select(AgendaItem)
        .where(
            AgendaItem.event_id.in_({mail.event_id for mail in mails}),
            AgendaItem.parent_id.is_(None),
            AgendaItem.audience == Audience.EVERYONE,
            AgendaItem.status == EventStatus.PUBLISHED,
        )
        .order_by(AgendaItem.starts_at, AgendaItem.position, AgendaItem.id)
    )
    for row in rows:
        items[row.event_id].append(row)
    return {
        mail.id: () if mail.event is None or _is_short(mail) else _lines(mail, mail.event, items)
        for mail in mails
    }


def agenda_zone(mail: Mail, event: Event) -> str:
    """The clock by which the agenda is written: where one travels to that of the place."""
    return event.zone if event.form is EventForm.IN_PERSON else mail.person.zone


def _several_days(event: Event, zone: str) -> bool:
    if event.starts_at is None:
        return True
    last = event.ends_at - timedelta(seconds=1)  # midnight belongs to the day before
    return to_wall(event.starts_at, zone).date() != to_wall(last, zone).date()


def _is_short(mail: Mail) -> bool:
    """Whether it is neutral, or about an item alone."""
    return mail.programme_id is None or "event" in mail.parameters


def _lines(mail: Mail, event: Event, items: Mapping[int, list[AgendaItem]]) -> tuple[Line, ...]:
    locale, language = locale_for(mail.person), language_for(locale_for(mail.person))
    babel = locale_of(locale if language_of(locale) == language else language)
    zone = agenda_zone(mail, event)
    lines, found = [], items.get(event.id, ())
    for item in found[:MOST]:
        hours = ""
        if item.starts_at and item.ends_at:
            starts, ends = (to_wall(at, zone) for at in (item.starts_at, item.ends_at))
            hours = clock_interval(starts, ends, babel)
            if _several_days(event, zone):
                hours = f"{format_date(starts, 'd MMM', locale=babel)} {hours}"
        lines.append((hours, pick(item.title, language)))
    if len(found) > MOST:
        ngettext, rest = catalogue(language).ngettext, len(found) - MOST
        lines.append(
            ("…", ngettext("%(num)s more item", "%(num)s more items", rest) % {"num": rest})
        )
    return tuple(lines)
