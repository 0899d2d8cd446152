"""Not kept longer than need be: what goes when, and the nightly act that lets it go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.retention import DEFAULTS, LONGEST, goes_on
from mmp.core.zones import day_in_zone
from mmp.models import (
    Event,
    Form,
    InboundMail,
    Mail,
    Matching,
    Membership,
    Pair,
    Participation,
    Person,
    PersonMerge,
    Programme,
    RetentionRule,
    TalkLog,
)
from mmp.models.enums import ConsentPurpose, MembershipStatus, RetainedKind
from mmp.models.mail import WAITING
from mmp.services import history
from mmp.services.consents import agrees
from mmp.services.privacy.erasing import erase

AT_ONCE: Final = 200
STRANGERS_STAY: Final = timedelta(days=30 * DEFAULTS["inbound_mail"])
TAKEN_APART_FOR: Final = timedelta(days=30)
"""How long two records that were joined can be taken apart."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind in one programme: how long, from when it goes (None while it goes on), how much."""

    kind: RetainedKind
    months: int
    goes: date | None
    rows: int


def kept_in(session: Session, *, now: datetime, programme: Programme) -> list[Kept]:
    """All kinds; ten statements. What is due and what the nightly act takes are one query.

    Wishes go so long after the last round of matching was published; while one is not, after the
    programme's end like all else.
    Nobody is erased by a default: people go only once somebody has said after how long.
    """
    months, over = months_of(session, programme), over_since(session, now, programme)
    paired = _paired_since(session, programme)
    since = {kind: paired or over if kind is RetainedKind.WISHES else over for kind in RetainedKind}
    certain = {*RetainedKind} - {RetainedKind.PEOPLE} | _said(session, programme)
    return [
        Kept(
            kind,
            months[kind],
            goes_on(began, months[kind]) if began and kind in certain else None,
            _count(session, kind, programme),
        )
        for kind, began in since.items()
    ]


def _paired_since(session: Session, programme: Programme) -> date | None:
    """The day on which the last of the programme's rounds of matching was published; None while
    one is not, or there is none."""
    days = session.scalars(
        select(Matching.published_at).where(Matching.programme_id == programme.id)
    ).all()
    known = [day for day in days if day is not None]
    return day_in_zone(max(known), programme.zone) if known and len(known) == len(days) else None


def _count(session: Session, kind: RetainedKind, programme: Programme) -> int:
    return session.scalar(select(func.count()).select_from(_rows(kind, programme).subquery())) or 0


def _said(session: Session, programme: Programme) -> set[RetainedKind]:
    rules = select(RetentionRule.kind).where(RetentionRule.programme_id == programme.id)
    return set(session.scalars(rules))


def months_of(session: Session, programme: Programme) -> dict[RetainedKind, int]:
    """By kind, the programme's own or the default."""
    own = session.execute(
        select(RetentionRule.kind, RetentionRule.months).where(
            RetentionRule.programme_id == programme.id
        )
    )
    return {kind: DEFAULTS[kind.value] for kind in RetainedKind} | {
        row.kind: row.months for row in own
    }


def over_since(session: Session, now: datetime, programme: Programme) -> date | None:
    """The day of the programme's last event; None while one is ahead, or there was none."""
    last = session.scalar(select(func.max(Event.ends_at)).where(Event.programme_id == programme.id))
    if last is None or last > now:
        return None
    return day_in_zone(last, programme.zone)


def keep_for(
    session: Session,
    *,
    now: datetime,
    actor: Person | None,
    programme: Programme,
    kind: RetainedKind,
    months: int,
) -> bool:
    """Say how long; tells whether it changed. Raises UserError (field of the kind's name) for a
    length that is none."""
    if not 0 <= months <= LONGEST:
        raise UserError(
            "Choose between 0 and %(most)s months.", field=kind.value, most=str(LONGEST)
        )
    old = months_of(session, programme)[kind]
    if old == months and kind in _said(session, programme):
        return False
    rule = session.scalar(
        select(RetentionRule).where(
            RetentionRule.programme_id == programme.id, RetentionRule.kind == kind
        )
    )
    if rule is None:
        session.add(RetentionRule(programme_id=programme.id, kind=kind, months=months))
    else:
        rule.months = months
    history.record(
        session,
        now=now,
        actor=actor,
        programme=programme,
        kind="retention",
        uuid=programme.uuid,
        action="changed",
        changes={kind.value: [old, months]},
    )
    session.flush()
    return True


def let_go(session: Session, *, now: datetime) -> int:
    """Let a batch of what is due go; gives how many rows, 0 where nothing is due any more. Two
    workers at once do the same, and the second finds it done."""
    if gone := _forget_joined(session, now) or _forget_strangers(session, now):
        return gone
    for programme in session.scalars(select(Programme).order_by(Programme.id)).all():
        for kept in kept_in(session, now=now, programme=programme):
            due = kept.goes is not None and kept.goes <= day_in_zone(now, programme.zone)
            if due and kept.rows and (gone := _let_go(session, now, programme, kept.kind)):
                return gone
    return 0


def _forget_joined(session: Session, now: datetime) -> int:
    """How records were before they were joined, once that cannot be taken apart any more."""
    old = (PersonMerge.undo.is_not(None), PersonMerge.at <= now - TAKEN_APART_FOR)
    numbers = session.scalars(select(PersonMerge.id).where(*old).limit(AT_ONCE)).all()
    if numbers:
        session.execute(
            update(PersonMerge).where(PersonMerge.id.in_(numbers)).values(undo=None),
            execution_options={"synchronize_session": False},
        )
    return len(numbers)


def _forget_strangers(session: Session, now: datetime) -> int:
    """Mails that came in about no programme: nobody's rule counts for them but the default."""
    old = now - STRANGERS_STAY
    numbers = session.scalars(
        select(InboundMail.id)
        .where(InboundMail.programme_id.is_(None), InboundMail.received_at <= old)
        .limit(AT_ONCE)
    ).all()
    if numbers:
        session.execute(
            delete(InboundMail).where(InboundMail.id.in_(numbers)),
            execution_options={"synchronize_session": False},
        )
    return len(numbers)


def _let_go(session: Session, now: datetime, programme: Programme, kind: RetainedKind) -> int:
    numbers: Sequence[int] = session.scalars(_rows(kind, programme).limit(AT_ONCE)).all()
    changes: dict[RetainedKind, Any] = {
        RetainedKind.ANSWER_NOTES: lambda: update(Participation).values(answer_note=None),
        RetainedKind.TALK_LOGS: lambda: update(TalkLog).values(topic=None),
        RetainedKind.MAIL_WORDS: lambda: update(Mail).values(
            octets=None, address=None, subject=None, parameters={}
        ),
        RetainedKind.INBOUND_MAIL: lambda: delete(InboundMail),
        RetainedKind.WISHES: lambda: delete(Matching),
    }
    if kind is RetainedKind.PEOPLE:
        for person in session.scalars(select(Person).where(Person.id.in_(numbers))).all():
            erase(session, now=now, actor=None, person=person)
        return len(numbers)
    if kind is RetainedKind.WISHES:
        session.execute(
            delete(Form).where(
                Form.id.in_(select(Matching.form_id).where(Matching.id.in_(numbers)))
            ),
            execution_options={"synchronize_session": False},
        )
    tables: dict[RetainedKind, Any] = {
        RetainedKind.ANSWER_NOTES: Participation,
        RetainedKind.TALK_LOGS: TalkLog,
        RetainedKind.MAIL_WORDS: Mail,
        RetainedKind.INBOUND_MAIL: InboundMail,
        RetainedKind.WISHES: Matching,
    }
    session.execute(
        changes[kind]().where(tables[kind].id.in_(numbers)),
        execution_options={"synchronize_session": False},
    )
    session.flush()
    return len(numbers)


def _rows(kind: RetainedKind, programme: Programme) -> Any:
    """The numbers of the rows of a kind that still hold something."""
    match kind:
        case RetainedKind.ANSWER_NOTES:
            return (
                select(Participation.id)
                .join(Event, Event.id == Participation.event_id)
                .where(Event.programme_id == programme.id, Participation.answer_note.is_not(None))
            )
        case RetainedKind.TALK_LOGS:
            return (
                select(TalkLog.id)
                .join(Pair, Pair.id == TalkLog.pair_id)
                .where(Pair.programme_id == programme.id, TalkLog.topic.is_not(None))
            )
        case RetainedKind.MAIL_WORDS:
            return select(Mail.id).where(
                Mail.programme_id == programme.id,
                Mail.state.not_in(WAITING),
                or_(Mail.octets.is_not(None), Mail.subject.is_not(None)),
            )
        case RetainedKind.INBOUND_MAIL:
            return select(InboundMail.id).where(InboundMail.programme_id == programme.id)
        case RetainedKind.WISHES:
            return select(Matching.id).where(Matching.programme_id == programme.id)
        case RetainedKind.PEOPLE:
            return select(Person.id).where(_forgotten(programme))


def _forgotten(programme: Programme) -> ColumnElement[bool]:
    """Who took part here and nowhere else, runs nothing, and did not agree to be contacted."""
    here = exists().where(
        Membership.person_id == Person.id, Membership.programme_id == programme.id
    )
    elsewhere = exists().where(
        Membership.person_id == Person.id, Membership.programme_id != programme.id
    )
    runs = exists().where(
        Membership.person_id == Person.id,
        Membership.status == MembershipStatus.ACTIVE,
        Membership.role.in_(("coordinator", "assistant")),
    )
    return and_(
        Person.erased_at.is_(None),
        here,
        ~elsewhere,
        ~runs,
        ~agrees(ConsentPurpose.ALUMNI_CONTACT),
    )
