"""Sending a message once, seeing beforehand what each reader gets, and what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mmp.adapters.renderer import Rendered
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.mail import Secret, Site, blot_out, pack, secret_for
from mmp.models import Mail, Message, Person
from mmp.models.enums import MessageState
from mmp.models.mail import WAITING, MailState
from mmp.services import history, outbox
from mmp.services.answers.mails import PURPOSE
from mmp.services.desk import person_of
from mmp.services.messages.audience import Choice, Line, WhyNot, audience
from mmp.services.messages.letters import KIND, dedupe_key
from mmp.services.outbox import NewMail
from mmp.services.outbox.contents import WAY_OUT, rendered_mail
from mmp.services.permissions import Actor

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message for one person: their mail, or why there is none. Without `person`
    their data was erased."""

    person: Person | None
    mail: Mail | None = None
    why_not: WhyNot | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sent message, by person."""

    fates: Sequence[Fate]
    counts: Mapping[MailState, int] = field(default_factory=dict)

    @property
    def mails(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return sum(self.counts.get(state, 0) for state in WAITING)


def would_get(session: Session, message: Message) -> list[Line]:
    """Whom a draft is for as things are, and who of them gets no mail and why."""
    return audience(
        session,
        programme=message.programme,
        event=message.event,
        choice=Choice.of(message.audience),
    )


def send_message(
    session: Session, *, actor: Actor, now: datetime, message: Message, version: int
) -> int:
    """Send a draft to whom it is for; gives how many get it. One that was sent stays as it is.

    Raises StaleEdit where `version` is not the row's any more, UserError where nobody would get
    it.
    """
    if message.state is MessageState.SENT:
        return sum(entry["why_not"] is None for entry in message.outcome)
    if message.version != version:
        raise StaleEdit("Someone else changed this message; look at it again.")
    lines = would_get(session, message)
    going = [line for line in lines if line.why_not is None]
    if not going:
        raise UserError("Nobody would get it: choose other people.")
    message.state, message.sent_at, message.changed_at = MessageState.SENT, now, now
    message.outcome = [
        {"person": str(line.person.uuid), "why_not": line.why_not and line.why_not.value}
        for line in lines
    ]
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit("Someone else changed this message; look at it again.") from error
    outbox.enqueue_many(session, now=now, mails=[_new(message, line.person) for line in going])
    history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=message.programme,
        kind="message",
        uuid=message.uuid,
        action="sent",
        changes={"people": [None, len(going)]},
    )
    session.flush()
    return len(going)


def preview(
    session: Session, *, now: datetime, message: Message, line: Line, site: Site
) -> Rendered:
    """The mail as this reader would see it, secret addresses blotted out."""
    new = _new(message, line.person)
    mail = Mail(
        dedupe_key=new.dedupe_key,
        kind=KIND,
        template=KIND,
        parameters=pack(new.parameters),
        created_at=now,
        due_at=now,
        next_at=now,
        optional=True,
        person=line.person,
        programme=None if line.person.discreet else message.programme,
        event=message.event,
    )
    mail.id, mail.person_id = -1, line.person.id
    found = rendered_mail(session, mail, site=site)
    secrets = outbox.secrets_in(mail, site=site)
    if line.participation is not None:
        secrets += _answer_secret(mail, line, site)
    return Rendered(*(blot_out(text, secrets) for text in (found.subject, found.text, found.html)))


def outcome_of(session: Session, message: Message) -> Outcome:
    """What became of a sent message; two statements for every 5,000 people."""
    uuids = [UUID(entry["person"]) for entry in message.outcome]
    people: dict[UUID, Person] = {}
    mails: dict[str, Mail] = {}
    for start in range(0, len(uuids), _AT_ONCE):
        part = uuids[start : start + _AT_ONCE]
        keys = [dedupe_key(message.uuid, uuid) for uuid in part]
        found = session.scalars(select(Person).where(Person.uuid.in_(part)))
        people |= {person.uuid: person for person in found}
        rows = session.scalars(select(Mail).where(Mail.dedupe_key.in_(keys)))
        mails |= {mail.dedupe_key: mail for mail in rows}
    fates = [_fate(message, entry, people, mails) for entry in message.outcome]
    counts = Counter(fate.mail.state for fate in fates if fate.mail)
    return Outcome(fates, counts)


def fate_of(session: Session, message: Message, person: Person) -> Fate:
    """What became of a sent message for one person, whoever they are."""
    entry = next((one for one in message.outcome if one["person"] == str(person.uuid)), None)
    if entry is None:
        return Fate(person, None, WhyNot.NOT_CHOSEN)
    key = dedupe_key(message.uuid, person.uuid)
    mail = session.scalar(select(Mail).where(Mail.dedupe_key == key))
    return _fate(message, entry, {person.uuid: person}, {key: mail} if mail else {})


def _fate(
    message: Message,
    entry: Mapping[str, Any],
    people: Mapping[UUID, Person],
    mails: Mapping[str, Mail],
) -> Fate:
    uuid = UUID(entry["person"])
    mail = mails.get(dedupe_key(message.uuid, uuid))
    if uuid not in people:
        return Fate(None, mail, WhyNot.GONE)
    why_not = WhyNot(entry["why_not"]) if entry["why_not"] else None
    return Fate(people[uuid], mail, why_not)


def line_for(lines: Sequence[Line], uuid: UUID | None) -> Line | None:
    """The line of this reader; without `uuid` the first who gets it, else anybody. Raises
    NotFound."""
    if uuid is not None:
        for line in lines:
            if line.person.uuid == uuid:
                return line
        raise NotFound("There is no such person.")
    going = [line for line in lines if line.why_not is None]
    return next(iter(going or lines), None)


def _new(message: Message, person: Person) -> NewMail:
    """A discreet reader's mail names no programme, in sender and foot neither."""
    way_out = {WAY_OUT: str(message.programme.uuid)} if person.discreet else {}
    return NewMail(
        kind=KIND,
        template=KIND,
        person_id=person.id,
        programme_id=None if person.discreet else message.programme_id,
        event_id=message.event_id,
        parameters={"message": str(message.uuid)} | way_out,
        dedupe_key=dedupe_key(message.uuid, person.uuid),
        optional=True,
    )


def _answer_secret(mail: Mail, line: Line, site: Site) -> list[Secret]:
    assert line.participation is not None  # asked before
    return [secret_for(site.secret, mail.uuid, PURPOSE, str(line.participation.uuid))]
