"""One private PostgreSQL for a whole test run: started on first use, stopped at the end.

It listens on a Unix socket in its own temporary folder only, so it meets no other server and needs
no free port. It keeps nothing safe on disk, which makes it several times faster.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "Pacific/Chatham",  # an odd one, so that nothing leans on the server's zone
}


def binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl`: from PATH, else Debian's newest, else none."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "pg_ctl").exists():
        return Path(on_path).resolve().parent
    folders = [
        folder
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if folder.parent.name.isdigit() and (folder / "initdb").exists()
    ]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


def _owner() -> str | None:
    """Whom the server runs as, where that is not oneself: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL cannot run as root and there is no other user to run it as")


def room() -> Path:
    """Where databases live: in memory if there is enough, for a copy then takes a thirtieth.

    TMPDIR will not do: a socket's path may have 107 bytes at most, and the server's user must be
    able to walk to it.
    """
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK | os.X_OK):
        if shutil.disk_usage(memory).free > 2**30:
            return memory
    return Path("/tmp")


class Cluster:
    """A PostgreSQL server of our own, living in one temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def start(cls, *, durable: bool = False) -> "Cluster":
        """Make a cluster and start it; about two seconds. A durable one is on disk and keeps what
        it says it has kept, as those that people use."""
        found = binaries()
        if found is None:
            raise RuntimeError("PostgreSQL is not installed")
        owner = _owner()
        cluster = cls(
            Path(tempfile.mkdtemp(prefix="mmp-postgres-", dir="/tmp" if durable else room()))
        )
        if owner is not None:
            account = pwd.getpwnam(owner)
            os.chown(cluster.folder, account.pw_uid, account.pw_gid)
        try:
            initdb: list[str | Path] = [found / "initdb", "--pgdata", cluster.data, "--no-sync"]
            initdb += ["--username=mmp", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
            cluster._run(owner, initdb)
            settings = _SETTINGS if durable else _SETTINGS | _FAST
            options = [f"-c {name}='{value}'" for name, value in settings.items()]
            options.append(f"-k '{cluster.folder}'")
            start: list[str | Path] = [found / "pg_ctl", "start", "--wait", "--silent"]
            start += ["--pgdata", cluster.data, "--log", cluster.folder / "log"]
            start += ["-o", " ".join(options)]
            cluster._run(owner, start)
        except BaseException:
            cluster.stop()
            raise
        return cluster

    def _run(self, owner: str | None, command: list[str | Path]) -> None:
        report = self.folder / "report"
        with report.open("w") as out:  # a file, not a pipe: the server would keep a pipe open
            done = subprocess.run(
                command,
                cwd=self.folder,
                user=owner,
                group=owner and pwd.getpwnam(owner).pw_gid,
                extra_groups=[] if owner else None,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=120,
            )
        if done.returncode:
            log = self.folder / "log"
            said = report.read_text() + (log.read_text() if log.exists() else "")
            raise RuntimeError(f"{Path(command[0]).name} failed:\n{said}")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """The address of one database, as SQLAlchemy reads it."""
        return f"postgresql+psycopg://mmp@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection":
        """A connection of which each statement stands for itself."""
        import psycopg  # here, because finding out what is installed must work without it

        return psycopg.connect(host=str(self.folder), user="mmp", dbname=database, autocommit=True)

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database, empty or as a copy, and give its address; a copy takes 30 ms."""
        with self.connect() as connection:
            # Copying files is three times faster than logging every page, which newer versions do.
            strategy = "STRATEGY file_copy" if connection.info.server_version >= 150000 else ""
            statement = f"CREATE DATABASE {_name(database)} TEMPLATE {_name(template)} {strategy}"
            connection.execute(statement.encode())
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_name(database)} WITH (FORCE)".encode())

    def stop(self) -> None:
        """Stop the server at once and remove its folder."""
        pid_file = self.data / "postmaster.pid"
        try:
            os.kill(int(pid_file.read_text().split("\n", 1)[0]), signal.SIGQUIT)
        except (FileNotFoundError, ProcessLookupError):
            pass
        else:
            # Not until the process is gone: in a container nobody may come to bury it.
            patience = time.monotonic() + 10
            while pid_file.exists() and time.monotonic() < patience:
                time.sleep(0.01)
        shutil.rmtree(self.folder, ignore_errors=True)


def _name(database: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", database):
        raise ValueError(f"not a plain database name: {database!r}")
    return database
