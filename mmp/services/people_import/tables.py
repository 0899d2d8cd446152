"""A table of people as it comes: CSV in its dialects or XLSX, as rows of texts with their numbers.

Nothing is calculated or guessed: formulas stay the text they are, and bytes that are not UTF-8 are
refused rather than read in a wrong script. Limits hold before memory is spent.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib import import_module
from typing import Any
from xml.etree.ElementTree import ParseError

from mmp.core.programme_file import Problems

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 2_000
MAX_ROWS = 20_000
MAX_COLUMNS = 200
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its number as a spreadsheet shows it, and its cells."""

    number: int
    cells: tuple[str, ...]


def read_lines(data: bytes, problems: Problems) -> list[Line]:
    """The rows that hold anything, the header first. Notes a problem and gives none if it cannot be
    read."""
    try:
        if len(data) > MAX_BYTES:
            raise _Unreadable(f"The file is larger than {MAX_BYTES >> 20} MB; split it.")
        if data.startswith(_OLE):
            raise _Unreadable("This is an old or locked Excel file; save it as XLSX or CSV.")
        rows = _from_xlsx(data) if data.startswith(_ZIP) else _from_csv(data)
        return list(_limited(rows))
    except _Unreadable as error:
        problems.add(error.row, "", str(error))
        return []


class _Unreadable(Exception):
    """The file cannot be read as a table; the message says how to mend it."""

    def __init__(self, message: str, row: int = 1) -> None:
        super().__init__(message)
        self.row = row


def _limited(rows: Iterable[Line]) -> Iterator[Line]:
    count = 0
    for row in rows:
        if any(cell.strip() for cell in row.cells[MAX_COLUMNS:]):
            why = f"There are more than {MAX_COLUMNS} columns; delete some."
            raise _Unreadable(why, row.number)
        if not any(cell.strip() for cell in row.cells):
            continue
        count += 1
        if count > MAX_ROWS + 1:
            raise _Unreadable(f"There are more than {MAX_ROWS} rows; split the file.", row.number)
        yield row


def _from_csv(data: bytes) -> Iterator[Line]:
    encoding = _MARKS.get(data[:2], "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable(
            "This is not UTF-8 text; save the file as “CSV UTF-8”, or as XLSX.", line
        ) from error
    if "\0" in text:
        raise _Unreadable("This is no table; save it as CSV UTF-8 or as XLSX.")
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text, skipped = first.strip()[4], rest, 1
    else:
        delimiter = max(",;\t", key=_outside_quotes(first).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = skipped
    try:
        for number, cells in enumerate(reader, start=skipped + 1):
            yield Line(number, tuple(cells))
    except csv.Error as error:
        raise _Unreadable(
            "A quotation mark is left open or a cell is far too long; correct it.",
            number + 1,
        ) from error


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _from_xlsx(data: bytes) -> Iterator[Line]:
    _check_archive(data)
    openpyxl: Any = import_module("openpyxl")  # heavy, untyped, and not needed for CSV
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that are not read anyway
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if not sheets:
                raise _Unreadable("There is no sheet in this file; put the table into the first.")
            sheet = sheets[0]
            sheet.reset_dimensions()  # what the file claims of its size may be anything
            rows = sheet.iter_rows(
                max_row=MAX_ROWS + 1_000, max_col=MAX_COLUMNS + 1, values_only=True
            )
            for number, cells in enumerate(rows, start=1):
                yield Line(number, tuple(map(_cell, cells)))
            book.close()
    except (
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
    ) as error:
        raise _Unreadable("This XLSX file is damaged; save it anew or as CSV UTF-8.") from error


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to far more than it seems, and XML that defines its own entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _Unreadable("This file unpacks to far too much; save the table alone.")
            if not any(part.filename.startswith("xl/") for part in parts):
                raise _Unreadable("This is no table; save it as XLSX or as CSV UTF-8.")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        if b"<!DOCTYPE" in file.read(4096).upper():
                            raise _Unreadable("This XLSX file is damaged; save it anew.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _Unreadable("This XLSX file is damaged; save it anew or as CSV UTF-8.") from error


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)
