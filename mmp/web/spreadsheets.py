"""Tables for spreadsheets, with nothing in them that one would calculate."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, Final

from flask import Response, make_response

CALCULATES: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""
WIDEST: Final = 48
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Table = Iterable[Sequence[str]]


def as_csv(table: Table) -> bytes:
    """CSV in UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([harmless(cell) for cell in line] for line in table)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table, *, title: str, rtl: bool, now: datetime) -> bytes:
    """An Excel workbook of one sheet, read from the right where the language is. Every cell is
    text; what looks like a formula keeps an apostrophe, for the file may become CSV later."""
    openpyxl: Any = import_module("openpyxl")  # heavy, untyped, and wanted by few
    illegal = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE
    book = openpyxl.Workbook()
    book.properties.created = now.replace(tzinfo=None)
    sheet = book.active
    sheet.title = _sheet_title(title)
    sheet.sheet_view.rightToLeft = rtl
    sheet.freeze_panes = "B2"
    widths: dict[int, int] = {}
    for row, line in enumerate(table, start=1):
        for column, text in enumerate(line, start=1):
            words = illegal.sub(" ", harmless(text))[:32_000]
            cell = sheet.cell(row, column)
            cell.value, cell.data_type = words, "s"
            if row == 1:
                cell.font = openpyxl.styles.Font(bold=True)
            widths[column] = min(WIDEST, max(widths.get(column, 8), len(words) + 2))
    for column, width in widths.items():
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def download(data: bytes, *, kind: str, filename: str) -> Response:
    """The answer that saves a file."""
    answer = make_response(data)
    answer.content_type = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def harmless(cell: str) -> str:
    """The text with an apostrophe before what a spreadsheet would calculate."""
    calculates = cell.startswith(CALCULATES) or cell.lstrip().startswith(CALCULATES)
    return f"'{cell}" if calculates else cell


def _sheet_title(title: str) -> str:
    """At most 31 letters, without those that Excel refuses."""
    return "".join(" " if letter in r"[]:*?/\'" else letter for letter in title)[:31] or "1"
