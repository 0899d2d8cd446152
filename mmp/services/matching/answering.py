"""One person's wishes: who they are for, what is offered, and taking them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.mail import token
from mmp.core.matching.hours import PARTS
from mmp.models import Answer, Form, Matching, Membership, Person, PersonMerge, Response
from mmp.models.enums import (
    ConsentPurpose,
    MatchingState,
    MembershipStatus,
    StakeholderGroup,
)
from mmp.services import history
from mmp.services.consents import agrees
from mmp.services.matching.people import AT_ONCE
from mmp.services.matching.setup import setup_of
from mmp.services.matching.wishes import is_open, token_source
from mmp.services.permissions import Actor

MOST_WISHED: Final = 5
MOST_UNWANTED: Final = 20
KIND: Final = "wishes"


@dataclass(frozen=True, slots=True)
class Asked:
    """A person and the round that asks them. `given` is what they answered, by key."""

    row: Matching
    person: Person
    given: Mapping[str, Any]
    version: int
    """Of what they answered; 0 where they have not."""

    @property
    def form(self) -> Form:
        assert self.row.form is not None  # the round was found by it
        return self.row.form

    def is_open(self, now: datetime) -> bool:
        return is_open(self.row, now)


def asked_by_mail(
    session: Session, *, secret: str, form: UUID, person: UUID, given: str
) -> Asked | None:
    """Whom the link of a mail belongs to; None for who is not in the round any more, or has left.
    Changes nothing. Raises NotFound for a token that is none."""
    if not compare_digest(token(secret, *token_source(form, person)), given):
        raise NotFound("There is no such page.")
    into = select(PersonMerge.into_id).where(PersonMerge.gone_uuid == person)
    return _asked(session, form, (Person.uuid == person) | Person.id.in_(into))


def asked_here(session: Session, actor: Actor, *, form: UUID) -> Asked:
    """The round that asks who is signed in. Raises NotFound."""
    found = _asked(session, form, Person.id == (actor.person_id or 0))
    if found is None:
        raise NotFound("There is no such page.")
    return found


def waiting_for(session: Session, actor: Actor, *, now: datetime) -> Sequence[tuple[Form, bool]]:
    """The forms that ask who is signed in at this moment, and whether they have answered; one
    statement."""
    if not actor.programmes or actor.person_id is None:
        return []
    mine = select(Person.uuid).where(Person.id == actor.person_id).scalar_subquery()
    rows = session.execute(
        select(Form, Matching.candidates, Response.id, mine)
        .join(Matching, Matching.form_id == Form.id)
        .outerjoin(
            Response, (Response.form_id == Form.id) & (Response.person_id == actor.person_id)
        )
        .where(
            Matching.programme_id.in_(actor.programmes),
            Matching.state == MatchingState.ASKING,
            Form.closes_at > now,
        )
        .options(raiseload("*"))
        .order_by(Form.closes_at)
    )
    return [
        (form, response is not None)
        for form, candidates, response, uuid in rows
        if str(uuid) in candidates
    ]


def offered_people(session: Session, asked: Asked) -> Sequence[Person]:
    """Whom they may wish for: the other side, without the discreet and those who are not to be
    listed; by name."""
    setup = setup_of(asked.row)
    own = setup.sides.get(str(asked.person.uuid))
    others = [UUID(uuid) for uuid, side in setup.sides.items() if side != own]
    found: list[Person] = []
    for start in range(0, len(others), AT_ONCE):
        found += session.scalars(
            select(Person)
            .where(
                Person.uuid.in_(others[start : start + AT_ONCE]),
                Person.erased_at.is_(None),
                Person.discreet.is_(False),
                agrees(ConsentPurpose.LISTED),
            )
            .options(joinedload(Person.organisation), raiseload("*"))
        )
    return sorted(found, key=lambda person: (person.search, person.id))


def record(
    session: Session,
    *,
    now: datetime,
    asked: Asked,
    version: int,
    answers: Mapping[str, Any],
    languages: Collection[str],
) -> bool:
    """Take somebody's wishes, or other ones until the round closes; whether anything is new. What
    cannot be chosen any more is let go, but wishes for people who are no longer shown stay.

    Raises StaleEdit where they answered elsewhere since `version`; UserError once it is closed, and
    with the fields `wished` or `unwanted`.
    """
    if not asked.is_open(now):
        raise UserError("Wishes are not taken any more.")
    wanted = _checked(session, asked, answers, languages)
    if wanted == dict(asked.given):
        return False
    if asked.version != version:
        raise StaleEdit("You have answered on another device or page meanwhile.")
    row = session.scalar(
        select(Response)
        .where(Response.form_id == asked.form.id, Response.person_id == asked.person.id)
        .options(selectinload(Response.answers))
    )
    if row is None:
        row = Response(submitted_at=now, person=asked.person)
        row.form_id = asked.form.id
        session.add(row)
    row.submitted_at = now
    keys = {question.key: question for question in asked.form.questions}
    there = {answer.question_id: answer for answer in row.answers}
    for key, value in wanted.items():
        answer = there.get(keys[key].id)
        if answer is None:
            row.answers.append(Answer(question=keys[key], value=value))
        else:
            answer.value = value
    session.flush()
    history.record(
        session,
        now=now,
        actor=asked.person,
        programme=asked.row.programme,
        kind=KIND,
        uuid=row.uuid,
        action="answered",
    )
    return True


def _asked(session: Session, form: UUID, who: ColumnElement[bool]) -> Asked | None:
    row = session.scalar(
        select(Matching)
        .join(Matching.form)
        .where(Form.uuid == form)
        .options(
            joinedload(Matching.programme),
            joinedload(Matching.form).selectinload(Form.questions),
        )
    )
    if row is None or row.form is None:
        return None
    stays = select(Membership.id).where(
        Membership.person_id == Person.id,
        Membership.programme_id == row.programme_id,
        Membership.status == MembershipStatus.ACTIVE,
    )
    person = session.scalar(select(Person).where(who, Person.erased_at.is_(None), stays.exists()))
    if person is None or str(person.uuid) not in row.candidates:
        return None
    response = session.scalar(
        select(Response)
        .where(Response.form_id == row.form_id, Response.person_id == person.id)
        .options(selectinload(Response.answers))
    )
    keys = {question.id: question.key for question in row.form.questions}
    given = {keys[one.question_id]: one.value for one in response.answers} if response else {}
    return Asked(row, person, given, response.version if response else 0)


def _checked(
    session: Session, asked: Asked, answers: Mapping[str, Any], languages: Collection[str]
) -> dict[str, Any]:
    interests = {
        option["key"]
        for question in asked.form.questions
        if question.key == "interests"
        for option in question.options
    }
    shown = {str(person.uuid) for person in offered_people(session, asked)}
    ticks = {f"{day}-{part}" for day in range(7) for part in PARTS}
    found: dict[str, Any] = {
        "interests": _those(answers, "interests", interests),
        "languages": _those(answers, "languages", set(languages)),
        "hours": _those(answers, "hours", ticks),
        "sector": "",
    }
    if answers.get("sector") in list(StakeholderGroup):
        found["sector"] = str(answers["sector"])
    for name in ("wished", "unwanted"):
        hidden = [one for one in asked.given.get(name, ()) if one not in shown]
        found[name] = [*_those(answers, name, shown), *hidden]
    if len(set(answers.get("wished", ()))) > MOST_WISHED:
        raise UserError("Wish for five people at most.", field="wished")
    found["wished"] = found["wished"][:MOST_WISHED]
    if len(found["unwanted"]) > MOST_UNWANTED:
        raise UserError(
            "Name at most %(most)s people; write to your coordinator if there are more.",
            field="unwanted",
            most=MOST_UNWANTED,
        )
    if set(found["wished"]) & set(found["unwanted"]):
        raise UserError(
            "Somebody stands in your wishes and among those you would rather not work with; take "
            "them out of one.",
            field="unwanted",
        )
    return found


def _those(answers: Mapping[str, Any], name: str, known: Collection[str]) -> list[str]:
    return [one for one in dict.fromkeys(answers.get(name, ())) if one in known]
