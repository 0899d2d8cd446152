"""What stands in the rows of an import: who they are, and what has to be mended in them."""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from mmp.core.doubles import Identity
from mmp.core.errors import Problem
from mmp.core.programme_file import Problems
from mmp.models import PeopleImport
from mmp.models.enums import MembershipRole, StakeholderGroup
from mmp.services.people_import.drafts import lines, mapping
from mmp.services.people_import.layout import Line
from mmp.services.people_import.rows import Row, read_row, texts_of

SKIP, NEW, SAME, OVER, ROW = "skip", "new", "same", "over", "row"
"""What can be decided about a row: `same:` and `over:` are followed by a person's uuid, `row:` by
the number of an earlier row."""
KEPT = 4
"""Imports of which a process remembers what it found."""


@dataclass(slots=True)
class Checked:
    """All rows of an import in short: nothing of what is not needed to decide."""

    numbers: list[int] = field(default_factory=list)
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    people: dict[int, Identity] = field(default_factory=dict)
    """Who each row is, by its number; those that cannot be read are missing."""
    unread: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """What those rows that cannot be read yet are called, for others that name them."""
    partners: dict[int, str] = field(default_factory=dict)
    invited: dict[int, str] = field(default_factory=dict)
    roles: Counter[MembershipRole] = field(default_factory=Counter)
    sectors: Counter[StakeholderGroup | None] = field(default_factory=Counter)
    with_role: dict[int, MembershipRole] = field(default_factory=dict)
    with_sector: dict[int, StakeholderGroup | None] = field(default_factory=dict)
    by_address: dict[str, list[int]] = field(default_factory=dict)


_checked: OrderedDict[tuple[UUID, int], Checked] = OrderedDict()


def check(row: PeopleImport, store: Path) -> Checked:
    """Look through all rows. What was found is kept until something of the import changes."""
    key = (row.uuid, row.version)
    if key not in _checked:
        _checked[key] = _check(row, store)
        while len(_checked) > KEPT:
            _checked.popitem(last=False)
    _checked.move_to_end(key)
    return _checked[key]


def _check(draft: PeopleImport, store: Path) -> Checked:
    found = Checked()
    first: dict[str, int] = {}
    for number, texts, row, problems in read(draft, lines(draft, store)):
        found.numbers.append(number)
        if draft.decisions.get(str(number)) == SKIP:
            continue
        if row is not None:
            _note(found, row)
            if row.email and not _merges(draft, number):
                earlier = first.setdefault(row.email, number)
                if earlier != number:
                    problems.add(
                        number,
                        "email",
                        "%(mark)s stands in row %(other)s already: correct it, or say below that"
                        " both are one person.",
                        mark=row.email,
                        other=earlier,
                    )
        else:
            full = " ".join(texts.get(part, "") for part in ("first_name", "last_name"))
            found.unread[number] = (texts.get("name", ""), texts.get("email", ""), full)
        if problems:
            found.problems[number] = problems.found
    return found


def _merges(draft: PeopleImport, number: int) -> bool:
    return str(draft.decisions.get(str(number), "")).startswith(f"{ROW}:")


def _note(found: Checked, row: Row) -> None:
    native = row.given.get("name_native")
    found.people[row.number] = Identity(row.number, row.name, native, row.email)
    found.with_role[row.number] = row.role
    found.with_sector[row.number] = row.given.get("group")
    if row.email:
        found.by_address.setdefault(row.email, []).append(row.number)
    if row.partner:
        found.partners[row.number] = row.partner
    if row.invite_to:
        found.invited[row.number] = row.invite_to


def read(
    draft: PeopleImport, source: Iterator[Line]
) -> Iterator[tuple[int, Mapping[str, str], Row | None, Problems]]:
    """Each row with what was typed over its cells: its number, cells, person and problems."""
    columns, mended = mapping(draft), draft.mended
    role = MembershipRole(draft.columns["role"])
    width = len(draft.columns["map"])
    for line in source:
        texts = texts_of(line, columns) | mended.get(str(line.number), {})
        problems = Problems(draft.filename)
        row = read_row(line.number, texts, role, problems, looked_at=True)
        if any(cell.strip() for cell in line.cells[width:]):
            problems.add(
                line.number,
                "",
                "This row has more cells than the header; leave it out, or mend the file.",
            )
        yield line.number, texts, row, problems
