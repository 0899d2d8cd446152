"""Pairs that a table names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.zones import day_in_zone
from mmp.models import Pair, PairMember, PeopleImport, Person
from mmp.services import history
from mmp.services.people_import.planning import chunks
from mmp.services.people_import.writing import free, slug


def make_pairs(
    session: Session,
    *,
    now: datetime,
    draft: PeopleImport,
    partners: Mapping[str, int | str],
    people: Mapping[str, str],
) -> dict[str, Any]:
    """Make the pairs that are not there yet, from today on; gives what was made. `partners` names
    a row or somebody's uuid for rows, `people` who rows are."""
    wanted = {
        frozenset((people[row], people.get(str(whom), str(whom))))
        for row, whom in partners.items()
        if row in people
    }
    wanted = {those for those in wanted if len(those) == 2}
    if not wanted:
        return {"pairs": []}
    uuids = {UUID(uuid) for those in wanted for uuid in those if not uuid.isdigit()}
    found = {
        str(person.uuid): person
        for chunk in chunks(uuids)
        for person in session.scalars(select(Person).where(Person.uuid.in_(chunk)))
    }
    paired = _pairs(session, draft.programme_id)
    taken = dict.fromkeys(
        session.scalars(select(Pair.key).where(Pair.programme_id == draft.programme_id)), 1
    )
    made = []
    for those in sorted(map(sorted, wanted)):
        both = [found[uuid] for uuid in those if uuid in found]
        if len(both) == 2 and frozenset(person.id for person in both) not in paired:
            made.append(str(_make(session, now, draft, both, taken).uuid))
    session.flush()
    return {"pairs": made}


def _make(
    session: Session, now: datetime, draft: PeopleImport, both: list[Person], taken: dict[str, int]
) -> Pair:
    words = "-".join(slug(person.name).split("-", maxsplit=1)[0] for person in both)
    pair = Pair(
        programme=draft.programme,
        key=free(words.strip("-")[:60] or "pair", taken),
        starts_on=day_in_zone(now, draft.programme.zone),
        created_at=now,
        changed_at=now,
    )
    session.add(pair)
    for position, person in enumerate(both):
        session.add(PairMember(pair=pair, person=person, position=position))
    history.record(
        session,
        now=now,
        actor=draft.actor,
        programme=draft.programme,
        kind="pair",
        uuid=pair.uuid,
        action="created",
        changes={
            "members": [[], [person.key for person in both]],
            "import": [None, draft.filename],
        },
    )
    return pair


def _pairs(session: Session, programme_id: int) -> set[frozenset[int]]:
    """Who is in a pair with whom now."""
    members: dict[int, set[int]] = {}
    rows = session.execute(
        select(PairMember.pair_id, PairMember.person_id)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(Pair.programme_id == programme_id, Pair.ends_on.is_(None))
    )
    for pair, person in rows:
        members.setdefault(pair, set()).add(person)
    return {frozenset(those) for those in members.values()}
