"""Who agrees to what, as conditions of a query: what is taken back counts at once."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, false, func, literal, select, type_coerce
from sqlalchemy.orm import Session, aliased

from mmp.models import Consent, Event, PairMember, Person
from mmp.models.enums import ConsentPurpose

DEFAULTS: Final[Mapping[ConsentPurpose, bool]] = {
    ConsentPurpose.LISTED: True,
    ConsentPurpose.FEED_DETAIL: True,
    ConsentPurpose.PHOTO: False,
    ConsentPurpose.QUOTES: False,
    ConsentPurpose.ALUMNI_CONTACT: False,
}
"""What holds for who has said nothing. The two that begin with yes are what taking part together
needs, and people are told so on their first page; each ends with one tap."""


def agrees(purpose: ConsentPurpose, person: Any = Person) -> ColumnElement[bool]:
    """People who agree to `purpose` now; `person` is Person or an alias of it in the statement."""
    return func.coalesce(_latest(purpose, person), literal(DEFAULTS[purpose]))


def refuses(purpose: ConsentPurpose, person: Any = Person) -> ColumnElement[bool]:
    """People who said no to `purpose`, and nothing else since. Silence is no refusal: where each
    quote was agreed to by itself, that counts until it is taken back for all of them."""
    return func.coalesce(~_latest(purpose, person), literal(False))


def _latest(purpose: ConsentPurpose, person: Any) -> Any:
    said = aliased(Consent)
    return type_coerce(
        select(said.given)
        .where(said.person_id == person.id, said.purpose == purpose)
        .order_by(said.id.desc())
        .limit(1)
        .correlate(person)
        .scalar_subquery(),
        Boolean,
    )


def disagree_among(
    session: Session, purpose: ConsentPurpose, people: Collection[int]
) -> frozenset[int]:
    """Those of `people` (their numbers) who do not agree; one statement."""
    if not people:
        return frozenset()
    found = select(Person.id).where(Person.id.in_(people), ~agrees(purpose))
    return frozenset(session.scalars(found))


def talks_with_silent(reader: Any) -> ColumnElement[bool]:
    """Talks of pairs in which somebody but `reader` (a person's number or column) wants no name of
    theirs in the calendars of others."""
    if reader is None:
        return false()
    member, other = aliased(PairMember), aliased(Person)
    return (
        select(member.id)
        .join(other, other.id == member.person_id)
        .where(
            member.pair_id == Event.pair_id,
            member.person_id != reader,
            ~agrees(ConsentPurpose.FEED_DETAIL, other),
        )
        .correlate_except(member, other)
        .exists()
    )
