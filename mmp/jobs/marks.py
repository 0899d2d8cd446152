"""What a worker reads and writes for each mail, in as few statements as there can be.

A transaction on SQLite takes the write lock at its beginning, for one that takes it half way may
have to start anew.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import (
    Connection,
    Engine,
)
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.prepared import prepared
from mmp.core.mail import Outcome, Reason
from mmp.jobs import claims, statements
from mmp.models.enums import DeliveryState, EventStatus
from mmp.models.mail import MailState

if TYPE_CHECKING:
    from mmp.adapters.pipelined import Pipeline

_ENDS = {
    MailState.SENT: DeliveryState.SENT,
    MailState.FAILED: DeliveryState.FAILED,
    MailState.CANCELLED: DeliveryState.CANCELLED,
    MailState.EXPIRED: DeliveryState.EXPIRED,
}
"""What a mail's end makes of the lines of the plan that it told."""


CHECKPOINT_PAGES = 8_000
"""32 MB of SQLite's log: each time it is emptied, the disk has to answer for two files. With the
default of 1,000 pages that would be every sixty mails."""

Seen = tuple[str | None, EventStatus | None]
"""A reader's address, and the state of the event that their mail is about."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a mail: `columns` as `results.mark_of` gives them, and the attempt."""

    number: int
    columns: Mapping[str, Any]
    attempt: Mapping[str, Any] | None = None

    @property
    def ends(self) -> DeliveryState | None:
        """What becomes of the lines of the plan that it told; None as long as it may still go."""
        if self.columns["reason"] == Reason.SUPPRESSED:
            return DeliveryState.SUPPRESSED
        return _ENDS.get(self.columns["state"])


def _seen(rows: Iterable[Sequence[Any]]) -> dict[int, Seen]:
    return {
        int(number): (email, EventStatus(status) if status else None)
        for number, email, status in rows
    }


class Hand:
    """A worker's connection. It commits by itself, statement by statement, but for `transaction`.
    `session` reads on the same connection."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        engine: Engine,
        owner: str,
    ) -> None:
        self.owner = owner
        self._sessions, self._engine = sessions, engine
        self._in_transaction = False
        self._on_sqlite = engine.dialect.name == "sqlite"
        driver: Any = engine.dialect.dbapi
        own = (driver.OperationalError, driver.InterfaceError)
        self.mishaps: tuple[type[Exception], ...] = (OperationalError, InterfaceError, *own)
        """What goes wrong when the database is away, as SQLAlchemy and as the driver tell it."""
        self._connect()

    def _connect(self) -> None:
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.session = self._sessions(bind=self._connection)
        driver: Any = self._connection.connection.driver_connection
        self._cursor = driver.cursor()
        self._pipeline: Pipeline | None = None
        if self._on_sqlite:
            self._cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        else:
            self._pipeline = _pipeline_on(self._connection)

    def close(self) -> None:
        if self._is_under_way:
            self._give_up()
        self.session.close()
        self._connection.close()

    def reconnect(self) -> None:
        """Begin anew after the database was away; again, if it still was."""
        self._give_up()
        self.close()
        self._connect()

    @property
    def _is_under_way(self) -> bool:
        """Whether something was begun that was not waited for."""
        return self._pipeline is not None and self._pipeline.is_under_way

    def _give_up(self) -> None:
        """Nobody else is to have this connection."""
        if not self._connection.closed:
            self._connection.invalidate()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """What happens in it happens as a whole."""
        run = self._cursor.execute
        run("BEGIN IMMEDIATE" if self._on_sqlite else "BEGIN")
        self._in_transaction = True
        try:
            yield self.session
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise
        finally:
            self._in_transaction = False

    def claim(self, *, now: datetime, limit: int) -> list[int]:
        with self.transaction() as session:
            if not self._on_sqlite:
                # A claim that is lost with its server's power leaves mails due, and `look` tells.
                self._cursor.execute("SET LOCAL synchronous_commit TO off")
            return claims.claim(session, owner=self.owner, now=now, limit=limit)

    def give_back(self, numbers: Collection[int] | None = None) -> None:
        """Make these mails due again, or all that this worker holds."""
        if self._is_under_way:
            self.reconnect()
        with self.transaction() as session:
            claims.give_back(session, owner=self.owner, numbers=numbers)

    def keep(self, frozen: Sequence[Mapping[str, Any]], marks: Sequence[Mark]) -> "Going | None":
        """Write what mails will say, before any of them leaves, and what became of others, where
        they are still ours. One commit; on PostgreSQL not waited for, on SQLite nothing is left to
        wait for."""
        values = [
            {"number": row["id"], "owner": self.owner}
            | {f"new_{name}": row[name] for name in statements.FROZEN}
            for row in frozen
        ]
        if not values and not marks:
            return None
        if self._pipeline is not None:
            freezes = [(statements.FREEZE, one) for one in values]
            self._pipeline.ask([*(self._whole(mark) for mark in marks), *freezes])
            return Going(self._pipeline, len(marks))
        with self.transaction():
            if values:
                self._connection.execute(statements.FREEZE, values)
            for mark in marks:
                self._mark_one(mark)
        return None

    def look(self, numbers: Sequence[int]) -> dict[int, Seen]:
        """The pre-send check: by number the reader's address and the event's state by now, if the
        mail is still leased, and by this worker, and the lease has not run out."""
        return self.mark_and_look((), numbers)[1]

    def mark(self, marks: Sequence[Mark]) -> list[bool]:
        """Write what became of mails and of what they told, where this worker still holds them, and
        what happened in any case. Ends their leases. Tells of each whether it was ours. One commit,
        unless in a transaction."""
        return self.mark_and_look(marks, ())[0]

    def mark_and_look(
        self, marks: Sequence[Mark], numbers: Sequence[int]
    ) -> tuple[list[bool], dict[int, Seen]]:
        """`mark`, and after its commit `look`: on PostgreSQL in one go there and back."""
        if not self._on_sqlite:
            return self.begin(marks, numbers).result()
        ours = []
        if marks:
            with nullcontext() if self._in_transaction else self.transaction():
                ours = [self._mark_one(mark) for mark in marks]
        return ours, _seen(self._run(*self._look(numbers)).fetchall()) if numbers else {}

    def begin(self, marks: Sequence[Mark], numbers: Sequence[int]) -> "Going":
        """The same, not waited for; on PostgreSQL alone. Nothing else is done meanwhile."""
        assert self._pipeline is not None  # on PostgreSQL
        wholes = [self._whole(mark) for mark in marks]
        looks = [self._look(numbers)] if numbers else []
        self._pipeline.ask(*(go for go in (wholes, looks) if go))
        return Going(self._pipeline, len(marks))

    def _whole(self, mark: Mark) -> tuple[Any, dict[str, Any]]:
        return statements.WHOLE[mark.ends is not None, mark.attempt is not None], self._values(mark)

    def _look(self, numbers: Sequence[int]) -> tuple[Any, dict[str, Any]]:
        values: dict[str, Any] = {f"number_{at}": one for at, one in enumerate(numbers)}
        return statements.look_at(len(numbers)), values | {"owner": self.owner}

    def _run(self, statement: Any, values: Mapping[str, Any]) -> Any:
        return prepared(statement, self._engine.dialect).run(self._cursor, values)

    def _mark_one(self, mark: Mark) -> bool:
        values = self._values(mark)
        if mark.attempt is not None:
            self._run(statements.NOTE, values)
        ours = bool(self._run(statements.MARK, values).fetchall())
        if ours and mark.ends is not None:
            self._run(statements.PLAN_OF_ONE, values)
        return ours

    def _values(self, mark: Mark) -> dict[str, Any]:
        values: dict[str, Any] = {"number": mark.number, "owner": self.owner}
        values |= {f"new_{name}": value for name, value in mark.columns.items()}
        values |= {f"noted_{name}": value for name, value in (mark.attempt or {}).items()}
        return values | {"plan_state": mark.ends}


@dataclass(frozen=True, slots=True)
class Going:
    """What PostgreSQL was asked by `Hand.keep` or `begin`; the first `marks` of it are marks."""

    pipeline: "Pipeline"
    marks: int

    def result(self) -> tuple[list[bool], dict[int, Seen]]:
        """As of `mark_and_look`, waited for."""
        answers = self.pipeline.answers()
        ours = [bool(rows) for rows in answers[: self.marks]]
        return ours, _seen(chain.from_iterable(answers[self.marks :]))


def _pipeline_on(connection: Connection) -> "Pipeline":
    from mmp.adapters.pipelined import Pipeline  # its driver is there only with PostgreSQL

    driver: Any = connection.connection.driver_connection
    return Pipeline(driver)


def attempt_of(outcome: Outcome, *, worker: str, now: datetime) -> dict[str, Any]:
    """The columns of an attempt."""
    return {
        "uuid": uuid4(),
        "at": now,
        "worker": worker,
        "result": outcome.result.value,
        "stage": outcome.stage.value,
        "code": outcome.code,
        "text": outcome.text,
    }
