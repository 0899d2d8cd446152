"""An outbox full of reminders that differ from reader to reader, and a worker to send them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.adapters.database import engine_options
from mmp.adapters.mailer import Mailer
from mmp.adapters.scheduler import liveness_for
from mmp.core.mail import Site
from mmp.jobs.dispatch import Dispatcher
from mmp.models import Base, Delivery, Mail, MailAttempt
from mmp.models.enums import DeliveryState, ReminderPreset
from mmp.models.mail import MailState
from mmp.services import reminders
from mmp.services.outbox.queue import wake_workers
from tests.support.factories import Factory, timed
from tests.support.postgres import Cluster

CLOCK = FixedClock(datetime(2026, 6, 24, 12, tzinfo=UTC))
"""A week before the meeting, by day in every zone below."""
SITE = Site("https://mmp.example.org", "mentors@example.org", secret="a secret for the bench alone")
ZONES = ("Europe/Stockholm", "Asia/Amman", "Africa/Cairo", "Europe/Paris", "Africa/Tunis")
LOCALES = ("en", "ar", "fr")


def databases(folder: Path, stack: ExitStack) -> Iterator[tuple[str, Engine]]:
    """SQLite with `synchronous=NORMAL`, PostgreSQL with synchronous commit, each on disk."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    yield "SQLite", create_engine(url, **engine_options(url))
    cluster = Cluster.start(durable=True)
    stack.callback(cluster.stop)
    url = cluster.create("bench")
    yield "PostgreSQL", create_engine(url, **engine_options(url))


def fill(engine: Engine, people: int) -> None:
    """A meeting in a week, and a mail to each of the people on its list that reminds of it."""
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        make = Factory(session)
        programme = make.programme(
            reply_to="mentors@example.org", reminder_preset=ReminderPreset.STANDARD
        )
        meeting = timed(datetime(2026, 7, 1, 14), 90)
        event = make.event(programme, meeting, title={"en": "Water, work and what we share"})
        for number in range(people):
            person = make.person(programme, zone=ZONES[number % 5], locale=LOCALES[number % 3])
            make.participation(event, person)
        reminders.reconcile(session, now=CLOCK.now(), event=event)
        while reminders.queue_due(session, now=CLOCK.now()):
            pass
        session.commit()


def reset(engine: Engine) -> None:
    """All of these mails are due again, as if none had ever been written."""
    due: dict[str, Any] = {"state": MailState.DUE, "reason": None, "ended_at": None, "tries": 0}
    due |= {"octets": None, "message_id": None, "address": None}
    queued: dict[str, Any] = {"state": DeliveryState.QUEUED, "reason": None, "ended_at": None}
    with Session(engine) as session:
        session.execute(delete(MailAttempt))
        session.execute(update(Mail).values(due))
        session.execute(update(Delivery).where(Delivery.mail_id.is_not(None)).values(queued))
        session.commit()
    if engine.dialect.name == "postgresql":  # as it does by itself, in time
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def send(engine: Engine, mailer: Mailer, folder: Path, *, connections: int) -> None:
    """Send all that is due."""
    liveness = liveness_for(engine, folder)
    Dispatcher(
        sessions=sessionmaker(engine, info={"clock": CLOCK}),
        mailer=mailer,
        clock=CLOCK,
        site=SITE,
        liveness=liveness,
        lanes=connections,
        many=1,
    ).run()
    liveness.end()


def sent(engine: Engine) -> int:
    """How many lines of the plan were told."""
    with Session(engine) as session:
        told = select(func.count()).where(Delivery.state == DeliveryState.SENT)
        return session.scalar(told) or 0


def forget_mails(engine: Engine) -> None:
    """Leave the plan without mails: three a day to one person are the most."""
    with Session(engine) as session:
        session.execute(update(Delivery).values(mail_id=None))
        session.execute(delete(Mail))
        session.commit()


def people(engine: Engine) -> Sequence[int]:
    """The numbers of those on the list."""
    with Session(engine) as session:
        return session.scalars(select(Delivery.person_id).distinct()).all()


def plan(engine: Engine, person: int, due: datetime) -> None:
    """Let this person's reminder of the week before be due then."""
    first = select(func.min(Delivery.id)).where(Delivery.person_id == person).scalar_subquery()
    planned = {"state": DeliveryState.PLANNED, "reason": None, "ended_at": None, "due_at": due}
    with Session(engine) as session:
        session.execute(update(Delivery).where(Delivery.id == first).values(planned))
        wake_workers(session)
        session.commit()
