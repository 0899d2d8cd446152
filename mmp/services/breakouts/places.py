"""Where break-out groups belong: an agenda item of kind break-out that the reader may plan."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core.errors import NotFound
from mmp.models import AgendaItem, Event, Programme
from mmp.models.breakouts import Breakout, BreakoutGroup
from mmp.models.enums import AgendaKind
from mmp.services.permissions import Actor, editable_events

WITH_GROUPS = (
    selectinload(Breakout.groups).joinedload(BreakoutGroup.facilitator),
    selectinload(Breakout.groups).joinedload(BreakoutGroup.rapporteur),
)
"""What of a break-out is read with it: its groups with who leads them and reports."""


@dataclass(slots=True)
class Place:
    """An agenda item of kind break-out and its groups, once there are settings for them."""

    item: AgendaItem
    breakout: Breakout | None

    @property
    def event(self) -> Event:
        return self.item.event

    @property
    def programme(self) -> Programme:
        return self.item.event.programme


def breakout_of(session: Session, reader: Actor, item_uuid: UUID) -> Breakout:
    """The break-out of an agenda item that the reader may plan, with its groups, their facilitators
    and rapporteurs; two statements. Raises NotFound."""
    found = session.scalar(
        select(Breakout)
        .join(Breakout.agenda_item)
        .join(AgendaItem.event)
        .where(AgendaItem.uuid == item_uuid, editable_events(reader))
        .options(
            joinedload(Breakout.agenda_item)
            .joinedload(AgendaItem.event)
            .joinedload(Event.programme),
            *WITH_GROUPS,
        )
    )
    if found is None:
        raise NotFound("There are no groups here.")
    return found


def place_of(
    session: Session, actor: Actor, slug: str, key: str, uuid: UUID, *, hold: bool = False
) -> Place:
    """An agenda item of kind break-out of an event that the actor may plan. Raises NotFound.

    `hold` keeps all others from changing its groups until this transaction ends, on both databases:
    whatever is read afterwards is how it stands.
    """
    item = session.scalar(
        select(AgendaItem)
        .join(AgendaItem.event)
        .join(Event.programme)
        .where(
            Programme.slug == slug,
            Event.key == key,
            AgendaItem.uuid == uuid,
            AgendaItem.kind == AgendaKind.BREAK_OUT,
            editable_events(actor),
        )
        .options(joinedload(AgendaItem.event).joinedload(Event.programme))
    )
    if item is None:
        raise NotFound("There is no such agenda item.")
    if hold:
        hold_item(session, item.id)
    breakout = session.scalar(
        select(Breakout)
        .where(Breakout.agenda_item_id == item.id)
        .options(*WITH_GROUPS)
        .execution_options(populate_existing=hold)
    )
    return Place(item, breakout)


def hold_item(session: Session, number: int) -> None:
    """Write to the agenda item's row without changing it: others wait until this commits."""
    session.execute(
        update(AgendaItem)
        .where(AgendaItem.id == number)
        .values(position=AgendaItem.position)
        .execution_options(synchronize_session=False)
    )
