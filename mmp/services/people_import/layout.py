"""What is known of a table before it is read: how it is read, its rows, and what is too much."""

from dataclasses import dataclass, field
from typing import Any

from mmp.core.errors import UserError

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its number as a spreadsheet shows it, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is read; None is what it seems to be itself."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read as a table: how, and what a person should know of it."""

    data: bytes = field(repr=False)
    layout: Layout
    sheets: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    """Sheets that are left out because nobody sees them."""
    merged: tuple[str, ...] = ()
    """Ranges of merged cells: each of their cells is read as holding the text."""
    book: Any = field(default=None, repr=False)
    """The workbook, open for one reading: to open it anew takes as long as to read it."""


class Unreadable(UserError):
    """The file cannot be read as a table; the message says how to mend it."""

    def __init__(self, message: str, row: int = 1, **values: object) -> None:
        super().__init__(message, field="file", **values)
        self.row = row
