"""Writing: 15,000 reminders that differ from reader to reader, beside the least that the standard
library's `EmailMessage` takes to hold the same words.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.mail import Link
from mmp.models import Mail, Person
from mmp.services import outbox
from mmp.services.outbox.contents import rendered_mail
from tests.bench import reminders
from tests.bench.report import Figure

MAILS = 15_000
BUILT = 1_500


def measure() -> Iterator[Figure]:
    """CPU time against CPU time."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        _, engine = next(reminders.databases(Path(folder), stack))
        reminders.fill(engine, 15)
        with Session(engine, info={"clock": reminders.CLOCK}) as session:
            mails = list(session.scalars(select(Mail)))
            built = _build(session, mails) / BUILT
            written = _write(session, mails) / MAILS
        engine.dispose()
    yield Figure(
        f"{MAILS:,} reminders written, times as fast as EmailMessage builds each",
        built / written,
        at_least=5,
    )


def _write(session: Session, mails: list[Mail]) -> float:
    """Seconds for `MAILS` mails, each to a person and with an answering link of its own."""
    readings = outbox.Readings.of(session, mails, site=reminders.SITE)
    copies, more = [], {}
    for number in range(MAILS):
        copy = _to_another(mails[number % len(mails)], number)
        said = readings.more[mails[number % len(mails)].id]
        link = Link("/{language}/answer/{token}/", ("answer", uuid4()))
        more[copy.id] = replace(said, values={**said.values, "answer": link})
        copies.append(copy)
    readings = replace(readings, more=more)
    now, began = reminders.CLOCK.now(), time.process_time()
    for copy in copies:
        outbox.compose(session, copy, site=reminders.SITE, now=now, readings=readings)
    return time.process_time() - began


def _to_another(mail: Mail, number: int) -> Mail:
    person = Person(
        key=f"reader-{number}",
        name=f"Reader {number}",
        email=f"reader{number}@example.org",
        country=mail.person.country,
        region=mail.person.region,
        zone=mail.person.zone,
        locale=mail.person.locale,
        created_at=mail.created_at,
        changed_at=mail.created_at,
    )
    copy = Mail(
        dedupe_key=str(number),
        kind=mail.kind,
        template=mail.template,
        person=person,
        programme=mail.programme,
        event=mail.event,
        optional=mail.optional,
        created_at=mail.created_at,
        due_at=mail.due_at,
        next_at=mail.next_at,
    )
    copy.id = 1_000_000 + number
    return copy


def _build(session: Session, mails: list[Mail]) -> float:
    """Seconds for `BUILT` messages whose words are there already."""
    words = [rendered_mail(session, mail, site=reminders.SITE) for mail in mails]
    began = time.process_time()
    for number in range(BUILT):
        said = words[number % len(words)]
        message = EmailMessage()
        message["From"] = "MMP <mentors@example.org>"
        message["To"] = f"Reader {number} <reader{number}@example.org>"
        message["Subject"] = said.subject
        message["Message-ID"] = f"<{number}@example.org>"
        message.set_content(said.text)
        message.add_alternative(said.html, subtype="html")
        message.as_bytes(policy=POLICY)
    return time.process_time() - began
