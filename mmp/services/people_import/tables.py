"""A table of people as it comes: CSV in its dialects or XLSX, as rows of texts with their numbers.

Nothing is calculated: formulas stay the text they are. Limits hold before memory is spent.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mmp.core.programme_file import Problems
from mmp.services.people_import import workbooks
from mmp.services.people_import.encodings import decode, guess
from mmp.services.people_import.layout import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Layout,
    Line,
    Source,
    Unreadable,
)

LONGEST_CELL = 131_072
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
DELIMITERS = (",", ";", "\t", "|")


def open_table(data: bytes, layout: Layout) -> Source:
    """What a file is. Raises Unreadable where it is no table that can be read."""
    check_bytes(data)
    if data.startswith(ZIP):
        return workbooks.open_book(data, layout)
    encoding = layout.encoding or guess(data)
    text = decode(data, encoding)
    if "\0" in text:
        raise Unreadable("This is no table; save it as CSV UTF-8 or as XLSX.")
    return Source(
        data,
        replace(layout, encoding=encoding, delimiter=layout.delimiter or delimiter_of(text)),
    )


def lines_of(source: Source) -> Iterator[Line]:
    """The rows that hold anything. Raises Unreadable."""
    if source.layout.sheet is not None:
        return _limited(workbooks.rows(source))
    text = decode(source.data, source.layout.encoding or "utf-8")
    return _limited(csv_rows(text, source.layout.delimiter, longest=MAX_BYTES))


def check_bytes(data: bytes) -> None:
    """Refuse what is too large or of an old kind. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable("The file is larger than %(most)s MB; split it.", most=MAX_BYTES >> 20)
    if data.startswith(OLE):
        raise Unreadable("This is an old or locked Excel file; save it as XLSX or CSV.")


def read_lines(data: bytes, problems: Problems) -> list[Line]:
    """The rows that hold anything, the header first, of a file at which nobody looks: what is not
    UTF-8 is refused rather than read in a wrong script. Notes a problem and gives none if it cannot
    be read."""
    try:
        check_bytes(data)
        if data.startswith(ZIP):
            return list(lines_of(open_table(data, Layout())))
        return list(_limited(csv_rows(_strict(data), None, longest=LONGEST_CELL)))
    except Unreadable as error:
        problems.add(error.row, "", error.message, **error.values)
        return []


def _strict(data: bytes) -> str:
    try:
        text = data.decode(_MARKS.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            "This is not UTF-8 text; save the file as “CSV UTF-8”, or as XLSX.", line
        ) from error
    if "\0" in text:
        raise Unreadable("This is no table; save it as CSV UTF-8 or as XLSX.")
    return text


def _limited(rows: Iterable[Line]) -> Iterator[Line]:
    """What holds anything: neither empty rows nor the empty cells at the end of a row, of which
    workbooks have as many as are asked for."""
    count = 0
    for row in rows:
        width = len(row.cells)
        while width and not row.cells[width - 1].strip():
            width -= 1
        if width > MAX_COLUMNS:
            raise Unreadable(
                "There are more than %(most)s columns; delete some.", row.number, most=MAX_COLUMNS
            )
        if not width:
            continue
        count += 1
        if count > MAX_ROWS + 1:
            raise Unreadable(
                "There are more than %(most)s rows; split the file.", row.number, most=MAX_ROWS
            )
        yield Line(row.number, row.cells[:width])


def delimiter_of(text: str) -> str:
    """What separates the cells of a table: what its first line says, or has most of."""
    first = text.partition("\n")[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    return max(DELIMITERS, key="".join(text.partition("\n")[0].split('"')[::2]).count)


def csv_rows(text: str, delimiter: str | None, *, longest: int) -> Iterator[Line]:
    """The rows of a text. Raises Unreadable."""
    delimiter = delimiter or delimiter_of(text)
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        text, skipped = rest, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, before = skipped, csv.field_size_limit()
    try:
        csv.field_size_limit(longest)
        for number, cells in enumerate(reader, start=skipped + 1):
            yield Line(number, tuple(cells))
    except csv.Error as error:
        raise Unreadable(
            "A quotation mark is left open or a cell is far too long; correct it.", number + 1
        ) from error
    finally:
        csv.field_size_limit(before)
