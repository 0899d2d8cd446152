"""Planning: 15,000 reminders of one event, from nothing to a commit."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from mmp.models import Base, Delivery, Event
from mmp.models.enums import ReminderPreset
from mmp.services import reminders as planned
from tests.bench import reminders
from tests.bench.report import Figure
from tests.support.factories import Factory, timed

ROWS, RULES, ROUNDS = 15_000, 4, 5
"""Whoever is invited has so many reminders ahead of an online meeting, by the standard rules."""


def measure() -> Iterator[Figure]:
    """By the clock, for somebody waits for it."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for name, engine in reminders.databases(Path(folder), stack):
            yield Figure(f"{ROWS:,} reminders planned on {name}, seconds", _seconds(engine), 1)
            engine.dispose()


def _seconds(engine: Engine) -> float:
    Base.metadata.create_all(engine)
    with Session(engine, info={"clock": reminders.CLOCK}) as session:
        event = _invite(session, ROWS // RULES)
        return statistics.median(_plan(session, event) for _ in range(ROUNDS))


def _invite(session: Session, people: int) -> Event:
    make = Factory(session)
    programme = make.programme(reminder_preset=ReminderPreset.STANDARD)
    event = make.event(programme, timed(datetime(2026, 7, 20, 14), 90))
    with make.at_once():
        for number in range(people):
            zone, locale = reminders.ZONES[number % 5], reminders.LOCALES[number % 3]
            make.participation(event, make.person(programme, zone=zone, locale=locale))
    session.commit()
    return event


def _plan(session: Session, event: Event) -> float:
    session.execute(delete(Delivery))
    session.commit()
    began = time.perf_counter()
    planned.reconcile(session, now=reminders.CLOCK.now(), event=event)
    session.commit()
    took = time.perf_counter() - began
    assert session.scalar(select(func.count(Delivery.id))) == ROWS
    return took
