"""One's own break-out group and its question: nobody else's is ever read here."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, case, null, select
from sqlalchemy.orm import Session, contains_eager, defer

from mmp.adapters.translations import catalogue
from mmp.core.texts import Translated, pick
from mmp.models import AgendaItem, Breakout, BreakoutGroup, BreakoutSeat, Event, Participation
from mmp.models.enums import BreakoutState, EventStatus
from mmp.services.taking_part import may_join_online


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """The group somebody was given, with where it meets. `join_link` is there for who joins
    online."""

    item: AgendaItem
    group: BreakoutGroup
    question: Translated
    """The group's own, else that of all groups."""
    join_link: str | None
    person_id: int | None

    @property
    def room(self) -> Translated:
        return self.group.room or self.item.room

    @property
    def reports(self) -> bool:
        """Whether they write down what the group says."""
        return self.person_id is not None and self.group.rapporteur_id == self.person_id

    @property
    def facilitates(self) -> bool:
        return self.person_id is not None and self.group.facilitator_id == self.person_id


def own_groups(
    session: Session, wanted: Collection[tuple[int, int]]
) -> Mapping[tuple[int, int], list[OwnGroup]]:
    """The groups of each of these people (their number) at these events (theirs), as they were
    applied, by the clock. One statement."""
    found: dict[tuple[int, int], list[OwnGroup]] = defaultdict(list)
    if not wanted:
        return found
    people, events = ({of[at] for of in wanted} for at in (0, 1))
    rows = session.execute(_OWN_GROUPS, {"people": list(people), "events": list(events)})
    asked = set(wanted)
    for person, group, join_link in rows:
        item = group.breakout.agenda_item
        if (person, item.event_id) in asked:
            question = group.question or group.breakout.question
            own = OwnGroup(item, group, question, join_link, person)
            found[person, item.event_id].append(own)
    return found


_OWN_GROUPS = (
    select(
        BreakoutSeat.person_id,
        BreakoutGroup,
        case((may_join_online(Participation), BreakoutGroup.join_link), else_=null()),
    )
    .join(BreakoutSeat.group)
    .join(BreakoutGroup.breakout)
    .join(Breakout.agenda_item)
    .join(Event, Event.id == AgendaItem.event_id)
    .outerjoin(
        Participation,
        (Participation.event_id == Event.id) & (Participation.person_id == BreakoutSeat.person_id),
    )
    .where(
        BreakoutSeat.person_id.in_(bindparam("people", expanding=True)),
        AgendaItem.event_id.in_(bindparam("events", expanding=True)),
        Breakout.state == BreakoutState.APPLIED,
        AgendaItem.status == EventStatus.PUBLISHED,
    )
    .options(
        contains_eager(BreakoutGroup.breakout)
        .load_only(Breakout.question)
        .contains_eager(Breakout.agenda_item),
        defer(BreakoutGroup.join_link),
    )
    .order_by(AgendaItem.starts_at, AgendaItem.position, AgendaItem.id)
)


def group_name(name: Translated, position: int, locale: str) -> str:
    """What a group is called: its name, else its number, counted from 1."""
    _: Callable[[str], str] = catalogue(locale).gettext
    return pick(name, locale) or _("Group %(number)s") % {"number": position + 1}


def mail_words(own: Sequence[OwnGroup], locale: str) -> tuple[str, str]:
    """Group and question as mails tell them, in the reader's language; empty for who has none. Of
    several groups each is named with its agenda item."""
    comma = "، " if locale.startswith("ar") else ", "
    names, questions = [], []
    for one in own:
        name = group_name(one.group.name, one.group.position, locale)
        title = [pick(one.item.title, locale)] if len(own) > 1 else []
        names.append(comma.join([*title, name, *filter(None, [pick(one.room, locale)])]))
        questions.append(pick(one.question, locale))
    return "; ".join(names), "\n".join(dict.fromkeys(filter(None, questions)))
