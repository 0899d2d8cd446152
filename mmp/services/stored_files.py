"""Files as the installation keeps them: known kinds only, named by their SHA-256."""

import hashlib
import io
import os
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mmp.core.errors import UserError
from mmp.models import DocumentFile

MAX_BYTES = 25 * 1024 * 1024
MAX_UNPACKED = 500 * 1024 * 1024
MAX_PARTS = 10_000


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _begins(*openings: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(openings)


_OFFICE = "application/vnd.openxmlformats-officedocument"


def _office(folder: str) -> Callable[[bytes], bool]:
    """An Office file has its parts in a folder of its kind."""

    def looks_right(data: bytes) -> bool:
        if not data.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
            return False
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise UserError("This file unpacks to far too much; make it smaller.")
        names = {part.filename for part in parts}
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return looks_right


_TYPES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", _begins(b"%PDF-")),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _office("word/")),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _office("xl/")),
    "pptx": (f"{_OFFICE}.presentationml.presentation", _office("ppt/")),
    "txt": ("text/plain", _is_text),
    "md": ("text/markdown", _is_text),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
}
"""Media type and what the bytes must look like, by the ending of the name."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What a row keeps of a file whose bytes lie in the installation's documents."""

    filename: str
    media_type: str
    size: int
    sha256: str

    @classmethod
    def from_data(cls, filename: str, data: bytes) -> "StoredFile":
        """As these bytes will be kept. Raises UserError for a kind that is not."""
        sha256 = hashlib.sha256(data).hexdigest()
        return cls(filename, media_type(filename, data), len(data), sha256)

    @classmethod
    def of(cls, row: DocumentFile) -> "StoredFile":
        """As a row has it."""
        return cls(row.filename, row.media_type, row.size, row.sha256)

    def columns(self) -> dict[str, Any]:
        """For a row."""
        return asdict(self)


def media_type(filename: str, data: bytes) -> str:
    """The media type of a document, by its name and by what it really is. Raises UserError."""
    ending = filename.rpartition(".")[2].lower()
    if ending not in _TYPES:
        raise UserError(
            "“%(name)s” is of no known kind; use %(kinds)s.",
            name=filename,
            kinds=", ".join(_TYPES),
        )
    kind, looks_right = _TYPES[ending]
    if not looks_right(data):
        raise UserError(
            "“%(name)s” is not really a %(kind)s file; save it anew.", name=filename, kind=ending
        )
    return kind


def write_whole(path: Path, data: bytes) -> None:
    """Write a file such that it is there whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
