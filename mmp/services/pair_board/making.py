"""Pairs and trios are made: one, or a whole round of matching at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import Pair, PairMember, Person, Programme
from mmp.services.pair_board.acting import MOST, By, near, note, pairing_in_turn, tell, today_of
from mmp.services.pair_board.reading import earlier_partners, repeated, unpaired


class PartnersBefore(UserError):
    """These people were a pair before: not forbidden, but never silently."""

    code = "partners_before"


def pair_up(
    session: Session,
    by: By,
    *,
    programme: Programme,
    uuid: UUID,
    people: Sequence[UUID],
    starts_on: date,
    again: bool = False,
) -> Pair:
    """A new pair or trio of people whom no other holds. The same `uuid` makes one.

    Raises PartnersBefore where two of them were one before, unless `again`; UserError (fields
    `people`, `starts_on`).
    """
    made = session.scalar(select(Pair).where(Pair.uuid == uuid, Pair.programme_id == programme.id))
    if made is not None:
        return made
    pairing_in_turn(session, programme)
    free = {
        one.uuid: one for one in unpaired(session, by.actor, programme, today_of(by, programme))
    }
    chosen = [free[one] for one in dict.fromkeys(people) if one in free]
    if len(chosen) < len(set(people)):
        raise UserError(
            "Somebody has found a place in another pair meanwhile; choose again.", field="people"
        )
    if not 2 <= len(chosen) <= MOST:
        raise UserError("Choose two people, or three for a trio.", field="people")
    near(starts_on, by, programme, "starts_on")
    known = earlier_partners(session, by.actor, [one.id for one in chosen])
    if repeated(chosen, known) and not again:
        raise PartnersBefore("They were a pair before. Tick that you mean it.", field="again")
    return _make(session, by, programme, uuid, chosen, starts_on)


def pair_up_all(
    session: Session,
    by: By,
    *,
    programme: Programme,
    pairs: Mapping[UUID, Sequence[UUID]],
    starts_on: date,
) -> list[Pair]:
    """Many new pairs and trios (uuid of the pair: people) at once, or none of them. Pairs that are
    there already are not made again. Who was a pair before may be one again: whoever calls has
    asked. Raises UserError (fields `people`, `starts_on`), naming who is in another pair by now.
    """
    pairing_in_turn(session, programme)
    there = session.scalars(
        select(Pair).where(Pair.uuid.in_(pairs), Pair.programme_id == programme.id)
    ).all()
    new = {
        uuid: people for uuid, people in pairs.items() if uuid not in {one.uuid for one in there}
    }
    near(starts_on, by, programme, "starts_on")
    free = {
        one.uuid: one for one in unpaired(session, by.actor, programme, today_of(by, programme))
    }
    wanted = [one for people in new.values() for one in people]
    if taken := [one for one in wanted if one not in free]:
        names = session.scalars(select(Person.name).where(Person.uuid.in_(taken)))
        raise UserError(
            "These are in another pair by now, or take part no longer: %(names)s. Take them out of "
            "the round, or end that pair.",
            field="people",
            names=", ".join(sorted(names)),
        )
    if len(set(wanted)) < len(wanted) or any(not 2 <= len(one) <= MOST for one in new.values()):
        raise UserError("Somebody stands in two of the pairs.", field="people")
    return [
        *there,
        *(
            _make(session, by, programme, uuid, [free[one] for one in people], starts_on)
            for uuid, people in new.items()
        ),
    ]


def _make(
    session: Session,
    by: By,
    programme: Programme,
    uuid: UUID,
    chosen: Sequence[Person],
    starts_on: date,
) -> Pair:
    pair = Pair(
        uuid=uuid,
        key=f"pair-{uuid.hex[:12]}",
        programme=programme,
        starts_on=starts_on,
        created_at=by.now,
        changed_at=by.now,
    )
    session.add(pair)
    for position, person in enumerate(chosen):
        session.add(PairMember(pair=pair, person=person, position=position))
    session.flush()
    session.refresh(pair, ["members"])
    names = [one.key for one in chosen]
    note(session, by, pair, "created", {"people": [None, names], "starts_on": [None, starts_on]})
    tell(session, by, pair, "pair_begun", starts_on, chosen)
    return pair
