"""Who is alive: each worker holds a lock that its death, however sudden, gives free."""

import fcntl
import hashlib
import os
import re
import secrets
import socket
from collections.abc import Collection
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError


class Liveness(Protocol):
    """One worker's sign of life, and the others'."""

    @property
    def owner(self) -> str:
        """The name under which this worker leases mail: never used again."""

    def show(self) -> None:
        """Be alive from here on; again after a broken connection."""

    def dead(self, owners: Collection[str]) -> set[str]:
        """Those of `owners` that are gone for good."""

    def end(self) -> None: ...


def new_owner() -> str:
    """Host, process and chance, in letters that a file's name can hold."""
    host = re.sub(r"[^0-9A-Za-z.-]", "", socket.gethostname())[:40]
    return f"{host or 'host'}-{os.getpid()}-{secrets.token_hex(4)}"


class FileLiveness:
    """A locked file per worker in `folder`: for SQLite, whose workers share a machine."""

    def __init__(self, folder: Path) -> None:
        self.owner = new_owner()
        self._folder = folder
        self._file: IO[bytes] | None = None

    def show(self) -> None:
        if self._file is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Locked before it has its name: nobody ever sees it free.
            draft = self._folder / f".{self.owner}"
            self._file = draft.open("wb")
            fcntl.flock(self._file, fcntl.LOCK_EX)
            draft.replace(self._path(self.owner))

    def dead(self, owners: Collection[str]) -> set[str]:
        return {owner for owner in owners if owner != self.owner and self._is_free(owner)}

    def _is_free(self, owner: str) -> bool:
        path = self._path(owner)
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        path.unlink(missing_ok=True)
        return True

    def end(self) -> None:
        if self._file is not None:
            self._path(self.owner).unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def _path(self, owner: str) -> Path:
        return self._folder / f"{Path(owner).name}.alive"


class AdvisoryLiveness:
    """An advisory lock on a connection of its own: PostgreSQL gives it free when that ends."""

    def __init__(self, engine: Engine) -> None:
        self.owner = new_owner()
        self._engine = engine
        self._connection: Connection | None = None

    def show(self) -> None:
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except DBAPIError:
                self._drop()
        if self._connection is None:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # back in the pool, it would still hold the lock
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(self.owner)})
            self._connection = connection

    def dead(self, owners: Collection[str]) -> set[str]:
        others = {owner for owner in owners if owner != self.owner}
        if not others:
            return set()
        self.show()
        assert self._connection is not None  # shown just now
        held = set(self._connection.scalars(_HELD))
        return {owner for owner in others if _key(owner) not in held}

    def end(self) -> None:
        if self._connection is not None:
            self._drop()

    def _drop(self) -> None:
        assert self._connection is not None  # the callers have looked
        self._connection.close()
        self._connection = None


_HELD = text(
    "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _key(owner: str) -> int:
    return int.from_bytes(hashlib.sha256(owner.encode()).digest()[:8], signed=True)


def liveness_for(engine: Engine, folder: Path) -> Liveness:
    """The kind that fits the database; `folder` is the instance's."""
    if engine.dialect.name == "postgresql":
        return AdvisoryLiveness(engine)
    return FileLiveness(folder / "workers")
