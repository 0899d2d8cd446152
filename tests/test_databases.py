"""What tests on PostgreSQL stand on: each finds its database as the migrations leave it."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import Person
from tests.support.databases import Databases
from tests.support.factories import Factory

pytestmark = pytest.mark.needs("postgresql")


def test_emptied_is_as_at_first(databases: Databases, clock: FixedClock) -> None:
    with databases.reused() as database:
        for _ in range(2):
            engine = create_engine(database.url)
            with Session(engine, info={"clock": clock}) as session:
                assert session.query(Person).count() == 0
                make = Factory(session)
                assert make.person(make.programme()).id == 1
                session.commit()
            engine.dispose()
            assert database.emptied()


@pytest.mark.parametrize(
    "change",
    (
        "ALTER TABLE person RENAME TO people",
        "ALTER TABLE person ALTER name SET DEFAULT 'Lina'",
        "CREATE TABLE rooms (name TEXT)",
        "UPDATE alembic_version SET version_num = '9999'",
    ),
)
def test_changed_tables_are_for_nobody_else(databases: Databases, change: str) -> None:
    with databases.reused() as database:
        engine = create_engine(database.url)
        with engine.begin() as connection:
            connection.execute(text(change))
        engine.dispose()
        assert not database.emptied()
