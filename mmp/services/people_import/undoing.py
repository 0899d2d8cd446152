"""Taking a whole import back, but for those who have done something here meanwhile."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, Uuid, delete, literal, select, union_all
from sqlalchemy.orm import Session, selectinload

from mmp.core.errors import StaleEdit
from mmp.models import (
    Base,
    Delegation,
    Membership,
    Organisation,
    OrganisationRole,
    Pair,
    Participation,
    PeopleImport,
    Person,
)
from mmp.models.enums import ImportState, Partstat
from mmp.services import history
from mmp.services.people_import.planning import chunks, plain


class Since(StrEnum):
    """What somebody did since, or what was done with them."""

    ANSWERED = "answered"
    SIGNED_IN = "signed_in"
    MAILED = "mailed"
    PART = "part"
    """They got another part, or are on the list of another event."""
    PAIRED = "paired"
    CHANGED = "changed"
    NAMED = "named"
    """They are named elsewhere: in an agenda, a message, a file."""


@dataclass(slots=True)
class Undoing:
    """What taking an import back would do."""

    going: list[Person] = field(default_factory=list)
    """Whom the import made, and who go."""
    staying: list[tuple[Person, Since]] = field(default_factory=list)
    restored: list[Person] = field(default_factory=list)
    """Who was here before, and gets back what they had."""
    pairs: list[Pair] = field(default_factory=list)


_SINCE = {
    **dict.fromkeys(("account", "feed", "sign_in", "sign_in_link"), Since.SIGNED_IN),
    **dict.fromkeys(("mail", "invitation"), Since.MAILED),
    **dict.fromkeys(("response", "talk_consent", "consent", "opt_out"), Since.ANSWERED),
    **dict.fromkeys(("membership", "participation"), Since.PART),
    "pair_member": Since.PAIRED,
}
_HARMLESS = frozenset(("delivery", "person_tag", "person_merge", "person"))
"""Plans and marks that go with the person."""
_OF_PAIRS = frozenset(("pair_member",))


def undoing(session: Session, row: PeopleImport) -> Undoing:
    """Who would go, who would stay and why, and who would be as before. Few statements, whatever
    the number of people."""
    found = Undoing()
    created = _people(session, row.made.get("created", ()))
    pairs = list(_pairs(session, row))
    talked = _referring(session, Pair.__table__, [pair.id for pair in pairs], _OF_PAIRS)
    busy = {number for number, _, _ in talked}
    found.pairs = [pair for pair in pairs if pair.id not in busy and pair.version == 1]
    since = _since(session, row, created, found.pairs)
    versions: dict[str, int] = row.made.get("versions", {})
    for person in created:
        if person.id in since:
            found.staying.append((person, since[person.id]))
        elif person.version != versions.get(str(person.uuid), 1) or person.erased_at is not None:
            found.staying.append((person, Since.CHANGED))
        else:
            found.going.append(person)
    there = {*row.made.get("changed", {}), *(uuid for uuid, _ in row.made.get("roles", ()))}
    found.restored = [one for one in _people(session, there) if one.erased_at is None]
    return found


def undo(
    session: Session, *, actor: Person, now: datetime, row: PeopleImport, version: int
) -> Undoing:
    """Take it back: who came is gone, who was changed is as before where nobody changed the same
    field since. Who did something meanwhile stays. Raises StaleEdit where it was done already."""
    if row.state is not ImportState.APPLIED or row.version != version:
        raise StaleEdit("This import was changed meanwhile; look at it once more.")
    found = undoing(session, row)
    going = {person.id: person.uuid for person in found.going}
    staying = {person.id for person, _ in found.staying}
    for pair in found.pairs:
        if not {member.person_id for member in pair.members} & staying:
            session.delete(pair)
    for listed in _participations(session, row):
        if listed.person_id not in staying and listed.partstat is Partstat.NEEDS_ACTION:
            session.delete(listed)
    _restore(session, row, found.restored, now)
    session.flush()
    for person in found.going:
        session.expunge(person)
    for chunk in chunks(going):
        _delete(session, Membership.person_id, chunk)
        _delete(session, Person.id, chunk)
    _remove_organisations(session, row)
    for uuid in going.values():
        history.record(
            session,
            now=now,
            actor=actor,
            programme=row.programme,
            kind="person",
            uuid=uuid,
            action="removed",
            changes={"import": [row.filename, None]},
        )
    _close(session, actor, now, row, len(going), len(staying))
    return found


def _close(
    session: Session, actor: Person, now: datetime, row: PeopleImport, gone: int, stayed: int
) -> None:
    row.state, row.changed_at = ImportState.UNDONE, now
    row.made = {"gone": gone, "stayed": stayed}
    history.record(
        session,
        now=now,
        actor=actor,
        programme=row.programme,
        kind="people_import",
        uuid=row.uuid,
        action="undone",
        changes={"file": [row.filename, None], "created": [gone + stayed, stayed]},
    )
    session.flush()


def _delete(session: Session, column: Any, numbers: Sequence[int]) -> None:
    session.execute(
        delete(column.class_).where(column.in_(numbers)),
        execution_options={"synchronize_session": False},
    )


def _since(
    session: Session, row: PeopleImport, created: Sequence[Person], pairs: Iterable[Pair]
) -> dict[int, Since]:
    """What became of the people that the import made, by their number; the first reason counts."""
    ours = {UUID(uuid) for uuid in row.made.get("invited", ())}
    ours |= {member.uuid for pair in pairs for member in pair.members}
    found: dict[int, Since] = {}
    parts: dict[int, int] = {}
    mine = {person.id for person in created}
    if not mine:
        return found
    answered = set(
        session.scalars(
            select(Participation.person_id).where(
                Participation.person_id.between(min(mine), max(mine)),
                Participation.partstat != Partstat.NEEDS_ACTION,
            )
        )
    )
    for number, table, uuid in _referring(session, Person.__table__, mine, _HARMLESS):
        if number not in mine or uuid in ours:
            continue
        if table == "membership":
            parts[number] = parts.get(number, 0) + 1
            if parts[number] == 1:
                continue  # the one that the import gave
        found.setdefault(number, _SINCE.get(table, Since.NAMED))
    return found | dict.fromkeys(answered & mine, Since.ANSWERED)


def _referring(
    session: Session, target: Any, numbers: Iterable[int], harmless: frozenset[str]
) -> Iterator[tuple[int, str, UUID | None]]:
    """Which rows of whatever table point to rows of `target`: number, table, the row's uuid. What
    lies between the lowest and the highest number comes too; one statement."""
    ordered = sorted(numbers)
    if not ordered:
        return
    parts = [
        select(
            column.label("number"),
            literal(table.name).label("source"),
            (table.c.uuid if "uuid" in table.c else literal(None, Uuid())).label("uuid"),
        ).where(column.between(ordered[0], ordered[-1]))
        for table, column in _columns_to(target)
        if table.name not in harmless
    ]
    for number, source, uuid in session.execute(union_all(*parts)).all():
        yield int(number), str(source), uuid


def _columns_to(target: Table) -> Iterator[tuple[Table, ColumnElement[int]]]:
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is target and table.name not in ("history_entry", "people_import"):
                yield table, key.parent


def _restore(session: Session, row: PeopleImport, people: Iterable[Person], now: datetime) -> None:
    """Give back what fields held, where they hold what the import put there, and take roles away
    that nobody changed since."""
    changed: dict[str, dict[str, list[Any]]] = row.made.get("changed", {})
    keys, names = {}, {}
    for number, key, name in session.execute(
        select(Organisation.id, Organisation.key, Organisation.name)
    ):
        keys[key], names[number] = number, {key, *name.values()}
    for person in people:
        for field_name, (old, new) in changed.get(str(person.uuid), {}).items():
            if field_name == "organisation":
                if new in names.get(person.organisation_id or 0, ()):
                    person.organisation_id = keys.get(old)
                    person.changed_at = now
            elif plain(getattr(person, field_name)) == new:
                setattr(person, field_name, _typed(field_name, old))
                person.changed_at = now
    roles = {(uuid, role) for uuid, role in row.made.get("roles", ())}
    numbers = {person.id: str(person.uuid) for person in people}
    for chunk in chunks(numbers):
        for part in session.scalars(
            select(Membership).where(
                Membership.programme_id == row.programme_id, Membership.person_id.in_(chunk)
            )
        ):
            if (numbers[part.person_id], part.role.value) in roles and part.version == 1:
                session.delete(part)


def _typed(name: str, value: Any) -> Any:
    """A value of the history as the column holds it."""
    kind = getattr(Person.__table__.c[name].type, "enum_class", None)
    return kind(value) if kind is not None and value is not None else value


def _remove_organisations(session: Session, row: PeopleImport) -> None:
    """Those that the import made and that nobody names any more."""
    for chunk in chunks(_uuids(row.made.get("organisations", ()))):
        session.execute(
            delete(Organisation)
            .where(
                Organisation.uuid.in_(chunk),
                ~select(Person.id).where(Person.organisation_id == Organisation.id).exists(),
                ~select(Delegation.id)
                .where(Delegation.organisation_id == Organisation.id)
                .exists(),
                ~select(OrganisationRole.id)
                .where(OrganisationRole.organisation_id == Organisation.id)
                .exists(),
            )
            .execution_options(synchronize_session=False)
        )


def _uuids(texts: Iterable[str]) -> set[UUID]:
    return {UUID(text) for text in texts}


def _people(session: Session, uuids: Iterable[str]) -> list[Person]:
    return [
        person
        for chunk in chunks(_uuids(uuids))
        for person in session.scalars(
            select(Person).where(Person.uuid.in_(chunk)).order_by(Person.name, Person.id)
        )
    ]


def _pairs(session: Session, row: PeopleImport) -> Iterator[Pair]:
    for chunk in chunks(_uuids(row.made.get("pairs", ()))):
        yield from session.scalars(
            select(Pair).where(Pair.uuid.in_(chunk)).options(selectinload(Pair.members))
        )


def _participations(session: Session, row: PeopleImport) -> Iterator[Participation]:
    """Places on lists that the import gave."""
    for chunk in chunks(_uuids(row.made.get("invited", ()))):
        yield from session.scalars(select(Participation).where(Participation.uuid.in_(chunk)))
