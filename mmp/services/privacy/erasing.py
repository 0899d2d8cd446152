"""Erasing somebody: what is left is a tombstone, so that figures of the past still add up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.mail import Reason
from mmp.core.texts import pick
from mmp.core.zones import day_in_zone
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Base,
    Event,
    InboundMail,
    Membership,
    Pair,
    PairMember,
    Participation,
    Person,
    Programme,
    SuppressedAddress,
)
from mmp.models.enums import MembershipRole, MembershipStatus
from mmp.services import answers, history, matching, outbox
from mmp.services.privacy import past
from mmp.services.privacy.joined import joined_with
from mmp.services.privacy.spellings import spellings_of, take_out
from mmp.services.privacy.traces import FATES, Fate

NAME = "-"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing somebody would do, to be shown before.

    `alone` are programmes that would be left without a coordinator: it is refused as long as there
    are any. `parts` are agenda items to come in which their part stays open.
    """

    person: Person
    alone: Sequence[Programme]
    parts: Sequence[AgendaItem]
    ahead: int
    """Events to come from whose lists they go."""
    past: int
    """Events of the past whose figures still count them."""
    pairs: Sequence[Pair]


def what_erasing_does(session: Session, *, now: datetime, person: Person) -> Erasure:
    """What goes, what stays, and what has to be done first."""
    listed = session.execute(
        select(Participation.id, Event.ends_at)
        .join(Event, Event.id == Participation.event_id)
        .where(Participation.person_id == person.id, Event.pair_id.is_(None))
    ).all()
    ahead = sum(row.ends_at > now for row in listed)
    parts = session.scalars(
        select(AgendaItem)
        .join(Event, Event.id == AgendaItem.event_id)
        .where(
            AgendaItem.id.in_(
                select(AgendaRole.agenda_item_id).where(AgendaRole.person_id == person.id)
            ),
            Event.ends_at > now,
        )
        .order_by(Event.ends_at, AgendaItem.position)
    ).all()
    pairs = session.scalars(
        select(Pair)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(PairMember.person_id == person.id, Pair.ends_on.is_(None))
    ).all()
    return Erasure(person, _alone(session, person), parts, ahead, len(listed) - ahead, pairs)


def erase(session: Session, *, now: datetime, actor: Person | None, person: Person) -> None:
    """Erase a person for good; twice is as once.

    Raises UserError for the only coordinator of a programme: somebody else must be one first.
    """
    if person.erased_at is not None:
        return
    if alone := _alone(session, person):
        raise UserError(
            "Nobody else coordinates %(programmes)s. Make somebody else a coordinator first.",
            programmes=", ".join(pick(one.name, person.locale) for one in alone),
        )
    joined = joined_with(session, person)
    spellings = sorted({*spellings_of(person), *joined.spellings}, key=len, reverse=True)
    outbox.cancel_all(session, now=now, reason=Reason.PERSON_LEFT, person=person)
    _leave(session, now, person)
    matching.forget(session, person.uuid)
    past.empty(session, now=now, person=person, joined=joined.uuids)
    _delete_rows(session, person, joined.addresses)
    for row in (person, *joined.rows):
        _make_tombstone(row, now)
    session.flush()
    take_out(session, spellings, spare={"person"})
    past.forget_mails(session, person=person, spellings=spellings)
    session.expire_all()
    history.record_of(session, now=now, actor=actor, person=person, action="erased")
    session.flush()


def _alone(session: Session, person: Person) -> list[Programme]:
    """Programmes that only this person coordinates."""
    mine = (
        Membership.role == MembershipRole.COORDINATOR,
        Membership.status == MembershipStatus.ACTIVE,
    )
    others = select(Membership.programme_id).where(Membership.person_id != person.id, *mine)
    return list(
        session.scalars(
            select(Programme)
            .where(
                Programme.id.in_(
                    select(Membership.programme_id).where(Membership.person_id == person.id, *mine)
                ),
                Programme.id.not_in(others),
            )
            .order_by(Programme.slug)
        )
    )


def _leave(session: Session, now: datetime, person: Person) -> None:
    """They take part in nothing to come: off the lists, out of the agendas, out of their pair."""
    _free_seats(session, now, person)
    roles = session.scalars(
        select(AgendaRole)
        .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
        .join(Event, Event.id == AgendaItem.event_id)
        .where(AgendaRole.person_id == person.id, Event.ends_at > now)
    ).all()
    for role in roles:
        session.delete(role)
    for membership in person.memberships:
        if membership.status is not MembershipStatus.LEFT:
            membership.status = MembershipStatus.LEFT
            membership.ends_on = day_in_zone(now, membership.programme.zone)
    members = session.scalars(select(PairMember).where(PairMember.person_id == person.id)).all()
    for member in members:
        today = day_in_zone(now, member.pair.programme.zone)
        member.ends_on = member.ends_on or today
        left = [one for one in member.pair.members_on(today) if one.person_id != person.id]
        if member.pair.ends_on is None and len(left) < 2:
            member.pair.ends_on, member.pair.changed_at = today, now
    session.flush()


def _free_seats(session: Session, now: datetime, person: Person) -> None:
    """Off the lists of what is to come; whoever waits there moves up."""
    rows = session.scalars(
        select(Participation)
        .join(Event, Event.id == Participation.event_id)
        .where(Participation.person_id == person.id, Event.ends_at > now)
        .order_by(Event.id)
    ).all()
    for row in rows:
        if row.attendances:
            continue
        event = answers.in_turn(session, row.event_id)
        session.delete(row)
        answers.fill_seats(session, now=now, event=event)


def _delete_rows(session: Session, person: Person, addresses: Iterable[str]) -> None:
    """All rows that are nothing but theirs; what came in from their addresses too."""
    for name, fate in FATES.items():
        table_name, _dot, column = name.partition(".")
        if fate is Fate.DELETED and table_name in Base.metadata.tables:
            table = Base.metadata.tables[table_name]
            session.execute(
                delete(table).where(table.c[column] == person.id),
                execution_options={"synchronize_session": False},
            )
    for one in {person.email, *addresses} - {None}:
        session.execute(delete(SuppressedAddress).where(SuppressedAddress.address == one))
        session.execute(delete(InboundMail).where(InboundMail.sender == one))


def _make_tombstone(person: Person, now: datetime) -> None:
    person.name, person.name_native, person.email = NAME, None, None
    person.key = f"erased-{person.id}"
    person.organisation, person.position, person.gender_description = None, None, None
    person.languages, person.locale, person.zone = [], "en", "UTC"
    person.discreet, person.alarm_minutes = False, None
    person.erased_at = person.changed_at = now
