"""PostgreSQL asked by the driver's pipeline, beside what the driver answers to the same."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from mmp.models import SuppressedAddress

pytestmark = pytest.mark.needs("postgresql")

ODD = {
    "words": 'O\'Neill \\ "ميسر"\n$1 %s',
    "nothing": None,
    "number": -7,
    "octets": b"\x00\xff'\\",
    "at": datetime(2026, 10, 25, 2, 30, 0, 5, tzinfo=timezone(timedelta(hours=3, minutes=30))),
    "of": UUID(int=7),
}
TYPES: dict[str, TypeEngine[Any]] = {
    "number": Integer(),
    "octets": LargeBinary(),
    "at": DateTime(timezone=True),
    "of": Uuid(),
}


@pytest.fixture
def backend() -> str:
    return "postgresql"


@pytest.fixture
def connection(session: Session) -> Iterator[Any]:
    """The driver's own, apart from the session's; commits by itself."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as found:
        yield found.connection.driver_connection
        found.invalidate()


def test_what_is_sent_arrives_unharmed(connection: Any) -> None:
    """Whether the statement is prepared for this once or kept."""
    from mmp.adapters.pipelined import Pipeline

    places = [bindparam(name, type_=TYPES.get(name, Text())) for name in ODD]
    asked = select(*places)
    for threshold in (5, None):
        connection.prepare_threshold = threshold
        pipeline = Pipeline(connection)
        for _ in range(3):
            pipeline.ask([(asked, ODD)])
            [[row]] = pipeline.answers()
            found = dict(zip(ODD, row, strict=True))
            assert (found["words"], found["nothing"]) == (ODD["words"], None)
            assert (found["number"], found["of"]) == ("-7", str(ODD["of"]))
            assert found["octets"] == "\\x00ff275c"
            assert datetime.fromisoformat(found["at"] or "") == ODD["at"]
        connection.execute("DEALLOCATE ALL")


def test_each_go_is_committed_by_itself_or_not_at_all(connection: Any, session: Session) -> None:
    from psycopg.errors import DivisionByZero

    from mmp.adapters.pipelined import Pipeline

    pipeline = Pipeline(connection)
    put = insert(SuppressedAddress).values(
        uuid=func.gen_random_uuid(), address=bindparam("who"), since=func.now(), text=func.now()
    )
    fails = select(literal_column("1") / bindparam("by", type_=Integer()))
    kept, lost = ({"who": f"{name}@example.org"} for name in ("kept", "lost"))
    pipeline.ask([(put, kept)], [(put, lost), (fails, {"by": 0})], [(fails, {"by": 1})])
    with pytest.raises(DivisionByZero):
        pipeline.answers()
    assert session.scalars(select(SuppressedAddress.address)).all() == ["kept@example.org"]
    pipeline.ask([(fails, {"by": 1})])
    assert [float(row[0] or 0) for row in pipeline.answers()[0]] == [1], "it can be asked again"


def test_a_connection_that_ended_is_told_of_and_not_waited_for(
    connection: Any, session: Session
) -> None:
    from psycopg import OperationalError

    from mmp.adapters.pipelined import Pipeline

    pipeline = Pipeline(connection)
    pipeline.ask([(select(func.pg_sleep(literal_column("30"))), {})])
    backend = connection.info.backend_pid
    session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
    with pytest.raises(OperationalError):
        pipeline.answers()
    assert pipeline.is_under_way, "so that nobody else is given it"
