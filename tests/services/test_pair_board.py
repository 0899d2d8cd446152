"""Pairs at the desk: what is known of them, a kind word, and what becomes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from mmp.adapters.database import engine_options
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.pair_health import Health
from mmp.core.when import When
from mmp.models import Break, Event, HistoryEntry, Mail, Pair, Person, Programme, TalkLog
from mmp.models.enums import AgendaRoleName, EventStatus, MembershipRole, Strength
from mmp.services import pair_board as service, permissions, sessions
from mmp.services.agenda_edits import cast_of
from mmp.services.pair_board import By, Ended, PartnersBefore, Sort, Wanted
from mmp.services.permissions import Actor
from tests.support.factories import MADE_AT, Factory, timed

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
TODAY = date(2026, 6, 19)


@dataclass(slots=True)
class Desk:
    session: Session
    make: Factory
    programme: Programme
    coordinator: Actor
    assistant: Actor
    erik: Person
    lina: Person
    pair: Pair

    def by(self, *, tell: bool = False, now: datetime = NOW) -> By:
        return By(actor=self.coordinator, now=now, tell=tell)

    def loaded(self) -> Programme:
        return service.programme_with_breaks(self.session, self.coordinator, "pairs")

    def log(self, pair: Pair, day: date) -> None:
        self.session.add(
            TalkLog(
                pair=pair,
                day=day,
                minutes=30,
                topic="Never at the desk",
                created_at=MADE_AT,
                changed_at=MADE_AT,
            )
        )
        self.session.flush()

    def talk(self, day: date, pair: Pair | None = None) -> Event:
        starts = datetime.combine(day, datetime.min.time()).replace(hour=17)
        return self.make.event(self.programme, timed(starts), pair=pair or self.pair)

    def mails(self, kind: str) -> list[str]:
        rows = self.session.scalars(
            select(Person.name)
            .join(Mail, Mail.person_id == Person.id)
            .where(Mail.kind == kind)
            .order_by(Mail.id)
        )
        return list(rows)

    def nudge(
        self, *, to: tuple[Person, ...] = (), uuid: UUID | None = None, now: datetime = NOW
    ) -> Any:
        self.loaded()
        return service.nudge(
            self.session,
            actor=self.coordinator,
            now=now,
            pair=self.pair,
            uuid=uuid or uuid4(),
            to={one.uuid for one in to or (self.erik, self.lina)},
            plenary=None,
        )

    def pair_up(self, *people: Person, again: bool = False, uuid: UUID | None = None) -> Pair:
        return service.pair_up(
            self.session,
            self.by(),
            programme=self.programme,
            uuid=uuid or uuid4(),
            people=[one.uuid for one in people],
            starts_on=TODAY,
            again=again,
        )

    def end(self, reason: str = "They wish so", day: date = TODAY, *, tell: bool = False) -> object:
        return service.end_pair(
            self.session,
            self.by(tell=tell),
            pair=self.pair,
            version=self.pair.version,
            ends_on=day,
            reason=reason,
        )

    def latest(self, pair: Pair | None = None) -> HistoryEntry:
        return service.history_of(self.session, pair or self.pair)[0]


def actor_for(session: Session, person: Person) -> Actor:
    _, token = sessions.start(session, now=NOW, person=person, strength=Strength.STRONG)
    return permissions.actor_of(session, now=NOW, token=token)


@pytest.fixture
def desk(session: Session) -> Desk:
    make = Factory(session)
    programme = make.programme(slug="pairs")
    programme.breaks.append(
        Break(
            key="summer",
            name={"en": "Summer"},
            starts_on=date(2026, 7, 1),
            ends_on=date(2026, 8, 31),
        )
    )
    coordinator, assistant = (
        actor_for(session, make.person(programme, role))
        for role in (MembershipRole.COORDINATOR, MembershipRole.ASSISTANT)
    )
    erik = make.person(programme, name="Erik Lund")
    lina = make.person(programme, name="Lina Haddad", zone="Asia/Amman", country="JO")
    pair = make.pair(programme, erik, lina)
    session.commit()
    return Desk(session, make, programme, coordinator, assistant, erik, lina, pair)


def board(desk: Desk, actor: Actor | None = None, **wanted: Any) -> service.Board:
    return service.board(
        desk.session,
        actor or desk.coordinator,
        now=NOW,
        programme=desk.loaded(),
        wanted=Wanted(**wanted),
    )


def test_board_knows_days_and_their_state(desk: Desk) -> None:
    desk.log(desk.pair, date(2026, 6, 10))
    desk.talk(date(2026, 6, 25))
    (line,) = board(desk).lines
    assert (line.last, line.next) == (date(2026, 6, 10), date(2026, 6, 25))
    assert line.judged is not None
    assert line.judged.health is Health.ON_TRACK
    (line,) = board(desk, desk.assistant).lines
    assert (line.last, line.next, line.judged, line.refused) == (None, None, None, None)


def test_assistants_see_no_pair_with_a_discreet_member(desk: Desk) -> None:
    desk.lina.discreet = True
    desk.session.flush()
    assert board(desk, desk.assistant).lines == []
    assert len(board(desk).lines) == 1
    with pytest.raises(NotFound):
        service.pair_of(desk.session, desk.assistant, desk.programme, desk.pair.uuid)


def test_filters_and_order(desk: Desk) -> None:
    people = [desk.make.person(desk.programme, name=f"{letter}") for letter in "ABCD"]
    talked = desk.make.pair(desk.programme, *people[:2])
    over = desk.make.pair(desk.programme, *people[2:], ends_on=date(2026, 3, 1))
    desk.log(talked, date(2026, 6, 1))

    def found(**wanted: Any) -> list[Pair]:
        return [line.pair for line in board(desk, **wanted).lines]

    assert found() == [desk.pair, talked]
    assert found(health=Health.ON_TRACK) == [talked]
    assert found(ended=Ended.ENDED) == [over]
    assert found(ended=Ended.ALL, sort=Sort.NAME) == [talked, over, desk.pair]
    talked.starts_on = date(2026, 5, 30)
    assert found(sort=Sort.SINCE) == [talked, desk.pair], "newest first"
    talked.starts_on = desk.pair.starts_on
    assert board(desk, health=Health.EARLY).counts == {Health.CHECK_IN: 1, Health.ON_TRACK: 1}


def test_a_plenary_is_what_nearly_all_pairs_are_invited_to(desk: Desk) -> None:
    when = timed(datetime(2026, 6, 25, 14))
    small = desk.make.event(desk.programme, when)
    desk.make.participation(small, desk.make.person(desk.programme))
    later = desk.make.event(desk.programme, timed(datetime(2026, 6, 28, 14)))
    over = desk.make.event(
        desk.programme, When.days(date(2026, 6, 1), date(2026, 6, 2), "Asia/Amman")
    )
    for event in (later, over):
        desk.make.participation(event, desk.lina)
    found = service.plenaries(desk.session, desk.programme, now=NOW)
    assert (found.last, found.next) == (over, later)
    desk.log(desk.pair, date(2026, 5, 30))
    (line,) = board(desk).lines
    assert line.judged is not None
    assert line.judged.because == "plenary"


def test_a_nudge_goes_once_and_seldom(desk: Desk) -> None:
    uuid = uuid4()
    for _twice in range(2):
        assert [one.name for one in desk.nudge(uuid=uuid)] == ["Erik Lund", "Lina Haddad"]
    assert desk.mails("pair_nudge") == ["Erik Lund", "Lina Haddad"]
    with pytest.raises(UserError, match="two weeks"):
        desk.nudge()
    in_july = NOW + timedelta(days=14)
    with pytest.raises(UserError, match="rests"):
        desk.nudge(now=in_july)
    for number in (80, 100, 120):
        desk.nudge(to=(desk.erik,), now=NOW + timedelta(days=number))
    with pytest.raises(UserError, match="three times"):
        desk.nudge(now=NOW + timedelta(days=140))
    (line,) = board(desk).lines
    assert len(line.nudged) == 4


def test_a_nudge_names_nobody_where_somebody_is_discreet(desk: Desk) -> None:
    desk.erik.discreet = True
    desk.nudge()
    mails = desk.session.scalars(select(Mail)).all()
    assert {mail.programme_id for mail in mails} == {None}
    assert not any(name in str(mail.parameters) for mail in mails for name in ("Erik", "Lina"))


def test_the_end_cancels_what_was_agreed_and_can_be_taken_back(desk: Desk) -> None:
    soon, late = desk.talk(date(2026, 6, 20)), desk.talk(date(2026, 6, 28))
    desk.make.participation(late, desk.erik)
    seen = desk.pair.version
    assert desk.end(day=date(2026, 6, 21)) == [late]
    assert (soon.status, late.status) == (EventStatus.PUBLISHED, EventStatus.CANCELLED)
    assert sorted(desk.mails("event_cancelled")) == ["Erik Lund", "Lina Haddad"]
    assert desk.mails("pair_changed") == []
    assert desk.end(day=date(2026, 6, 21)) == []
    with pytest.raises(StaleEdit):
        service.end_pair(
            desk.session, desk.by(), pair=desk.pair, version=seen, ends_on=TODAY, reason="x"
        )
    entry = desk.latest()
    for _twice in range(2):
        service.undo(desk.session, desk.by(), pair=desk.pair, entry=entry.uuid)
    assert (desk.pair.ends_on, desk.pair.end_reason) == (None, None)
    assert late.status is EventStatus.CANCELLED
    assert [one.action for one in service.history_of(desk.session, desk.pair)] == [
        "taken_back",
        "ended",
    ]


def test_members_are_told_where_that_is_ticked(desk: Desk) -> None:
    desk.end(tell=True)
    assert desk.mails("pair_changed") == ["Erik Lund", "Lina Haddad"]
    assert "They wish so" not in str([m.parameters for m in desk.session.scalars(select(Mail))])


def test_new_pairs_are_of_free_people_and_never_silently_again(desk: Desk) -> None:
    with pytest.raises(UserError, match="another pair"):
        desk.pair_up(desk.erik, desk.make.person(desk.programme))
    desk.end(day=TODAY - timedelta(days=1))
    with pytest.raises(PartnersBefore):
        desk.pair_up(desk.erik, desk.lina)
    with pytest.raises(UserError, match="two people"):
        desk.pair_up(desk.erik)
    uuid = uuid4()
    again = desk.pair_up(desk.erik, desk.lina, again=True, uuid=uuid)
    assert desk.pair_up(desk.erik, desk.lina, uuid=uuid) is again
    with pytest.raises(UserError, match="another pair by now"):
        service.undo(desk.session, desk.by(), pair=desk.pair, entry=desk.latest().uuid)
    lines = {line.pair.id: line for line in board(desk, ended=Ended.ALL).lines}
    assert lines[again.id].before
    assert not lines[desk.pair.id].before
    service.undo(desk.session, desk.by(), pair=again, entry=desk.latest(again).uuid)
    assert desk.session.scalars(select(Pair)).all() == [desk.pair]


def test_undoing_waits_for_who_pairs_at_the_same_moment(desk: Desk, database_url: str) -> None:
    """Erik's pair has ended; one makes a new one of him while another takes that end back."""
    desk.end(day=TODAY - timedelta(days=1))
    number, entry, by = desk.pair.id, desk.latest().uuid, desk.by()
    desk.session.commit()
    new = desk.pair_up(desk.erik, desk.make.person(desk.programme))
    refused: list[UserError] = []

    def take_back() -> None:
        engine = create_engine(database_url, **engine_options(database_url))
        with Session(engine) as own:
            try:
                service.undo(own, by, pair=own.get_one(Pair, number), entry=entry)
                own.commit()
            except UserError as error:
                refused.append(error)
        engine.dispose()

    other = Thread(target=take_back)
    other.start()
    other.join(0.2)  # undone by now, if it did not wait
    desk.session.commit()
    other.join()
    desk.session.expire_all()
    assert [str(error) for error in refused] == ["Erik Lund is in another pair by now."]
    assert [pair.ends_on for pair in (desk.pair, new)] == [TODAY - timedelta(days=1), None]


def test_trio_and_hand_over_keep_who_was_there(desk: Desk) -> None:
    omar, rana = (desk.make.person(desk.programme, name=name) for name in ("Omar", "Rana"))

    def version() -> int:
        return desk.pair.version

    for _twice in range(2):
        service.add_member(
            desk.session,
            desk.by(tell=True),
            pair=desk.pair,
            version=version(),
            person=omar.uuid,
            starts_on=TODAY,
        )
    assert desk.mails("pair_changed") == ["Erik Lund", "Lina Haddad", "Omar"]
    with pytest.raises(UserError, match="at most three"):
        service.add_member(
            desk.session,
            desk.by(),
            pair=desk.pair,
            version=version(),
            person=rana.uuid,
            starts_on=TODAY,
        )
    talk = desk.talk(date(2026, 6, 28))
    place = next(one for one in desk.pair.members if one.person is desk.erik)

    def hand_over(to: Person | None) -> object:
        return service.hand_over(
            desk.session,
            desk.by(),
            pair=desk.pair,
            version=version(),
            member=place,
            last_day=TODAY,
            to=to.uuid if to else None,
        )

    assert hand_over(rana) == [talk]
    assert hand_over(rana) == []
    tomorrow = TODAY + timedelta(days=1)
    assert {one.person.name for one in desk.pair.members_on(tomorrow)} == {
        "Lina Haddad",
        "Omar",
        "Rana",
    }
    assert len(desk.pair.members) == 4
    service.undo(desk.session, desk.by(), pair=desk.pair, entry=desk.latest().uuid)
    assert {one.person.name for one in desk.pair.members} == {"Erik Lund", "Lina Haddad", "Omar"}
    assert hand_over(None) == []
    assert {one.person.name for one in desk.pair.members_on(tomorrow)} == {"Lina Haddad", "Omar"}


def test_who_presented_is_known(desk: Desk) -> None:
    event = desk.make.event(desk.programme)
    item = desk.make.item(event)
    desk.make.role(item, pair=desk.pair, role=AgendaRoleName.PRESENTER)
    desk.make.role(desk.make.item(event), pair=desk.pair, role=AgendaRoleName.RAPPORTEUR)
    found = service.presented(desk.session, desk.programme.id)
    assert [one.item_id for one in found[desk.pair.id]] == [item.id]
    assert cast_of(desk.session, desk.coordinator, event).pairs == [desk.pair]


@pytest.mark.parametrize(
    "act",
    (
        lambda desk: desk.end(reason=" "),
        lambda desk: desk.end(day=date(2025, 12, 1)),
        lambda desk: desk.end(day=date(2036, 1, 1)),
        lambda desk: desk.nudge(to=(desk.make.person(desk.programme),)),
    ),
)
def test_what_cannot_be_is_said(desk: Desk, act: Callable[[Desk], object]) -> None:
    with pytest.raises(UserError) as caught:
        act(desk)
    assert caught.value.field
