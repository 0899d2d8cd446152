"""A whole database into one file and back, while others use it: all of it or nothing.

SQLite by its online backup, PostgreSQL by its own programs, which take the password from the
environment: arguments are there for every user of a machine to read.
"""

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Literal

from sqlalchemy import create_engine, inspect, literal, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from mmp.core.errors import UserError
from mmp.models import Base

Kind = Literal["sqlite", "postgresql"]
PATIENCE = 10.0
"""Seconds to wait for whoever holds the database."""
TABLES = (*Base.metadata.tables, "alembic_version")


_HOLD = """
DO $$ BEGIN
    UPDATE public.mail SET state = 'held', reason = 'restored from a backup',
        lease_owner = NULL, lease_until = NULL WHERE state IN ('due', 'leased');
    UPDATE public.delivery SET state = 'held', reason = 'restored from a backup'
        WHERE state = 'planned';
EXCEPTION WHEN undefined_table OR undefined_column THEN NULL;
END $$;
"""
"""As `hold_all` and `hold_planned` have it, where there are such tables already. A worker that runs
meanwhile must not see the rows otherwise for a moment."""


def kind_of(database_url: str) -> Kind:
    """What kind of database an address leads to."""
    return "sqlite" if make_url(database_url).get_backend_name() == "sqlite" else "postgresql"


def dump(database_url: str, target: Path) -> None:
    """Write one consistent state of the database into `target`."""
    if kind_of(database_url) == "sqlite":
        source = sqlite_file(database_url)
        if not source.is_file():
            raise UserError("There is no database yet: %(file)s is missing.", file=source)
        with closing(_open(source)) as origin, closing(sqlite3.connect(target)) as copy:
            _copy(origin, copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"{source} is damaged ({found})")
        return
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
    _postgres(database_url, "pg_dump", *options)


def load(database_url: str, source: Path) -> None:
    """Put what `dump` wrote in the place of everything that is there, in one transaction. On
    PostgreSQL, where workers may go on meanwhile, the mail in it is held."""
    if kind_of(database_url) == "sqlite":
        _load_sqlite(source, sqlite_file(database_url))
        return
    # As a script, so that what is there goes in the same transaction in which the other comes.
    script = source.with_suffix(".sql")
    clear = source.with_suffix(".clear.sql")
    clear.write_text("".join(f'DROP TABLE IF EXISTS "{name}" CASCADE;\n' for name in TABLES))
    hold = source.with_suffix(".hold.sql")
    hold.write_text(_HOLD)
    options = ["--no-owner", "--no-privileges", f"--file={script}", str(source)]
    _postgres(database_url, "pg_restore", *options)
    options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    options += ["--output=/dev/null", f"--file={clear}", f"--file={script}"]
    options.append(f"--file={hold}")
    _postgres(database_url, "psql", *options)


def revision_in(database_url: str) -> str | None:
    """The revision of the tables there; None where there are none."""
    if kind_of(database_url) == "sqlite" and not sqlite_file(database_url).exists():
        return None  # to look would make it
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)


def has_rows(database_url: str) -> bool:
    """Whether anything is kept there that a restore would lose."""
    if kind_of(database_url) == "sqlite" and not sqlite_file(database_url).exists():
        return False
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        return any(
            connection.execute(select(literal(1)).select_from(table).limit(1)).first()
            for table in Base.metadata.sorted_tables
            if table.name in there
        )


def sqlite_file(database_url: str) -> Path:
    """The file of an SQLite database."""
    return Path(make_url(database_url).database or "")


def _load_sqlite(source: Path, place: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as origin, closing(_open(place)) as target:
            # Through SQLite, not by renaming: a server that has the file open sees all or nothing.
            _copy(origin, target)
            target.execute("PRAGMA journal_mode=WAL")
    except sqlite3.DatabaseError as error:
        broken = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
        if getattr(error, "sqlite_errorcode", None) not in broken:
            raise
        # What is there is no database any more: nobody can be using it.
        source.replace(place)
        for rest in ("-wal", "-shm"):
            place.with_name(place.name + rest).unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=PATIENCE)


def _copy(origin: sqlite3.Connection, target: sqlite3.Connection) -> None:
    until = time.monotonic() + PATIENCE

    def give_up(status: int, remaining: int, total: int) -> None:
        # SQLite tries for ever to get at a locked database; copying itself is one step.
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise sqlite3.OperationalError("database is locked")

    origin.backup(target, progress=give_up)


def _postgres(database_url: str, program: str, *options: str) -> None:
    url = make_url(database_url)
    try:
        done = subprocess.run(  # noqa: S603  # PostgreSQL's own program, and no shell
            [_program(program), *options],
            env=_environment(url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise UserError("%(program)s: %(why)s", program=program, why=error.strerror) from error
    if done.returncode:
        raise DumpFailed(program, done.stderr)


class DumpFailed(OSError):
    """One of PostgreSQL's programs failed; `str` is the line that says why."""

    def __init__(self, program: str, said: str) -> None:
        lines = [line for line in said.splitlines() if line.strip()]
        telling = (
            [line for line in lines if "error" in line.lower()] or lines or ["no reason given"]
        )
        super().__init__(f"{program}: {telling[0].strip()}")


def _program(name: str) -> Path:
    """Debian keeps one folder per version; the newest reads and writes what older ones do."""
    folders = sorted(
        (path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / name).exists()),
        key=lambda path: float(path.parent.name) if path.parent.name.isdigit() else 0,
    )
    if found := shutil.which(name):
        return Path(found)
    if folders:
        return folders[-1] / name
    raise UserError(
        "%(program)s is not installed; it comes with PostgreSQL's client programs.", program=name
    )


def _environment(url: URL) -> dict[str, str]:
    import psycopg  # an extra: there where PostgreSQL is used

    given, wanted = url.translate_connect_args(username="user", database="dbname"), {}
    given.update(url.query)
    for option in psycopg.pq.Conninfo.get_defaults():
        name, variable = option.keyword.decode(), option.envvar
        if variable and name in given:
            wanted[variable.decode()] = _text(given[name])
    wanted.setdefault("PGOPTIONS", f"-c lock_timeout={int(PATIENCE * 1000)}")
    return {**os.environ, "PGAPPNAME": "mmp", **wanted}


def _text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
