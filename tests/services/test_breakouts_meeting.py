"""At the meeting: taps that never overwrite each other, late arrivals, repairs."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit
from mmp.models import AgendaItem, Breakout, BreakoutSeat, HistoryEntry, Participation, Person
from mmp.models.enums import AgendaKind, MembershipRole, Partstat, SeatState
from mmp.services.breakouts import Place, meeting, place_of, repairing
from mmp.services.breakouts.meeting import Room, TappedMeanwhile
from mmp.services.permissions import Actor
from tests.services.test_pair_board import actor_for
from tests.support.factories import Factory, timed

NOW = datetime(2026, 6, 18, 13, 5, tzinfo=UTC)


@dataclass(slots=True)
class Scene:
    """Three groups of four at a meeting, and two people on the list without a seat."""

    session: Session
    make: Factory
    actor: Actor
    item: AgendaItem
    people: list[Person]
    breakout: Breakout

    def place(self) -> Place:
        event = self.item.event
        return place_of(
            self.session, self.actor, event.programme.slug, event.key, self.item.uuid, hold=True
        )

    def room(self) -> Room:
        return meeting.room_of(self.session, self.place())

    def seat(self, person: int) -> BreakoutSeat:
        return next(one for one in self.room().seats if one.person is self.people[person])

    def tap(self, person: int, state: SeatState, seen: SeatState = SeatState.PLANNED) -> bool:
        return meeting.tap(
            self.session,
            actor=self.actor,
            now=NOW,
            place=self.place(),
            seat=self.seat(person).uuid,
            seen=seen,
            state=state,
        )

    def sizes(self) -> list[int]:
        here = {seat.id for seat in self.room().sitting}
        return [sum(seat.id in here for seat in seats) for seats in self.room().by_group.values()]


@pytest.fixture
def scene(session: Session) -> Scene:
    make = Factory(session)
    programme = make.programme()
    actor = actor_for(session, make.person(programme, MembershipRole.COORDINATOR))
    event = make.event(programme, timed(datetime(2026, 6, 18, 14)))
    item = make.item(event, datetime(2026, 6, 18, 15), kind=AgendaKind.BREAK_OUT)
    people = [make.person(programme, name=f"Person {number:02}") for number in range(14)]
    for one in people:
        make.participation(event, one)
    breakout = make.breakout(item, people[0:4], people[4:8], people[8:12])
    return Scene(session, make, actor, item, people, breakout)


def test_each_tap_concerns_one_seat_and_none_is_overwritten(scene: Scene) -> None:
    assert scene.tap(0, SeatState.ARRIVED)
    assert not scene.tap(0, SeatState.ARRIVED), "the same tap twice is one"
    with pytest.raises(TappedMeanwhile) as caught:
        scene.tap(0, SeatState.ABSENT)
    assert caught.value.state is SeatState.ARRIVED
    assert scene.tap(1, SeatState.ABSENT)
    assert scene.tap(0, SeatState.LEFT, seen=SeatState.ARRIVED)
    entries = scene.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)).all()
    assert [one.action for one in entries] == ["tapped"] * 3


def test_nothing_is_proposed_while_all_are_there(scene: Scene) -> None:
    assert repairing.propose(scene.room()) is None
    scene.tap(0, SeatState.ARRIVED)
    assert repairing.propose(scene.room()) is None


def test_who_comes_late_sits_where_fewest_are(scene: Scene) -> None:
    scene.tap(9, SeatState.ABSENT)
    place = scene.place()
    came = scene.people[12]
    seat = meeting.arrive(scene.session, actor=scene.actor, now=NOW, place=place, person=came.uuid)
    assert (seat.group.position, seat.state) == (2, SeatState.LATE)
    again = meeting.arrive(scene.session, actor=scene.actor, now=NOW, place=place, person=came.uuid)
    assert again is seat
    stranger = scene.make.person()
    with pytest.raises(NotFound):
        meeting.arrive(scene.session, actor=scene.actor, now=NOW, place=place, person=stranger.uuid)


def test_a_repair_moves_as_few_as_can_be_and_says_why(scene: Scene) -> None:
    for person in (0, 1):
        scene.tap(person, SeatState.ABSENT)
    assert scene.sizes() == [2, 4, 4]
    proposal = repairing.propose(scene.room())
    assert proposal is not None
    [step] = proposal.steps
    assert (step.after.position, step.why, step.have, step.had) == (0, "few", 2, 4)
    repairing.apply_repair(
        scene.session,
        actor=scene.actor,
        now=NOW,
        place=scene.place(),
        seen=proposal.fingerprint,
    )
    assert sorted(scene.sizes()) == [3, 3, 4]
    assert scene.seat(0).state is SeatState.ABSENT, "that they were missing stays known"
    assert repairing.propose(scene.room()) is None


def test_a_proposal_counts_only_for_what_was_seen(scene: Scene) -> None:
    for person in (0, 1):
        scene.tap(person, SeatState.ABSENT)
    proposal = repairing.propose(scene.room())
    assert proposal is not None
    scene.tap(2, SeatState.ABSENT)
    with pytest.raises(StaleEdit):
        repairing.apply_repair(
            scene.session,
            actor=scene.actor,
            now=NOW,
            place=scene.place(),
            seen=proposal.fingerprint,
        )
    assert scene.sizes() == [1, 4, 4], "nobody was moved"


def test_who_says_no_on_the_eve_loses_the_seat(scene: Scene) -> None:
    row = scene.session.scalars(
        select(Participation).where(Participation.person_id == scene.people[0].id)
    ).one()
    row.partstat = Partstat.DECLINED
    scene.session.flush()
    proposal = repairing.propose(scene.room())
    assert proposal is not None
    assert [seat.person for seat in proposal.leave] == [scene.people[0]]
    assert not proposal.steps, "three, four and four are even enough"
    repairing.apply_repair(
        scene.session,
        actor=scene.actor,
        now=NOW,
        place=scene.place(),
        seen=proposal.fingerprint,
    )
    assert len(scene.room().seats) == 11


def test_where_everybody_is_missing_nothing_is_proposed(scene: Scene) -> None:
    for person in range(12):
        scene.tap(person, SeatState.ABSENT)
    assert repairing.propose(scene.room()) is None
