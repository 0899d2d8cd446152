"""Putting people on an event's list: by their role, by a pasted list, one by one."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, raiseload

from mmp.models import Event, Membership, Organisation, Participation, Person
from mmp.models.enums import Entry, MembershipRole, MembershipStatus, Region
from mmp.services.participants.changing import trail_of
from mmp.services.permissions import Actor, visible_people

MOST_LINES = 2_000
_ADDRESS = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")


@dataclass(frozen=True, slots=True)
class Named:
    """What a pasted list says: those it finds, and the lines that name nobody or several."""

    people: list[Person]
    unknown: list[str]
    several: list[str]


def members_in(
    session: Session,
    event: Event,
    roles: Collection[MembershipRole],
    regions: Collection[Region] = (),
    countries: Collection[str] = (),
) -> Sequence[Person]:
    """The active members with dates that reach the event, in these roles and of these regions and
    countries; where none are named, in whatever role and from wherever."""
    first = (event.starts_at or event.ends_at).date()
    members = select(Membership.person_id).where(
        Membership.programme_id == event.programme_id,
        Membership.role.in_(roles or list(MembershipRole)),
        Membership.status == MembershipStatus.ACTIVE,
        or_(Membership.starts_on.is_(None), Membership.starts_on <= event.ends_at.date()),
        or_(Membership.ends_on.is_(None), Membership.ends_on >= first),
    )
    wanted = [Person.id.in_(members)]
    if regions:
        wanted.append(Person.region.in_(regions))
    if countries:
        wanted.append(Person.country.in_(countries))
    return session.scalars(select(Person).where(*wanted).order_by(Person.name, Person.id)).all()


def not_listed(session: Session, event: Event, people: Iterable[Person]) -> list[Person]:
    """Those of these people who are not on the list yet, each once, in their order."""
    wanted = {person.id: person for person in people}
    there = session.scalars(
        select(Participation.person_id).where(
            Participation.event_id == event.id, Participation.person_id.in_(wanted)
        )
    )
    for number in there.all():
        del wanted[number]
    return list(wanted.values())


def named_people(session: Session, actor: Actor, event: Event, text: str) -> Named:
    """Find the people of a pasted list, one to a line: an address, a handle or a full name.

    Only people whom the actor may see in this programme are found. Names are compared without
    regard to case, accents and spaces, as people write them.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()][:MOST_LINES]
    if not lines:
        return Named([], [], [])
    known: dict[str, dict[int, Person]] = defaultdict(dict)
    visible = session.scalars(
        select(Person).where(visible_people(actor, event.programme_id)).options(raiseload("*"))
    )
    for person in visible:
        for word in (person.email, person.key, person.name, person.name_native):
            if word:
                known[_plain(word)][person.id] = person
    found: dict[int, Person] = {}
    unknown: list[str] = []
    several: list[str] = []
    for line in lines:
        address = _ADDRESS.search(line)
        those = known.get(_plain(address.group() if address else line), {})
        if len(those) == 1:
            found |= those
        else:
            (several if those else unknown).append(line)
    return Named(list(found.values()), unknown, several)


def add_people(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    people: Iterable[Person],
    entry: Entry = Entry.INVITED,
) -> int:
    """Put these people on the list, but for those who are on it; gives how many came.

    Organisation, position and group are kept as they are now. Mails nobody.
    """
    wanted = not_listed(session, event, people)
    if not wanted:
        return 0
    names = _organisations(session, wanted)
    rows = [
        Participation(
            event=event,
            person=person,
            entry=entry,
            organisation_name=names.get(person.organisation_id, {}),
            position=dict(person.position or {}),
            group=person.group,
            created_at=now,
            changed_at=now,
        )
        for person in wanted
    ]
    session.add_all(rows)
    session.flush()
    trail = trail_of(session, actor, now, event)
    for row in rows:
        said = {
            "event": [None, event.key],
            "person": [None, row.person.key],
            "entry": [None, entry],
        }
        trail.note(row, "created", said)
    return len(rows)


def _organisations(session: Session, people: Iterable[Person]) -> dict[int | None, Any]:
    numbers = {person.organisation_id for person in people if person.organisation_id}
    if not numbers:
        return {}
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(numbers))
    )
    return {number: dict(name) for number, name in rows}


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        letter for letter in letters if not (unicodedata.combining(letter) or letter.isspace())
    )
