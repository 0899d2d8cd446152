"""A batch of leased mails, read, judged and written, with as many statements as one mail takes."""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from mmp.adapters.mailer import Outgoing
from mmp.core.mail import (
    Outcome,
    Reason,
    Result,
    Secret,
    Site,
    Stage,
    redacted,
)
from mmp.jobs.results import end
from mmp.models import Event, Mail, OptOut, Person
from mmp.models.enums import EventStatus
from mmp.models.mail import MailState
from mmp.services import outbox

MOST_OCTETS = 16_000_000
"""In one batch's mails together: whoever attaches much is sent in smaller ones."""
READ = (
    *(Mail.uuid, Mail.kind, Mail.template, Mail.parameters, Mail.optional, Mail.urgent),
    *(Mail.person_id, Mail.programme_id, Mail.event_id, Mail.due_at, Mail.next_at),
    *(Mail.expires_at, Mail.tries, Mail.message_id, Mail.sender, Mail.address, Mail.octets),
)
READ_OF_PERSON = (
    *(Person.uuid, Person.name, Person.name_native, Person.email, Person.locale, Person.zone),
    *(Person.languages, Person.discreet, Person.calendar_delivery),
)
"""What mails are made of. The rest is there when it is asked for, at a statement a mail."""

log = logging.getLogger("mmp.mail")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as the sending needs it, apart from its row."""

    number: int
    uuid: UUID
    kind: str
    email: str = field(repr=False)
    """The reader's address when it was written."""
    tries: int
    next_at: datetime
    expires_at: datetime | None
    elsewhere: bool = False
    """It goes to that address whatever its reader's is."""
    outgoing: Outgoing | None = None
    secrets: Sequence[Secret] = field(default=(), repr=False)


@dataclass(slots=True)
class Batch:
    """What is to be done with claimed mails."""

    letters: list[Letter] = field(default_factory=list)
    frozen: list[dict[str, Any]] = field(default_factory=list)
    ended: list[tuple[Letter, dict[str, object]]] = field(default_factory=list)
    """What is not to go any more."""
    unwritten: list[tuple[Letter, Outcome]] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)
    """What did not fit."""
    claimed: int = 0


@dataclass(frozen=True, slots=True)
class _Circumstances:
    """Why mail may not go, read for a whole batch."""

    now: datetime
    suppressed: set[str]
    opted_out: set[tuple[int, int]]
    """Person and programme."""

    def against(self, mail: Mail) -> dict[str, object] | None:
        """How the mail ends without having gone; None if it may go."""
        if mail.expires_at is not None and mail.expires_at <= self.now:
            return end(MailState.EXPIRED, Reason.TOO_LATE, self.now)
        address = outbox.address_of(mail)
        if not address:
            return end(MailState.CANCELLED, Reason.NO_ADDRESS, self.now)
        if is_off(mail.kind, mail.event.status if mail.event else None):
            return end(MailState.CANCELLED, Reason.EVENT_CANCELLED, self.now)
        if address.lower() in self.suppressed:
            return end(MailState.FAILED, Reason.SUPPRESSED, self.now)
        if mail.optional and (mail.person_id, mail.programme_id) in self.opted_out:
            return end(MailState.CANCELLED, Reason.OPTED_OUT, self.now)
        return None


def is_off(kind: str, status: EventStatus | None) -> bool:
    """Whether mail of this kind is not to go, its event being in this state."""
    return status is EventStatus.CANCELLED and kind not in outbox.ABOUT_CANCELLED_EVENTS


def prepare(
    session: Session, numbers: Sequence[int], *, site: Site, now: datetime
) -> Generator[None, None, Batch]:
    """Read and write the mails of these numbers, in their order. Pauses often, so that whoever has
    something more urgent to do may go first."""
    mails = _load(session, numbers)
    yield
    circumstances = _circumstances(session, mails, now)
    yield
    batch, going = Batch(claimed=len(numbers)), []
    for mail in mails:
        if reason := circumstances.against(mail):
            batch.ended.append((_letter(mail), reason))
        else:
            going.append(mail)
    yield from _write(session, batch, going, site=site, now=now)
    session.expunge_all()  # the next batch reads anew
    session.rollback()
    return batch


def _load(session: Session, numbers: Sequence[int]) -> list[Mail]:
    found = session.scalars(_MAILS, {"numbers": list(numbers)})
    by_number = {mail.id: mail for mail in found}
    return [by_number[number] for number in numbers if number in by_number]


_MAILS = (
    select(Mail)
    .where(Mail.id.in_(bindparam("numbers", expanding=True)))
    .options(
        load_only(*READ),
        joinedload(Mail.person).load_only(*READ_OF_PERSON),
        selectinload(Mail.programme),
        selectinload(Mail.event).joinedload(Event.programme),
    )
)
_OPTED_OUT = select(OptOut.person_id, OptOut.programme_id).where(
    tuple_(OptOut.person_id, OptOut.programme_id).in_(bindparam("pairs", expanding=True))
)


def _circumstances(session: Session, mails: Sequence[Mail], now: datetime) -> _Circumstances:
    addresses = {address for mail in mails if (address := outbox.address_of(mail))}
    optional = {(mail.person_id, mail.programme_id) for mail in mails if mail.optional}
    opted_out: set[tuple[int, int]] = set()
    if optional:
        rows = session.execute(_OPTED_OUT, {"pairs": list(optional)})
        opted_out = {(person, programme) for person, programme in rows}
    return _Circumstances(now, outbox.suppressed_among(session, addresses), opted_out)


def _write(
    session: Session, batch: Batch, mails: Sequence[Mail], *, site: Site, now: datetime
) -> Iterator[None]:
    def read_alone(mail: Mail) -> outbox.Readings:
        return outbox.Readings.of(session, [mail], site=site)

    readings_of: Callable[[Mail], outbox.Readings] = read_alone
    try:
        shared = outbox.Readings.of(session, mails, site=site)
    except Exception:  # one mail's fault, perhaps: then it alone has to wait
        session.rollback()
    else:
        readings_of = lambda _: shared  # noqa: E731  # a constant where the other reads
    yield
    octets = 0
    for mail in mails:
        if octets > MOST_OCTETS:
            batch.rest.append(mail.id)
            continue
        try:
            octets += _write_one(session, batch, mail, readings_of(mail), now=now)
        except Exception as error:  # whatever a template or a row can be wrong in
            session.rollback()
            batch.unwritten.append((_letter(mail), _unwritten(mail, error)))
        yield


def _write_one(
    session: Session, batch: Batch, mail: Mail, readings: outbox.Readings, *, now: datetime
) -> int:
    """Add a mail as it leaves; give the number of its octets. Frozen ones go as they are, except
    that a mail whose reader has another address by now is written anew, to that one."""
    more = readings.more.get(mail.id)
    if more is not None and more.void:
        batch.ended.append((_letter(mail), end(MailState.CANCELLED, more.void, now)))
        return 0
    links: Mapping[str, Any] = {}
    if mail.octets and mail.address and mail.address == outbox.address_of(mail):
        outgoing = Outgoing(mail.message_id or "", mail.sender or "", mail.address, mail.octets)
    else:
        made = outbox.compose(session, mail, site=readings.site, now=now, readings=readings)
        outgoing = Outgoing(made.message_id, made.sender, made.address, made.octets)
        links = made.links
        batch.frozen.append(
            {
                "id": mail.id,
                "frozen_at": now,
                "message_id": made.message_id,
                "sender": made.sender,
                "address": outbox.address_of(mail),
                "subject": made.subject,
                "octets": made.octets,
                "parameters": {**mail.parameters, **links},
            }
        )
    secrets = outbox.secrets_in(mail, site=readings.site, links=links)
    batch.letters.append(_letter(mail, outgoing, secrets))
    return len(outgoing.octets)


def _letter(mail: Mail, outgoing: Outgoing | None = None, secrets: Sequence[Secret] = ()) -> Letter:
    return Letter(
        number=mail.id,
        uuid=mail.uuid,
        kind=mail.kind,
        email=outbox.address_of(mail) or "",
        elsewhere=outbox.GOES_TO in mail.parameters,
        tries=mail.tries,
        next_at=mail.next_at,
        expires_at=mail.expires_at,
        outgoing=outgoing,
        secrets=secrets,
    )


def _unwritten(mail: Mail, error: Exception) -> Outcome:
    """A mail that could not be written: without an address for good, else until it is mended."""
    if isinstance(error, outbox.NoUsableAddress):
        return Outcome(Result.ADDRESS_REFUSED, Stage.RENDER, None, str(error))
    log.error("mail %s (%s) cannot be written", mail.uuid, mail.template, exc_info=error)
    return Outcome(Result.PUT_OFF, Stage.RENDER, None, redacted(f"{type(error).__name__}: {error}"))
