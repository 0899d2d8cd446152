"""What an import of people would do, and doing it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, Problem
from mmp.core.programme_file import Problems
from mmp.models import Membership, Organisation, Person, Programme
from mmp.models.enums import Gender, MembershipRole, Region
from mmp.services.people_import.rows import Row, read_rows
from mmp.services.people_import.tables import read_lines

_CHUNK = 5_000
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
        known = Known(session, programme, table.rows)
        planned = [
            plan_row(row, known.person(row), programme, known, Mode.OVERWRITE) for row in table.rows
        ]
    return PeoplePlan(programme, tuple(planned), tuple(problems.found), table.ignored)


class Known:
    """The people that rows may mean, and what is known of them."""

    def __init__(
        self,
        session: Session,
        programme: Programme,
        rows: Sequence[Row],
        uuids: Iterable[UUID] = (),
    ) -> None:
        self.by_address: dict[str | None, Person] = {}
        for chunk in chunks({row.email for row in rows if row.email}):
            for person in session.scalars(_there().where(Person.email.in_(chunk))):
                self.by_address[person.email] = person
        self.by_uuid: dict[UUID, Person] = {}
        for some in chunks(set(uuids)):
            for person in session.scalars(_there().where(Person.uuid.in_(some))):
                self.by_uuid[person.uuid] = person
        ours = select(Membership.person_id).where(Membership.programme_id == programme.id)
        unreachable = _there().where(Person.id.in_(ours), Person.email.is_(None))
        nameless = any(not row.email for row in rows)
        some_one = session.scalars(unreachable).all() if nameless else ()
        self.by_name = {person.name.casefold(): person for person in some_one}
        people = {*self.by_address.values(), *self.by_uuid.values(), *some_one}
        self.roles = _roles(session, programme, people)
        # Kept in hand: rows point at them.
        numbers = {person.organisation_id for person in people if person.organisation_id}
        self.organisations = [
            one
            for chunk in chunks(numbers)
            for one in session.scalars(select(Organisation).where(Organisation.id.in_(chunk)))
        ]

    def person(self, row: Row) -> Person | None:
        """Whom a row means by itself: by its address, or, where neither has one, by name."""
        if row.email:
            return self.by_address.get(row.email)
        return self.by_name.get(row.name.casefold())


Value = TypeVar("Value", str, int, UUID)


def chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Few enough at once for every database's limit of bound values."""
    ordered = sorted(values)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def _there() -> Select[Person]:
    return select(Person).where(Person.erased_at.is_(None))


def _roles(
    session: Session, programme: Programme, people: Iterable[Person]
) -> set[tuple[int, MembershipRole]]:
    found = set()
    for chunk in chunks(person.id for person in people):
        rows = session.execute(
            select(Membership.person_id, Membership.role).where(
                Membership.programme_id == programme.id, Membership.person_id.in_(chunk)
            )
        )
        found |= {(number, role) for number, role in rows}
    return found


class Mode(StrEnum):
    """What becomes of the fields of somebody who is there."""

    OVERWRITE = "overwrite"
    FILL = "fill"
    """Only what is empty is filled."""
    LEAVE = "leave"


def plan_row(
    row: Row, person: Person | None, programme: Programme, known: Known, mode: Mode
) -> Planned:
    """What a row changes of somebody, or that it makes somebody new."""
    if person is None:
        return Planned(row, None, {}, new_role=True)
    changes: dict[str, list[Any]] = {}
    wanted = columns_of(row.given, programme) if mode is not Mode.LEAVE else {}
    for name, value in wanted.items():
        old = getattr(person, name)
        if old != value and (mode is Mode.OVERWRITE or _is_empty(name, old, value)):
            changes[name] = [plain(old), plain(value)]
    if wanted and row.organisation and not _called(person.organisation, row.organisation):
        if mode is Mode.OVERWRITE or person.organisation is None:
            old_name = person.organisation.key if person.organisation else None
            changes["organisation"] = [old_name, row.organisation]
    return Planned(row, person, changes, (person.id, row.role) not in known.roles)


def _is_empty(name: str, old: Any, value: Any) -> bool:
    """Whether a field says nothing yet. To be discreet is never taken back by filling."""
    return (
        (name == "discreet" and value)
        or (name not in ("discreet", "name", "zone", "locale") and not old)
        or old in (Region.OTHER, Gender.NOT_STATED)
    )


def columns_of(given: dict[str, Any], programme: Programme) -> dict[str, Any]:
    """What a row says, as the columns of a person keep it."""
    values = dict(given)
    if "position" in values:
        values["position"] = {(programme.languages or ["en"])[0]: values["position"]}
    return values


def plain(value: Any) -> Any:
    """A value of a column as JSON keeps it."""
    return value if value is None or isinstance(value, _PLAIN) else str(value)


def _called(organisation: Organisation | None, name: str) -> bool:
    if organisation is None:
        return False
    names = {organisation.key, *(text.casefold() for text in organisation.name.values())}
    return name.casefold() in names


def summary(rows: Iterable[Planned]) -> dict[str, int]:
    """How many rows are created, changed and same."""
    counts = {"created": 0, "changed": 0, "same": 0}
    for planned in rows:
        counts[planned.action] += 1
    return counts
