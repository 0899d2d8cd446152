"""Which pairs presented their reflections, and where: by the agenda and by what was said."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from mmp.core.texts import Translated
from mmp.models import AgendaItem, AgendaRole, Contribution, Event, Pair
from mmp.models.enums import AgendaRoleName, EventStatus


@dataclass(frozen=True, slots=True)
class Presented:
    """An item in which a pair presents or presented, with its event."""

    item_id: int
    item: Translated
    event: Event


def presented(session: Session, programme_id: int) -> Mapping[int, Sequence[Presented]]:
    """By the pair's number, earliest first: items where the pair is a presenter or speaks, or where
    words of it are kept; nothing that is a draft or cancelled. One statement."""
    roles = select(AgendaRole.pair_id, AgendaRole.agenda_item_id).where(
        AgendaRole.pair_id.is_not(None),
        AgendaRole.role.in_((AgendaRoleName.PRESENTER, AgendaRoleName.SPEAKER)),
    )
    said = select(Contribution.pair_id, Contribution.agenda_item_id).where(
        Contribution.pair_id.is_not(None)
    )
    both = union(roles, said).subquery()
    rows = session.execute(
        select(both.c.pair_id, AgendaItem.id, AgendaItem.title, Event)
        .join(AgendaItem, AgendaItem.id == both.c.agenda_item_id)
        .join(Event, Event.id == AgendaItem.event_id)
        .join(Pair, Pair.id == both.c.pair_id)
        .where(
            Pair.programme_id == programme_id,
            Event.status == EventStatus.PUBLISHED,
            AgendaItem.status == EventStatus.PUBLISHED,
        )
        .order_by(Event.ends_at, AgendaItem.position, AgendaItem.id)
    )
    found: dict[int, list[Presented]] = defaultdict(list)
    for pair_id, item_id, title, event in rows:
        found[pair_id].append(Presented(item_id, title, event))
    return found
