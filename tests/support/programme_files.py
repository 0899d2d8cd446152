"""Programme files for tests: the smallest one, the documented one, and short ways to use them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from mmp.models import Base
from mmp.services.programme_files import Imported, export_programme, import_programme

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "programme-file.yaml"
DEMOS = (ROOT / "mmp/demo/mmp26.yaml", ROOT / "mmp/demo/cairo-2023.yaml")

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 6, 20, 8, 0, tzinfo=UTC)

SMALL = """\
mmp: 1
programme: {slug: small, name: Small, zone: Europe/Stockholm}
people:
  lina: {name: Lina, email: lina@example.org, zone: Asia/Amman, roles: [mentor]}
  erik: {name: Erik, email: erik@example.org, roles: [mentor]}
events:
  water:
    title: Water
    when: {from: 2026-09-20T14:00, to: 2026-09-20T16:00, zone: Europe/Stockholm}
    city: Stockholm
    status: published
    participants: {people: [lina, erik]}
    agenda:
      opening: {title: Opening, from: 14:00, to: 14:15}
      talks:
        title: Talks
        from: 14:15
        to: 16:00
        items:
          first: {title: First talk, from: 14:15, to: 15:00, roles: [{role: host, person: lina}]}
"""


def bring(
    session: Session,
    text: str | bytes,
    *,
    now: datetime = NOW,
    folder: Path | None = None,
    store: Path | None = None,
    file: str = "p.yaml",
) -> Imported:
    """Import a file and commit."""
    data = text.encode() if isinstance(text, str) else text
    done = import_programme(
        session, data=data, file=file, actor=None, now=now, folder=folder, store=store
    )
    session.commit()
    return done


def taken(session: Session, slug: str = "small") -> str:
    """The export of a programme, as another process would make it."""
    session.expire_all()
    return export_programme(session, slug).text


def said(done: Imported) -> list[str]:
    """What an import says it did."""
    return [str(change) for change in done.changes]


_compiled: dict[Any, Any] = {}


@cache
def _tables() -> bytes:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    connection = engine.raw_connection().driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection.serialize()


@contextmanager
def empty_database() -> Iterator[Session]:
    """Another database, in memory."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.deserialize(_tables())
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    # Compiling the same statements for every engine would take most of the time.
    with Session(engine.execution_options(compiled_cache=_compiled)) as session:
        yield session
    engine.dispose()
