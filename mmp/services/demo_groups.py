"""The demo's two past meetings with break-out groups: who sat where, and what June's groups said.

Programme files hold no groups, so these are made when the demo is. Who was there is known from the
attendance of both meetings.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mmp.core.texts import Translated
from mmp.models import (
    AgendaItem,
    Breakout,
    BreakoutGroup,
    BreakoutSeat,
    Event,
    Pair,
    Person,
    Programme,
)
from mmp.models.enums import AgendaKind, AgendaRoleName, BreakoutState
from mmp.services.breakouts.who import people_taking_part

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
    met: dict[frozenset[int], int] = {}
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
    _seat(session, now, first, 7, met, _QUESTION)
    june = session.scalar(
        select(AgendaItem)
        .where(AgendaItem.event_id == events["june-meeting"].id, AgendaItem.key == "break-out")
        .options(selectinload(AgendaItem.children), selectinload(AgendaItem.guiding_questions))
    )
    if june is None:
        return
    question = june.guiding_questions[0].text if june.guiding_questions else {}
    breakout = _seat(session, now, june, max(len(june.children), 4), met, question)
    for group, (points, recommendation) in zip(breakout.groups, SAID, strict=False):
        group.points, group.recommendation = points, recommendation
    session.flush()


def _seat(
    session: Session,
    now: datetime,
    item: AgendaItem,
    count: int,
    met: dict[frozenset[int], int],
    question: Translated,
) -> Breakout:
    """Everybody to the smallest group where they meet fewest again and their partner is not."""
    session.flush()
    people = sorted(people_taking_part(session, item.event), key=lambda one: one.key)
    rooms = _leading(session, item)
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
    rows = [BreakoutGroup(breakout=breakout, position=at) for at in range(count)]
    session.add_all(rows)
    session.flush()
    groups: list[list[Person]] = [[] for _ in range(count)]
    for at, (name, roles) in enumerate(rooms):
        rows[at].name = dict(name)
        rows[at].facilitator = roles.get(AgendaRoleName.FACILITATOR)
        rows[at].rapporteur = roles.get(AgendaRoleName.RAPPORTEUR)
        groups[at] += [one for one in people if one in roles.values()]
    partners = _partners(session, item.event)
    seated = {one.id for group in groups for one in group}
    for person in (one for one in people if one.id not in seated):
        groups[_best(person, groups, met, partners)].append(person)
    for row, group in zip(rows, groups, strict=True):
        for person in group:
            session.add(
                BreakoutSeat(breakout_id=breakout.id, group=row, person=person, changed_at=now)
            )
        for one, other in combinations(group, 2):
            two = frozenset((one.id, other.id))
            met[two] = met.get(two, 0) + 1
    breakout.draft = {"groups": [[str(one.uuid) for one in group] for group in groups]}
    session.flush()
    return breakout


def _best(
    person: Person,
    groups: Sequence[Sequence[Person]],
    met: Mapping[frozenset[int], int],
    partners: Mapping[int, set[int]],
) -> int:
    def key(at: int) -> tuple[int, int, int]:
        others = [one.id for one in groups[at]]
        own = len(partners.get(person.id, set()).intersection(others))
        again = sum(met.get(frozenset((person.id, one)), 0) for one in others)
        return own, len(others), again

    return min(range(len(groups)), key=key)


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


def _partners(session: Session, event: Event) -> Mapping[int, set[int]]:
    pairs = session.scalars(
        select(Pair)
        .where(Pair.programme_id == event.programme_id)
        .options(selectinload(Pair.members))
    )
    found: dict[int, set[int]] = {}
    for pair in pairs:
        numbers = {member.person_id for member in pair.members}
        for number in numbers:
            found.setdefault(number, set()).update(numbers - {number})
    return found
