"""What one lane reads and writes for each mail, in as few statements as there can be.

The statements are built once. On PostgreSQL mark, plan and attempt are one statement and so one
commit; on SQLite three in a transaction that takes the write lock at its beginning, for one that
takes it half way may have to start anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import (
    Column,
    Engine,
    Table,
    bindparam,
    insert,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.orm import Session, sessionmaker

from mmp.core.mail import Outcome, Reason
from mmp.jobs import claims
from mmp.models import Delivery, Event, Mail, MailAttempt, Person
from mmp.models.enums import DeliveryState, EventStatus
from mmp.models.mail import MailState

_MAIL, _PERSON, _EVENT, _DELIVERY, _ATTEMPT = (
    cast(Table, model.__table__) for model in (Mail, Person, Event, Delivery, MailAttempt)
)
_ENDS = {
    MailState.SENT: DeliveryState.SENT,
    MailState.FAILED: DeliveryState.FAILED,
    MailState.CANCELLED: DeliveryState.CANCELLED,
    MailState.EXPIRED: DeliveryState.EXPIRED,
}
"""What a mail's end makes of the lines of the plan that it told."""


def _new(column: Column[Any]) -> Any:
    return bindparam(f"new_{column.name}", type_=column.type)


MINE = (
    _MAIL.c.id == bindparam("number"),
    _MAIL.c.state == literal_column("'leased'"),
    _MAIL.c.lease_owner == bindparam("owner"),
)
"""The fence: only what this lane holds at this moment."""

_LOOK = (
    select(_PERSON.c.email, _EVENT.c.status)
    .select_from(_MAIL.join(_PERSON, _PERSON.c.id == _MAIL.c.person_id))
    .outerjoin(_EVENT, _EVENT.c.id == _MAIL.c.event_id)
    .where(*MINE, _MAIL.c.lease_until > claims.database_seconds())
)
FROZEN = ("frozen_at", "message_id", "sender", "address", "subject", "octets", "parameters")
_FREEZE = update(_MAIL).where(*MINE).values({name: _new(_MAIL.c[name]) for name in FROZEN})
_MARK = (
    update(_MAIL)
    .where(*MINE)
    .values(
        {name: _new(_MAIL.c[name]) for name in ("state", "reason", "ended_at", "next_at", "tries")}
        | {"lease_owner": null(), "lease_until": null()}
    )
    .returning(_MAIL.c.id)
)
_PLAN = update(_DELIVERY).where(_DELIVERY.c.state == literal_column("'queued'"))
_PLAN = _PLAN.values(
    state=bindparam("plan_state", type_=_DELIVERY.c.state.type),
    reason=bindparam("new_reason", type_=_DELIVERY.c.reason.type),
    ended_at=bindparam("new_ended_at", type_=_DELIVERY.c.ended_at.type),
)
_NOTED = ("uuid", "at", "worker", "result", "stage", "code", "text")
# With its reader the mail itself may be gone by now.
_NOTE = insert(_ATTEMPT).from_select(
    ["mail_id", *_NOTED],
    select(
        _MAIL.c.id, *(bindparam(f"noted_{name}", type_=_ATTEMPT.c[name].type) for name in _NOTED)
    ).where(_MAIL.c.id == bindparam("number")),
)


def _whole(*, ends: bool, noted: bool) -> Any:
    """All that PostgreSQL is asked to write of a mail."""
    mark = _MARK.cte("mark")
    parts = []
    if ends:
        told = _PLAN.where(_DELIVERY.c.mail_id.in_(select(mark.c.id)))
        parts.append(told.returning(_DELIVERY.c.id).cte("plan"))
    if noted:
        parts.append(_NOTE.returning(_ATTEMPT.c.id).cte("note"))
    return select(mark.c.id).add_cte(*parts)


_WHOLE = {
    (ends, noted): _whole(ends=ends, noted=noted)
    for ends in (True, False)
    for noted in (True, False)
}
_PLAN_OF_ONE = _PLAN.where(_DELIVERY.c.mail_id == bindparam("number"))


class Hand:
    """One lane's connection. It commits by itself, statement by statement, but for `transaction`.

    `session` reads on the same connection. `writing` keeps the lanes of a process from waiting for
    SQLite's lock, which would cost them milliseconds each time.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        engine: Engine,
        owner: str,
        writing: AbstractContextManager[Any],
    ) -> None:
        self.owner = owner
        self._sessions, self._engine, self._writing = sessions, engine, writing
        self._in_transaction = False
        self._on_sqlite = engine.dialect.name == "sqlite"
        self._connect()

    def _connect(self) -> None:
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.session = self._sessions(bind=self._connection)

    def close(self) -> None:
        self.session.close()
        self._connection.close()

    def reconnect(self) -> None:
        """Begin anew after the database was away; again, if it still was."""
        if not self._connection.closed:
            self._connection.invalidate()
        self.close()
        self._connect()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """What happens in it happens as a whole."""
        run = self._connection.exec_driver_sql
        with self._writing:
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
            return claims.claim(session, owner=self.owner, now=now, limit=limit)

    def give_back(self) -> None:
        with self.transaction() as session:
            claims.give_back(session, owner=self.owner)

    def freeze(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write what mails will say, before any of them leaves; where they are still ours."""
        values = [
            {"number": row["id"], "owner": self.owner}
            | {f"new_{name}": row[name] for name in FROZEN}
            for row in rows
        ]
        if values:
            self._connection.execute(_FREEZE, values)

    def look(self, number: int) -> tuple[str | None, EventStatus | None] | None:
        """The pre-send check: the reader's address and the event's state by now, if the mail is
        still leased, and by this lane, and the lease has not run out."""
        values = {"number": number, "owner": self.owner}
        found = self._connection.execute(_LOOK, values).first()
        return None if found is None else (found[0], found[1])

    def mark(
        self, number: int, mark: Mapping[str, Any], attempt: Mapping[str, Any] | None = None
    ) -> bool:
        """Write what became of a mail and of what it told, if this lane still holds it, and what
        happened in any case. Ends the lease. Tells whether the mail was ours."""
        values = {"number": number, "owner": self.owner}
        values |= {f"new_{name}": value for name, value in mark.items()}
        values |= {f"noted_{name}": value for name, value in (attempt or {}).items()}
        ends = _ENDS.get(mark["state"])
        if mark["reason"] == Reason.SUPPRESSED:
            ends = DeliveryState.SUPPRESSED
        values["plan_state"] = ends
        if not self._on_sqlite:
            whole = _WHOLE[ends is not None, attempt is not None]
            return bool(self._connection.execute(whole, values).all())
        with nullcontext() if self._in_transaction else self.transaction():
            if attempt is not None:
                self._connection.execute(_NOTE, values)
            ours = bool(self._connection.execute(_MARK, values).all())
            if ours and ends is not None:
                self._connection.execute(_PLAN_OF_ONE, values)
        return ours


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
