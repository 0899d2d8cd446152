"""Who hears of a change, and the mails that tell them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select, union
from sqlalchemy.orm import Session

from mmp.core.event_changes import TOLD
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Delivery,
    Event,
    Invitation,
    Mail,
    Membership,
    PairMember,
    Participation,
    Person,
)
from mmp.models.enums import Entry, EventStatus, MembershipStatus, Partstat
from mmp.models.mail import WAITING, MailState
from mmp.services import outbox
from mmp.services.answers import answer_link
from mmp.services.calendar_parts import (
    PART,
    Facts,
    different,
    facts_of,
    held_entries,
    neutral,
    news,
    part_for,
    unread_invitations,
    who_wants,
)
from mmp.services.events import when_of
from mmp.services.outbox.replacing import KNOWN, replace_waiting
from mmp.services.taking_part import IN_LINE, TAKING_PART

KINDS = ("event_moved", "event_cancelled", "event_restored")
"""The mails that tell of a change."""
_ASKING = ("poll", "poll_reminder")
"""Mails that ask which time suits: of whom they are all that was heard, no time is known yet."""
_WORDS = frozenset({"title", "description", "guiding_questions"})


def listeners(session: Session, event: Event) -> Sequence[Person]:
    """Who is told of changes, by name: whoever takes part and did not decline, whoever waits for a
    seat, and whoever has a role in the agenda. Not who has left the programme."""
    roles = (
        select(AgendaRole)
        .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
        .where(AgendaItem.event_id == event.id, AgendaItem.status == EventStatus.PUBLISHED)
    )
    paired = roles.with_only_columns(AgendaRole.pair_id).where(AgendaRole.pair_id.is_not(None))
    on_list = select(Participation.person_id).where(
        Participation.event_id == event.id,
        or_(Participation.entry.in_(TAKING_PART), IN_LINE),
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


def who_knows(session: Session, event: Event) -> set[int]:
    """The numbers of those who know of the event, and so hear what becomes of it: who was invited
    by mail, got another mail about it or is about to, or has answered.

    Whoever was only put on its list has heard nothing, and "it has moved" would be the first word.
    """
    mailed = Mail.state.in_((MailState.SENT, *WAITING))
    of_event = Delivery.event_id == event.id
    ways = (
        select(Invitation.person_id).where(Invitation.event_id == event.id),
        select(Mail.person_id).where(Mail.event_id == event.id, mailed, Mail.kind.not_in(_ASKING)),
        select(Delivery.person_id).join(Mail, Mail.id == Delivery.mail_id).where(of_event, mailed),
        select(Participation.person_id).where(
            Participation.event_id == event.id,
            or_(
                Participation.answered_at.is_not(None),
                Participation.partstat != Partstat.NEEDS_ACTION,
            ),
        ),
    )
    return set(session.scalars(union(*ways)))


def not_invited(session: Session, event: Event) -> Sequence[Person]:
    """Those of the `listeners` who could get a mail and know nothing of the event yet, by name."""
    known = who_knows(session, event)
    people = listeners(session, event)
    return [person for person in people if person.email and person.id not in known]


def would_tell(event: Event, fields: Collection[str], *, ends_at: datetime, now: datetime) -> bool:
    """Whether a change of these fields is told: of published events, if time, place or form
    change and it is not over both before and after. `ends_at` is the end before the change."""
    return (
        event.status is EventStatus.PUBLISHED
        and not TOLD.isdisjoint(fields)
        and max(ends_at, event.ends_at) > now
    )


def would_reword(event: Event, fields: Collection[str], *, now: datetime) -> bool:
    """Whether new words are there that people could be told of, if who plans wants them to be."""
    return (
        event.status is EventStatus.PUBLISHED
        and not _WORDS.isdisjoint(fields)
        and event.ends_at > now
    )


def tell(
    session: Session,
    *,
    now: datetime,
    event: Event,
    before: Facts,
    note: str | None = None,
    rewritten: bool = False,
    clocks: Mapping[str, Facts] | None = None,
) -> int:
    """One mail to each listener who has an address and knows of the event, about what changed
    since `before`, the facts as they were; gives how many.

    Who was invited by mail gets the change for their calendar with it. Who has not got an earlier
    mail of a change yet gets one for both, or none where all is again as they know it; an
    invitation that waits says itself what is. One mail per person and SEQUENCE: a repeated request
    adds none. A discreet reader's names neither event, place nor programme. `note` goes with a
    cancellation; `rewritten` tells of new words too. `clocks`, the facts as people in each zone
    know them, tells everybody that the law of time has changed, and brings the entry anew.
    """
    facts = facts_of(event)
    knowing = who_knows(session, event)  # before mails that wait are stopped
    unheard = replace_waiting(session, now=now, event=event, kinds=KINDS)
    unread = unread_invitations(session, event)
    people = [person for person in listeners(session, event) if person.id in knowing]
    held = held_entries(session, event)
    wanting = who_wants(session, [one for one in people if (one.id, event.uid) in held])
    on_list = select(Participation).where(Participation.event_id == event.id)
    places = {place.person_id: place for place in session.scalars(on_list)}
    told = 0
    for person in people:
        known = unheard.get(person.id, (clocks or {}).get(person.zone, before))
        # Who waits for a seat has no entry: `invitations.follow` takes it away and brings it back.
        place = places.get(person.id)
        in_line = place is not None and place.entry is Entry.WAITING
        row = None if in_line else held.get((person.id, event.uid))
        part: dict[str, Any] = {}
        if row is not None:
            part = part_for(
                row,
                now=now,
                event=event,
                wanted=person.id in wanting,
                neutral=person.discreet,
            )
            if part["method"] == "REQUEST" and (person.id, event.uid) in unread:
                continue
        if not person.email or not (rewritten or clocks or different(known, facts)):
            continue
        kind, parameters = news(known, facts, note)
        parameters |= {"rewritten": rewritten, "clocks": clocks is not None}
        if person.discreet:
            parameters = neutral(when_of(event), parameters)
        if place is not None:
            parameters["answer"] = answer_link(place)
        key = f"{kind}:{event.uuid}:{event.sequence}:{person.uuid}"
        outbox.enqueue(
            session,
            now=now,
            kind=kind,
            person=person,
            template=kind,
            parameters={**parameters, KNOWN: known, **({PART: part} if part else {})},
            dedupe_key=f"{key}:{event.changed_at.isoformat()}" if rewritten else key,
            urgent=True,
            programme=None if person.discreet else event.programme,
            event=event,
        )
        told += 1
    return told
