"""What reminders say, read when they leave: the event as it is then, for readers as they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import in_every_language, locale_for
from mmp.core import zones
from mmp.core.mail import Link, Site
from mmp.core.reminders import Occasion, Rule
from mmp.core.texts import pick
from mmp.core.when import When
from mmp.models import Delivery, Event, Mail, PairMember, Participation, Person
from mmp.models.enums import DeliveryState, Entry, EventStatus, Partstat
from mmp.services.breakouts.own_group import OwnGroup, mail_words, own_groups
from mmp.services.events import when_of
from mmp.services.outbox.sources import More, Personal, source_for
from mmp.services.reminders.facts import event_facts
from mmp.services.reminders.queueing import KINDS, answer_link
from mmp.services.reminders.texts import own_texts
from mmp.services.taking_part import TAKING_PART, may_join_online

CARRIED = (DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class Item:
    """One event as a mail tells of it. `days` are the reader's days until it begins."""

    delivery: str
    key: str
    title: str
    when: When | None
    place: str
    join_link: str | None
    page: str | None
    days: int
    asks: bool
    """Whether the reader has not answered yet."""
    quiet: bool = False
    subject: str = ""
    text: str = ""
    group: str = ""
    """The reader's own break-out group with its room, and its question."""
    question: str = ""


class Place(NamedTuple):
    """A place on a list: columns of `Participation`."""

    uuid: UUID
    partstat: Partstat
    entry: Entry


class Line(NamedTuple):
    """A line of the plan that a mail is to tell, with what `ABOUT` says of its reader under the
    same names."""

    mail: Mail
    uuid: UUID
    rule: str
    time_version: int
    expires_at: datetime | None
    Event: Event
    Person: Person
    Participation: Place | None
    joins: bool
    quiet: bool


@source_for(*KINDS)
def reminder_source(session: Session, mails: Sequence[Mail], site: Site) -> Mapping[int, More]:
    """For each mail the events it is about; void where none of them is to be told any more."""
    carried: dict[int, list[Line]] = {}
    lines = read_lines(session, mails)
    for line in lines:
        if _still_true(line, _now(session, line.mail)):
            carried.setdefault(line.mail.id, []).append(line)
    rules = event_facts(session, {line.Event.id for line in lines})
    groups = own_groups(session, {(line.Person.id, line.Event.id) for line in lines})
    found = {}
    for mail in mails:
        told, now = carried.get(mail.id, []), _now(session, mail)
        items = [
            item_of(
                line,
                site=site,
                now=now,
                rule=rule_named(rules[line.Event.id].rules, line.rule),
                delivery=line.uuid.hex,
                mail=mail,
                groups=groups.get((line.Person.id, line.Event.id), ()),
            )
            for line in told
        ]
        found[mail.id] = _more(mail, told, items) if items else More(void="not_true_any_more")
    return found


def _now(session: Session, mail: Mail) -> datetime:
    now: datetime = session.info["clock"].now() if "clock" in session.info else mail.due_at
    return now


def _more(mail: Mail, lines: Sequence[Line], items: Sequence[Item]) -> More:
    quiet = any(item.quiet for item in items)
    page = Link("/{language}/home/") if quiet else None
    if mail.kind == "digest":
        return More(values={"items": tuple(items), "page": page})
    item, line = items[0], lines[0]
    values: dict[str, Any] = {"item": item, "page": page, "answer": None}
    if item.asks:
        assert line.Participation is not None  # it is what asks
        values["answer"] = answer_link(line.Participation.uuid)
    # A text of their own differs from reader to reader; all else many have in common.
    values |= {name: Personal(getattr(item, name)) for name in _PERSONAL}
    values["item"] = replace(item, delivery="", subject="", text="", group="", question="")
    return More(values=values)


_PERSONAL = ("subject", "text", "group", "question")


def read_lines(session: Session, mails: Sequence[Mail]) -> Sequence[Line]:
    """What these mails are to tell. Columns alone: as objects they would cost more than all else
    that is done for a mail."""
    known = {mail.id: mail for mail in mails}
    rows = session.execute(_LINES, {"mails": list(known)}).all()
    events = {mail.event_id: mail.event for mail in mails if mail.event}
    if others := {row.event_id for row in rows} - set(events):
        events |= {one.id: one for one in session.scalars(_EVENTS, {"events": list(others)})}
    return [
        Line(
            mail=known[row.mail_id],
            uuid=row.uuid,
            rule=row.rule,
            time_version=row.time_version,
            expires_at=row.expires_at,
            Event=events[row.event_id],
            Person=known[row.mail_id].person,
            Participation=Place(row.listed, row.partstat, row.entry) if row.listed else None,
            joins=row.joins,
            quiet=row.quiet,
        )
        for row in rows
    ]


def read_one(session: Session, *, event: Event, person: Person) -> Any:
    """The same of one person and an event, whatever is planned."""
    return session.execute(
        select(*ABOUT)
        .select_from(Event)
        .join(Person, Person.id == person.id)
        .outerjoin(Participation, _THEIRS)
        .where(Event.id == event.id)
        .options(joinedload(Event.programme))
    ).one()


_IN_PAIR, _MEMBER = aliased(PairMember), aliased(Person)
_NEUTRAL = (
    select(_IN_PAIR.id)
    .join(_MEMBER, _MEMBER.id == _IN_PAIR.person_id)
    .where(_IN_PAIR.pair_id == Event.pair_id, _MEMBER.discreet)
    .correlate(Event)
    .exists()
)
_THEIRS = and_(Participation.event_id == Event.id, Participation.person_id == Person.id)
ABOUT = (
    *(Event, Person, Participation),
    may_join_online(Participation).label("joins"),
    or_(Person.discreet, _NEUTRAL).label("quiet"),
)
"""Event, person, place on the list, whether the link to join is theirs, and whether names are to be
left out of their mail."""
_LINES = (
    select(
        *(Delivery.mail_id, Delivery.uuid, Delivery.event_id, Delivery.rule),
        *(Delivery.time_version, Delivery.expires_at),
        *(Participation.uuid.label("listed"), Participation.partstat, Participation.entry),
        *ABOUT[3:],
    )
    .join(Event, Event.id == Delivery.event_id)
    .join(Person, Person.id == Delivery.person_id)
    .outerjoin(Participation, _THEIRS)
    .where(Delivery.mail_id.in_(bindparam("mails", expanding=True)), Delivery.state.in_(CARRIED))
    .order_by(Event.starts_at, Delivery.id)
)
_EVENTS = (
    select(Event)
    .where(Event.id.in_(bindparam("events", expanding=True)))
    .options(joinedload(Event.programme))
)


def rule_named(rules: Iterable[Rule], key: str) -> Rule | None:
    """The rule of that key, if it is still there."""
    return next((rule for rule in rules if rule.key == key), None)


def _still_true(line: Line, now: datetime) -> bool:
    """Not what changed in the moment in which a worker took the mail, nor what has begun while the
    other lines of a digest are still to be told."""
    listed = line.Participation
    declined = listed is not None and (
        listed.partstat is Partstat.DECLINED or listed.entry not in TAKING_PART
    )
    late = line.expires_at is not None and line.expires_at <= now
    same_time = line.time_version == line.Event.time_version and not late
    return same_time and not declined and line.Event.status is EventStatus.PUBLISHED


def item_of(
    row: Any,
    *,
    site: Site,
    now: datetime,
    rule: Rule | None,
    delivery: str = "",
    mail: Mail | None = None,
    groups: Sequence[OwnGroup] = (),
) -> Item:
    """An event as a reader is told of it by a rule; `row` as of `ABOUT`, `groups` their own."""
    event, person = row.Event, row.Person
    language = language_for(locale_for(person))
    after = rule is not None and not rule.comes_before
    item = Item(
        delivery=delivery,
        key=rule.key if rule else "",
        title=_meeting(language) if row.quiet else pick(event.title, language),
        when=when_of(event),
        place="" if row.quiet else place_of(event, language),
        join_link=event.join_link if row.joins and not after else None,
        page=None if row.quiet else _page(event, site, language),
        days=days_until(event, person.zone, now),
        asks=_asks(row) and not after,
        quiet=row.quiet,
    )
    if not row.quiet and not after:
        group, question = mail_words(groups, language)
        item = replace(item, group=group, question=question)
    if rule is None or row.quiet:
        return item
    subject, text = own_texts(rule, item, row, mail, site=site)
    return replace(item, subject=subject, text=text)


def days_until(event: Event, zone: str, now: datetime) -> int:
    """The reader's days until it begins: 0 is today, 1 tomorrow."""
    when = when_of(event)
    occasion = Occasion.of(when) if when else None
    if occasion is None:
        return 0
    if event.starts_local is None:
        return (occasion.begins.date() - zones.day_in_zone(now, event.zone)).days
    begins = zones.day_in_zone(occasion.begins_at, zone)
    return (begins - zones.day_in_zone(now, zone)).days


def place_of(event: Event, language: str) -> str:
    """Venue, address and city as one line."""
    comma = "، " if language == "ar" else ", "
    parts = (pick(part, language) for part in (event.venue, event.address, event.city))
    return comma.join(part for part in parts if part)


def _asks(row: Any) -> bool:
    return row.Participation is not None and row.Participation.partstat is Partstat.NEEDS_ACTION


def _meeting(language: str) -> str:
    return in_every_language("Meeting")[language]


def _page(event: Event, site: Site, language: str) -> str:
    if event.pair_id is not None:
        return f"{site.base_url}/{language}/home/"
    return f"{site.base_url}/{language}/programmes/{event.programme.slug}/events/{event.key}/"
