"""Which mails are meant: by state, kind, programme, person, or by name of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from mmp.models import Event, Mail, Membership, Person, Programme
from mmp.models.enums import MembershipRole, MembershipStatus
from mmp.models.mail import MailState

TALK_KINDS = frozenset({"talk_offered", "talk_fixed"})
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What holds together. Where nothing is said, all is meant.

    `person` is a part of a name or a whole handle; with `by_address` a whole mail address will do
    too. `until` leaves out what came after that mail.
    """

    states: frozenset[MailState] = frozenset()
    kinds: frozenset[str] = frozenset()
    without_kinds: frozenset[str] = frozenset()
    programme: str | None = None
    person: str | None = field(default=None, repr=False)
    by_address: bool = False
    uuids: frozenset[UUID] | None = None
    until: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing, and so means all."""
        return self == Filter(until=self.until, by_address=self.by_address)


EVERYTHING = Filter()


def visible_to(actor: Person) -> ColumnElement[bool]:
    """The mail that `actor` may see."""
    theirs = aliased(Membership)
    runs = select(Membership.programme_id).where(
        Membership.person_id == actor.id,
        Membership.role == MembershipRole.COORDINATOR,
        Membership.status == MembershipStatus.ACTIVE,
    )
    people = select(theirs.person_id).where(theirs.programme_id.in_(runs))
    return or_(
        Mail.programme_id.in_(runs), and_(Mail.programme_id.is_(None), Mail.person_id.in_(people))
    )


def matching(which: Filter, actor: Person | None) -> ColumnElement[bool]:
    """The condition on `Mail`; `actor` sees what they may, None (who runs the machine) all."""
    return and_(
        visible_to(actor) if actor else true(),
        *([Mail.state.in_(which.states)] if which.states else []),
        *([_of_kinds(which.kinds, actor)] if which.kinds else []),
        *([Mail.kind.not_in(which.without_kinds)] if which.without_kinds else []),
        *([Mail.programme_id.in_(_programmes(which.programme))] if which.programme else []),
        *([Mail.person_id.in_(_people(which))] if which.person else []),
        *([Mail.uuid.in_(which.uuids)] if which.uuids is not None else []),
        *([Mail.id <= which.until] if which.until is not None else []),
    )


def counts(session: Session, which: Filter, *, actor: Person | None) -> dict[MailState, int]:
    """How many mails there are of each state. One statement."""
    rows = session.execute(
        select(Mail.state, func.count()).where(matching(which, actor)).group_by(Mail.state)
    )
    return {row.state: row[1] for row in rows}


def kinds(session: Session, *, actor: Person | None) -> Sequence[str]:
    """The kinds of mail there are. What a pair's mails are about is not told to coordinators."""
    shown = select(Mail.kind).where(visible_to(actor) if actor else true(), ~_private(actor))
    return session.scalars(shown.distinct().order_by(Mail.kind)).all()


def _of_kinds(kinds: frozenset[str], actor: Person | None) -> ColumnElement[bool]:
    return and_(Mail.kind.in_(kinds), ~_private(actor))


def _private(actor: Person | None) -> ColumnElement[bool]:
    """What coordinators may not know more of than that it is there."""
    if actor is None:
        return false()
    talks = select(Event.id).where(Event.pair_id.is_not(None))
    about_talk = and_(Mail.event_id.is_not(None), Mail.event_id.in_(talks))
    return or_(Mail.kind.in_(TALK_KINDS), about_talk)


def _programmes(slug: str) -> ColumnElement[int]:
    return select(Programme.id).where(Programme.slug == slug)  # type: ignore[return-value]  # a subquery serves


def _people(which: Filter) -> ColumnElement[int]:
    wanted = (which.person or "").strip()[:LONGEST]
    named = [
        Person.key == wanted,
        *(
            column.icontains(wanted, autoescape=True)
            for column in (Person.name, Person.name_native)
        ),
    ]
    if which.by_address:
        named.append(func.lower(Person.email) == wanted.lower())
    return select(Person.id).where(or_(*named))  # type: ignore[return-value]  # as above
