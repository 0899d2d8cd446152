"""Who hears of a change, and the mails that tell them."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from mmp.core.event_changes import TOLD
from mmp.core.mail import Link, Words
from mmp.core.texts import pick
from mmp.core.when import When
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Event,
    Membership,
    PairMember,
    Participation,
    Person,
)
from mmp.models.enums import EventStatus, MembershipStatus, Partstat
from mmp.services import outbox
from mmp.services.events import when_of
from mmp.services.outbox.replacing import KNOWN, replace_waiting
from mmp.services.pair_talks.mails import in_every_language
from mmp.services.taking_part import TAKING_PART

Facts = Mapping[str, Any]
KINDS = ("event_moved", "event_cancelled", "event_restored")
"""The mails that tell of a change."""


def listeners(session: Session, event: Event) -> Sequence[Person]:
    """Who is told of changes, by name: whoever takes part and did not decline, and whoever has a
    role in the agenda. Not who has left the programme."""
    roles = (
        select(AgendaRole)
        .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
        .where(AgendaItem.event_id == event.id, AgendaItem.status == EventStatus.PUBLISHED)
    )
    paired = roles.with_only_columns(AgendaRole.pair_id).where(AgendaRole.pair_id.is_not(None))
    on_list = select(Participation.person_id).where(
        Participation.event_id == event.id, Participation.entry.in_(TAKING_PART)
    )
    declined = select(Participation.person_id).where(
        Participation.event_id == event.id, Participation.partstat == Partstat.DECLINED
    )
    left = (
        select(Membership.person_id)
        .where(Membership.programme_id == event.programme_id)
        .group_by(Membership.person_id)
        .having(func.max(case((Membership.status != MembershipStatus.LEFT, 1), else_=0)) == 0)
    )
    return session.scalars(
        select(Person)
        .where(
            or_(
                Person.id.in_(on_list),
                Person.id.in_(
                    roles.with_only_columns(AgendaRole.person_id).where(
                        AgendaRole.person_id.is_not(None)
                    )
                ),
                Person.id.in_(
                    select(PairMember.person_id).where(
                        PairMember.pair_id.in_(paired), PairMember.ends_on.is_(None)
                    )
                ),
            ),
            and_(Person.id.not_in(declined), Person.id.not_in(left)),
        )
        .order_by(Person.name, Person.id)
    ).all()


def would_tell(event: Event, fields: Collection[str], *, ends_at: datetime, now: datetime) -> bool:
    """Whether a change of these fields is told: of published events, if time, place or form
    change and it is not over both before and after. `ends_at` is the end before the change."""
    return (
        event.status is EventStatus.PUBLISHED
        and not TOLD.isdisjoint(fields)
        and max(ends_at, event.ends_at) > now
    )


def facts_of(event: Event) -> Facts:
    """Of an event what people are told when it changes. A join link only as a fingerprint."""
    link = event.join_link
    return {
        "when": when_of(event),
        "place": Words(_place(event)),
        "country": event.country,
        "form": event.form.value,
        "link": link and hashlib.sha256(link.encode()).hexdigest()[:16],
        "cancelled": event.status is EventStatus.CANCELLED,
    }


def tell(
    session: Session, *, now: datetime, event: Event, before: Facts, note: str | None = None
) -> int:
    """One mail to each listener who has an address, about what changed since `before`, the facts
    as they were; gives how many.

    Who has not got an earlier mail of a change yet gets one for both, or none where all is again
    as they know it. One mail per person and SEQUENCE: a repeated request adds none. A discreet
    reader's names neither event, place nor programme. `note` goes with a cancellation.
    """
    facts = facts_of(event)
    unheard = replace_waiting(session, now=now, event=event, kinds=KINDS)
    told = 0
    for person in listeners(session, event):
        known = unheard.get(person.id, before)
        if not person.email or known == facts or (known["cancelled"] and facts["cancelled"]):
            continue
        kind, parameters = _news(known, facts, note)
        if person.discreet:
            parameters = _neutral(event, parameters)
        outbox.enqueue(
            session,
            now=now,
            kind=kind,
            person=person,
            template=kind,
            parameters={**parameters, KNOWN: known},
            dedupe_key=f"{kind}:{event.uuid}:{event.sequence}:{person.uuid}",
            urgent=True,
            programme=None if person.discreet else event.programme,
            event=event,
        )
        told += 1
    return told


def _news(known: Facts, facts: Facts, note: str | None) -> tuple[str, dict[str, Any]]:
    """The kind of mail, and its parameters, for who knows the one and is to know the other."""
    if facts["cancelled"]:
        return "event_cancelled", {"old": known["when"], "note": note}
    if known["cancelled"]:
        return "event_restored", {"new": facts["when"]}
    return "event_moved", {
        "old": known["when"],
        "new": facts["when"],
        "old_place": known["place"],
        "new_place": facts["place"],
        "form": facts["form"] if facts["form"] != known["form"] else None,
        "link_changed": facts["link"] != known["link"] and facts["link"] is not None,
    }


def _place(event: Event) -> dict[str, str]:
    """Venue, address and city as one line, in each language that one of them has."""
    parts = (event.venue, event.address, event.city)
    codes = dict.fromkeys(code for part in parts for code in part)
    lines = {}
    for code in codes:
        comma = "، " if code == "ar" else ", "
        lines[code] = comma.join(text for part in parts if (text := pick(part, code)))
    return lines


def _neutral(event: Event, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The same, for a mailbox that others see: the hours alone."""
    hours = {name: value for name, value in parameters.items() if isinstance(value, When)}
    facts = {
        "title": Words(in_every_language("Meeting")),
        "when": when_of(event),
        "place": "",
        "join_link": None,
        "page": None,
    }
    return {**hours, "event": facts, "page": Link("/{language}/home/")}
