"""The demo's two past meetings with break-out groups: who sat where, and what June's groups said.

Programme files hold no groups, so these are made when the demo is. Who was there is known from the
attendance of both meetings.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mmp.core.texts import Translated
from mmp.models import (
    AgendaItem,
    Breakout,
    BreakoutGroup,
    BreakoutSeat,
    Event,
    Person,
    Programme,
)
from mmp.models.enums import AgendaKind, AgendaRoleName, BreakoutState
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.problems import table_of

TRIES = 200
"""How long a search goes on, by its own count: the same groups everywhere."""
SAID = (
    (
        "People wait for years without knowing why.\nNobody explains the next step to them.",
        "Tell everybody who applies what comes next and when, in the language they speak.",
    ),
    (
        "Municipalities are asked first and paid last.",
        "Give them means that last for several years.",
    ),
    ("What works in one region is hardly known in the other.", ""),
)
"""Points and recommendation of the first groups of June."""
_INTERPRETED = {4: ["ar", "en"], 5: ["fr", "en"]}
"""Rooms of June, from 0, in which somebody interprets, and between which languages."""
_IN_GROUPS: Translated = {
    "en": "First conversations in small groups",
    "ar": "أحاديث أولى في مجموعات صغيرة",
    "fr": "Premiers échanges en petits groupes",
}
_QUESTION: Translated = {
    "en": "What do you want to learn from the other region this year?",
    "ar": "ماذا تودّون أن تتعلموا من المنطقة الأخرى هذا العام؟",
    "fr": "Que souhaitez-vous apprendre de l’autre région cette année ?",
}


def seat_past_meetings(session: Session, *, now: datetime, slug: str) -> None:
    """Groups for the gathering in Stockholm and for the meeting of June, where they are there."""
    events = {
        event.key: event
        for event in session.scalars(
            select(Event)
            .join(Event.programme)
            .where(Programme.slug == slug, Event.key.in_(("stockholm", "june-meeting")))
        )
    }
    if len(events) < 2:
        return
    first = AgendaItem(
        event=events["stockholm"],
        key="groups",
        uid=f"groups@{slug}.mmp",
        position=0,
        kind=AgendaKind.BREAK_OUT,
        title=_IN_GROUPS,
        created_at=now,
        changed_at=now,
    )
    session.add(first)
    _seat(session, now, first, 7, _QUESTION)
    june = session.scalar(
        select(AgendaItem)
        .where(AgendaItem.event_id == events["june-meeting"].id, AgendaItem.key == "break-out")
        .options(selectinload(AgendaItem.children), selectinload(AgendaItem.guiding_questions))
    )
    if june is None:
        return
    question = june.guiding_questions[0].text if june.guiding_questions else {}
    count = max(len(june.children), 4)
    breakout = _seat(session, now, june, count, question, interpreted=_INTERPRETED)
    for group, (points, recommendation) in zip(breakout.groups, SAID, strict=False):
        group.points, group.recommendation = points, recommendation
    session.flush()


def _seat(
    session: Session,
    now: datetime,
    item: AgendaItem,
    count: int,
    question: Translated,
    interpreted: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> Breakout:
    """Groups as a search finds them, around who leads and reports."""
    from mmp.core.breakouts.solving import solve  # heavy: NumPy, only where the demo is new

    session.flush()
    breakout = Breakout(
        agenda_item=item,
        state=BreakoutState.APPLIED,
        question=dict(question),
        settings={"groups": count},
        applied_at=now,
        created_at=now,
        changed_at=now,
    )
    session.add(breakout)
    rows = [
        BreakoutGroup(breakout=breakout, position=at, languages=list(interpreted.get(at, ())))
        for at in range(count)
    ]
    session.add_all(rows)
    session.flush()
    for group, (name, roles) in zip(rows, _leading(session, item), strict=False):
        group.name = dict(name)
        group.facilitator = roles.get(AgendaRoleName.FACILITATOR)
        group.rapporteur = roles.get(AgendaRoleName.RAPPORTEUR)
    table = table_of(session, Place(item, breakout))
    assert table.problem is not None, table.troubles
    asked = iter(range(TRIES))
    found = solve(
        table.problem,
        seed=1,
        go_on=lambda: next(asked, None) is not None,
        weights=table.settings.for_solver(),
    )
    for group, members in zip(rows, found.plan[0], strict=True):
        for one in members:
            person = table.people[one]
            session.add(
                BreakoutSeat(breakout_id=breakout.id, group=group, person=person, changed_at=now)
            )
    breakout.draft = {
        "groups": [[str(table.people[one].uuid) for one in group] for group in found.plan[0]]
    }
    session.flush()
    return breakout


def _leading(
    session: Session, item: AgendaItem
) -> list[tuple[Translated, Mapping[AgendaRoleName, Person]]]:
    """What the items inside are called, and who leads and reports there."""
    inside = session.scalars(
        select(AgendaItem)
        .where(AgendaItem.parent_id == item.id)
        .options(selectinload(AgendaItem.roles))
        .order_by(AgendaItem.position)
    )
    return [
        (one.title, {role.role: role.person for role in one.roles if role.person}) for one in inside
    ]
