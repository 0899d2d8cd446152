"""Joining two records: what would be joined, and doing it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, cast, delete, func, literal, select, union_all, update
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import (
    AgendaRole,
    Base,
    Event,
    Invitation,
    Mail,
    Message,
    PairMember,
    Participation,
    Person,
    PersonMerge,
    Programme,
    SignIn,
    SignInLink,
)
from mmp.models.enums import Gender, Region
from mmp.services import answers, breakouts, invitations, matching
from mmp.services.calendar_changes import count_events
from mmp.services.calendar_parts import address_told
from mmp.services.led_on import LED_ON
from mmp.services.people.editing import may_change_address, note, plain_values
from mmp.services.people.merging.events import events_of
from mmp.services.people.merging.references import JOINERS, references, unhandled
from mmp.services.people.merging.remembering import difference, remember
from mmp.services.people.merging.rows import led_on
from mmp.services.permissions import Actor
from mmp.services.reminders.reconciling import reconcile_events

FILLED: Final = (
    *("name_native", "email", "country", "organisation", "position", "group", "alarm_minutes"),
    *("gender_description",),
)
"""Taken over where the kept record has none."""


ACTED: Final = "history_entry.actor_id"
"""What the history says stays as it was written, by whom as well."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What would be joined: by column how many rows, and the events that both are on the list
    of. `address` is one that would be gone."""

    counts: Mapping[str, int]
    both: list[Event]
    address: str | None


def check_may_join(session: Session, actor: Actor, gone: Person, kept: Person) -> None:
    """Raise UserError for one and the same, for two who are a pair, and where one of them runs a
    programme that the actor does not coordinate: who has the address has its programmes."""
    if gone.id == kept.id:
        raise UserError("That is the same record; choose the other one.", field="with")
    for one in (gone, kept):
        if not may_change_address(session, actor, one):
            raise UserError(
                "%(name)s helps to run a programme that is not yours; ask who coordinates it to"
                " join the two.",
                field="with",
                name=one.name,
            )
    mine = select(PairMember.pair_id).where(PairMember.person_id == kept.id)
    shared = select(PairMember.id).where(
        PairMember.person_id == gone.id, PairMember.pair_id.in_(mine)
    )
    if session.scalar(shared.limit(1)) is not None:
        raise UserError(
            "They are or were a pair with each other; nobody is paired with themselves, so they"
            " stay two people.",
            field="with",
        )


def what_joins(session: Session, *, gone: Person, kept: Person) -> Joining:
    """What hangs on the record that would go; nothing is written. Two statements."""
    counts = union_all(
        *(
            select(literal(one.name).label("name"), func.count().label("rows")).where(
                one.column == gone.id
            )
            for one in references(Base.metadata)
        )
    )
    mine = select(Participation.event_id).where(Participation.person_id == kept.id)
    both = session.scalars(
        select(Event)
        .join(Participation, Participation.event_id == Event.id)
        .where(Participation.person_id == gone.id, Event.id.in_(mine), Event.pair_id.is_(None))
        .order_by(Event.ends_at)
    ).all()
    return Joining(
        {row.name: row.rows for row in session.execute(counts) if row.rows},
        list(both),
        gone.email if kept.email and gone.email != kept.email else None,
    )


def join_people(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    gone: Person,
    kept: Person,
) -> Person:
    """Make `gone` a part of `kept`: all that hangs on it changes hands, its addresses of calendars
    and pages lead on. Gives `kept`. For a while it can be taken apart (`taking_apart`); what was
    dropped lies in the history.

    Raises UserError as `check_may_join`.
    """
    check_may_join(session, actor, gone, kept)
    if lost := unhandled(Base.metadata):
        raise RuntimeError(f"say in JOINERS what becomes of two of {', '.join(lost)}")
    was, gone_uuid, gone_key = plain_values(gone), gone.uuid, gone.key
    events = events_of(session, gone, kept)
    session.flush()
    before = remember(session, gone, kept)
    numbers: dict[str, Any] = {"gone_id": gone.id, "kept_id": kept.id, "kept_uuid": str(kept.uuid)}
    memory: dict[str, Any] = {"joined": [gone.name, None], "record": [was, None]}
    if leads := led_on(session, gone, kept):
        memory[LED_ON] = [leads, None]
    with session.no_autoflush:
        _end_ways_in(session, now, gone)
    for table, join in JOINERS.items():
        if dropped := join(session, gone, kept):
            memory[table] = [dropped, None]
        session.flush()
    _take_along(session, gone, kept)
    _rename(session, gone, kept)
    in_rounds = matching.follow(session, gone.uuid, kept.uuid)
    in_groups = breakouts.follow(session, gone.uuid, kept.uuid)
    for one in references(Base.metadata):
        if not (one.single or one.name == ACTED):
            session.execute(
                update(one.table).where(one.column == gone.id).values({one.column: kept.id})
            )
    _fill(session, gone, kept, now)
    merge = PersonMerge(gone_uuid=gone_uuid, gone_key=gone_key, into=kept, at=now)
    session.add(merge)
    note(session, actor, now, programme, kept, "merged", memory)
    session.flush()
    counter = gone.calendar_counter
    as_it_was = before["person"].pop(gone.id)
    numbers |= {"gone": as_it_was, "groups": in_groups, "matching": in_rounds}
    merge.undo = numbers | difference(before, remember(session, gone, kept))
    session.flush()
    _drop(session, gone)
    count_events(session, events)
    session.execute(
        update(Person)
        .where(Person.id == kept.id)
        .values(calendar_counter=Person.calendar_counter + counter + 1)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    _free_seats(session, now, events)
    _move_entries(session, now, kept)
    reconcile_events(session, now=now, events=events)
    return kept


def _move_entries(session: Session, now: datetime, kept: Person) -> None:
    """What stands in the calendar of an address that is gone comes to the one that is kept."""
    told = session.scalars(select(Invitation).where(Invitation.person_id == kept.id))
    moved = {row.event_id for row in told if address_told(row) not in (None, kept.email)}
    for event in session.scalars(select(Event).where(Event.id.in_(moved)).order_by(Event.id)):
        invitations.follow(session, now=now, event=event, people={kept.id})


def _free_seats(session: Session, now: datetime, events: Collection[int]) -> None:
    """Of two who had a seat one is free for who waits."""
    counted = select(Event.id).where(
        Event.id.in_(events), Event.capacity.is_not(None), Event.ends_at > now
    )
    for number in session.scalars(counted.order_by(Event.id)).all():
        answers.fill_seats(session, now=now, event=answers.in_turn(session, number))


def _end_ways_in(session: Session, now: datetime, gone: Person) -> None:
    """Devices and links of the record that goes open nothing any more."""
    session.execute(
        update(SignIn)
        .where(SignIn.person_id == gone.id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )
    session.execute(
        update(SignInLink)
        .where(
            SignInLink.person_id == gone.id,
            SignInLink.used_at.is_(None),
            SignInLink.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def _take_along(session: Session, gone: Person, kept: Person) -> None:
    """Parts in agendas change hands one by one: invitations follow rows, not statements."""
    for role in session.scalars(select(AgendaRole).where(AgendaRole.person_id == gone.id)):
        role.person = kept
    session.flush()


def _rename(session: Session, gone: Person, kept: Person) -> None:
    """Messages name their readers by uuid, and so do their mails."""
    old, new = str(gone.uuid), str(kept.uuid)
    rows = session.scalars(
        select(Message).where(
            cast(Message.audience, String).contains(old)
            | cast(Message.outcome, String).contains(old)
        )
    )
    for row in rows:
        chosen = {new if one == old else one for one in row.audience.get("people", ())}
        if chosen:
            row.audience = row.audience | {"people": sorted(chosen)}
        there = any(line["person"] == new for line in row.outcome)
        row.outcome = [
            line | {"person": new} if line["person"] == old else line
            for line in row.outcome
            if not (there and line["person"] == old)
        ]
    mails = session.execute(
        select(Mail.id, Mail.dedupe_key).where(
            Mail.person_id == gone.id, Mail.dedupe_key.contains(old)
        )
    ).all()
    for mail in mails:
        key = mail.dedupe_key.replace(old, new)
        if session.scalar(select(Mail.id).where(Mail.dedupe_key == key)) is None:
            session.execute(update(Mail).where(Mail.id == mail.id).values(dedupe_key=key))
    session.flush()


def _fill(session: Session, gone: Person, kept: Person, now: datetime) -> None:
    """What the kept record does not say is taken from the other; who is discreet in one is."""
    found = {name: getattr(gone, name) for name in FILLED}
    languages = list(dict.fromkeys([*kept.languages, *gone.languages]))
    gone.email = None
    session.flush()
    for name, value in found.items():
        if not getattr(kept, name) and value:
            setattr(kept, name, value)
    if kept.gender is Gender.NOT_STATED:
        kept.gender = gone.gender
    if kept.region is Region.OTHER:
        kept.region = gone.region
    kept.languages, kept.discreet = languages, kept.discreet or gone.discreet
    kept.changed_at = now
    session.flush()


def _drop(session: Session, gone: Person) -> None:
    """Only once nothing refers to it: the database would take that along. Who did something keeps
    the name it was done under, in a row that belongs nowhere and opens nothing."""
    left = union_all(
        *(
            select(literal(one.name)).where(one.column == gone.id)
            for one in references(Base.metadata)
        )
    )
    names = set(session.scalars(left))
    if lost := sorted(names - {ACTED}):
        raise RuntimeError(f"joining two people left rows of {', '.join(lost)}")
    if names:
        for name in ("name_native", "country", "organisation", "position", "group"):
            setattr(gone, name, None)
        gone.languages, gone.gender, gone.gender_description = [], Gender.NOT_STATED, None
        session.flush()
        return
    session.execute(delete(Person).where(Person.id == gone.id))
    session.expunge(gone)
