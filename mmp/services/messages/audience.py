"""Whom a message is for, and who of them does not get it and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session, selectinload

from mmp.core.reminders import form_at
from mmp.models import (
    AgendaItem,
    Event,
    Membership,
    OptOut,
    Pair,
    PairMember,
    Participation,
    Person,
    Programme,
    SuppressedAddress,
)
from mmp.models.enums import ConsentPurpose, MembershipStatus, Partstat
from mmp.services.consents import agrees
from mmp.services.taking_part import TAKING_PART, is_own_item


class WhyNot(StrEnum):
    """Why somebody whom the choice means gets no mail."""

    LEFT = "left"
    NOT_ON_LIST = "not_on_list"
    """They applied, or wait."""
    DECLINED = "declined"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    """Their mailbox refused mail for good."""
    OPTED_OUT = "opted_out"
    ALUMNI = "alumni"
    """They took part once and did not agree to be contacted."""
    GONE = "gone"
    """Their data was erased since."""
    NOT_CHOSEN = "not_chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was ticked, as values of the lists and as UUIDs of pairs and people. Each narrows the
    others; where nothing is ticked, all count, but of answers all except “no”."""

    roles: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Choice":
        """As a message's row keeps it."""
        return cls(**{one.name: frozenset(kept.get(one.name, ())) for one in fields(cls)})

    def kept(self) -> dict[str, Any]:
        """For a message's row."""
        found = {one.name: sorted(getattr(self, one.name)) for one in fields(self)}
        return {name: values for name, values in found.items() if values}


@dataclass(frozen=True, slots=True)
class Line:
    """Someone the message is for. With `why_not` they get no mail."""

    person: Person
    participation: Participation | None = None
    why_not: WhyNot | None = None


def audience(
    session: Session, *, programme: Programme, event: Event | None, choice: Choice
) -> list[Line]:
    """Whom the choice means, by name: of the programme's people, or of the event's list and those
    with a part in its agenda. Two statements at most."""
    paired = _in_pairs(session, programme, choice)
    lines = []
    for row in session.execute(_everybody(programme, event)):
        facts = _facts(row, event)
        if _is_meant(row.Person, facts, choice, paired):
            lines.append(Line(row.Person, row.Participation, _why_not(row, facts, choice)))
    return lines


def pairs_of(session: Session, programme: Programme) -> Sequence[Pair]:
    """The pairs that go on, with their members; two statements."""
    return session.scalars(
        select(Pair)
        .where(Pair.programme_id == programme.id, Pair.ends_on.is_(None))
        .options(selectinload(Pair.members).joinedload(PairMember.person))
        .order_by(Pair.key)
    ).all()


def _in_pairs(session: Session, programme: Programme, choice: Choice) -> set[int]:
    if not choice.pairs:
        return set()
    wanted = {UUID(uuid) for uuid in choice.pairs}
    return set(
        session.scalars(
            select(PairMember.person_id)
            .join(Pair, Pair.id == PairMember.pair_id)
            .where(
                Pair.programme_id == programme.id,
                Pair.uuid.in_(wanted),
                PairMember.ends_on.is_(None),
            )
        )
    )


def _everybody(programme: Programme, event: Event | None) -> Any:
    part = type_coerce(Membership.role, String) + ":" + type_coerce(Membership.status, String)
    parts = (
        select(Membership.person_id, func.aggregate_strings(part, ",").label("parts"))
        .where(Membership.programme_id == programme.id)
        .group_by(Membership.person_id)
        .subquery()
    )
    concerned: ColumnElement[bool] = parts.c.person_id.is_not(None)
    listed: ColumnElement[bool] = ~true()
    if event is not None:
        in_agenda = select(AgendaItem.id).where(
            AgendaItem.event_id == event.id, is_own_item(Person.__table__.c.id)
        )
        concerned = or_(Participation.id.is_not(None), in_agenda.exists())
        listed = and_(Participation.person_id == Person.id, Participation.event_id == event.id)
    return (
        select(
            *(Person, Participation, parts.c.parts),
            SuppressedAddress.id.label("suppressed"),
            OptOut.id.label("opted_out"),
            agrees(ConsentPurpose.ALUMNI_CONTACT).label("contacted"),
        )
        .outerjoin(parts, parts.c.person_id == Person.id)
        .outerjoin(Participation, listed)
        .outerjoin(SuppressedAddress, SuppressedAddress.address == Person.email)
        .outerjoin(OptOut, and_(OptOut.person_id == Person.id, OptOut.programme_id == programme.id))
        .where(concerned, Person.erased_at.is_(None))
        .order_by(Person.search, Person.id)
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    roles: frozenset[str]
    left: bool
    alumni: bool
    answer: str | None
    form: str | None


def _facts(row: Any, event: Event | None) -> _Facts:
    parts = [part.split(":") for part in (row.parts or "").split(",") if part]
    listed, answer, form = row.Participation, None, None
    if event is not None:
        # Who has a part in the agenda without being on the list is expected.
        answer = listed.partstat.value if listed else Partstat.ACCEPTED.value
        form = form_at(event.form.value, listed.form.value if listed and listed.form else None)
    return _Facts(
        roles=frozenset(role for role, _status in parts),
        left=bool(parts) and all(status == MembershipStatus.LEFT for _role, status in parts),
        alumni=bool(parts) and all(status != MembershipStatus.ACTIVE for _role, status in parts),
        answer=answer,
        form=form,
    )


def _is_meant(person: Person, facts: _Facts, choice: Choice, paired: set[int]) -> bool:
    checks: Sequence[tuple[frozenset[str], bool]] = (
        (choice.roles, not choice.roles.isdisjoint(facts.roles)),
        (choice.regions, person.region.value in choice.regions),
        (choice.countries, person.country in choice.countries),
        (choice.pairs, person.id in paired),
        (choice.answers, facts.answer is None or facts.answer in choice.answers),
        (choice.forms, facts.answer is None or facts.form in choice.forms),
        (choice.people, str(person.uuid) in choice.people),
    )
    return all(holds for ticked, holds in checks if ticked)


def _why_not(row: Any, facts: _Facts, choice: Choice) -> WhyNot | None:
    listed: Participation | None = row.Participation
    by_name = str(row.Person.uuid) in choice.people
    asked_for = by_name or facts.answer in choice.answers
    waits = listed is not None and listed.entry not in TAKING_PART
    checks = (
        (facts.left, WhyNot.LEFT),
        (facts.alumni and listed is None and not row.contacted, WhyNot.ALUMNI),
        (waits and not by_name, WhyNot.NOT_ON_LIST),
        (facts.answer == Partstat.DECLINED and not asked_for, WhyNot.DECLINED),
        (not row.Person.email, WhyNot.NO_ADDRESS),
        (row.suppressed is not None, WhyNot.SUPPRESSED),
        (row.opted_out is not None, WhyNot.OPTED_OUT),
    )
    return next((why for holds, why in checks if holds), None)
