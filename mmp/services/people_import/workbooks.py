"""Tables in XLSX files: the sheets people see, read row by row."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from importlib import import_module
from typing import Any
from xml.etree.ElementTree import ParseError

from mmp.services.people_import.layout import (
    MAX_COLUMNS,
    MAX_ROWS,
    Layout,
    Line,
    Source,
    Unreadable,
)

MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 2_000
MAX_MERGED = 5_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_TAIL = 1 << 20
"""Merged cells stand behind the rows (ECMA-376, 18.3.1.99)."""
_DAMAGED = (
    *(zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError),
    *(AttributeError, IndexError, OSError),
)


def open_book(data: bytes, layout: Layout) -> Source:
    """What a workbook holds. Raises Unreadable."""
    _check_archive(data)
    openpyxl: Any = import_module("openpyxl")  # heavy, untyped, and not needed for CSV
    with _damage_told():
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = tuple(one.title for one in book.worksheets if one.sheet_state != "visible")
        if not seen:
            raise Unreadable("There is no sheet in this file; put the table into the first.")
        sheet = next((one for one in seen if one.title == layout.sheet), seen[0])
        return Source(
            data,
            replace(layout, sheet=sheet.title, encoding=None, delimiter=None),
            sheets=tuple(one.title for one in seen),
            hidden=hidden,
            merged=_merged(data, getattr(sheet, "_worksheet_path", "")),
            book=book,
        )


def rows(source: Source) -> Iterator[Line]:
    """The rows of the sheet, once; cells that are merged all hold the text. Raises Unreadable."""
    fill = _Fill(source.merged)
    with _damage_told():
        sheet = source.book[source.layout.sheet]
        sheet.reset_dimensions()  # what the file claims of its size may be anything
        found = sheet.iter_rows(max_row=MAX_ROWS + 1_000, max_col=MAX_COLUMNS + 1, values_only=True)
        for number, cells in enumerate(found, start=1):
            texts = tuple([_cell(cell) for cell in cells])
            yield Line(number, fill.row(number, texts) if source.merged else texts)
        source.book.close()


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that are not read anyway
            yield
    except _DAMAGED as error:
        raise Unreadable("This XLSX file is damaged; save it anew or as CSV UTF-8.") from error


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to far more than it seems, and XML that defines its own entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Unreadable("This file unpacks to far too much; save the table alone.")
            if not any(part.filename.startswith("xl/") for part in parts):
                raise Unreadable("This is no table; save it as XLSX or as CSV UTF-8.")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        if b"<!DOCTYPE" in file.read(4096).upper():
                            raise Unreadable("This XLSX file is damaged; save it anew.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable("This XLSX file is damaged; save it anew or as CSV UTF-8.") from error


def _merged(data: bytes, path: str) -> tuple[str, ...]:
    """The ranges of merged cells of a sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if path.lstrip("/") not in archive.namelist():
            return ()
        tail = b""
        with archive.open(path.lstrip("/")) as file:
            while part := file.read(_TAIL):
                tail = tail[-_TAIL:] + part
    return tuple(ref.decode() for ref in _MERGED.findall(tail))


class _Fill:
    """Puts the text of the first of merged cells into the others."""

    def __init__(self, merged: tuple[str, ...]) -> None:
        bounds: Any = import_module("openpyxl.utils").range_boundaries  # heavy, as above
        self._at: dict[tuple[int, int], tuple[int, int]] = {}
        self._texts: dict[tuple[int, int], str] = {}
        for ref in merged:
            left, top, right, bottom = bounds(ref)
            for row in range(top, min(bottom, top + MAX_MERGED) + 1):
                for column in range(left, min(right, left + MAX_COLUMNS) + 1):
                    if len(self._at) < MAX_MERGED:
                        self._at[row, column] = (top, left)

    def row(self, number: int, texts: tuple[str, ...]) -> tuple[str, ...]:
        filled = list(texts)
        for column, text in enumerate(texts, start=1):
            first = self._at.get((number, column))
            if first == (number, column):
                self._texts[first] = text
            elif first is not None and not text:
                filled[column - 1] = self._texts.get(first, "")
        return tuple(filled)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
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
