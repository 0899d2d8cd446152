"""An import on its way: the file that was sent, how it is read, what was typed over it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mmp.core.countries import folded
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.programme_file.problems import closest
from mmp.models import DocumentFile, PeopleImport, Programme
from mmp.models.enums import ImportState, MembershipRole
from mmp.services.desk import person_of
from mmp.services.people_import.layout import Layout, Line, Source, Unreadable
from mmp.services.people_import.tables import lines_of, open_table
from mmp.services.people_import.words import HEADER_NAMES, HEADERS
from mmp.services.permissions import Actor
from mmp.services.stored_files import write_whole

LONGEST_KEPT = 2_000
"""Of a cell: far more than any field holds, so that a person sees what to shorten."""
HEADER_WITHIN = 20
RECENT = 20


def imports_of(session: Session, actor: Actor, programme: Programme) -> Sequence[PeopleImport]:
    """The programme's last imports, for its coordinators; the newest first."""
    return session.scalars(
        select(PeopleImport)
        .where(PeopleImport.programme_id == programme.id)
        .where(PeopleImport.programme_id.in_(actor.coordinates))
        .options(joinedload(PeopleImport.actor))
        .order_by(PeopleImport.created_at.desc(), PeopleImport.id.desc())
        .limit(RECENT)
    ).all()


def import_of(session: Session, actor: Actor, programme: Programme, uuid: UUID) -> PeopleImport:
    """One import of a programme that the actor coordinates. Raises NotFound."""
    found = session.scalar(
        select(PeopleImport)
        .where(
            PeopleImport.uuid == uuid,
            PeopleImport.programme_id == programme.id,
            PeopleImport.programme_id.in_(actor.coordinates),
        )
        .options(joinedload(PeopleImport.actor), joinedload(PeopleImport.programme))
    )
    if found is None:
        raise NotFound("There is no such import.")
    return found


def draft_of(session: Session, actor: Actor, programme: Programme, uuid: UUID) -> PeopleImport:
    """As `import_of`, one that is not saved yet. Raises StaleEdit where it is."""
    row = import_of(session, actor, programme, uuid)
    if row.state is not ImportState.DRAFT:
        raise StaleEdit("This import was saved meanwhile; nothing of it can be changed any more.")
    return row


def begin(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    uuid: UUID,
    filename: str,
    data: bytes,
    store: Path,
) -> PeopleImport:
    """Take in a file, keep it, and guess which of its columns is what; sent twice it is one.

    Raises UserError (field `file`) where it is no table that can be read.
    """
    there = session.scalar(select(PeopleImport).where(PeopleImport.uuid == uuid))
    if there is not None:
        return import_of(session, actor, programme, uuid)
    if not data:
        raise UserError("This file is empty; choose another.", field="file")
    sha256 = hashlib.sha256(data).hexdigest()
    columns = _read(data, Layout(), sha256, store) | {
        "role": MembershipRole.MENTOR.value,
        "overwrite": False,
    }
    write_whole(store / sha256, data)
    row = PeopleImport(
        uuid=uuid,
        programme=programme,
        actor=person_of(session, actor),
        filename=filename[:255],
        sha256=sha256,
        columns=columns,
        rows=columns["rows"],
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    return row


def read_anew(
    session: Session, *, now: datetime, row: PeopleImport, layout: Layout, store: Path
) -> None:
    """Read the file in another encoding, with another separator or from another sheet; columns are
    guessed anew. Raises UserError."""
    path = store / row.sha256
    if not path.is_file():
        raise UserError("The file is not kept any more; upload it once more.", field="file")
    found = _read(path.read_bytes(), layout, row.sha256, store)
    row.columns = row.columns | found
    row.rows = found["rows"]
    row.changed_at = now
    session.flush()


def choose_columns(
    session: Session,
    *,
    now: datetime,
    row: PeopleImport,
    version: int,
    mapped: Sequence[str],
    role: MembershipRole,
    overwrite: bool,
) -> None:
    """Say which column is what, what role those have who have none, and whether cells replace what
    is there. Raises UserError, and StaleEdit where somebody changed it meanwhile."""
    if row.version != version:
        raise StaleEdit("Somebody changed the columns meanwhile.")
    chosen = [name for name in mapped if name]
    for place, name in enumerate(mapped):
        if name and name in mapped[:place]:
            raise UserError(
                "Two columns are chosen for this; leave one of them out.", field=f"column-{place}"
            )
    if not {"name", "first_name", "last_name"} & set(chosen):
        raise UserError("Say which column holds the names.", field="column-0")
    row.columns = row.columns | {
        "map": [name if name in HEADERS else "" for name in mapped],
        "role": role.value,
        "overwrite": overwrite,
        "chosen": True,
    }
    row.changed_at = now
    session.flush()


def discard(session: Session, row: PeopleImport, store: Path) -> None:
    """Take away an import that was not saved, with what is kept of its file."""
    session.delete(row)
    session.flush()
    forget_file(session, row.sha256, store)


def forget_file(session: Session, sha256: str, store: Path) -> None:
    """Let go of a file that nothing needs any more: it is full of addresses."""
    needed = select(PeopleImport.id).where(
        PeopleImport.sha256 == sha256,
        PeopleImport.state.in_((ImportState.DRAFT, ImportState.APPLYING)),
    )
    document = select(DocumentFile.id).where(DocumentFile.sha256 == sha256)
    if session.scalar(needed.limit(1)) is None:
        for path in (store / "imports").glob(f"{sha256}-*"):
            path.unlink(missing_ok=True)
        if session.scalar(document.limit(1)) is None:
            (store / sha256).unlink(missing_ok=True)


def lines(row: PeopleImport, store: Path, skipped: int = 0) -> Iterator[Line]:
    """The rows below the header, as they were read, but the first so many. Raises UserError."""
    path = _kept(row.sha256, row.columns, store)
    if not path.is_file():
        source = store / row.sha256
        if not source.is_file():
            raise UserError("The file is not kept any more; upload it once more.")
        _read(source.read_bytes(), layout_of(row.columns), row.sha256, store)
    with path.open(encoding="utf-8") as file:
        for text in islice(file, row.columns["above"] + 1 + skipped, None):
            number, cells = json.loads(text)
            yield Line(number, tuple(cells))


def mapping(row: PeopleImport) -> dict[str, int]:
    """Which column holds what. A last name alone is a name."""
    found = {name: place for place, name in enumerate(row.columns["map"]) if name}
    if "last_name" in found and "first_name" not in found and "name" not in found:
        found["name"] = found.pop("last_name")
    return found


def layout_of(columns: Mapping[str, Any]) -> Layout:
    """How the file is read."""
    return Layout(**{name: columns.get(name) for name in ("encoding", "delimiter", "sheet")})


def _kept(sha256: str, columns: Mapping[str, Any], store: Path) -> Path:
    way = json.dumps(asdict(layout_of(columns)), sort_keys=True).encode()
    return store / "imports" / f"{sha256}-{hashlib.sha256(way).hexdigest()[:16]}"


def _read(data: bytes, layout: Layout, sha256: str, store: Path) -> dict[str, Any]:
    """Keep the rows of a file one by one, so that none of the next pages has to read it again;
    gives how it was read, its header and what its columns seem to be."""
    source = open_table(data, layout)
    head: list[Line] = []
    kept = []
    for line in lines_of(source):
        if len(head) < HEADER_WITHIN:
            head.append(line)
        cells = [cell[:LONGEST_KEPT] for cell in line.cells]
        kept.append(json.dumps([line.number, cells], ensure_ascii=False))
    if not head:
        raise Unreadable("The file is empty; its first row names the columns.")
    header = max(head, key=lambda line: (_known(line), -line.number))
    if head[-1].number == header.number and len(kept) <= len(head):
        raise Unreadable("There are no people below the header; add some.")
    columns = asdict(source.layout)
    text = "\n".join(kept).encode("utf-8", "replace")
    write_whole(_kept(sha256, columns, store), text + b"\n")
    return columns | _described(source, header, head) | {"rows": _below(header, head, len(kept))}


def _below(header: Line, head: Sequence[Line], count: int) -> int:
    return count - 1 - head.index(header)


def _described(source: Source, header: Line, head: Sequence[Line]) -> dict[str, Any]:
    width = max(len(line.cells) for line in head)
    titles = [*header.cells, *[""] * (width - len(header.cells))]
    mapped: list[str] = []
    for title in titles:
        name = _meant(title)
        mapped.append("" if name in mapped else name)
    return {
        "sheets": list(source.sheets),
        "hidden": list(source.hidden),
        "merged": list(source.merged[:20]),
        "header": header.number,
        "above": head.index(header),
        "titles": [" ".join(title.split())[:120] for title in titles],
        "map": mapped,
        "chosen": False,
    }


def _known(line: Line) -> int:
    return len({HEADER_NAMES[folded(cell)] for cell in line.cells if folded(cell) in HEADER_NAMES})


def _meant(title: str) -> str:
    """The column that a header probably means; empty where that is open."""
    word = folded(title[:120])
    if not word:
        return ""
    near = HEADER_NAMES.get(word)
    if near is None and (close := closest(word, HEADER_NAMES)):
        near = HEADER_NAMES.get(close)
    return near or ""
