"""From the cells of a table to people: each column read kindly, each fault told by its row."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mmp.core.countries import countries, country_named, folded, locale_of, region_of, zone_of
from mmp.core.errors import UserError
from mmp.core.programme_file import Problems
from mmp.core.programme_file.kinds import LONGEST_LINE, is_blank, tidy
from mmp.core.programme_file.problems import closest
from mmp.core.programme_file.words import check_email, check_locale
from mmp.core.zones import agreed_zone
from mmp.models.enums import Gender, MembershipRole, Region, StakeholderGroup
from mmp.services.people_import.layout import Line
from mmp.services.people_import.words import (
    GENDERS,
    GROUPS,
    HEADER_NAMES,
    HEADERS,
    ROLES,
    language_named,
    yes_or_no,
)

IN_BROWSER = frozenset(("partner", "invite_to"))
"""Columns that only count where somebody looks at what they mean."""


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the table. `given` is what its cells say, `derived` what follows from them."""

    number: int
    name: str
    email: str | None
    role: MembershipRole
    organisation: str | None
    given: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)
    partner: str | None = None
    """Whom they make a pair with, as the table calls them."""
    invite_to: str | None = None
    """Events on whose list they come, as the table calls them."""


@dataclass(frozen=True, slots=True)
class Table:
    """The people of a file, and the columns of it that nobody knows."""

    rows: list[Row]
    ignored: tuple[str, ...]


def read_rows(lines: list[Line], role: MembershipRole, problems: Problems) -> Table:
    """The people of a table whose first line is its header; `role` is that of rows without one."""
    if not lines:
        if not problems:
            problems.add(1, "", "The file is empty; its first row names the columns.")
        return Table([], ())
    columns, ignored = _columns(lines[0], problems)
    if not problems:
        if "name" not in columns and "first_name" not in columns:
            problems.add(
                lines[0].number, "name", "There is no column “name”; add it or rename one to it."
            )
        elif len(lines) == 1:
            problems.add(lines[0].number, "", "There are no people below the header; add some.")
    if problems:
        return Table([], ignored)
    _check_width(lines, problems)
    rows = [read_row(line.number, texts_of(line, columns), role, problems) for line in lines[1:]]
    _doublets([row for row in rows if row], problems)
    return Table([row for row in rows if row], ignored)


def _check_width(lines: list[Line], problems: Problems) -> None:
    """Note rows with cells beyond the header: a comma in a text that lacks its quotes."""
    width = len(lines[0].cells)
    for line in lines[1:]:
        if any(not is_blank(cell) for cell in line.cells[width:]):
            problems.add(
                line.number,
                "",
                "This row has more cells than the header; put a text that holds the separator in"
                " quotes.",
            )


def _columns(header: Line, problems: Problems) -> tuple[dict[str, int], tuple[str, ...]]:
    found: dict[str, int] = {}
    ignored = []
    for index, cell in enumerate(header.cells):
        title = cell.strip()
        if not title:
            continue
        name = HEADER_NAMES.get(folded(title))
        if name is None and (near := closest(title, HEADERS)):
            problems.add(
                header.number, title, "This column is not known; did you mean %(near)s?", near=near
            )
        elif name is None or name in IN_BROWSER:
            ignored.append(title)
        elif name in found:
            problems.add(
                header.number,
                title,
                "Two columns are “%(name)s”; delete one or rename it.",
                name=name,
            )
        else:
            found[name] = index
    if "last_name" in found and "first_name" not in found and "name" not in found:
        found["name"] = found.pop("last_name")
    return found, tuple(ignored)


def texts_of(line: Line, columns: Mapping[str, int]) -> dict[str, str]:
    """The cells of a row by the names of their columns."""
    width = len(line.cells)
    return {name: line.cells[index] for name, index in columns.items() if index < width}


def read_row(
    number: int,
    texts: Mapping[str, str],
    role: MembershipRole,
    problems: Problems,
    *,
    looked_at: bool = False,
) -> Row | None:
    """The person that a row tells of, `role` being that of rows without one; None, with each fault
    noted beside its column, where it cannot be taken.

    Where somebody is looking on, a formula is a fault: they can type what it shows.
    """
    return _Cells(number, texts, problems, looked_at).row(role)


class _Cells:
    """The cells of one row, by the names of their columns."""

    def __init__(
        self, number: int, texts: Mapping[str, str], problems: Problems, looked_at: bool
    ) -> None:
        self.number = number
        self.problems = problems
        self.cells: dict[str, str] = {}
        self.refused: set[str] = set()
        for name, raw in texts.items():
            try:
                text = tidied(raw)
                if looked_at and text[:1] == "=" and len(text) > 1:
                    raise UserError("This is a formula; type what it shows.")
            except UserError as error:
                problems.add(number, name, error.message, **error.values)
                self.refused.add(name)
                continue
            if text:
                self.cells[name] = text

    def row(self, role: MembershipRole) -> Row | None:
        before = len(self.problems)
        name = self.cells.get("name") or " ".join(
            self.cells[part] for part in ("first_name", "last_name") if part in self.cells
        )
        if not name and self.refused.isdisjoint(("name", "first_name", "last_name")):
            self._fault("name", "The name is missing; fill it in.")
        given: dict[str, Any] = {"name": name}
        for column in self.cells:
            if column in _READ:
                value = self._read(column, _READ[column])
                if value is not None:
                    given[column] = value
        given["role"] = given.get("role", role)
        derived = self._derived(given)
        if len(self.problems) > before:
            return None
        return Row(
            self.number,
            name,
            given.get("email"),
            given.pop("role"),
            given.pop("organisation", None),
            given,
            derived,
            partner=self.cells.get("partner"),
            invite_to=self.cells.get("invite_to"),
        )

    def _read(self, column: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(self.cells[column])
        except UserError as error:
            self._fault(column, error.message, **error.values)
            return None

    def _derived(self, given: dict[str, Any]) -> dict[str, Any]:
        country = given.get("country")
        derived = _follows(country, tuple(given.get("languages", ())))
        missing = "zone" not in self.cells and "zone" not in given
        if missing and country and derived["zone"] is None:
            self._fault(
                "zone",
                "%(country)s has several time zones; say which, for example America/New_York.",
                country=country,
            )
        return {name: value for name, value in derived.items() if name not in given and value}

    def _fault(self, column: str, message: str, **values: object) -> None:
        self.problems.add(self.number, column, message, **values)


@lru_cache(maxsize=65_536)
def tidied(text: str) -> str:
    """A cell as it is kept, on one line. Raises UserError."""
    return tidy(" ".join(text.split()), line=True, longest=LONGEST_LINE)


@lru_cache(maxsize=4_096)
def _follows(country: str | None, languages: tuple[str, ...]) -> Mapping[str, Any]:
    """What follows from a country and languages where a row does not say it."""
    return {
        "region": Region(region_of(country)),
        "locale": locale_of(country, languages),
        "zone": zone_of(country) if country else None,
    }


def _chosen(words: dict[str, str], kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        word = words.get(folded(text))
        if word is None and (near := closest(text, words.values())):
            raise UserError(
                "“%(text)s” is not known here; did you mean %(near)s?", text=text, near=near
            )
        if word is None:
            known = ", ".join(dict.fromkeys(words.values()))
            raise UserError("“%(text)s” is not known here; use %(known)s.", text=text, known=known)
        return kind(word)

    return lru_cache(maxsize=1_024)(read)


_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*")
_LONGEST_COPIED = 400
_COPIED = re.compile(r"(?:[^<>]*<)?(?:mailto:)?([^\s<>]+@[^\s<>]+?)>?", re.IGNORECASE)


def _email(text: str) -> str:
    """An address, also as programs copy it: `Lina <lina@example.org>`, `mailto:lina@example.org`.

    Where what stands before the @ is plain, only the domain can be wrong, and few domains are those
    of many people.
    """
    if len(text) <= _LONGEST_COPIED and (copied := _COPIED.fullmatch(text)):
        text = copied[1]
    local, _, domain = text.rpartition("@")
    try:
        if len(local) <= 64 and len(text) <= 254 and _PLAIN.fullmatch(local):
            return f"{local.lower()}@{_domain(domain)}"
        return check_email(text)
    except UserError as error:
        raise UserError("“%(text)s” is not an e-mail address; correct it.", text=text) from error


@lru_cache(maxsize=4_096)
def _domain(domain: str) -> str:
    return check_email(f"a@{domain}").partition("@")[2]


@lru_cache(maxsize=1_024)
def _country(text: str) -> str:
    code = country_named(text)
    if code is None and (near := closest(text, countries().values())):
        raise UserError("“%(text)s” is no country; did you mean %(near)s?", text=text, near=near)
    if code is None:
        raise UserError(
            "“%(text)s” is no country; give its name or its code of ISO 3166.", text=text
        )
    return code


def _languages(text: str) -> list[str]:
    return list(_language_codes(text))


@lru_cache(maxsize=1_024)
def _language_codes(text: str) -> tuple[str, ...]:
    found = []
    for word in re.split(r"[,;/،]| and | et | و ", text):
        if not word.strip():
            continue
        code = language_named(word.strip())
        if code is None:
            raise UserError(
                "“%(word)s” is no language; use codes like ar, en, fr with commas.", word=word
            )
        found.append(code)
    return tuple(dict.fromkeys(found))


def _discreet(text: str) -> bool:
    value = yes_or_no(text)
    if value is None:
        raise UserError("Write yes or no here, not “%(text)s”.", text=text)
    return value


_READ: dict[str, Callable[[str], Any]] = {
    "name_native": str,
    "email": _email,
    "country": _country,
    "region": _chosen({kind.value: kind.value for kind in Region}, Region),
    "zone": lru_cache(maxsize=1_024)(agreed_zone),
    "locale": check_locale,
    "organisation": str,
    "position": str,
    "group": _chosen(GROUPS, StakeholderGroup),
    "gender": _chosen(GENDERS, Gender),
    "languages": _languages,
    "discreet": _discreet,
    "role": _chosen(ROLES, MembershipRole),
}


def _doublets(rows: list[Row], problems: Problems) -> None:
    seen: dict[str, Row] = {}
    for row in rows:
        mark = row.email or f"name {row.name.casefold()}"
        first = seen.setdefault(mark, row)
        if first is not row:
            problems.add(
                row.number,
                "email" if row.email else "name",
                "%(mark)s stands in row %(other)s already; delete one or correct it.",
                mark=row.email or row.name,
                other=first.number,
            )
