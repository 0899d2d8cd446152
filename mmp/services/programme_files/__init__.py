"""Programme files: import and export of a whole programme, and the description of the format."""

import json
from pathlib import Path

from mmp.core.errors import UserError
from mmp.core.programme_file import json_schema
from mmp.core.programme_file.nodes import MAX_BYTES
from mmp.services.programme_files.exporting import Exported, export_programme
from mmp.services.programme_files.format import ProgrammeFile
from mmp.services.programme_files.importing import Imported, import_programme
from mmp.services.stored_files import write_whole

__all__ = [
    "Exported",
    "Imported",
    "export_programme",
    "import_programme",
    "programme_schema",
    "read_bytes",
    "write_files",
    "write_whole",
]


def read_bytes(file: Path) -> bytes:
    """A programme file's bytes, no more of them than can be imported. Raises UserError."""
    try:
        with file.open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(
            "%(file)s cannot be read (%(why)s); give a file that can.",
            file=file,
            why=error.strerror,
        ) from error


def write_files(exported: Exported, folder: Path, store: Path) -> None:
    """Write the files of an export's documents into a folder. Raises UserError, OSError."""
    for name, row in exported.files.items():
        source = store / row.sha256
        if not source.is_file():
            raise UserError(
                "The file “%(name)s” is missing in %(store)s; put it back or delete the document.",
                name=row.filename,
                store=store,
            )
        write_whole(folder / name, source.read_bytes())


def programme_schema() -> str:
    """The JSON Schema of programme files, as text."""
    schema = json_schema(
        ProgrammeFile,
        "mmp programme file",
        "A whole mentorship programme in one YAML file, as docs/programme-file.yaml explains.",
    )
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
