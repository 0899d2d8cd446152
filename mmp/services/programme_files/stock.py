"""What the database already holds of a programme, read in a fixed number of statements."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select, union
from sqlalchemy.orm import Session, selectinload

from mmp.models import (
    AgendaItem,
    AgendaRole,
    Contribution,
    Document,
    Event,
    Form,
    HistoryEntry,
    Membership,
    Organisation,
    OrganisationRole,
    Pair,
    PairMember,
    Participation,
    Person,
    Programme,
    Response,
)

_CHUNK = 500


@dataclass(slots=True)
class Stock:
    """The rows of one programme, and those that it may share with others."""

    programme: Programme | None = None
    people: list[Person] = field(default_factory=list)
    """Everyone who has a part in the programme."""
    organisations: list[Organisation] = field(default_factory=list)
    """Those that the programme, its events, people or delegations name."""
    pairs: list[Pair] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)


def load(session: Session, slug: str) -> Stock:
    """Everything of a programme; an empty stock if there is none."""
    programme = session.scalar(
        select(Programme)
        .where(Programme.slug == slug)
        .options(
            selectinload(Programme.phases),
            selectinload(Programme.breaks),
            selectinload(Programme.milestones),
            selectinload(Programme.series),
            selectinload(Programme.themes),
            selectinload(Programme.organisation_roles).joinedload(OrganisationRole.organisation),
            selectinload(Programme.memberships),
        )
    )
    if programme is None:
        return Stock()
    people = session.scalars(
        select(Person).where(Person.id.in_(_people_of(programme.id))).order_by(Person.key)
    ).all()
    # Kept in hand, they come from the session's memory wherever a row points at them.
    session.scalars(select(Organisation)).all()
    events = _events(session, programme.id)
    return Stock(
        programme=programme,
        people=list(people),
        organisations=_organisations(programme, people, events),
        pairs=_pairs(session, programme.id),
        events=events,
        documents=_documents(session, programme.id),
        forms=_forms(session, programme.id),
    )


def _people_of(programme_id: int) -> Any:
    events = select(Event.id).where(Event.programme_id == programme_id)
    items = select(AgendaItem.id).where(AgendaItem.event_id.in_(events))
    pairs = select(Pair.id).where(Pair.programme_id == programme_id)
    forms = select(Form.id).where(Form.programme_id == programme_id)
    return union(
        select(Membership.person_id).where(Membership.programme_id == programme_id),
        select(PairMember.person_id).where(PairMember.pair_id.in_(pairs)),
        select(Event.contact_id).where(Event.id.in_(events), Event.contact_id.is_not(None)),
        select(Participation.person_id).where(Participation.event_id.in_(events)),
        select(AgendaRole.person_id).where(
            AgendaRole.agenda_item_id.in_(items), AgendaRole.person_id.is_not(None)
        ),
        select(Contribution.person_id).where(
            Contribution.agenda_item_id.in_(items), Contribution.person_id.is_not(None)
        ),
        select(Response.person_id).where(
            Response.form_id.in_(forms), Response.person_id.is_not(None)
        ),
        select(HistoryEntry.actor_id).where(
            HistoryEntry.programme_id == programme_id, HistoryEntry.actor_id.is_not(None)
        ),
    )


def _organisations(
    programme: Programme, people: Sequence[Person], events: list[Event]
) -> list[Organisation]:
    named = {role.organisation for role in programme.organisation_roles}
    named |= {person.organisation for person in people if person.organisation}
    for event in events:
        named |= {role.organisation for role in event.organisation_roles}
        named |= {one.organisation for one in event.delegations if one.organisation}
    return sorted(named, key=lambda row: row.key)


def _pairs(session: Session, programme_id: int) -> list[Pair]:
    return list(
        session.scalars(
            select(Pair)
            .where(Pair.programme_id == programme_id)
            .order_by(Pair.key)
            .options(selectinload(Pair.members))
        )
    )


def _events(session: Session, programme_id: int) -> list[Event]:
    agenda = selectinload(Event.agenda)
    participations = selectinload(Event.participations)
    return list(
        session.scalars(
            select(Event)
            .where(Event.programme_id == programme_id)
            .order_by(Event.ends_at, Event.key)
            .options(
                selectinload(Event.predecessors),
                selectinload(Event.guiding_questions),
                selectinload(Event.organisation_roles),
                selectinload(Event.delegations),
                participations.selectinload(Participation.attendances),
                agenda.selectinload(AgendaItem.roles),
                agenda.selectinload(AgendaItem.guiding_questions),
                agenda.selectinload(AgendaItem.contributions),
                agenda.selectinload(AgendaItem.recommendations),
                agenda.selectinload(AgendaItem.children),
            )
        )
    )


def _documents(session: Session, programme_id: int) -> list[Document]:
    return list(
        session.scalars(
            select(Document)
            .where(Document.programme_id == programme_id)
            .order_by(Document.key)
            .options(selectinload(Document.files))
        )
    )


def _forms(session: Session, programme_id: int) -> list[Form]:
    return list(
        session.scalars(
            select(Form)
            .where(Form.programme_id == programme_id)
            .order_by(Form.key)
            .options(
                selectinload(Form.questions),
                selectinload(Form.responses).selectinload(Response.answers),
            )
        )
    )


Row = TypeVar("Row", Person, Organisation)


def by_column(
    session: Session, model: type[Row], column: Any, values: Collection[str]
) -> Iterator[Row]:
    """Rows whose column is one of many values."""
    ordered: Sequence[str] = sorted(values)
    for start in range(0, len(ordered), _CHUNK):
        yield from session.scalars(select(model).where(column.in_(ordered[start : start + _CHUNK])))
