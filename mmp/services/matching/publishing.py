"""Publishing: all pairs of a draft at once, each with its introduction by mail."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.mail import Link, Words
from mmp.core.when import When
from mmp.models import Matching, Pair, Person
from mmp.models.enums import MatchingState
from mmp.services import outbox, pair_board
from mmp.services.matching.review import Draft
from mmp.services.matching.rounds import changed, note, still
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
    for pair in pairs:
        introduce(session, now=now, pair=pair)
    changed(row, now)
    row.state, row.published_at = MatchingState.PUBLISHED, now
    # What nobody needs any more: who would have been good for whom.
    row.draft = {"pairs": [list(pair) for pair in Draft.of(row).pairs]}
    session.flush()
    note(session, actor, now, row, "published", {"pairs": [None, len(pairs)]})
    return pairs


def introduce(session: Session, *, now: datetime, pair: Pair) -> None:
    """A mail to each of a new pair: who the other is, what their clock shows, how to reach them.
    Where somebody of it is discreet it names nobody."""
    people = [member.person for member in pair.members]
    mails = [_mail(pair, person, people, now) for person in people if person.email]
    outbox.enqueue_many(session, now=now, mails=mails)


def _mail(pair: Pair, person: Person, people: Sequence[Person], now: datetime) -> NewMail:
    neutral = is_neutral(pair)
    others = [one for one in people if one is not person]
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
            "partners": [] if neutral else [_partner(one, pair.starts_on) for one in others],
            "page": Link(f"/{{language}}/pairs/{pair.uuid}/"),
        },
    )


def _partner(person: Person, day: date) -> Mapping[str, Any]:
    """What their partner may know of them, as on the page of the pair; ten o'clock there is shown
    by both clocks."""
    ten = datetime(day.year, day.month, day.day, 10)
    return {
        "name": Words(names([person])),
        "position": Words(person.position) if person.position else None,
        "organisation": Words(person.organisation.name) if person.organisation else None,
        "email": person.email,
        "clock": When.timed(ten, ten.replace(hour=11), person.zone),
    }
