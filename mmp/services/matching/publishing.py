"""Publishing: all pairs of a draft at once, each with its introduction by mail."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.mail import Link, Words
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models import Matching, Organisation, Pair, Person
from mmp.models.enums import MatchingState
from mmp.services import outbox, pair_board
from mmp.services.matching.draft import Draft
from mmp.services.matching.rounds import changed, note, save, still
from mmp.services.matching.setup import setup_of
from mmp.services.outbox import NewMail
from mmp.services.pair_board import By
from mmp.services.pair_talks.mails import is_neutral, names
from mmp.services.permissions import Actor

MAIL: Final = "pair_introduced"


def groups_of(row: Matching) -> list[list[str]]:
    """The draft's pairs and trios, each from the first side on."""
    sides = setup_of(row).sides
    neighbours: dict[str, list[str]] = defaultdict(list)
    for one, other in Draft.of(row).pairs:
        neighbours[one].append(other)
        neighbours[other].append(one)
    found, seen = [], set()
    for uuid in [one for one in sides if one in neighbours]:
        if uuid in seen:
            continue
        group, ahead = {uuid}, [uuid]
        while ahead:
            new = set(neighbours[ahead.pop()]) - group
            group |= new
            ahead += new
        seen |= group
        found.append(sorted(group, key=lambda one: (sides[one], one)))
    return found


def publish(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    row: Matching,
    version: int,
    starts_on: date,
) -> Sequence[Pair]:
    """Make the draft's pairs and write to everybody in them. Pressed twice it is once.

    Raises StaleEdit, UserError (fields `people`, `starts_on`) where there is nothing to publish or
    somebody is in another pair by now; then nothing is made at all.
    """
    if row.state is MatchingState.PUBLISHED:
        return []
    groups = groups_of(row)
    if not groups:
        raise UserError("There are no pairs to publish yet: find them first.", field="people")
    still(row, version)
    pairs = pair_board.pair_up_all(
        session,
        By(actor=actor, now=now),
        programme=row.programme,
        pairs={
            uuid5(row.uuid, ",".join(sorted(group))): [UUID(one) for one in group]
            for group in groups
        },
        starts_on=starts_on,
    )
    introduce(session, now=now, pairs=pairs)
    changed(row, now)
    row.state, row.published_at = MatchingState.PUBLISHED, now
    # What nobody needs any more: who would have been good for whom.
    row.draft = {"pairs": [list(pair) for pair in Draft.of(row).pairs]}
    save(session)
    note(session, actor, now, row, "published", {"pairs": [None, len(pairs)]})
    return pairs


def introduce(session: Session, *, now: datetime, pairs: Sequence[Pair]) -> None:
    """A mail to each of new pairs: who the other is, what their clock shows, how to reach them.
    Where somebody of a pair is discreet its mails name nobody. Two statements."""
    people = [member.person for pair in pairs for member in pair.members]
    numbers = {person.organisation_id for person in people}
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(numbers - {None}))
    )
    houses = {row.id: row.name for row in rows}
    mails = [
        _mail(pair, member.person, houses)
        for pair in pairs
        for member in pair.members
        if member.person.email
    ]
    outbox.enqueue_many(session, now=now, mails=mails)


def _mail(pair: Pair, person: Person, houses: Mapping[int, Translated]) -> NewMail:
    neutral = is_neutral(pair)
    others = [member.person for member in pair.members if member.person is not person]
    return NewMail(
        kind=MAIL,
        person_id=person.id,
        template=MAIL,
        dedupe_key=f"{MAIL}:{pair.uuid}:{person.uuid}",
        urgent=True,
        programme_id=None if neutral else pair.programme_id,
        parameters={
            "neutral": neutral,
            "day": When.days(pair.starts_on, pair.starts_on, pair.programme.zone),
            "partner": None if neutral else Words(names(others)),
            "partners": []
            if neutral
            else [_partner(one, houses.get(one.organisation_id or 0), pair) for one in others],
            "page": Link(f"/{{language}}/pairs/{pair.uuid}/"),
        },
    )


def _partner(person: Person, house: Translated | None, pair: Pair) -> Mapping[str, Any]:
    """What their partner may know of them, as on the page of the pair; ten o'clock there is shown
    by both clocks."""
    ten = datetime.combine(pair.starts_on, time(10))
    return {
        "name": Words(names([person])),
        "position": Words(person.position) if person.position else None,
        "organisation": Words(house) if house else None,
        "email": person.email,
        "clock": When.timed(ten, ten.replace(hour=11), person.zone),
    }
