"""What a worker asks of the database for each mail: built once.

On PostgreSQL mark, plan and attempt are one statement and so one commit; on SQLite three.
"""

from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    Column,
    Table,
    bindparam,
    exists,
    insert,
    literal_column,
    null,
    select,
    update,
)

from mmp.jobs import claims
from mmp.models import Delivery, Event, Mail, MailAttempt, Person

_MAIL, _PERSON, _EVENT, _DELIVERY, _ATTEMPT = (
    cast(Table, model.__table__) for model in (Mail, Person, Event, Delivery, MailAttempt)
)


def _new(column: Column[Any]) -> Any:
    return bindparam(f"new_{column.name}", type_=column.type)


MINE = (
    _MAIL.c.id == bindparam("number"),
    _MAIL.c.state == literal_column("'leased'"),
    _MAIL.c.lease_owner == bindparam("owner"),
)
"""The fence: only what this worker holds at this moment."""

_LOOK = (
    select(_MAIL.c.id, _PERSON.c.email, _EVENT.c.status)
    .select_from(_MAIL.join(_PERSON, _PERSON.c.id == _MAIL.c.person_id))
    .outerjoin(_EVENT, _EVENT.c.id == _MAIL.c.event_id)
    .where(*MINE[1:], _MAIL.c.lease_until > claims.database_seconds())
)
FROZEN = ("frozen_at", "message_id", "sender", "address", "subject", "octets", "parameters")
FREEZE = update(_MAIL).where(*MINE).values({name: _new(_MAIL.c[name]) for name in FROZEN})
MARK = (
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
# With its reader the mail itself may be gone by now; and the note may be there already, if the
# database went away after the commit and before its answer.
NOTE = insert(_ATTEMPT).from_select(
    ["mail_id", *_NOTED],
    select(
        _MAIL.c.id, *(bindparam(f"noted_{name}", type_=_ATTEMPT.c[name].type) for name in _NOTED)
    ).where(
        _MAIL.c.id == bindparam("number"),
        ~exists().where(_ATTEMPT.c.uuid == bindparam("noted_uuid", type_=_ATTEMPT.c.uuid.type)),
    ),
)


@lru_cache(maxsize=16)
def look_at(count: int) -> Any:
    return _LOOK.where(_MAIL.c.id.in_([bindparam(f"number_{at}") for at in range(count)]))


def _whole(*, ends: bool, noted: bool) -> Any:
    """All that PostgreSQL is asked to write of a mail."""
    mark = MARK.cte("mark")
    parts = []
    if ends:
        told = _PLAN.where(_DELIVERY.c.mail_id.in_(select(mark.c.id)))
        parts.append(told.returning(_DELIVERY.c.id).cte("plan"))
    if noted:
        parts.append(NOTE.returning(_ATTEMPT.c.id).cte("note"))
    return select(mark.c.id).add_cte(*parts)


WHOLE = {
    (ends, noted): _whole(ends=ends, noted=noted)
    for ends in (True, False)
    for noted in (True, False)
}
PLAN_OF_ONE = _PLAN.where(_DELIVERY.c.mail_id == bindparam("number"))
