"""What erasing empties: rows of the past that stay for the figures, and mails."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session, undefer

from mmp.adapters.translations import in_every_language
from mmp.core.mail import Reason
from mmp.models import (
    AgendaRole,
    Answer,
    Contribution,
    Event,
    HistoryEntry,
    Mail,
    MailAttempt,
    Membership,
    PairMember,
    Participation,
    Person,
    Question,
    Response,
    TalkConsent,
    TalkLog,
    TalkOffer,
)
from mmp.models.enums import AttributionConsent, EventStatus, QuestionKind
from mmp.models.mail import WAITING, MailState
from mmp.services import calendar_changes
from mmp.services.outbox.sent import read_back
from mmp.services.privacy.spellings import without

AT_ONCE: Final = 200
_ERASING: Final = {"erasing": True, "synchronize_session": False}
_FIGURES: Final = frozenset({"partstat", "form", "entry", "status", "role", "starts_on", "ends_on"})
"""What of a change says nothing of a person but how they count."""


def empty(session: Session, *, now: datetime, person: Person, joined: Sequence[UUID] = ()) -> None:
    """Take the words out of what stays, and the talks of their pairs. `joined` are records that
    became part of theirs."""
    _everything_of(
        session, Participation, person, answer_note=None, organisation_name={}, position={}
    )
    _everything_of(session, AgendaRole, person, introduced_as={})
    named = Contribution.consent == AttributionConsent.NAMED
    session.execute(
        update(Contribution)
        .where(Contribution.person_id == person.id, named)
        .values(consent=AttributionConsent.UNATTRIBUTED),
        execution_options=_ERASING,
    )
    session.execute(
        update(Event).where(Event.contact_id == person.id).values(contact_id=None),
        execution_options=_ERASING,
    )
    _answers(session, person)
    history = _history_of(session, person, joined)
    _talks(session, now, person)
    _blank(session, history)
    _own_mails(session, person)
    session.flush()
    session.expire_all()


def forget_mails(session: Session, *, person: Person, spellings: Sequence[str]) -> None:
    """Forget the words of every mail that names them, to whomever it went; one that waits is
    written anew when it leaves."""
    wanted = re.compile("|".join(map(re.escape, spellings)), re.IGNORECASE)
    last = 0
    while numbers := session.scalars(
        select(Mail.id)
        .where(Mail.id > last, Mail.octets.is_not(None))
        .order_by(Mail.id)
        .limit(AT_ONCE)
    ).all():
        for mail in session.scalars(
            select(Mail).where(Mail.id.in_(numbers)).options(undefer(Mail.octets))
        ):
            if mail.octets and wanted.search(_words(mail.octets)):
                mail.octets = None
                mail.subject = without(mail.subject or "", wanted)
        session.flush()
        last = numbers[-1]


def _everything_of(session: Session, kind: Any, person: Person, **values: Any) -> None:
    session.execute(
        update(kind).where(kind.person_id == person.id).values(**values), execution_options=_ERASING
    )


def _answers(session: Session, person: Person) -> None:
    """What they ticked counts on, nameless; what they wrote goes."""
    mine = select(Response.id).where(Response.person_id == person.id)
    words = select(Question.id).where(Question.kind.in_((QuestionKind.TEXT, QuestionKind.PERSON)))
    session.execute(
        delete(Answer).where(Answer.response_id.in_(mine), Answer.question_id.in_(words)),
        execution_options=_ERASING,
    )
    _everything_of(session, Response, person, person_id=None)


def _talks(session: Session, now: datetime, person: Person) -> None:
    """That their pairs talked stays; of what, where and how it was to be goes, for all of them."""
    pairs = select(PairMember.pair_id).where(PairMember.person_id == person.id)
    session.execute(
        update(TalkLog).where(TalkLog.pair_id.in_(pairs)).values(topic=None),
        execution_options=_ERASING,
    )
    session.execute(
        delete(TalkConsent).where(
            TalkConsent.log_id.in_(select(TalkLog.id).where(TalkLog.pair_id.in_(pairs)))
        ),
        execution_options=_ERASING,
    )
    session.execute(
        delete(TalkOffer).where(TalkOffer.pair_id.in_(pairs)), execution_options=_ERASING
    )
    for talk in session.scalars(select(Event).where(Event.pair_id.in_(pairs))).all():
        talk.title, talk.description = in_every_language("Meeting"), {}
        talk.venue, talk.address, talk.city, talk.join_link = {}, {}, {}, None
        if talk.ends_at > now and talk.status is EventStatus.PUBLISHED:
            talk.status, talk.cancelled_at, talk.changed_at = EventStatus.CANCELLED, now, now
            talk.sequence += 1
    session.flush()
    calendar_changes.count_events(
        session, session.scalars(select(Event.id).where(Event.pair_id.in_(pairs)))
    )


def _history_of(session: Session, person: Person, joined: Sequence[UUID]) -> ColumnElement[bool]:
    """History entries about them, about their lines, and about the talks of their pairs."""
    pairs = select(PairMember.pair_id).where(PairMember.person_id == person.id)
    subjects = {
        person.uuid,
        *joined,
        *session.scalars(select(Participation.uuid).where(Participation.person_id == person.id)),
        *session.scalars(select(Membership.uuid).where(Membership.person_id == person.id)),
        *session.scalars(select(TalkOffer.uuid).where(TalkOffer.pair_id.in_(pairs))),
        *session.scalars(select(TalkLog.uuid).where(TalkLog.pair_id.in_(pairs))),
        *session.scalars(select(Event.uuid).where(Event.pair_id.in_(pairs))),
    }
    return or_(
        HistoryEntry.subject_uuid.in_(subjects),
        *(cast(HistoryEntry.changes, Text).contains(str(one)) for one in (person.uuid, *joined)),
    )


def _words(octets: bytes) -> str:
    found = read_back(octets)
    return f"{found.subject}\n{found.text}\n{found.html}"


def _blank(session: Session, which: ColumnElement[bool]) -> None:
    """Of these entries stays who did what and when; of what it was, the figures alone."""
    rows = session.execute(select(HistoryEntry.id, HistoryEntry.changes).where(which)).all()
    for number, changes in rows:
        kept = {name: change for name, change in changes.items() if name in _FIGURES}
        session.execute(
            update(HistoryEntry).where(HistoryEntry.id == number).values(changes=kept),
            execution_options=_ERASING,
        )


def _own_mails(session: Session, person: Person) -> None:
    """That they were mailed stays; words, address and what went wrong go."""
    session.execute(
        update(Mail)
        .where(Mail.person_id == person.id, Mail.state.in_(WAITING))
        .values(
            state=MailState.CANCELLED,
            ended_at=func.coalesce(Mail.ended_at, Mail.created_at),
            reason=Reason.PERSON_LEFT,
            lease_owner=None,
            lease_until=None,
        ),
        execution_options=_ERASING,
    )
    _everything_of(session, Mail, person, parameters={}, octets=None, address=None, subject=None)
    mine = select(Mail.id).where(Mail.person_id == person.id)
    session.execute(
        update(MailAttempt).where(MailAttempt.mail_id.in_(mine)).values(text=""),
        execution_options=_ERASING,
    )
