"""Mails from the desk to a pair: a kind word, and what became of it.

Where somebody of the pair is discreet they name neither people nor programme, as all mails of the
pair do.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.mail import Words
from mmp.core.nudging import Refusal, refusal
from mmp.core.when import When
from mmp.core.zones import day_in_zone
from mmp.models import Event, Mail, Pair, Person
from mmp.services import desk, history
from mmp.services.events import when_of
from mmp.services.pair_board.board import NUDGED, nudges, people_on
from mmp.services.pair_board.plenaries import breaks_of
from mmp.services.pair_board.reading import KIND
from mmp.services.pair_talks.mails import is_neutral, names, write_to_member
from mmp.services.pair_talks.offering import one_at_a_time
from mmp.services.permissions import Actor

_NO = {
    Refusal.BREAK: "The programme rests; pairs are left in peace until it goes on.",
    Refusal.FORTNIGHT: "They were asked less than two weeks ago. Give them time.",
    Refusal.SEASON: "They were asked three times this season. Better call them.",
}


def nudge(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    pair: Pair,
    uuid: UUID,
    to: Collection[UUID],
    plenary: Event | None,
) -> Sequence[Person]:
    """Ask a pair, or one of it, how it is doing; gives who gets a mail. The same `uuid` asks once.

    Raises UserError where the pair has ended, nobody chosen has an address (field `to`), or it was
    asked often enough; `core.nudging` has the numbers. The programme's breaks must be loaded.
    """
    one_at_a_time(session, pair)
    today = day_in_zone(now, pair.programme.zone)
    if not pair.starts_on <= today <= (pair.ends_on or today):
        raise UserError("This pair does not go on; there is nobody to ask.")
    members = people_on(pair, today)
    keys = {person.id: f"pair_nudge:{uuid}:{person.uuid}" for person in members}
    there = session.scalars(select(Mail.person_id).where(Mail.dedupe_key.in_(keys.values()))).all()
    if there:
        return [person for person in members if person.id in there]
    chosen = [person for person in members if person.uuid in to and person.email]
    if not chosen:
        raise UserError("Choose somebody who has a mail address.", field="to")
    asked = nudges(session, pair.programme).get(pair.uuid, [])
    refused = refusal(asked, today, breaks_of(pair.programme))
    if refused is not None:
        raise UserError(_NO[refused.why])
    neutral = is_neutral(pair)
    about = None
    if plenary is not None and not neutral:
        about = {"title": Words(plenary.title), "when": when_of(plenary)}
    for person in chosen:
        others = [one for one in members if one.id != person.id]
        parameters = {"neutral": neutral, "plenary": about, **_partner(pair, others)}
        _enqueue(session, now, pair, person, "pair_nudge", keys[person.id], parameters)
    history.record(
        session,
        now=now,
        actor=desk.person_of(session, actor),
        programme=pair.programme,
        kind=KIND,
        uuid=pair.uuid,
        action=NUDGED,
        changes={"to": [None, [person.key for person in chosen]]},
    )
    return chosen


def tell(
    session: Session,
    *,
    now: datetime,
    pair: Pair,
    kind: str,
    day: date,
    people: Sequence[Person],
    leaver: Person | None = None,
    newcomer: Person | None = None,
) -> None:
    """Tell each of `people` that the pair began (`pair_begun`), ended, that somebody joined it, or
    that its people changed: by whom, and from which day on."""
    session.flush()
    for person in people:
        others = [one for one in people if one.id != person.id]
        about = {
            "what": kind.removeprefix("pair_"),
            "neutral": is_neutral(pair),
            "day": When.days(day, day, pair.programme.zone),
            "leaver": _named(leaver),
            "newcomer": _named(newcomer),
            "to_leaver": leaver is person,
            "to_newcomer": newcomer is person,
            **_partner(pair, [one for one in others if one is not leaver]),
        }
        key = f"pair_changed:{pair.uuid}:{pair.version}:{person.uuid}"
        _enqueue(session, now, pair, person, "pair_changed", key, about)


def _partner(pair: Pair, people: Sequence[Person]) -> dict[str, Any]:
    return {"partner": None if is_neutral(pair) else Words(names(people))}


def _named(person: Person | None) -> Words | None:
    return Words(names([person])) if person else None


def _enqueue(
    session: Session,
    now: datetime,
    pair: Pair,
    person: Person,
    kind: str,
    key: str,
    parameters: dict[str, Any],
) -> None:
    neutral = parameters["neutral"]
    if neutral:
        parameters = parameters | {"leaver": None, "newcomer": None}
    write_to_member(
        session,
        now=now,
        pair=pair,
        person=person,
        kind=kind,
        key=key,
        parameters=parameters,
        neutral=neutral,
    )
