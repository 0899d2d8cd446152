"""The files of documents: checked, copied into the installation by their SHA-256, and out again."""

import hashlib
from pathlib import Path

from mmp.core.errors import UserError
from mmp.services.programme_files.format import FileDocument
from mmp.services.programme_files.job import Job
from mmp.services.stored_files import MAX_BYTES, StoredFile, write_whole


def take_file(job: Job, item: FileDocument, language: str, name: str) -> StoredFile | None:
    """Check a file beside the programme file and note it for copying.

    None, with the fault noted, where it cannot be taken.
    """
    try:
        path = _find(job.folder, name)
        data = _read(path)
        stored = StoredFile.from_data(name.rpartition("/")[2], data)
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
