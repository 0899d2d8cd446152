"""Who on an event's list is wanted elsewhere at the same time."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.models import Event, Participation
from mmp.models.enums import Entry, EventStatus, Partstat, Precision
from mmp.services.permissions import Actor, editable_events

_FIXED = (Precision.TIMED, Precision.DAYS)


def elsewhere(session: Session, actor: Actor, event: Event) -> Mapping[int, list[Event]]:
    """By person the other events at the same time on whose list they are and did not decline.

    Told are events that everybody may see and drafts the actor plans; the talk of a pair to nobody.
    One statement.
    """
    if event.precision not in _FIXED or event.starts_at is None:
        return {}
    if event.status is EventStatus.CANCELLED:
        return {}
    here = select(Participation.person_id).where(
        Participation.event_id == event.id, Participation.partstat != Partstat.DECLINED
    )
    rows = session.scalars(
        select(Participation)
        .join(Participation.event)
        .where(
            Participation.person_id.in_(here),
            Participation.partstat != Partstat.DECLINED,
            Participation.entry != Entry.WAITING,
            Event.id != event.id,
            Event.pair_id.is_(None),
            Event.precision.in_(_FIXED),
            Event.starts_at < event.ends_at,
            Event.ends_at > event.starts_at,
            or_(
                Event.status == EventStatus.PUBLISHED,
                and_(Event.status == EventStatus.DRAFT, editable_events(actor)),
            ),
        )
        .options(joinedload(Participation.event).joinedload(Event.programme), raiseload("*"))
        .order_by(Event.starts_at, Event.key)
    )
    found: dict[int, list[Event]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(row.event)
    return found
