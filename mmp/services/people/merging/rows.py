"""Rows of which a person has one each: where both records have it, which counts and what is kept
of the other. Each function takes the rows of the record that goes and gives what to remember."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mmp.core.errors import UserError
from mmp.models import (
    Account,
    Delivery,
    Invitation,
    Membership,
    OptOut,
    PairMember,
    Participation,
    Person,
    PersonTag,
    PollGuest,
    Response,
    TalkConsent,
)
from mmp.models.enums import (
    AttributionConsent,
    DeliveryState,
    InvitationState,
    MembershipStatus,
    Partstat,
)
from mmp.services.desk import kept as as_json

Memory = list[dict[str, Any]]
Joiner = Callable[[Session, Person, Person], Memory]
_NEVER = datetime.min.replace(tzinfo=UTC)
_ANSWER = (
    *("entry", "partstat", "answered_at", "answer_note", "answered_via", "answer_stamp"),
    *("waiting_since", "form", "organisation_name", "position", "group", "delegation"),
)
_STAYS = (MembershipStatus.ACTIVE, MembershipStatus.ALUMNI, MembershipStatus.LEFT)
_CAREFUL = (AttributionConsent.NO, AttributionConsent.UNATTRIBUTED, AttributionConsent.NAMED)
_WENT = (DeliveryState.SENT, DeliveryState.QUEUED)


def led_on(session: Session, gone: Person, kept: Person) -> Memory:
    """Lines that go because the other record has one, and where the links in their mails lead."""
    found: Memory = []
    for kind, of in ((PollGuest, "poll_id"), (Participation, "event_id")):
        own = {getattr(row, of): row for row in _all(session, kind, kept)}
        found += [
            {"from": str(row.uuid), "to": str(own[getattr(row, of)].uuid)}
            for row in _all(session, kind, gone)
            if getattr(row, of) in own
        ]
    return found


def join_accounts(session: Session, gone: Person, kept: Person) -> Memory:
    """A password stays that there is; of two the kept one's."""
    mine, theirs = _one(session, Account, kept), _one(session, Account, gone)
    if theirs is None:
        return []
    if mine is None:
        theirs.person_id = kept.id
        return []
    if mine.password is None and theirs.password is not None:
        session.delete(mine)
        session.flush()
        theirs.person_id = kept.id
    else:
        session.delete(theirs)
    return [{"account": "removed"}]


def join_memberships(session: Session, gone: Person, kept: Person) -> Memory:
    """One row for each part: it lasts as long as the longer of the two."""
    own = {(row.programme_id, row.role): row for row in _all(session, Membership, kept)}
    memory: Memory = []
    for row in _all(session, Membership, gone):
        mine = own.get((row.programme_id, row.role))
        if mine is None:
            row.person = kept
            continue
        memory.append(_whole(row))
        mine.starts_on = _earlier(mine.starts_on, row.starts_on)
        first, second = sorted((mine, row), key=lambda one: _STAYS.index(one.status))
        if first.status is second.status:
            ends = [first.ends_on, second.ends_on]
            mine.ends_on = None if None in ends else max(day for day in ends if day)
        else:
            mine.ends_on = first.ends_on
        mine.status = first.status
        session.delete(row)
    return memory


def join_pairs(session: Session, gone: Person, kept: Person) -> Memory:
    """Nobody is paired with themselves."""
    own = {row.pair_id for row in _all(session, PairMember, kept)}
    rows = _all(session, PairMember, gone)
    if any(row.pair_id in own for row in rows):
        raise UserError(
            "They are or were a pair with each other; nobody is paired with themselves, so they"
            " stay two people.",
            field="with",
        )
    for row in rows:
        row.person = kept
    return []


def join_participations(session: Session, gone: Person, kept: Person) -> Memory:
    """On one event's list the answered line wins, of two answered ones the newer."""
    query = select(Participation).options(selectinload(Participation.attendances))
    own = {
        row.event_id: row
        for row in session.scalars(query.where(Participation.person_id == kept.id))
    }
    memory: Memory = []
    for row in session.scalars(query.where(Participation.person_id == gone.id)).all():
        mine = own.get(row.event_id)
        if mine is None:
            row.person = kept
            continue
        winner, loser = (row, mine) if _weight(row) > _weight(mine) else (mine, row)
        memory.append(_whole(loser) | {"event": row.event.key})
        if winner is row:
            for name in _ANSWER:
                setattr(mine, name, getattr(row, name))
            mine.changed_at = row.changed_at
        _join_attendances(mine, row)
        session.flush()
        session.delete(row)
    return memory


def join_opt_outs(session: Session, gone: Person, kept: Person) -> Memory:
    """Who wanted no more once wants no more."""
    own = {row.programme_id: row for row in _all(session, OptOut, kept)}
    for row in _all(session, OptOut, gone):
        mine = own.get(row.programme_id)
        if mine is None:
            row.person_id = kept.id
        else:
            mine.since = min(mine.since, row.since)
            session.delete(row)
    return []


def join_tags(session: Session, gone: Person, kept: Person) -> Memory:
    own = {(row.programme_id, row.tag) for row in _all(session, PersonTag, kept)}
    for row in _all(session, PersonTag, gone):
        if (row.programme_id, row.tag) in own:
            session.delete(row)
        else:
            row.person_id = kept.id
    return []


def join_poll_guests(session: Session, gone: Person, kept: Person) -> Memory:
    """Of a poll everybody is asked once; who was required in either place is."""
    own = {row.poll_id: row for row in _all(session, PollGuest, kept)}
    for row in _all(session, PollGuest, gone):
        mine = own.get(row.poll_id)
        if mine is None:
            row.person = kept
        else:
            mine.required = mine.required or row.required
            session.delete(row)
    return []


def join_deliveries(session: Session, gone: Person, kept: Person) -> Memory:
    """Of two lines of the plan the one counts that went; what is ahead is planned anew."""

    def of(row: Delivery) -> tuple[int, str, int, int]:
        return (row.event_id, row.rule, row.time_version, row.occurrence)

    own = {of(row): row for row in _all(session, Delivery, kept)}
    for row in _all(session, Delivery, gone):
        mine = own.get(of(row))
        if mine is not None and (mine.state in _WENT or row.state not in _WENT):
            session.delete(row)
            continue
        if mine is not None:
            session.delete(mine)
            session.flush()
        row.person_id = kept.id
    return []


def join_invitations(session: Session, gone: Person, kept: Person) -> Memory:
    """Of two calendars that hold the same entry the one counts that was told more."""

    def told(row: Invitation) -> tuple[bool, int, datetime]:
        return (row.state is InvitationState.REQUESTED, row.sequence, row.told_at)

    own = {row.uid: row for row in _all(session, Invitation, kept)}
    for row in _all(session, Invitation, gone):
        mine = own.get(row.uid)
        if mine is None:
            row.person = kept
            continue
        highest = max(mine.sequence, row.sequence)
        if told(row) > told(mine):
            for name in ("state", "in_calendar", "facts", "told", "told_at"):
                setattr(mine, name, getattr(row, name))
        mine.sequence = highest
        session.delete(row)
    return []


def join_responses(session: Session, gone: Person, kept: Person) -> Memory:
    """Of two filled-in forms the newer one counts."""
    query = select(Response).options(selectinload(Response.answers))
    own = {row.form_id: row for row in session.scalars(query.where(Response.person_id == kept.id))}
    memory: Memory = []
    for row in session.scalars(query.where(Response.person_id == gone.id)).all():
        mine = own.get(row.form_id)
        if mine is not None:
            older, newer = sorted((mine, row), key=lambda one: one.submitted_at)
            answers = [{"question": one.question.key, "value": one.value} for one in older.answers]
            memory.append({"submitted_at": str(older.submitted_at), "answers": answers})
            session.delete(older)
            session.flush()
            newer.person = kept
        else:
            row.person = kept
    return memory


def join_talk_consents(session: Session, gone: Person, kept: Person) -> Memory:
    """The more careful of two counts."""
    own = {row.log_id: row for row in _all(session, TalkConsent, kept)}
    for row in _all(session, TalkConsent, gone):
        mine = own.get(row.log_id)
        if mine is None:
            row.person = kept
        else:
            mine.consent = min(mine.consent, row.consent, key=_CAREFUL.index)
            session.delete(row)
    return []


def newest_of(kind: Any, *key: str) -> Joiner:
    """For rows of which nothing needs to be weighed: where both have one of the same `key`, the
    one counts that was changed last."""

    def join(session: Session, gone: Person, kept: Person) -> Memory:
        own = {tuple(getattr(row, name) for name in key): row for row in _all(session, kind, kept)}
        memory: Memory = []
        for row in _all(session, kind, gone):
            mine = own.get(tuple(getattr(row, name) for name in key))
            if mine is not None:
                newer = row.changed_at > mine.changed_at
                memory.append(_whole(mine if newer else row))
                session.delete(mine if newer else row)
                session.flush()
                if not newer:
                    continue
            row.person_id = kept.id
        return memory

    return join


def _whole(row: Any) -> dict[str, Any]:
    """A row as the history keeps it."""
    values = as_json(row)
    return {name: str(one) if isinstance(one, date) else one for name, one in values.items()}


def _join_attendances(mine: Participation, row: Participation) -> None:
    own = {(one.agenda_item_id, one.day): one for one in mine.attendances}
    for one in list(row.attendances):
        there = own.get((one.agenda_item_id, one.day))
        if there is None:
            one.participation = mine
        else:
            there.present = there.present or one.present


def _weight(row: Participation) -> tuple[bool, datetime, datetime]:
    return (row.partstat is not Partstat.NEEDS_ACTION, row.answered_at or _NEVER, row.changed_at)


def _earlier(first: date | None, second: date | None) -> date | None:
    return min(first, second) if first and second else None


def _all(session: Session, kind: Any, person: Person) -> Sequence[Any]:
    return session.scalars(select(kind).where(kind.person_id == person.id)).all()


def _one(session: Session, kind: Any, person: Person) -> Any:
    return session.scalar(select(kind).where(kind.person_id == person.id))
