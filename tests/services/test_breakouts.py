"""Break-out groups as they are planned: wishes, draft, moves by hand, the way back, application."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import AgendaItem, HistoryEntry, Person
from mmp.models.breakouts import BreakoutSeat
from mmp.models.enums import AgendaKind, MembershipRole, Partstat
from mmp.services import breakouts as service
from mmp.services.breakouts import Move, MovedMeanwhile, Place, Settings, problems, running
from mmp.services.breakouts.drafts import draft_of, put, seated
from mmp.services.breakouts.settings import settings_of
from mmp.services.permissions import Actor
from tests.services.test_pair_board import actor_for
from tests.support.factories import Factory

NOW = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class Desk:
    session: Session
    make: Factory
    actor: Actor
    item: AgendaItem
    people: list[Person]

    def place(self, *, hold: bool = True) -> Place:
        event = self.item.event
        return service.place_of(
            self.session, self.actor, event.programme.slug, event.key, self.item.uuid, hold=hold
        )

    def wish(self, **wishes: object) -> Place:
        place = self.place()
        version = place.breakout.version if place.breakout else 0
        settings = replace(Settings(groups=2), **wishes)  # type: ignore[arg-type]  # a test's own
        service.save_settings(
            self.session,
            actor=self.actor,
            now=NOW,
            place=place,
            version=version,
            settings=settings,
            question={"en": "Why?"},
        )
        return place

    def seat(self, *groups: str) -> Place:
        """A draft by letters: the first person is a."""
        place = self.place()
        assert place.breakout is not None
        rows = [[self.of(letter) for letter in group] for group in groups]
        put(place.breakout, seated(rows), now=NOW, did={"code": "searched"})
        self.session.flush()
        return place

    def of(self, letter: str) -> str:
        return str(self.people["abcdefgh".index(letter)].uuid)

    def move(self, who: str, to: int, seen: int, version: int, swap: str | None = None) -> None:
        wanted = Move(self.of(who), to, seen, self.of(swap) if swap else None)
        service.move(
            self.session,
            actor=self.actor,
            now=NOW,
            place=self.place(),
            version=version,
            move=wanted,
        )

    @property
    def version(self) -> int:
        breakout = self.place().breakout
        assert breakout is not None
        return breakout.version

    def drawn(self) -> list[str]:
        """The draft by letters."""
        known = {str(one.uuid): "abcdefgh"[at] for at, one in enumerate(self.people)}
        groups = draft_of(self.place().breakout).groups(2)
        return ["".join(sorted(known[one] for one in group)) for group in groups]


@pytest.fixture
def desk(session: Session) -> Desk:
    make = Factory(session)
    programme = make.programme()
    actor = actor_for(session, make.person(programme, MembershipRole.COORDINATOR))
    event = make.event(programme)
    item = make.item(event, datetime(2026, 6, 18, 14, 30), kind=AgendaKind.BREAK_OUT)
    people = [make.person(programme, languages=["en"]) for _ in range(8)]
    for person in people:
        make.participation(event, person)
    return Desk(session, make, actor, item, people)


def test_wishes_make_groups_and_two_editors_lose_nothing(desk: Desk) -> None:
    place = desk.wish(groups=3)
    assert place.breakout is not None
    assert [one.position for one in place.breakout.groups] == [0, 1, 2]
    with pytest.raises(StaleEdit):
        service.save_settings(
            desk.session,
            actor=desk.actor,
            now=NOW,
            place=place,
            version=0,
            settings=Settings(groups=5),
            question={},
        )
    for wrong in ({"weights": {"mix": float("nan")}}, {"weights": {"mix": -1.0}}, {"groups": 0}):
        with pytest.raises(UserError):
            desk.wish(**wrong)


def test_a_search_lands_as_a_draft_around_the_locked_and_can_be_taken_back(desk: Desk) -> None:
    desk.wish(apart=((desk.of("a"), desk.of("b")),))
    place = desk.seat("abcd", "efgh")
    service.lock(
        desk.session, actor=desk.actor, now=NOW, place=place, people=[desk.of("a")], locked=True
    )
    service.ask(desk.session, actor=desk.actor, now=NOW, place=place, version=desk.version)
    found = running.take_up(desk.session, beat=100.0)
    assert found is not None
    assert running.take_up(desk.session, beat=101.0) is None, "somebody does it"
    again = running.take_up(desk.session, beat=200.0)
    assert again is not None, "whoever did it is silent: the next one takes it up"
    assert running.tell(desk.session, again, done=1, found={"hard": 0}, beat=201.0)
    with pytest.raises(UserError, match="searched just now"):
        desk.move("c", 1, 0, desk.version)
    service.end(desk.session, actor=desk.actor, now=NOW, place=desk.place())
    assert not running.tell(desk.session, again, done=2, found={}, beat=202.0), "it is to end"
    groups = [[desk.of(letter) for letter in group] for group in ("aceg", "bdfh")]
    assert running.land(desk.session, again, groups, now=NOW)
    assert desk.drawn() == ["aceg", "bdfh"]
    service.undo(desk.session, actor=desk.actor, now=NOW, place=desk.place(), version=desk.version)
    assert desk.drawn() == ["abcd", "efgh"]
    service.redo(desk.session, actor=desk.actor, now=NOW, place=desk.place(), version=desk.version)
    assert desk.drawn() == ["aceg", "bdfh"]
    done = desk.session.scalars(
        select(HistoryEntry.action).where(HistoryEntry.subject_kind == "breakout")
    ).all()
    assert list(done) == [
        *("changed", "locked", "search_asked", "search_ended", "searched", "undone", "redone")
    ]


def test_two_who_move_people_lose_nothing(desk: Desk) -> None:
    desk.wish()
    desk.seat("abcd", "efgh")
    seen = desk.version
    desk.move("a", 1, 0, seen)
    desk.move("b", 1, 0, seen)  # of another person: it means the same
    assert desk.drawn() == ["cd", "abefgh"]
    with pytest.raises(MovedMeanwhile):
        desk.move("a", 0, 0, seen - 1, swap="e")
    assert desk.drawn() == ["cd", "abefgh"], "nothing of it was done"
    desk.move("a", 0, 1, desk.version, swap="c")
    assert desk.drawn() == ["ad", "bcefgh"]


def test_what_is_applied_stays_until_something_else_is(desk: Desk) -> None:
    desk.wish()
    desk.seat("abcd", "efgh")
    service.apply(desk.session, actor=desk.actor, now=NOW, place=desk.place(), version=desk.version)
    rows = _seats(desk.session)
    assert sorted(rows.values()) == [0] * 4 + [1] * 4
    desk.seat("efgh", "abcd")
    desk.wish(groups=1)
    assert _seats(desk.session) == rows, "a draft changes nothing"
    desk.wish(groups=2)
    desk.seat("abcdefgh")
    with pytest.raises(UserError, match="Group 2 is empty"):
        service.apply(
            desk.session, actor=desk.actor, now=NOW, place=desk.place(), version=desk.version
        )
    assert _seats(desk.session) == rows
    kept = set(desk.session.scalars(select(BreakoutSeat.uuid)))
    desk.seat("abce", "dfgh")
    service.apply(desk.session, actor=desk.actor, now=NOW, place=desk.place(), version=desk.version)
    assert set(desk.session.scalars(select(BreakoutSeat.uuid))) == kept
    changed = _seats(desk.session)
    assert {one for one in rows if rows[one] != changed[one]} == {
        desk.people["abcdefgh".index(letter)].id for letter in "de"
    }


def test_what_cannot_be_met_names_who(desk: Desk) -> None:
    letters = [desk.of(letter) for letter in "abcde"]
    desk.wish(together=tuple((letters[0], other) for other in letters[1:]))
    table = service.table_of(desk.session, desk.place())
    (too_big,) = [one for one in table.troubles if one.code == "unit_too_big"]
    assert set(too_big.people) == set(desk.people[:5])
    assert (too_big.have, too_big.need) == (4, 5)
    desk.wish(groups=7)
    table = service.table_of(desk.session, desk.place())
    assert [one.code for one in table.stops] == ["alone"]
    with pytest.raises(UserError, match="Mend this first"):
        service.ask(
            desk.session, actor=desk.actor, now=NOW, place=desk.place(), version=desk.version
        )


def test_groups_grow_where_more_are_held_than_their_share(desk: Desk) -> None:
    desk.wish()
    place = desk.seat("abcdef", "gh")
    values = {"actor": desk.actor, "now": NOW, "locked": True}
    service.lock(desk.session, place=place, people=[desk.of(one) for one in "abcde"], **values)  # type: ignore[arg-type]  # a dict will do
    table = service.table_of(desk.session, desk.place())
    assert table.problem is not None
    assert table.problem.sizes == ((5, 3),)
    place = desk.seat("abcdefgh", "")
    service.lock(desk.session, place=place, people=[desk.of(one) for one in "abcdefgh"], **values)  # type: ignore[arg-type]  # a dict will do
    (told,) = service.table_of(desk.session, desk.place()).troubles
    assert (told.code, told.have, len(told.people)) == ("crowded", 1, 8)
    desk.wish(sizes=(4, 4))
    (told,) = service.table_of(desk.session, desk.place()).troubles
    assert (told.code, told.have, told.need) == ("group_full", 4, 8)


def test_thousands_of_people_are_refused_before_anything_is_computed() -> None:
    people = [
        Person(key=f"p{n}", name="", zone="", created_at=NOW, changed_at=NOW) for n in range(9)
    ]
    place = Place(AgendaItem.__new__(AgendaItem), None)
    table = problems.Table(place, Settings(), people * 600, draft_of(None), 0)
    (told,) = problems.troubles_of(table)
    assert (told.code, told.have, told.need) == ("too_many", 5_400, 1_000)


def test_a_facilitator_who_declined_is_named(desk: Desk) -> None:
    place = desk.wish()
    assert place.breakout is not None
    place.breakout.groups[1].facilitator = desk.people[2]
    desk.session.flush()
    assert service.table_of(desk.session, desk.place()).troubles == []
    for row in service.participations(desk.session, desk.item.event):
        if row.person is desk.people[2]:
            row.partstat = Partstat.DECLINED
    desk.session.flush()
    (told,) = service.table_of(desk.session, desk.place()).troubles
    assert (told.code, told.people, told.have) == ("leads_away", (desk.people[2],), 2)


def test_where_nobody_takes_part_nothing_is_searched(desk: Desk) -> None:
    desk.wish()
    for row in service.participations(desk.session, desk.item.event):
        desk.session.delete(row)
    desk.session.flush()
    board = service.board_of(desk.session, desk.place())
    assert [one.code for one in board.table.troubles] == ["nobody"]
    with pytest.raises(UserError, match="Mend this first"):
        service.ask(
            desk.session, actor=desk.actor, now=NOW, place=desk.place(), version=desk.version
        )


def test_a_rule_about_who_declined_is_named_and_stops_nothing(desk: Desk) -> None:
    desk.wish(apart=((desk.of("a"), desk.of("b")),), facilitators=(desk.of("b"), desk.of("c")))
    for row in service.participations(desk.session, desk.item.event):
        if row.person is desk.people[1]:
            row.partstat = Partstat.DECLINED
    desk.session.flush()
    table = service.table_of(desk.session, desk.place())
    away, leads = table.troubles
    assert (away.code, away.people, away.stops) == ("rule_away", (desk.people[1],), False)
    assert (leads.code, leads.have, leads.need, leads.stops) == ("facilitators", 1, 2, False)
    assert table.problem is not None


def test_each_group_gets_one_who_can_lead(desk: Desk) -> None:
    place = desk.wish(facilitators=(desk.of("b"), desk.of("c")))
    desk.seat("abcd", "efgh")
    assert place.breakout is not None
    board = service.board_of(desk.session, desk.place())
    assert board.measures is not None
    assert board.measures.hard == 1
    assert [column.leaderless for column in board.columns] == [False, True]
    place.breakout.groups[1].facilitator = desk.people[4]
    desk.session.flush()
    board = service.board_of(desk.session, desk.place())
    assert board.measures is not None
    assert board.measures.hard == 0, "but who leads it can"


def test_partners_of_the_day_sit_apart_unless_a_rule_says_more(desk: Desk) -> None:
    programme, (a, b, c, d, e, f, g, h) = desk.item.event.programme, desk.people
    desk.make.pair(programme, a, b)
    desk.make.pair(programme, c, d)
    desk.make.pair(programme, e, f, ends_on=date(2026, 3, 1))
    desk.make.pair(programme, g, h, starts_on=date(2027, 1, 1))
    place = desk.wish(together=((desk.of("d"), desk.of("c")),))
    table = service.table_of(desk.session, place)
    assert table.problem is not None
    at = {letter: table.number[desk.of(letter)] for letter in "abcd"}
    assert [set(two) for two in table.problem.apart] == [{at["a"], at["b"]}]
    assert table.problem.together == {(at["d"], at["c"])}


def test_a_language_of_a_whole_group_is_said_of_the_group(desk: Desk) -> None:
    desk.wish()
    desk.seat("abcd", "efgh")
    desk.people[0].languages = ["fr"]
    board = service.board_of(desk.session, desk.place())
    first, second = board.columns
    assert (first.speechless, first.language) == (True, None)
    assert second.language == board.table.languages.index("en")
    assert not any(one.code == "language" for card in second.cards for one in card.why)


def test_joined_records_keep_their_seat_and_their_rules(desk: Desk) -> None:
    desk.wish(
        apart=((desk.of("a"), desk.of("b")), (desk.of("b"), desk.of("h"))),
        facilitators=(desk.of("h"),),
    )
    place = desk.seat("abcd", "efg")
    service.follow(desk.session, desk.people[7].uuid, desk.people[0].uuid)
    service.follow(desk.session, desk.people[2].uuid, desk.people[7].uuid)
    settings = settings_of(place.breakout)
    assert settings.apart == ((desk.of("a"), desk.of("b")), (desk.of("b"), desk.of("a")))
    assert settings.facilitators == (desk.of("a"),)
    assert desk.drawn() == ["abdh", "efg"]
    service.follow(desk.session, desk.people[1].uuid, desk.people[0].uuid)
    assert settings_of(place.breakout).apart == (), "nobody is kept apart from themselves"


def test_who_does_not_plan_finds_nothing(desk: Desk) -> None:
    other = desk.make.programme()
    stranger = actor_for(desk.session, desk.make.person(other, MembershipRole.COORDINATOR))
    desk.wish()
    with pytest.raises(NotFound):
        service.breakout_of(desk.session, stranger, desk.item.uuid)
    assert service.breakout_of(desk.session, desk.actor, desk.item.uuid).agenda_item is desk.item


def _seats(session: Session) -> dict[int, int]:
    return {
        seat.person_id: seat.group.position
        for seat in session.scalars(select(BreakoutSeat).execution_options(populate_existing=True))
    }
