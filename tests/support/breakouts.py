"""Groups for tests: wishes, a draft of everybody in turn, applied."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mmp.models import AgendaItem
from mmp.models.breakouts import Breakout
from mmp.services import breakouts as service
from mmp.services.breakouts import Settings
from mmp.services.breakouts.drafts import put, seated
from mmp.services.permissions import Actor


def applied_groups(
    session: Session,
    item: AgendaItem,
    *,
    actor: Actor,
    now: datetime,
    groups: int = 2,
    left: int = 0,
    **wishes: Any,
) -> Breakout:
    """Everybody who takes part, but the `left` last ones, in groups that are applied."""
    event = item.event
    place = service.place_of(session, actor, event.programme.slug, event.key, item.uuid, hold=True)
    values: dict[str, Any] = {"actor": actor, "now": now, "place": place}
    breakout = service.save_settings(
        session,
        version=0,
        settings=Settings(groups=groups, **wishes),
        question={"en": "What would you do again?"},
        **values,
    )
    people = [str(one.uuid) for one in service.people_taking_part(session, event)]
    people = people[: len(people) - left]
    rows = [people[at::groups] for at in range(groups)]
    put(breakout, seated(rows), now=now, did={"code": "searched"})
    session.flush()
    service.apply(session, version=breakout.version, **values)
    return breakout
