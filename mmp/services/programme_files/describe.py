"""Rows as parts of the file: the programme, its people and its pairs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from mmp.core.programme_file.records import Item, Record, specs
from mmp.core.when import When
from mmp.models import Membership, Milestone, OrganisationRole, PairMember, Person
from mmp.models.enums import MembershipRole
from mmp.services.programme_files.format import (
    FileMember,
    FileMembership,
    FileMilestone,
    FilePerson,
)
from mmp.services.programme_files.format_events import FileOrganisationRole
from mmp.services.programme_files.ids import derived, person_id

ItemType = TypeVar("ItemType", bound=Item)


def described(kind: type[ItemType], row: Any, **more: Any) -> ItemType:
    """A row as a part of the file: its columns as they are, its links as handles."""
    values = {}
    for spec in specs(kind).values():
        if spec.column and spec.attribute not in more:
            value = getattr(row, spec.attribute)
            value = getattr(value, "key", value)
            values[spec.attribute] = spec.default_value() if value is None else value
    return kind(**values, **more)


def plain(item: Item, language: str | None = None) -> Any:
    """A part of the file as plain data."""
    return Record(type(item)).plain(item, language)


def unless(usual: UUID, uuid: UUID) -> UUID | None:
    """The id to write: none where it can be made from the handle."""
    return None if uuid == usual else uuid


class Times:
    """When things came to be, where that is not the programme's own time."""

    def __init__(self, usual: datetime) -> None:
        self.usual = usual

    def of(self, row: Any) -> dict[str, datetime | None]:
        """`created_at` and `changed_at`, as far as they need saying."""
        return {
            "created_at": None if row.created_at == self.usual else row.created_at,
            "changed_at": None if row.changed_at == row.created_at else row.changed_at,
        }


def by_key(rows: Iterable[Any], describe: Callable[[Any], ItemType]) -> dict[str, ItemType]:
    """Rows with handles as parts of the file, in the order given."""
    return {row.key: describe(row) for row in rows}


def organisation_role(row: OrganisationRole) -> FileOrganisationRole:
    """A programme's or event's organisation."""
    return described(FileOrganisationRole, row)


def milestone(row: Milestone, slug: str) -> FileMilestone:
    """A line of the roadmap; its days have no zone."""
    when = When(row.precision.value, "UTC", first_day=row.first_day, last_day=row.last_day)
    usual = derived(slug, "milestone", row.key)
    return described(FileMilestone, row, when=when, id=unless(usual, row.uuid))


def person(
    row: Person, slug: str, memberships: Mapping[int, list[Membership]], times: Times
) -> FilePerson:
    """Someone, with their roles in this programme."""
    order = list(MembershipRole)
    roles = sorted(memberships.get(row.id, ()), key=lambda part: order.index(part.role))
    return described(
        FilePerson,
        row,
        roles=[membership(part, slug, row.key) for part in roles],
        id=unless(person_id(slug, row.key, row.email), row.uuid),
        **times.of(row),
    )


def membership(row: Membership, slug: str, handle: str) -> FileMembership:
    """One role of a person in this programme."""
    usual = derived(slug, "membership", handle, row.role.value)
    return described(FileMembership, row, id=unless(usual, row.uuid))


def member(row: PairMember) -> FileMember:
    """One person of a pair."""
    return described(FileMember, row)
