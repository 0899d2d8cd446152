"""The files of documents: checked, copied into the installation by their SHA-256, and out again."""

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mmp.core.errors import UserError
from mmp.models import DocumentFile
from mmp.services.programme_files.format import FileDocument
from mmp.services.programme_files.job import Job

MAX_BYTES = 25 * 1024 * 1024


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _begins(*openings: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(openings)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_ZIP = _begins(b"PK\x03\x04")
_TYPES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", _begins(b"%PDF-")),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _ZIP),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    "pptx": (f"{_OFFICE}.presentationml.presentation", _ZIP),
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


def take_file(job: Job, item: FileDocument, language: str, name: str) -> StoredFile | None:
    """Check a file beside the programme file and note it for copying.

    None, with the fault noted, where it cannot be taken.
    """
    try:
        path = _find(job.folder, name)
        data = _read(path)
        filename = name.rpartition("/")[2]
        stored = StoredFile(
            filename, media_type(filename, data), len(data), hashlib.sha256(data).hexdigest()
        )
    except UserError as error:
        line = item.line_of("files")
        job.problems.add(line, f"{item.path}/files/{language}", error.message, **error.values)
        return None
    job.copies[stored.sha256] = path
    return stored


def keep_copies(copies: dict[str, Path], store: Path) -> None:
    """Copy files into the installation, each under its SHA-256. Raises UserError, OSError.

    A copy is written whole before it gets that name; one that no row comes to mention does no harm.
    """
    for sha256, path in copies.items():
        if (store / sha256).is_file():
            continue
        data = _read(path)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise UserError("“%(name)s” was changed just now; import once more.", name=path.name)
        write_whole(store / sha256, data)


def _find(folder: Path | None, name: str) -> Path:
    if folder is None or not folder.is_dir():
        raise UserError(
            "The folder %(folder)s beside the file is missing; put “%(name)s” into it.",
            folder=folder.name if folder else "of documents",
            name=name,
        )
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UserError("“%(name)s” leads out of the folder; put the file itself there.", name=name)
    if not path.is_file():
        raise UserError(
            "There is no “%(name)s” in %(folder)s; put it there.", name=name, folder=folder.name
        )
    return path


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UserError(
            "“%(name)s” is larger than %(most)s MB; make it smaller.",
            name=path.name,
            most=MAX_BYTES >> 20,
        )
    return data


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
