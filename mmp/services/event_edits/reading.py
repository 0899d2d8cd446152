"""What who plans sees of an event while changing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core.errors import NotFound
from mmp.core.event_changes import Details
from mmp.core.texts import Translated
from mmp.models import Event, HistoryEntry, Membership, Person, Programme
from mmp.models.enums import MembershipStatus
from mmp.services.events import when_of
from mmp.services.feeds import RUNS_PROGRAMME
from mmp.services.permissions import Actor, editable_events, named_people, planned_programmes


@dataclass(frozen=True, slots=True)
class Choices:
    """What the lists of an event's form offer: handles, with names and titles."""

    contacts: Sequence[tuple[str, str]]
    events: Sequence[tuple[str, Translated]]


def planned_programme(session: Session, *, actor: Actor, slug: str) -> Programme:
    """A programme that `actor` plans, with its themes and series. Raises NotFound."""
    programme = session.scalar(
        select(Programme)
        .where(Programme.slug == slug, planned_programmes(actor))
        .options(selectinload(Programme.themes), selectinload(Programme.series))
    )
    if programme is None:
        raise NotFound("There is no such programme.")
    return programme


def editable_event(session: Session, *, actor: Actor, slug: str, key: str) -> Event:
    """An event that `actor` may change, with all that its form shows. Raises NotFound, as for the
    talks of pairs."""
    event = session.scalar(
        select(Event)
        .join(Event.programme)
        .where(Programme.slug == slug, Event.key == key, editable_events(actor))
        .options(
            joinedload(Event.programme).selectinload(Programme.themes),
            joinedload(Event.programme).selectinload(Programme.series),
            joinedload(Event.series),
            joinedload(Event.theme),
            joinedload(Event.contact),
            selectinload(Event.guiding_questions),
            selectinload(Event.predecessors),
            selectinload(Event.agenda),
        )
    )
    if event is None:
        raise NotFound("There is no such event.")
    return event


def details_of(event: Event) -> Details:
    """The event as its form shows it."""
    when = when_of(event)
    assert when is not None  # an event always has one
    return Details(
        title=event.title,
        description=event.description,
        guiding_questions=tuple(question.text for question in event.guiding_questions),
        when=when,
        form=event.form.value,
        venue=event.venue,
        address=event.address,
        city=event.city,
        country=event.country,
        join_link=event.join_link,
        theme=event.theme.key if event.theme else None,
        series=event.series.key if event.series else None,
        number=event.number,
        capacity=event.capacity,
        contact=event.contact.key if event.contact else None,
        predecessors=tuple(sorted(earlier.key for earlier in event.predecessors)),
    )


def choices(
    session: Session, *, actor: Actor, programme: Programme, event: Event | None = None
) -> Choices:
    """Who may be the contact, of those whom the actor may see, and the events before it, the latest
    first, with those it builds on already."""
    people = session.execute(
        select(Person.key, Person.name)
        .where(may_be_contact(programme, event), named_people(actor, programme.id))
        .order_by(Person.search, Person.id)
    )
    others = session.execute(
        select(Event.key, Event.title)
        .where(may_be_earlier(programme, event), _is_earlier(event))
        .order_by(Event.ends_at.desc(), Event.key)
    )
    return Choices(
        [(row.key, row.name) for row in people], [(row.key, row.title) for row in others]
    )


def may_be_contact(programme: Programme, event: Event | None) -> ColumnElement[bool]:
    """People who run the programme, and who is the contact now."""
    runs = select(Membership.person_id).where(
        Membership.programme_id == programme.id,
        Membership.role.in_(RUNS_PROGRAMME),
        Membership.status == MembershipStatus.ACTIVE,
    )
    now = event.contact_id if event else None
    return or_(Person.id.in_(runs), Person.id == now)


def may_be_earlier(programme: Programme, event: Event | None) -> ColumnElement[bool]:
    """The other events of the programme, but no talks of pairs."""
    others = (Event.id != event.id,) if event and event.id else ()
    return and_(Event.programme_id == programme.id, Event.pair_id.is_(None), *others)


def _is_earlier(event: Event | None) -> ColumnElement[bool]:
    if event is None:
        return true()
    now = [one.id for one in event.predecessors]
    return or_(Event.ends_at < event.ends_at, Event.id.in_(now))


def history_of(session: Session, event: Event, limit: int = 200) -> Sequence[HistoryEntry]:
    """What was done to the event and to the items of its agenda, newest first."""
    subjects: list[UUID] = [event.uuid, *(item.uuid for item in event.agenda)]
    return session.scalars(
        select(HistoryEntry)
        .where(
            HistoryEntry.programme_id == event.programme_id,
            HistoryEntry.subject_uuid.in_(subjects),
        )
        .options(joinedload(HistoryEntry.actor))
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
        .limit(limit)
    ).all()


def known_people(
    session: Session, actor: Actor, programme: Programme, keys: set[str]
) -> dict[str, str]:
    """The names of people of the programme by their handles, as far as the actor may see them."""
    if not keys:
        return {}
    rows = session.execute(
        select(Person.key, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.programme_id == programme.id, Person.key.in_(keys))
        .where(named_people(actor, programme.id))
    )
    return {row.key: row.name for row in rows}


def known_events(session: Session, programme: Programme, keys: set[str]) -> dict[str, Translated]:
    """The titles of events of the programme by their handles; never of the talks of pairs."""
    if not keys:
        return {}
    rows = session.execute(
        select(Event.key, Event.title).where(
            Event.programme_id == programme.id, Event.pair_id.is_(None), Event.key.in_(keys)
        )
    )
    return {row.key: row.title for row in rows}
