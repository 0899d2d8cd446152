"""What coordinators see of the mail that came in: the query is the permission.

They see what concerns the programmes they coordinate, letters of people in them, and what nobody
can tell whom it concerns. Of a pair's talk they see only that an answer could not be taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.errors import NotFound
from mmp.models import (
    Event,
    InboundMail,
    Membership,
    Participation,
    Person,
    SuppressedAddress,
)
from mmp.models.enums import InboundKind, InboundState
from mmp.services.permissions import Actor

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Task:
    """One mail that asks for a look, and what can be done about it with a button."""

    mail: InboundMail
    on_list: bool

    @property
    def private(self) -> bool:
        """Whether it is about a pair's talk: then neither its words nor its event are shown."""
        return self.mail.event is not None and self.mail.event.pair_id is not None

    @property
    def can_apply(self) -> bool:
        """Whether the answer could be taken all the same."""
        return self._is_answer and self.on_list

    @property
    def can_place(self) -> bool:
        """Whether its writer, who answered for themselves, could be put on the list."""
        himself = self.mail.sender == self.mail.details.get("attendee")
        return self._is_answer and not self.on_list and himself

    @property
    def _is_answer(self) -> bool:
        known = self.mail.event is not None and not self.private
        return known and self.mail.kind is InboundKind.REPLY and self.mail.reason != "one_of_many"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address that gets no mail, and whose it is."""

    row: SuppressedAddress = field(repr=False)
    person: Person = field(repr=False)


def visible_inbound(actor: Actor) -> ColumnElement[bool]:
    """The mail that `actor` may see; see above."""
    mine = actor.coordinates
    if not mine:
        return InboundMail.id.is_(None)
    anywhere = select(Membership.person_id)
    here = anywhere.where(Membership.programme_id.in_(mine))
    nobodys = or_(
        InboundMail.person_id.is_(None),
        InboundMail.person_id.in_(here),
        InboundMail.person_id.not_in(anywhere),
    )
    return or_(
        InboundMail.programme_id.in_(mine), and_(InboundMail.programme_id.is_(None), nobodys)
    )


def open_tasks(session: Session, *, actor: Actor) -> tuple[list[Task], int]:
    """What waits, the oldest first, at most AT_ONCE, and how many there are in all."""
    waiting = _loaded().where(_waits(actor)).order_by(InboundMail.id).limit(AT_ONCE)
    return _tasks(session, session.scalars(waiting).all()), open_count(session, actor=actor)


def open_count(session: Session, *, actor: Actor) -> int:
    """How many mails wait for the actor."""
    return session.scalar(count_open(actor)) or 0


def count_open(actor: Actor) -> Select[int]:
    """The query for that, to be asked along with others."""
    return select(func.count()).select_from(InboundMail).where(_waits(actor))


def _waits(actor: Actor) -> ColumnElement[bool]:
    return and_(visible_inbound(actor), InboundMail.state == InboundState.OPEN)


def handled(session: Session, *, actor: Actor) -> Sequence[Task]:
    """What came in and waits no more, the newest first, at most AT_ONCE."""
    over = and_(visible_inbound(actor), InboundMail.state != InboundState.OPEN)
    latest = _loaded().where(over).order_by(InboundMail.id.desc()).limit(AT_ONCE)
    return [Task(row, False) for row in session.scalars(latest)]


def task_of(session: Session, actor: Actor, uuid: UUID) -> Task:
    """One of them. Raises NotFound."""
    row = session.scalar(_loaded().where(InboundMail.uuid == uuid, visible_inbound(actor)))
    if row is None:
        raise NotFound("There is no such mail.")
    return _tasks(session, [row])[0]


def suppressed(session: Session, *, actor: Actor) -> list[Suppressed]:
    """The addresses that get no mail, of people in the programmes one coordinates, by name."""
    rows = session.execute(
        select(SuppressedAddress, Person)
        .join(Person, func.lower(Person.email) == SuppressedAddress.address)
        .where(visible_suppressed(actor))
        .options(raiseload("*"))
        .order_by(Person.name, Person.id)
    )
    return [Suppressed(row, person) for row, person in rows]


def visible_suppressed(actor: Actor) -> ColumnElement[bool]:
    """Addresses of people (joined) in programmes that `actor` coordinates."""
    members = select(Membership.person_id).where(Membership.programme_id.in_(actor.coordinates))
    return Person.id.in_(members)


def _loaded() -> Any:
    return select(InboundMail).options(
        joinedload(InboundMail.person),
        joinedload(InboundMail.event).joinedload(Event.programme),
        joinedload(InboundMail.programme),
        joinedload(InboundMail.handled_by),
    )


def _tasks(session: Session, rows: Sequence[InboundMail]) -> list[Task]:
    wanted = {(row.event_id, row.person_id) for row in rows if row.event_id and row.person_id}
    placed = {
        tuple(found)
        for found in session.execute(
            select(Participation.event_id, Participation.person_id).where(
                tuple_(Participation.event_id, Participation.person_id).in_(wanted)
            )
        )
    }
    return [Task(row, (row.event_id, row.person_id) in placed) for row in rows]
