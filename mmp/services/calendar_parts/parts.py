"""What the next mail about an entry carries, noted at once as what its reader was told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from mmp.adapters.translations import in_every_language
from mmp.core.mail import Words, pack
from mmp.models import AgendaItem, Event, Feed, Invitation, Mail, Person
from mmp.models.enums import CalendarDelivery, EventStatus, FeedKind, InvitationState, Precision
from mmp.models.mail import MailState
from mmp.services import calendar_changes
from mmp.services.calendar_parts.facts import facts_of, fingerprint, title_told, told

PART: Final = "calendar"
"""The parameter of a mail with what it brings into the calendar."""


def held_entries(session: Session, event: Event) -> dict[tuple[int, str], Invitation]:
    """Whom the event, or an item of it, was mailed to: by the person's number and the UID."""
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.event_id == event.id)
        .options(joinedload(Invitation.person), joinedload(Invitation.agenda_item))
        .order_by(Invitation.id)
    )
    return {(row.person_id, row.uid): row for row in rows}


def unread_invitations(session: Session, event: Event) -> set[tuple[int, str]]:
    """Whose invitation has not gone, by the person's number and the UID. It will say how things
    are when it leaves."""
    rows = session.execute(
        select(Mail.person_id, Mail.parameters).where(
            Mail.event_id == event.id,
            Mail.kind == "invitation",
            Mail.state.in_((MailState.DUE, MailState.HELD)),
            Mail.frozen_at.is_(None),
        )
    )
    return {(person_id, parameters[PART]["uid"]) for person_id, parameters in rows}


def who_wants(session: Session, people: Iterable[Person]) -> set[int]:
    """Who gets entries by mail: who asked for it, and whose feed no program has fetched yet.

    Else the same entry would stand twice or nowhere: two calendars do not merge equal UIDs.
    """
    by_id = {person.id: person for person in people}
    polled = select(Feed.person_id).where(
        Feed.person_id.in_(by_id),
        Feed.kind == FeedKind.PERSON,
        Feed.revoked_at.is_(None),
        Feed.polled_at.is_not(None),
    )
    fetched = set(session.scalars(polled)) if by_id else set()
    return {
        number
        for number, person in by_id.items()
        if person.calendar_delivery is not CalendarDelivery.FEED or number not in fetched
    }


def part_for(
    row: Invitation,
    *,
    now: datetime,
    event: Event,
    item: AgendaItem | None = None,
    wanted: bool,
    asked: bool = True,
    neutral: bool = False,
) -> dict[str, Any]:
    """The part of the mail that goes to `row.person` now: a REQUEST, or a CANCEL of what takes
    place no more, or is (`asked`) not theirs any more.

    `wanted`: whether they take entries by mail; who has one gets its changes in any case. A
    REQUEST is read live when the mail leaves; a CANCEL is packed, for its rows may be gone by then.
    Without `item`, and with another UID than the event's, the item itself is gone.
    """
    had = row.state is InvitationState.REQUESTED and row.in_calendar
    gone = item is None and row.uid != event.uid
    takes = takes_place(event, item) and not gone
    title, when = title_told(row), told(row).get("when")
    row.told_at = now
    if gone:
        row.sequence += 1
    else:
        row.sequence = max(row.sequence, event.sequence + (item.sequence if item else 0))
        facts, title = facts_of(event, item), dict((item or event).title)
        row.told = pack({"facts": facts, "title": Words(title), "address": row.person.email})
        row.facts = fingerprint(facts)
    if asked and takes:
        row.state, row.in_calendar = InvitationState.REQUESTED, had or wanted
        return {"method": "REQUEST", "uid": row.uid, "carried": row.in_calendar}
    row.state, row.in_calendar = InvitationState.CANCELLED, False
    part: dict[str, Any] = {"method": "CANCEL", "uid": row.uid, "carried": had}
    if had:
        part |= {
            "sequence": row.sequence,
            "whole": not takes,
            "changed_at": now if gone else max((item or event).changed_at, event.changed_at),
            "title": Words(in_every_language("Meeting") if neutral else title),
            "neutral": neutral,
            "frame": row.uid == event.uid,
            "when": when,
        }
    return part


def takes_place(event: Event, item: AgendaItem | None = None) -> bool:
    """Whether there is something to put into a calendar: published, with a day; of an item hours
    too."""
    fixed = event.precision in (Precision.TIMED, Precision.DAYS)
    if event.status is not EventStatus.PUBLISHED or not fixed:
        return False
    if item is None:
        return True
    return item.status is EventStatus.PUBLISHED and item.starts_at is not None


def raise_sequence(session: Session, row: Event | AgendaItem, *, now: datetime) -> None:
    """Let `sequence` rise although time and place stay: someone is not asked any more, or again.

    The row's `version` stays: who is just editing it has not been overtaken. Feeds show it.
    """
    kind = type(row)
    session.flush()
    session.execute(
        update(kind)
        .where(kind.id == row.id)
        .values(sequence=kind.sequence + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    session.refresh(row, ["sequence", "changed_at"])
    event = row if isinstance(row, Event) else row.event
    calendar_changes.count_events(session, [event.id])
