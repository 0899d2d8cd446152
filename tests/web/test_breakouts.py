"""The board of groups: begin, move, be overtaken, apply; in a few statements whatever its size."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mmp.adapters.database import db
from mmp.models import AgendaItem, GuidingQuestion, Participation, Person, Programme
from mmp.models.breakouts import Breakout, BreakoutSeat
from mmp.models.enums import AgendaKind, Gender, MembershipRole, Region, StakeholderGroup
from mmp.services.breakouts.drafts import draft_of, put, seated
from tests.support.factories import MADE_AT, Factory
from tests.support.statements import statements_of
from tests.web.desk import fill_in, sit_down
from tests.web.html import Page, page

WISHES = {
    "groups": "2",
    "sizes": "",
    "preset": "meet",
    "partners": "apart",
    "common_language": "y",
    "seconds": "5",
}


class Board:
    """An event with people, and its board."""

    def __init__(self, session: Session, people: int) -> None:
        make = self.make = Factory(session)
        self.session = session
        self.programme: Programme = make.programme(slug="year")
        event = make.event(self.programme, key="june")
        item = make.item(event, kind=AgendaKind.BREAK_OUT, title={"en": "Talk it over"})
        self.people: list[Person] = [
            make.person(
                self.programme,
                name=f"Mentor {number:03}",
                languages=["en"],
                region=Region.EUROPE if number % 2 else Region.MENA,
            )
            for number in range(people)
        ]
        for person in self.people:
            make.participation(event, person)
        session.commit()
        self.event = event
        self.path = f"/en/programmes/year/events/june/agenda/{item.uuid}/groups/"

    def seat(self, groups: int) -> None:
        """A draft: everybody in turn."""
        breakout = self.breakout
        rows = [[str(one.uuid) for one in self.people[at::groups]] for at in range(groups)]
        put(breakout, seated(rows), now=MADE_AT, did={"code": "searched"})
        self.session.commit()

    @property
    def breakout(self) -> Breakout:
        self.session.expire_all()
        return self.session.scalars(select(Breakout)).one()

    def at(self, number: int) -> int | None:
        return draft_of(self.breakout).place.get(str(self.people[number].uuid))

    def sent(self, found: Page, number: int, onto: str, seen: str = "") -> dict[str, str]:
        """A move as the page of the board sends it."""
        return {
            "csrf_token": found.fields["csrf_token"],
            "version": found.fields["version"],
            "person": str(self.people[number].uuid),
            "seen": seen,
            "onto": onto,
        }


def test_from_nothing_to_groups_that_are_applied(client: FlaskClient, session: Session) -> None:
    board = Board(session, 6)
    sit_down(client, session, board.programme)
    assert "There are no groups yet" in page(client, board.path).text
    settings = f"{board.path}settings/"
    asked = GuidingQuestion(position=0, text={"en": "What will you try?"})
    item = session.scalars(select(AgendaItem)).one()
    item.guiding_questions.append(asked)
    session.commit()
    assert "What will you try?" in page(client, settings).text, "the agenda asks it already"
    for wrong, said in (
        ({"groups": "five"}, "Write a whole number"),
        ({"sizes": "3, 2, 1"}, "sizes of 3 groups"),
        ({"mix": "nan"}, "A weight is a number"),
        ({"mix": "-1"}, "A weight is a number"),
    ):
        status, found = fill_in(client, settings, more=WISHES | wrong)
        assert (status, said in found.text) == (422, True), wrong
    status, found = fill_in(
        client, settings, more=WISHES | {"question-en": "What helped?", "sizes": "4, 2"}
    )
    assert status == 200
    assert "What helped?" in found.text
    assert "Mentor 003" in found.text, "nobody is forgotten while there is no draft"
    status, found = fill_in(client, settings, more=WISHES)
    answer = client.post(
        f"{board.path}search",
        data={name: found.fields[name] for name in ("csrf_token", "version")},
    )
    assert answer.status_code == 303
    found = page(client, board.path)
    assert "The search begins in a moment" in found.text
    client.post(f"{board.path}search/end", data={"csrf_token": found.fields["csrf_token"]})
    board.seat(2)
    found = page(client, board.path)
    assert "Every rule is kept" in found.text
    assert "meets 2 people anew" in found.text
    picked = page(client, f"{board.path}?pick={board.people[0].uuid}")
    assert "Where to with Mentor 000?" in picked.text
    assert "balance" in picked.text, "what it costs is said before it is done"
    moved = client.post(f"{board.path}moves", data=board.sent(picked, 0, "1", "0"))
    assert moved.status_code == 303
    assert "Mentor 000 is in group 2 now." in page(client, moved.location).text
    found = page(client, board.path)
    applied = client.post(
        f"{board.path}application",
        data={name: found.fields[name] for name in ("csrf_token", "version")},
    )
    assert applied.status_code == 303
    assert "These groups are applied" in page(client, board.path).text
    seats = session.scalars(select(BreakoutSeat)).all()
    assert sorted(seat.group.position for seat in seats) == [0, 0, 1, 1, 1, 1]


def test_who_was_overtaken_is_told_and_loses_nothing(client: FlaskClient, session: Session) -> None:
    board = Board(session, 9)
    sit_down(client, session, board.programme)
    fill_in(client, f"{board.path}settings/", more=WISHES | {"groups": "3"})
    board.seat(3)
    mine = page(client, board.path)
    moves = f"{board.path}moves"
    client.post(moves, data=board.sent(mine, 0, "1", "0"))
    assert client.post(moves, data=board.sent(mine, 1, "0", "1")).status_code == 303
    assert (board.at(0), board.at(1)) == (1, 0), "moves of different people both count"
    told = client.post(moves, data=board.sent(mine, 0, "2", "0"))
    assert told.status_code == 409
    assert "Mentor 000 is in group 2 now; you wanted group 3." in Page(told.text).text
    assert board.at(0) == 1
    again = client.post(moves, data=board.sent(Page(told.text), 0, "2", "1"))
    assert again.status_code == 303
    assert board.at(0) == 2
    stale = {name: mine.fields[name] for name in ("csrf_token", "version")}
    for act in ("undoing", "application", "search"):
        assert client.post(f"{board.path}{act}", data=stale).status_code == 409, act
    settings = page(client, f"{board.path}settings/")
    typed = WISHES | {"csrf_token": settings.fields["csrf_token"], "version": "1"}
    told = client.post(f"{board.path}settings/", data=typed | {"groups": "4"})
    assert told.status_code == 409
    assert 'value="4"' in told.text, "what was typed stays"


def test_one_group_has_its_question_and_who_leads_it(client: FlaskClient, session: Session) -> None:
    board = Board(session, 6)
    sit_down(client, session, board.programme)
    fill_in(client, f"{board.path}settings/", more=WISHES)
    group = board.breakout.groups[1]
    path = f"{board.path}{group.uuid}/"
    lead = str(board.people[4].uuid)
    same = {"facilitator": lead, "rapporteur": lead, "join_link": ""}
    assert fill_in(client, path, more=same)[0] == 422
    typed = {"facilitator": lead, "question-en": "And then?", "room-en": "Blue", "languages": "en"}
    status, found = fill_in(client, path, more=typed)
    assert (status, "And then?" in found.text, "Blue" in found.text) == (200, True, True)
    session.refresh(group)
    assert group.facilitator is board.people[4]
    status, found = fill_in(client, path, more=typed | {"version": "1"})
    assert (status, "Someone else changed this" in found.text) == (409, True)


def test_assistants_plan_and_learn_no_discreet_name(client: FlaskClient, session: Session) -> None:
    board = Board(session, 6)
    board.people[2].discreet = True
    sit_down(client, session, board.programme, MembershipRole.ASSISTANT)
    away = board.make.person(board.programme, name="Mentor Away")
    away.discreet = True
    session.commit()
    fill_in(client, f"{board.path}settings/", more=WISHES)
    board.seat(2)
    breakout = board.breakout
    breakout.settings |= {"facilitators": [str(away.uuid)]}
    session.commit()
    assert "Mentor Away" not in client.get(f"{board.path}settings/").text
    for path in (
        board.path,
        f"{board.path}?pick={board.people[2].uuid}",
        f"{board.path}settings/",
        f"{board.path}{board.breakout.groups[0].uuid}/",
    ):
        assert "Mentor 002" not in client.get(path).text, path
    found = page(client, board.path)
    moved = client.post(f"{board.path}moves", data=board.sent(found, 2, "1", "0"))
    assert "A participant is in group 2 now." in page(client, moved.location).text


def test_too_many_people_are_a_sentence(client: FlaskClient, session: Session) -> None:
    board = Board(session, 3)
    sit_down(client, session, board.programme)
    fill_in(client, f"{board.path}settings/", more=WISHES | {"groups": "5"})
    assert "3 people cannot fill 5 groups: make fewer groups." in page(client, board.path).text
    found = page(client, board.path)
    asked = client.post(
        f"{board.path}search",
        data={name: found.fields[name] for name in ("csrf_token", "version")},
    )
    assert "Mend this first" in page(client, asked.location).text


def test_who_can_lead_is_ticked_and_said(client: FlaskClient, session: Session) -> None:
    board = Board(session, 6)
    sit_down(client, session, board.programme)
    able = [str(board.people[0].uuid), str(board.people[1].uuid)]
    status, _found = fill_in(client, f"{board.path}settings/", more=WISHES | {"facilitators": able})
    assert status == 200
    board.seat(2)
    assert page(client, board.path).text.count("the only one here who can lead") == 2
    session.execute(delete(Participation).where(Participation.person_id == board.people[1].id))
    session.commit()
    text = page(client, board.path).text
    assert "those do not count now: Mentor 001" in text
    assert "there are 1 of those you named" in text
    settings = page(client, f"{board.path}settings/").text
    assert "Mentor 001 (does not take part)" in settings
    assert "Somebody who is not shown here" not in settings


def test_who_is_alone_in_two_ways_hears_it_once(client: FlaskClient, session: Session) -> None:
    board = Board(session, 6)
    board.people[0].gender = Gender.MAN
    board.people[0].group = StakeholderGroup.MEDIA
    sit_down(client, session, board.programme)
    fill_in(client, f"{board.path}settings/", more=WISHES)
    board.seat(2)
    text = page(client, board.path).text
    assert text.count("alone here: Man, Media") == 1
    assert text.count("alone here") == 1


def test_a_move_among_150_takes_few_statements(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    board = Board(session, 150)
    sit_down(client, session, board.programme)
    fill_in(client, f"{board.path}settings/", more=WISHES | {"groups": "25"})
    board.seat(25)
    found = page(client, board.path)
    assert len(re.findall(r"data-card=", found.source)) == 150
    with app.app_context():
        engine = db.engine
    with statements_of(engine) as sent:
        client.get(f"{board.path}?pick={board.people[0].uuid}")
    assert len(sent) <= 12, "\n".join(sent)
    with statements_of(engine) as sent:
        moved = client.post(f"{board.path}moves", data=board.sent(found, 0, "3", "0"))
    assert moved.status_code == 303
    assert len(sent) <= 12, "\n".join(sent)
