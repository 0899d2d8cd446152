"""Every column that refers to a person, read off the tables: a new one joins by itself.

Where a person may have many rows they just change hands. Where the tables allow one, somebody has
to say which of two counts: a table without an entry in `JOINERS` is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table, UniqueConstraint

from mmp.models import BreakoutSeat, WorkingHours
from mmp.services.people.merging import rows

JOINERS: Final[Mapping[str, rows.Joiner]] = {
    "account": rows.join_accounts,
    "breakout_seat": rows.newest_of(BreakoutSeat, "breakout_id"),
    "delivery": rows.join_deliveries,
    "invitation": rows.join_invitations,
    "membership": rows.join_memberships,
    "opt_out": rows.join_opt_outs,
    "pair_member": rows.join_pairs,
    "participation": rows.join_participations,
    "person_tag": rows.join_tags,
    "poll_guest": rows.join_poll_guests,
    "response": rows.join_responses,
    "talk_consent": rows.join_talk_consents,
    "working_hours": rows.newest_of(WorkingHours),
}
"""By table: who has one row each."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to a person; `single` where two records may both have the only row."""

    table: Table
    column: Column[Any]
    single: bool

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"


def references(metadata: MetaData) -> Iterator[Reference]:
    """Every one there is."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "person" for key in column.foreign_keys):
                yield Reference(table, column, _is_single(table, column))


def unhandled(metadata: MetaData) -> list[str]:
    """Those of which nobody said what becomes of two."""
    return [
        one.name for one in references(metadata) if one.single and one.table.name not in JOINERS
    ]


def _is_single(table: Table, column: Column[Any]) -> bool:
    together = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    together += [index.columns for index in table.indexes if index.unique]
    alone = column.primary_key or bool(column.unique)
    return alone or any(column.name in columns for columns in together)
