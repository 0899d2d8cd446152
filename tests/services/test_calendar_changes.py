"""Whatever changes what a calendar shows is counted for those whose calendar it is."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from mmp.models import Person, Programme
from mmp.models.enums import Audience, EventStatus, MembershipStatus, Partstat
from mmp.services import calendar_changes
from tests.support.factories import MADE_AT, Factory


class Scene:
    """A programme with a meeting: Lina is on its list, Erik presents with her, Noor has no part."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.make = make = Factory(session)
        self.programme = make.programme()
        self.lina, self.erik, self.noor = (make.person(self.programme) for _ in range(3))
        self.pair = make.pair(self.programme, self.lina, self.erik)
        self.meeting = make.event(self.programme)
        self.item = make.item(self.meeting)
        self.role = make.role(self.item, pair=self.pair)
        self.participation = make.participation(self.meeting, self.lina)
        session.commit()

    def counters(self) -> dict[str, int]:
        people = {"lina": self.lina, "erik": self.erik, "noor": self.noor}
        return {
            name: self.session.scalars(
                select(Person.calendar_counter).where(Person.id == person.id)
            ).one()
            for name, person in people.items()
        } | {
            "programme": self.session.scalars(
                select(Programme.calendar_counter).where(Programme.id == self.programme.id)
            ).one()
        }

    def moved_by(self, change: Callable[["Scene"], object]) -> set[str]:
        before = self.counters()
        change(self)
        self.session.flush()
        return {name for name, counter in self.counters().items() if counter > before[name]}


def test_every_session_counts() -> None:
    assert event.contains(Session, "after_flush", calendar_changes.count)


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def _cancel(scene: Scene) -> None:
    scene.meeting.cancelled_at = MADE_AT
    scene.meeting.status = EventStatus.CANCELLED


def _delete(scene: Scene) -> None:
    scene.session.delete(scene.meeting)


def _take_off_the_list(scene: Scene) -> None:
    scene.session.delete(scene.participation)


def _drop_the_role(scene: Scene) -> None:
    scene.session.delete(scene.role)


def _hand_the_role_over(scene: Scene) -> None:
    scene.role.pair = None
    scene.role.person = scene.noor


def _split(scene: Scene) -> None:
    scene.session.delete(next(row for row in scene.pair.members if row.person is scene.erik))


def _leave(scene: Scene) -> None:
    scene.session.refresh(scene.erik)
    scene.erik.memberships[0].status = MembershipStatus.LEFT


INVOLVED = {"lina", "erik", "programme"}


CHANGES: dict[str, tuple[Callable[[Scene], object], set[str]]] = {
    "title": (lambda s: setattr(s.meeting, "title", {"en": "Other"}), INVOLVED),
    "time": (lambda s: setattr(s.meeting, "starts_at", s.meeting.created_at), INVOLVED),
    "cancelled": (_cancel, INVOLVED),
    "deleted": (_delete, INVOLVED),
    "item closed": (lambda s: setattr(s.item, "audience", Audience.IN_ROLE), INVOLVED),
    "item added": (lambda s: s.make.item(s.meeting), INVOLVED),
    "item deleted": (lambda s: s.session.delete(s.item), INVOLVED),
    "answer": (lambda s: setattr(s.participation, "partstat", Partstat.DECLINED), {"lina"}),
    "invited": (lambda s: s.make.participation(s.meeting, s.noor), {"noor"}),
    "taken off": (_take_off_the_list, {"lina"}),
    "role given": (lambda s: s.make.role(s.item, person=s.noor), INVOLVED | {"noor"}),
    "role dropped": (_drop_the_role, INVOLVED),
    "role handed over": (_hand_the_role_over, INVOLVED | {"noor"}),
    "pair split": (_split, {"lina", "erik"}),
    "left the programme": (_leave, {"erik"}),
    "turned discreet": (lambda s: setattr(s.lina, "discreet", True), {"lina", "erik"}),
    "programme renamed": (
        lambda s: setattr(s.programme, "name", {"en": "Other"}),
        INVOLVED | {"noor"},
    ),
    "event added": (lambda s: s.make.event(s.programme), {"programme"}),
    "own name, which no feed shows": (lambda s: setattr(s.lina, "name", "Lina H."), set()),
    "nothing": (lambda s: None, set()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_is_counted_for_those_it_concerns(scene: Scene, name: str) -> None:
    change, moved = CHANGES[name]
    assert scene.moved_by(change) == moved
