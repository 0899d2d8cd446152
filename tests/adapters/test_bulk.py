"""Many rows go in as one by one do."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mmp.adapters.bulk import MANY, insert_rows
from mmp.models import Organisation

TABLE = cast(Table, Organisation.__table__)
NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)


def _row(number: int, key: str = "") -> dict[str, Any]:
    return {
        "uuid": uuid4(),
        "version": 1,
        "key": key or f"body-{number}",
        "name": {"en": 'A "body",\\n\ttabs', "ar": f"هيئة {number}"},
        "country": None,
        "search": "",
        "created_at": NOW,
        "changed_at": NOW,
    }


@pytest.mark.both_databases
@pytest.mark.parametrize("count", (0, 3, MANY))
def test_what_goes_in_comes_out(session: Session, count: int) -> None:
    rows = [_row(number) for number in range(count)]
    insert_rows(session.connection(), TABLE, rows)
    found = session.scalars(select(Organisation).order_by(Organisation.id)).all()
    assert [(one.uuid, one.name, one.country, one.created_at) for one in found] == [
        (row["uuid"], row["name"], row["country"], row["created_at"]) for row in rows
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("count", (3, MANY))
def test_a_second_of_a_key_is_refused_and_nothing_goes_in(session: Session, count: int) -> None:
    with pytest.raises(IntegrityError):
        insert_rows(session.connection(), TABLE, [_row(number, "same") for number in range(count)])
    session.rollback()
    assert session.scalars(select(Organisation)).all() == []
