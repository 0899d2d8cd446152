"""All that those who run a programme may know of one person in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    cast,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, defer, joinedload, raiseload, selectinload

from mmp.models import (
    Consent,
    Event,
    HistoryEntry,
    Mail,
    Membership,
    Pair,
    PairMember,
    Participation,
    Person,
    PersonMerge,
    PersonTag,
    Programme,
    SuppressedAddress,
)
from mmp.models.base import UTCDateTime
from mmp.models.enums import ConsentPurpose
from mmp.services.desk import person_of
from mmp.services.outbox.filters import visible_to
from mmp.services.people.editing import KIND
from mmp.services.people.merging import can_part
from mmp.services.permissions import Actor

MOST_MAILS: Final = 20
MOST_ENTRIES: Final = 40


@dataclass(frozen=True, slots=True)
class PairOf:
    """A pair they are or were in, with the others and until when."""

    pair: Pair
    others: Sequence[Person]
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Whole:
    """A person's page. Mails, consents, tags and history are for coordinators; assistants get
    none. `more_mails` says that there are older ones."""

    parts: Sequence[Membership]
    pairs: Sequence[PairOf]
    events: Sequence[Participation]
    tags: Sequence[str]
    mails: Sequence[Mail]
    more_mails: bool
    consents: dict[ConsentPurpose, Consent]
    entries: Sequence[HistoryEntry]
    joined: Sequence[tuple[UUID, datetime]]
    """Records that became part of theirs and can still be taken apart, and since when."""
    refused: tuple[UUID, datetime] | None
    """What says that their address takes no mail, and since when."""


def whole(
    session: Session, actor: Actor, programme: Programme, person: Person, *, now: datetime
) -> Whole:
    """What the page of one person shows: of this programme, and of the actor's others their parts.
    Ten statements, four for assistants."""
    coordinates = programme.id in actor.coordinates
    mails = _mails(session, actor, person) if coordinates else []
    small = _small(session, programme, person, now) if coordinates else {}
    return Whole(
        parts=_parts(session, actor, person),
        pairs=_pairs(session, actor, programme, person),
        events=_events(session, programme, person),
        tags=[row.text for row in small.get("tag", ())],
        mails=mails[:MOST_MAILS],
        more_mails=len(mails) > MOST_MAILS,
        consents=_consents(session, person) if coordinates else {},
        entries=_entries(session, programme, person) if coordinates else (),
        joined=[(row.uuid, row.at) for row in small.get("joined", ())],
        refused=next(((row.uuid, row.at) for row in small.get("refused", ())), None),
    )


def merged_into(session: Session, uuid: UUID) -> UUID | None:
    """Whom a record became part of, if it is gone."""
    return session.scalar(
        select(Person.uuid)
        .join(PersonMerge, PersonMerge.into_id == Person.id)
        .where(PersonMerge.gone_uuid == uuid)
    )


def _parts(session: Session, actor: Actor, person: Person) -> Sequence[Membership]:
    return session.scalars(
        select(Membership)
        .join(Membership.programme)
        .where(Membership.person_id == person.id, Membership.programme_id.in_(actor.plans))
        .options(joinedload(Membership.programme), raiseload("*"))
        .order_by(Programme.slug.desc(), Membership.id)
    ).all()


def _pairs(
    session: Session, actor: Actor, programme: Programme, person: Person
) -> Sequence[PairOf]:
    rows = session.scalars(
        select(Pair)
        .where(
            Pair.programme_id == programme.id,
            Pair.id.in_(select(PairMember.pair_id).where(PairMember.person_id == person.id)),
        )
        .options(joinedload(Pair.members).joinedload(PairMember.person), raiseload("*"))
        .order_by(Pair.ends_on.is_not(None), Pair.starts_on.desc(), Pair.id)
    )
    found = []
    for pair in rows.unique():
        mine = next(member for member in pair.members if member.person_id == person.id)
        others = [member.person for member in pair.members if member.person_id != person.id]
        if programme.id not in actor.coordinates and any(one.discreet for one in others):
            continue
        last = [day for day in (mine.ends_on, pair.ends_on) if day]
        found.append(
            PairOf(pair, others, mine.starts_on or pair.starts_on, min(last, default=None))
        )
    return found


def _events(session: Session, programme: Programme, person: Person) -> Sequence[Participation]:
    return session.scalars(
        select(Participation)
        .join(Participation.event)
        .where(
            Participation.person_id == person.id,
            Event.programme_id == programme.id,
            Event.pair_id.is_(None),
        )
        .options(
            joinedload(Participation.event), selectinload(Participation.attendances), raiseload("*")
        )
        .order_by(Event.ends_at.desc(), Event.id.desc())
    ).all()


def _small(
    session: Session, programme: Programme, person: Person, now: datetime
) -> dict[str, list[Any]]:
    """Tags, joined records and an address that takes no mail: by kind, in one statement."""

    def rows(kind: str, text: Any, uuid: Any, at: Any, *which: ColumnElement[bool]) -> Any:
        columns = (("text", text, Text()), ("uuid", uuid, Uuid()), ("at", at, UTCDateTime()))
        typed = (type_coerce(value, of).label(name) for name, value, of in columns)
        return select(literal(kind).label("kind"), *typed).where(*which)

    tags = (PersonTag.programme_id == programme.id, PersonTag.person_id == person.id)
    found = session.execute(
        union_all(
            rows("tag", PersonTag.tag, cast(null(), Uuid), cast(null(), UTCDateTime), *tags),
            rows("joined", literal(""), PersonMerge.uuid, PersonMerge.at, *can_part(person, now)),
            rows(
                "refused",
                literal(""),
                SuppressedAddress.uuid,
                SuppressedAddress.since,
                SuppressedAddress.address == (person.email or ""),
            ),
        ).order_by("text", "at")
    )
    by_kind: dict[str, list[Any]] = {}
    for row in found:
        by_kind.setdefault(row.kind, []).append(row)
    return by_kind


def _mails(session: Session, actor: Actor, person: Person) -> Sequence[Mail]:
    return session.scalars(
        select(Mail)
        .where(Mail.person_id == person.id, visible_to(person_of(session, actor)))
        .options(joinedload(Mail.event), defer(Mail.octets), raiseload("*"))
        .order_by(Mail.id.desc())
        .limit(MOST_MAILS + 1)
    ).all()


def _consents(session: Session, person: Person) -> dict[ConsentPurpose, Consent]:
    """The latest word on each purpose."""
    rows = session.scalars(
        select(Consent)
        .where(Consent.person_id == person.id)
        .options(joinedload(Consent.noted_by), raiseload("*"))
        .order_by(Consent.id)
    )
    return {row.purpose: row for row in rows}


def _entries(session: Session, programme: Programme, person: Person) -> Sequence[HistoryEntry]:
    gone = select(PersonMerge.gone_uuid).where(PersonMerge.into_id == person.id)
    return session.scalars(
        select(HistoryEntry)
        .where(
            HistoryEntry.subject_kind == KIND,
            or_(HistoryEntry.subject_uuid == person.uuid, HistoryEntry.subject_uuid.in_(gone)),
            or_(HistoryEntry.programme_id == programme.id, HistoryEntry.programme_id.is_(None)),
        )
        .options(joinedload(HistoryEntry.actor), raiseload("*"))
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
        .limit(MOST_ENTRIES)
    ).all()
