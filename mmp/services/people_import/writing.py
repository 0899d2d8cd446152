"""Writing the people of a table, many at once: new ones in a few statements, others as rows."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, insert, or_, select
from sqlalchemy.orm import Session

from mmp.core.errors import ProblemsFound
from mmp.models import Base, HistoryEntry, Membership, Organisation, Person, Programme
from mmp.services import history
from mmp.services.people_import.planning import PeoplePlan, Planned, columns_of
from mmp.services.people_import.rows import Row
from mmp.services.programme_files.ids import derived, person_id


@dataclass(slots=True)
class Written:
    """What became of some rows."""

    people: dict[int, UUID] = field(default_factory=dict)
    """Whom each row means, by its number."""
    created: list[str] = field(default_factory=list)
    changed: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    roles: list[list[str]] = field(default_factory=list)
    """Roles that people who were there got, as their uuid and the role."""
    organisations: list[str] = field(default_factory=list)


def save_people(
    session: Session, plan: PeoplePlan, *, actor: Person | None, now: datetime
) -> PeoplePlan:
    """Do what was planned, all of it. Flushes; commits nothing.

    Raises ProblemsFound, with nothing done, where the plan has problems.
    """
    if plan.problems:
        raise ProblemsFound(list(plan.problems))
    Writer(session, programme=plan.programme, actor=actor, now=now).write(plan.rows)
    return plan


class Writer:
    """Writes planned rows of one programme. `source` is the file's name, for the history."""

    def __init__(
        self,
        session: Session,
        *,
        programme: Programme,
        actor: Person | None,
        now: datetime,
        source: str | None = None,
    ) -> None:
        self.session, self.programme, self.actor, self.now = session, programme, actor, now
        self.said: dict[str, Any] = {"import": [None, source]} if source else {}
        there = session.execute(select(Organisation.id, Organisation.key, Organisation.name))
        self._organisations: dict[str, int] = {}
        self._organisation_keys: dict[str, int] = {}
        for number, key, name in there:
            self._organisation_keys[key] = 1
            self._organisations |= {text.casefold(): number for text in (key, *name.values())}
        self._keys: dict[str, int] = {}

    def write(self, planned: Sequence[Planned]) -> Written:
        """Do what is planned. Flushes; commits nothing."""
        written = Written()
        with self.session.no_autoflush:
            self._make_organisations(planned, written)
            self._create([one for one in planned if one.person is None], written)
            for one in planned:
                if one.person is not None:
                    written.people[one.row.number] = one.person.uuid
                    self._change(one, one.person, written)
        self.session.flush()
        return written

    def _make_organisations(self, planned: Iterable[Planned], written: Written) -> None:
        language = (self.programme.languages or ["en"])[0]
        made: dict[str, Organisation] = {}
        for one in planned:
            name = one.row.organisation
            wanted = name and (one.person is None or "organisation" in one.changes)
            if name and wanted and name.casefold() not in {**self._organisations, **made}:
                key = free(slug(name) or "organisation", self._organisation_keys)
                row = Organisation(
                    key=key, name={language: name}, created_at=self.now, changed_at=self.now
                )
                self.session.add(row)
                made[name.casefold()] = row
        if made:
            self.session.flush()
            self._organisations |= {name: row.id for name, row in made.items()}
            written.organisations += [str(row.uuid) for row in made.values()]

    def _create(self, planned: Sequence[Planned], written: Written) -> None:
        if not planned:
            return
        people = self._new_people(planned)
        numbers = self._insert(people)
        roles, entries = [], []
        for one, person in zip(planned, people, strict=True):
            role, uuid = one.row.role, person["uuid"]
            roles.append(
                {
                    "uuid": derived(self.programme.slug, "membership", person["key"], role.value),
                    "programme_id": self.programme.id,
                    "person_id": numbers[person["key"]],
                    "role": role,
                    "version": 1,
                }
            )
            entries.append(
                {
                    "uuid": uuid4(),
                    "at": self.now,
                    "subject_kind": "person",
                    "subject_uuid": uuid,
                    "action": "created",
                    "changes": self.said,
                    "programme_id": self.programme.id,
                    "actor_id": self.actor.id if self.actor else None,
                }
            )
            written.people[one.row.number] = uuid
            written.created.append(str(uuid))
        self.session.execute(insert(_table(Membership)), roles)
        self.session.execute(insert(_table(HistoryEntry)), entries)

    def _insert(self, people: Iterable[dict[str, Any]]) -> dict[str, int]:
        """The numbers of new people by their handles. Those who say the same go at once: what one
        does not say has its usual value, which only the database's side of a row knows."""
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for person in people:
            alike[tuple(sorted(person))].append(person)
        made = insert(_table(Person)).returning(Person.key, Person.id)
        return {
            key: number
            for some in alike.values()
            for key, number in self.session.execute(made, some)
        }

    def _new_people(self, planned: Sequence[Planned]) -> list[dict[str, Any]]:
        wanted = [_handle(one.row) for one in planned]
        self._learn_keys(set(wanted))
        usual = {"zone": self.programme.zone, "version": 1, "languages": []}
        usual |= {"created_at": self.now, "changed_at": self.now}
        people = []
        for one, handle in zip(planned, wanted, strict=True):
            row, key = one.row, free(handle, self._keys)
            values = row.derived | columns_of(row.given, self.programme)
            if row.organisation:
                values["organisation_id"] = self._organisations[row.organisation.casefold()]
            uuid = person_id(self.programme.slug, key, row.email)
            people.append(usual | values | {"key": key, "uuid": uuid})
        taken = set(
            self.session.scalars(
                select(Person.uuid).where(Person.uuid.in_([one["uuid"] for one in people]))
            )
        )
        for person in people:
            if person["uuid"] in taken:  # the one a programme file would give is somebody's
                person["uuid"] = uuid4()
        return people

    def _learn_keys(self, handles: set[str]) -> None:
        """Which of these handles, and of those with a number after them, are taken."""
        unknown = sorted(handles - self._keys.keys())
        numbered = [Person.key.like(f"{handle}-%") for handle in unknown if len(unknown) < 50]
        if len(unknown) < 50:
            taken = or_(Person.key.in_(unknown), *numbered)
            self._keys |= dict.fromkeys(self.session.scalars(select(Person.key).where(taken)), 1)
        elif unknown:
            self._keys = dict.fromkeys(self.session.scalars(select(Person.key)), 1) | self._keys

    def _change(self, one: Planned, person: Person, written: Written) -> None:
        values = columns_of(one.row.given, self.programme)
        for name in one.changes:
            if name == "organisation":
                assert one.row.organisation is not None  # it changes
                person.organisation_id = self._organisations[one.row.organisation.casefold()]
            else:
                setattr(person, name, values[name])
        if one.changes:
            person.changed_at = self.now
            written.changed[str(person.uuid)] = one.changes
        if one.new_role:
            role = one.row.role
            uuid = derived(self.programme.slug, "membership", person.key, role.value)
            self.session.add(
                Membership(programme=self.programme, person=person, role=role, uuid=uuid)
            )
            written.roles.append([str(person.uuid), role.value])
        if one.action == "same":
            return
        role_said = {"role": [None, one.row.role.value]} if one.new_role else {}
        history.record(
            self.session,
            now=self.now,
            actor=self.actor,
            programme=self.programme,
            kind="person",
            uuid=person.uuid,
            action="changed",
            changes=one.changes | role_said | self.said,
        )


def _table(kind: type[Base]) -> Table:
    """Past the rows: ten thousand of them would cost several times as much."""
    return cast(Table, kind.__table__)


def _handle(row: Row) -> str:
    return slug(row.name) or slug((row.email or "").partition("@")[0]) or "person"


def slug(text: str) -> str:
    """A handle from a text: its Latin letters and digits."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60].strip("-")


def free(wanted: str, taken: dict[str, int]) -> str:
    """A handle that nobody has. `taken` tells how many were made of each, so that a thousand of one
    name are not counted anew each time."""
    handle, number = wanted, taken.get(wanted, 1)
    while handle in taken:
        number += 1
        handle = f"{wanted}-{number}"
    taken[wanted] = number
    taken.setdefault(handle, 1)
    return handle
