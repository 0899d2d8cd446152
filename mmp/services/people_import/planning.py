"""What an import of people would do, and doing it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, Problem, ProblemsFound
from mmp.core.programme_file import Problems
from mmp.models import Membership, Organisation, Person, Programme
from mmp.models.enums import MembershipRole
from mmp.services import history
from mmp.services.people_import.rows import Row, read_rows
from mmp.services.people_import.tables import read_lines
from mmp.services.programme_files.ids import derived, person_id

_CHUNK = 500
_PLAIN = (str, bool, list, dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one row: `changes` maps fields to `[old, new]`; none for a new person."""

    row: Row
    person: Person | None
    changes: dict[str, list[Any]]
    new_role: bool

    @property
    def action(self) -> str:
        """`created`, `changed` or `same`."""
        if self.person is None:
            return "created"
        return "changed" if self.changes or self.new_role else "same"

    def __str__(self) -> str:
        what = [*self.changes, *([f"role {self.row.role.value}"] if self.new_role else [])]
        return f"{self.row.name}: {self.action}" + (
            f" {', '.join(what)}" if self.action == "changed" else ""
        )


@dataclass(frozen=True, slots=True)
class PeoplePlan:
    """What an import would do. It can be done only if there are no problems."""

    programme: Programme
    rows: tuple[Planned, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]
    """Columns that nobody knows; they are left out."""


def plan_people(
    session: Session,
    *,
    data: bytes,
    file: str,
    slug: str,
    role: MembershipRole = MembershipRole.MENTOR,
) -> PeoplePlan:
    """What importing a table of people (CSV or XLSX) into a programme would do; writes nothing.

    People are found by address; those without one by name among the programme's people without
    address. Empty cells leave what is there. Raises NotFound where there is no such programme.
    """
    programme = session.scalar(select(Programme).where(Programme.slug == slug))
    if programme is None:
        raise NotFound("There is no programme “%(slug)s” here.", slug=slug)
    problems = Problems(file)
    table = read_rows(read_lines(data, problems), role, problems)
    with session.no_autoflush:
        known = _Known(session, programme, table.rows)
        planned = [_plan(row, programme, known) for row in table.rows]
    return PeoplePlan(programme, tuple(planned), tuple(problems.found), table.ignored)


def save_people(
    session: Session, plan: PeoplePlan, *, actor: Person | None, now: datetime
) -> PeoplePlan:
    """Do what was planned, all of it. Flushes; commits nothing.

    Raises ProblemsFound, with nothing done, where the plan has problems.
    """
    if plan.problems:
        raise ProblemsFound(list(plan.problems))
    with session.no_autoflush:
        organisations = _organisations(session, plan, now)
        handles = _Handles(session)
        for planned in plan.rows:
            _save(session, planned, plan.programme, organisations, handles, actor, now)
    session.flush()
    return plan


class _Known:
    """The people that rows may mean."""

    def __init__(self, session: Session, programme: Programme, rows: Sequence[Row]) -> None:
        addresses = sorted({row.email for row in rows if row.email})
        self.by_address: dict[str | None, Person] = {}
        for start in range(0, len(addresses), _CHUNK):
            chunk = addresses[start : start + _CHUNK]
            for person in session.scalars(select(Person).where(Person.email.in_(chunk))):
                self.by_address[person.email] = person
        memberships = session.scalars(
            select(Membership).where(Membership.programme_id == programme.id)
        ).all()
        self.roles = {(one.person_id, one.role) for one in memberships}
        ours = select(Membership.person_id).where(Membership.programme_id == programme.id)
        unreachable = select(Person).where(Person.id.in_(ours), Person.email.is_(None))
        self.by_name = {person.name.casefold(): person for person in session.scalars(unreachable)}
        # Kept in hand: rows point at them.
        self.organisations = session.scalars(select(Organisation)).all()

    def person(self, row: Row) -> Person | None:
        if row.email:
            return self.by_address.get(row.email)
        return self.by_name.get(row.name.casefold())


def _plan(row: Row, programme: Programme, known: _Known) -> Planned:
    person = known.person(row)
    if person is None:
        return Planned(row, None, {}, new_role=True)
    changes = {}
    for name, value in _columns(row.given, programme).items():
        old = getattr(person, name)
        if old != value:
            changes[name] = [_plain(old), _plain(value)]
    if row.organisation and not _called(person.organisation, row.organisation):
        old_name = person.organisation.key if person.organisation else None
        changes["organisation"] = [old_name, row.organisation]
    return Planned(row, person, changes, (person.id, row.role) not in known.roles)


def _columns(given: dict[str, Any], programme: Programme) -> dict[str, Any]:
    """What a row says, as the columns of a person keep it."""
    values = dict(given)
    if "position" in values:
        values["position"] = {(programme.languages or ["en"])[0]: values["position"]}
    return values


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, _PLAIN) else str(value)


def _called(organisation: Organisation | None, name: str) -> bool:
    if organisation is None:
        return False
    names = {organisation.key, *(text.casefold() for text in organisation.name.values())}
    return name.casefold() in names


def _organisations(session: Session, plan: PeoplePlan, now: datetime) -> dict[str, Organisation]:
    """The organisations that rows name, by folded name; those that are new are made."""
    there = session.scalars(select(Organisation)).all()
    found = {text.casefold(): one for one in there for text in (one.key, *one.name.values())}
    keys = dict.fromkeys((one.key for one in there), 1)
    language = (plan.programme.languages or ["en"])[0]
    for planned in plan.rows:
        name = planned.row.organisation
        if name and name.casefold() not in found:
            key = _free(_slug(name) or "organisation", keys)
            row = Organisation(key=key, name={language: name}, created_at=now, changed_at=now)
            session.add(row)
            found[name.casefold()] = row
    return found


class _Handles:
    """Gives new people handles that nobody has."""

    def __init__(self, session: Session) -> None:
        self.taken = dict.fromkeys(session.scalars(select(Person.key)), 1)
        self.uuids = set(session.scalars(select(Person.uuid)))

    def new(self, row: Row) -> str:
        local = _slug((row.email or "").partition("@")[0])
        return _free(_slug(row.name) or local or "person", self.taken)

    def uuid(self, usual: UUID) -> UUID:
        """The one a programme file would give, so that an export need not say it."""
        uuid = uuid4() if usual in self.uuids else usual
        self.uuids.add(uuid)
        return uuid


def _slug(text: str) -> str:
    """A handle from a text: its Latin letters and digits."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60].strip("-")


def _free(wanted: str, taken: dict[str, int]) -> str:
    """A handle that nobody has. `taken` tells how many were made of each, so that a thousand of one
    name are not counted anew each time."""
    handle, number = wanted, taken.get(wanted, 1)
    while handle in taken:
        number += 1
        handle = f"{wanted}-{number}"
    taken[wanted] = number
    taken.setdefault(handle, 1)
    return handle


def _save(
    session: Session,
    planned: Planned,
    programme: Programme,
    organisations: dict[str, Organisation],
    handles: _Handles,
    actor: Person | None,
    now: datetime,
) -> None:
    row, person = planned.row, planned.person
    values = _columns(row.given, programme)
    if row.organisation:
        values["organisation"] = organisations[row.organisation.casefold()]
    if person is None:
        usual = {"zone": programme.zone} | row.derived
        key = handles.new(row)
        uuid = handles.uuid(person_id(programme.slug, key, row.email))
        person = Person(key=key, uuid=uuid, created_at=now, changed_at=now, **(usual | values))
        session.add(person)
    elif planned.changes:
        for name in planned.changes:
            setattr(person, name, values[name])
        person.changed_at = now
    if planned.new_role:
        uuid = derived(programme.slug, "membership", person.key, row.role.value)
        session.add(Membership(programme=programme, person=person, role=row.role, uuid=uuid))
    if planned.action == "same":
        return
    role = {"role": [None, row.role.value]} if planned.new_role else {}
    history.record(
        session,
        now=now,
        actor=actor,
        programme=programme,
        kind="person",
        uuid=person.uuid,
        action=planned.action,
        changes=planned.changes | role if planned.person else {},
    )


def summary(rows: Iterable[Planned]) -> dict[str, int]:
    """How many rows are created, changed and same."""
    counts = {"created": 0, "changed": 0, "same": 0}
    for planned in rows:
        counts[planned.action] += 1
    return counts
