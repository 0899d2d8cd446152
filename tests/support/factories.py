"""Makes rows for tests: what a test does not say is plausible and the same every time."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from mmp.core.when import When
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Breakout,
    BreakoutGroup,
    BreakoutSeat,
    Event,
    Membership,
    Pair,
    PairMember,
    Participation,
    Person,
    Programme,
)
from mmp.models.enums import (
    AgendaKind,
    AgendaRoleName,
    BreakoutState,
    EventForm,
    EventStatus,
    MembershipRole,
    Partstat,
    Region,
    ReminderPreset,
)
from mmp.services.events import item_columns, when_columns

Row = TypeVar("Row")
MADE_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Factory:
    """Makes rows in one session, numbering what needs a name. Flushes; the test commits."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._numbers = count(1)
        self._at_once = False

    def programme(self, **values: Any) -> Programme:
        """A programme without reminders, unless the test asks for some."""
        number = next(self._numbers)
        return self._add(
            Programme(
                **_filled(
                    values,
                    slug=f"programme-{number}",
                    name={"en": f"Programme {number}"},
                    languages=["en", "ar", "fr"],
                    zone="Europe/Stockholm",
                    reminder_preset=ReminderPreset.NONE,
                    created_at=MADE_AT,
                    changed_at=MADE_AT,
                )
            )
        )

    def person(
        self,
        programme: Programme | None = None,
        role: MembershipRole = MembershipRole.MENTOR,
        **values: Any,
    ) -> Person:
        number = next(self._numbers)
        person = self._add(
            Person(
                **_filled(
                    values,
                    key=f"person-{number}",
                    name=f"Person {number}",
                    email=f"person{number}@example.org",
                    country="SE",
                    region=Region.EUROPE,
                    zone="Europe/Stockholm",
                    created_at=MADE_AT,
                    changed_at=MADE_AT,
                )
            )
        )
        if programme is not None:
            self._add(Membership(programme=programme, person=person, role=role))
        return person

    def pair(self, programme: Programme, *people: Person, **values: Any) -> Pair:
        number = next(self._numbers)
        pair = self._add(
            Pair(
                **_filled(
                    values,
                    key=f"pair-{number}",
                    programme=programme,
                    starts_on=date(2026, 2, 1),
                    created_at=MADE_AT,
                    changed_at=MADE_AT,
                )
            )
        )
        for position, person in enumerate(people):
            self._add(PairMember(pair=pair, person=person, position=position))
        return pair

    def event(self, programme: Programme, when: When | None = None, **values: Any) -> Event:
        """A published online event; without `when` two hours on 18 June 2026 in Stockholm."""
        number = next(self._numbers)
        event = Event(
            **_filled(
                values,
                key=f"event-{number}",
                uid=f"event-{number}@mmp",
                programme=programme,
                title={"en": f"Event {number}"},
                form=EventForm.ONLINE,
                status=EventStatus.PUBLISHED,
                created_at=MADE_AT,
                changed_at=MADE_AT,
                **when_columns(when or timed(datetime(2026, 6, 18, 14))),
            )
        )
        return self._add(event)

    def item(
        self, event: Event, starts: datetime | None = None, minutes: int = 30, **values: Any
    ) -> AgendaItem:
        """An agenda item at a wall time of its event's zone, or without a time."""
        number = next(self._numbers)
        times: dict[str, Any] = {}
        if starts is not None:
            times = item_columns(timed(starts, minutes, event.zone), event.zone)
        return self._add(
            AgendaItem(
                **_filled(
                    values,
                    key=f"item-{number}",
                    uid=f"item-{number}@mmp",
                    event=event,
                    position=number,
                    kind=AgendaKind.TALK,
                    title={"en": f"Item {number}"},
                    created_at=MADE_AT,
                    changed_at=MADE_AT,
                    **times,
                )
            )
        )

    def role(
        self,
        item: AgendaItem,
        *,
        person: Person | None = None,
        pair: Pair | None = None,
        role: AgendaRoleName = AgendaRoleName.SPEAKER,
    ) -> AgendaRole:
        return self._add(AgendaRole(agenda_item=item, person=person, pair=pair, role=role))

    def participation(self, event: Event, person: Person, **values: Any) -> Participation:
        return self._add(
            Participation(
                **_filled(
                    values,
                    event=event,
                    person=person,
                    partstat=Partstat.ACCEPTED,
                    created_at=MADE_AT,
                    changed_at=MADE_AT,
                )
            )
        )

    def breakout(self, item: AgendaItem, *groups: Iterable[Person], **values: Any) -> Breakout:
        """Applied groups of an agenda item, everybody planned."""
        breakout = Breakout(
            **_filled(
                values,
                state=BreakoutState.APPLIED,
                applied_at=MADE_AT,
                created_at=MADE_AT,
                changed_at=MADE_AT,
            ),
            agenda_item=item,
        )
        self._add(breakout)
        for position, people in enumerate(groups):
            group = self._add(BreakoutGroup(breakout=breakout, position=position))
            for person in people:
                self.seat(group, person)
        return breakout

    def seat(self, group: BreakoutGroup, person: Person, **values: Any) -> BreakoutSeat:
        return self._add(
            BreakoutSeat(
                **_filled(values, breakout_id=group.breakout_id, changed_at=MADE_AT),
                group=group,
                person=person,
            )
        )

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What is made in here goes to the database at its end: quicker, where it is a lot."""
        self._at_once = True
        with self.session.no_autoflush:
            yield
        self._at_once = False
        self.session.flush()

    def _add(self, row: Row) -> Row:
        self.session.add(row)
        if not self._at_once:
            self.session.flush()
        return row


def _filled(values: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    return defaults | values


def timed(starts: datetime, minutes: int = 120, zone: str = "Europe/Stockholm") -> When:
    """A wall time for so many minutes."""
    return When.timed(starts, starts + timedelta(minutes=minutes), zone)
