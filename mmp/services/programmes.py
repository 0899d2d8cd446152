"""What everybody may see of programmes: the queries are the permission.

Drafts and talks of pairs are never selected, join links never fetched, and nothing loads by
itself afterwards (`raiseload`), so that a page takes the same few statements whatever its length.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload, load_only, raiseload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from mmp.core.errors import NotFound
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Contribution,
    Delegation,
    Document,
    Event,
    OrganisationRole,
    Pair,
    PairMember,
    Programme,
)
from mmp.models.enums import EventStatus, Precision

_SHOWN = (EventStatus.PUBLISHED, EventStatus.CANCELLED)
_GLIMPSED = (
    *(Event.programme_id, Event.key, Event.title, Event.status, Event.precision),
    *(Event.starts_local, Event.ends_local, Event.first_day, Event.last_day, Event.ends_at),
)


def _public() -> ColumnElement[bool]:
    return and_(Event.status.in_(_SHOWN), Event.pair_id.is_(None))


def public_programmes(session: Session) -> Sequence[Programme]:
    """Every programme, by its address."""
    return session.scalars(select(Programme).order_by(Programme.slug).options(raiseload("*"))).all()


def public_programme(session: Session, slug: str) -> Programme:
    """A programme with what gives its year a shape. Raises NotFound."""
    programme = session.scalar(
        select(Programme)
        .where(Programme.slug == slug)
        .options(
            selectinload(Programme.phases),
            selectinload(Programme.breaks),
            selectinload(Programme.milestones),
            selectinload(Programme.organisation_roles).joinedload(OrganisationRole.organisation),
            raiseload("*"),
        )
    )
    if programme is None:
        raise NotFound("There is no such programme.")
    return programme


def public_events(session: Session, programmes: Iterable[Programme]) -> Sequence[Event]:
    """The events of these programmes that everybody may see, with series and theme."""
    return session.scalars(
        select(Event)
        .where(Event.programme_id.in_([programme.id for programme in programmes]), _public())
        .options(
            defer(Event.join_link, raiseload=True),
            joinedload(Event.series),
            joinedload(Event.theme),
            raiseload("*"),
        )
        .order_by(Event.ends_at, Event.key)
    ).all()


def public_glimpses(session: Session, now: datetime) -> Sequence[Event]:
    """Of each programme the coming event, else the last that is over: one row, whatever its length.
    The order is that of its year, by month first."""
    over = case((Event.ends_at <= now, 1), else_=0)
    # As text on both databases, for there SQLite keeps days and PostgreSQL writes them alike.
    day = func.coalesce(
        func.substr(cast(Event.starts_local, String), 1, 10),
        cast(Event.first_day, String),
        cast(Event.last_day, String),
    )
    month_only = case((Event.precision == Precision.MONTH, 1), else_=0)
    order = (func.substr(day, 1, 7), month_only, day, Event.key)
    place = func.row_number().over(
        partition_by=Event.programme_id,
        order_by=[
            over,
            *(case((over == 0, part)) for part in order),
            *(part.desc() for part in order),
        ],
    )
    ranked = (
        select(Event.id, place.label("place"))
        .where(_public(), or_(over == 1, Event.status != EventStatus.CANCELLED))
        .subquery()
    )
    return session.scalars(
        select(Event)
        .where(Event.id.in_(select(ranked.c.id).where(ranked.c.place == 1)))
        .options(load_only(*_GLIMPSED, raiseload=True), raiseload("*"))
    ).all()


def public_event(session: Session, slug: str, key: str) -> Event:
    """One event with all that everybody may see of it. Raises NotFound, as for drafts and talks."""
    event = (
        session.scalars(
            select(Event)
            .join(Event.programme)
            .where(Programme.slug == slug, Event.key == key, _public())
            .options(*_whole_event())
        )
        .unique()
        .one_or_none()
    )
    if event is None:
        raise NotFound("There is no such event.")
    return event


def public_neighbours(session: Session, event: Event) -> tuple[Event | None, Event | None]:
    """The events before and after this one in its series that everybody may see."""
    if event.series_id is None or event.number is None:
        return None, None
    around = session.scalars(
        select(Event)
        .where(
            Event.series_id == event.series_id,
            Event.number.in_((event.number - 1, event.number + 1)),
            _public(),
        )
        .options(defer(Event.join_link, raiseload=True), raiseload("*"))
        .order_by(Event.ends_at)
    ).all()
    before = [other for other in around if other.number == event.number - 1]
    after = [other for other in around if other.number == event.number + 1]
    return (before[-1] if before else None), (after[0] if after else None)


def public_documents(
    session: Session, programme: Programme, event: Event | None = None
) -> Sequence[Document]:
    """Public documents of one event, or of the programme as such, with their files."""
    return (
        session.scalars(
            select(Document)
            .where(
                Document.programme_id == programme.id,
                Document.event_id == event.id if event else Document.event_id.is_(None),
                Document.public,
            )
            .options(joinedload(Document.files), raiseload("*"))
            .order_by(Document.key)
        )
        .unique()
        .all()
    )


def _whole_event() -> tuple[ORMOption, ...]:
    """Six statements: what is joined has few rows for each of those it is joined to."""
    agenda = selectinload(Event.agenda)
    roles, contributions = (
        agenda.selectinload(AgendaItem.roles),
        agenda.selectinload(AgendaItem.contributions),
    )
    return (
        defer(Event.join_link, raiseload=True),
        joinedload(Event.programme),
        joinedload(Event.series),
        joinedload(Event.theme),
        joinedload(Event.contact),
        joinedload(Event.guiding_questions),
        selectinload(Event.organisation_roles).joinedload(OrganisationRole.organisation),
        joinedload(Event.predecessors.and_(_public())).options(
            defer(Event.join_link, raiseload=True)
        ),
        selectinload(Event.delegations).joinedload(Delegation.organisation),
        agenda.options(
            defer(AgendaItem.join_link, raiseload=True),
            joinedload(AgendaItem.theme),
            joinedload(AgendaItem.guiding_questions),
        ),
        agenda.selectinload(AgendaItem.recommendations),
        roles.joinedload(AgendaRole.person),
        roles.joinedload(AgendaRole.pair).joinedload(Pair.members).joinedload(PairMember.person),
        contributions.joinedload(Contribution.person),
        contributions.joinedload(Contribution.pair)
        .joinedload(Pair.members)
        .joinedload(PairMember.person),
        raiseload("*"),
    )
