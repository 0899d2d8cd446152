"""Whom and what rows name beside the person: a partner, events on whose list they come."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.countries import folded
from mmp.core.errors import Problem
from mmp.core.programme_file import Problems
from mmp.core.programme_file.problems import closest
from mmp.models import Event, Membership, Person, Programme
from mmp.models.enums import EventStatus
from mmp.services.people_import.checking import Checked

Whom = int | str
"""A row's number, or the uuid of somebody who is here."""


@dataclass(slots=True)
class Companions:
    """What the rows name, and what cannot be found."""

    partners: dict[int, Whom] = field(default_factory=dict)
    events: dict[int, list[str]] = field(default_factory=dict)
    """Keys of events by row."""
    problems: dict[int, list[Problem]] = field(default_factory=dict)


def companions(session: Session, programme: Programme, checked: Checked, file: str) -> Companions:
    """Find whom and what the rows name. Two statements, none where they name nothing."""
    found = Companions()
    problems = Problems(file)
    if checked.partners:
        _find_partners(session, programme, checked, found, problems)
    if checked.invited:
        _find_events(session, programme, checked, found, problems)
    for problem in problems.found:
        found.problems.setdefault(problem.line, []).append(problem)
    return found


def _find_partners(
    session: Session,
    programme: Programme,
    checked: Checked,
    found: Companions,
    problems: Problems,
) -> None:
    known = _called(session, programme, checked)
    for number, text in checked.partners.items():
        those = known.get(folded(text), set()) - {number}
        if len(those) == 1:
            (found.partners[number],) = those
        elif those:
            problems.add(
                number, "partner", "“%(text)s” are several people; write the address.", text=text
            )
        else:
            problems.add(
                number,
                "partner",
                "“%(text)s” is nobody of this table or programme; write the name or the address as"
                " it stands there.",
                text=text,
            )


def _called(session: Session, programme: Programme, checked: Checked) -> dict[str, set[Whom]]:
    """Rows and people of the programme by all they may be called, folded. Who is one with a row
    counts as the row; rows that cannot be read yet count as well."""
    ours = select(Membership.person_id).where(Membership.programme_id == programme.id)
    rows = session.execute(
        select(Person.uuid, Person.name, Person.name_native, Person.email).where(
            Person.id.in_(ours), Person.erased_at.is_(None)
        )
    )
    addresses = {email: number for email, (number, *_) in checked.by_address.items()}
    called: list[tuple[Whom, tuple[str | None, ...]]] = [
        (addresses.get(email or "", str(uuid)), (name, native, email))
        for uuid, name, native, email in rows
    ]
    called += [
        (number, (person.name, person.name_native, person.email))
        for number, person in checked.people.items()
    ]
    called += checked.unread.items()
    known: dict[str, set[Whom]] = defaultdict(set)
    for whom, texts in called:
        for word in filter(None, (folded(text) for text in texts if text)):
            known[word].add(whom)
    return known


def _find_events(
    session: Session,
    programme: Programme,
    checked: Checked,
    found: Companions,
    problems: Problems,
) -> None:
    known: dict[str, set[str]] = defaultdict(set)
    for key, title in session.execute(
        select(Event.key, Event.title).where(
            Event.programme_id == programme.id,
            Event.pair_id.is_(None),
            Event.status != EventStatus.CANCELLED,
        )
    ):
        for word in (key, *title.values()):
            known[folded(word)].add(key)
    for number, text in checked.invited.items():
        keys: list[str] = []
        for part in _parts(text, known):
            those = known.get(folded(part), set())
            if len(those) == 1:
                keys += those
            elif near := closest(folded(part), known):
                message = "There is no event “%(text)s” here; did you mean “%(near)s”?"
                problems.add(number, "invite_to", message, text=part, near=near)
            else:
                message = "There is no event “%(text)s” here; write its title as it stands there."
                problems.add(number, "invite_to", message, text=part)
        found.events[number] = list(dict.fromkeys(keys))


def _parts(text: str, known: Iterable[str]) -> list[str]:
    """The events of a cell: a title may hold a comma itself."""
    if folded(text) in set(known):
        return [text]
    return [part.strip() for part in re.split(r"[;,،|]", text) if part.strip()]
