"""What the statements of the outbox cost where 15,000 mails wait for their day."""

from sqlalchemy import Engine
from sqlalchemy.event import listen
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.jobs import claims


def test_every_statement_reads_an_index(
    session: Session, engine: Engine, clock: FixedClock
) -> None:
    """SQLite overlooks a partial index where its condition is a bound value."""
    said: list[tuple[str, tuple[object, ...]]] = []
    listen(engine, "before_cursor_execute", lambda *call: said.append((call[2], call[3])))
    claims.claim(session, owner="x", now=clock.now(), limit=5)
    claims.next_due(session)
    claims.owners(session)
    claims.free(session, dead={"y"})
    claims.expire(session, now=clock.now())
    session.rollback()
    assert len(said) == 6
    for statement, values in said[:]:
        plan = [
            str(row[3])
            for row in session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", tuple(values)
            )
        ]
        assert any("USING" in step and "INDEX ix_mail_" in step for step in plan), (statement, plan)
        assert "SCAN mail" not in plan, (statement, plan)
