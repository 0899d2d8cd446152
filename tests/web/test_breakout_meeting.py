"""Groups at the meeting and after it: taps, repair, door list, Zoom, notes, the year."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.models import AgendaItem, Breakout, Event, Person, Programme
from mmp.models.enums import AgendaKind, AttendanceForm, EventForm, MembershipRole, SeatState
from tests.support.door import sign_in
from tests.support.factories import Factory, timed
from tests.web.desk import sit_down
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements


@dataclass(slots=True)
class Scene:
    make: Factory
    programme: Programme
    event: Event
    item: AgendaItem
    people: list[Person]
    breakout: Breakout

    @property
    def path(self) -> str:
        event = f"/en/programmes/{self.programme.slug}/events/{self.event.key}"
        return f"{event}/agenda/{self.item.uuid}/groups/"


def scene_of(
    session: Session, make: Factory, size: int = 4, slug: str = "here", first: int = 0
) -> Scene:
    programme = make.programme(slug=slug, name={"en": "Bridges"})
    event = make.event(programme, timed(datetime(2026, 6, 18, 14)), form=EventForm.HYBRID)
    item = make.item(event, datetime(2026, 6, 18, 15), kind=AgendaKind.BREAK_OUT)
    numbers = range(first, first + 3 * size + 1)
    people = [make.person(programme, name=f"Mentor {number:03}") for number in numbers]
    for one in people:
        make.participation(event, one, form=AttendanceForm.ONLINE)
    groups = (people[:size], people[size : 2 * size], people[2 * size : 3 * size])
    breakout = make.breakout(item, *groups, question={"en": "What helps?"})
    session.commit()
    return Scene(make, programme, event, item, people, breakout)


@pytest.fixture
def scene(session: Session) -> Scene:
    return scene_of(session, Factory(session))


def send(client: FlaskClient, path: str, to: str, **typed: str) -> Page:
    token = page(client, path).fields["csrf_token"]
    answer = client.post(to, data={"csrf_token": token, **typed}, follow_redirects=True)
    assert answer.status_code in (200, 409), answer.text
    return Page(answer.text)


def test_a_tap_a_late_arrival_and_a_repair(
    scene: Scene, client: FlaskClient, session: Session
) -> None:
    sit_down(client, session, scene.programme)
    path = f"{scene.path}meeting/"
    seats = {seat.person_id: seat for group in scene.breakout.groups for seat in group.seats}
    missing, to = [seats[one.id] for one in scene.people[:2]], ""
    for seat in missing:
        to = f"{path}seats/{seat.uuid}/"
        send(client, path, to, seen="planned", state="absent")
    found = send(client, path, to, seen="planned", state="arrived")
    assert "Somebody else tapped “Absent” meanwhile" in found.text
    found = send(client, path, f"{path}arrivals/", person=str(scene.people[12].uuid))
    assert "Mentor 012: Group 1." in found.text
    session.expire_all()
    assert [seat.state for seat in missing] == [SeatState.ABSENT] * 2
    # Three, four and four: nobody has to get up. One more goes, and somebody has to.
    send(
        client, path, f"{path}seats/{seats[scene.people[2].id].uuid}/", seen="planned", state="left"
    )
    found = page(client, path)
    assert "because Group 1 is down to 2 and Group" in found.text
    seen = next(
        values["value"]
        for tag, values in found.tags
        if tag == "input" and values.get("name") == "seen" and len(values["value"]) == 16
    )
    stale = send(client, path, f"{path}repair/", seen="0" * 16)
    assert "Nothing was changed: look again." in stale.text
    done = send(client, path, f"{path}repair/", seen=seen)
    assert "Done." in done.text
    assert "because" not in done.text


def test_the_door_list_is_for_coordinators_and_names_who_is_expected(
    scene: Scene, client: FlaskClient, session: Session
) -> None:
    sit_down(client, session, scene.programme)
    scene.people[1].discreet = True
    scene.breakout.groups[0].seats[0].state = SeatState.ABSENT
    session.commit()
    text = page(client, f"{scene.path}door/").text
    assert "Mentor 000" not in text
    assert text.count("Mentor 001") == 2, "in the list of all, and on the sheet of the room"
    sit_down(client, session, scene.programme, MembershipRole.ASSISTANT)
    assert "Mentor 001" not in client.get(f"{scene.path}meeting/").text
    for name in ("door/", "zoom/", "zoom.csv", "notes/"):
        assert client.get(scene.path + name).status_code == 404


def test_the_file_for_zoom_and_whom_it_cannot_place(
    scene: Scene, client: FlaskClient, session: Session
) -> None:
    sit_down(client, session, scene.programme)
    people = scene.people
    people[0].email, people[1].email = None, "+1@example.org"
    scene.breakout.groups[1].name = {"en": "=SUM(A1)"}
    scene.event.form = EventForm.ONLINE
    session.commit()
    answer = client.get(f"{scene.path}zoom.csv")
    assert answer.data.startswith(b"Pre-assign Room Name,Email Address\r\n")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) == 1 + 10
    assert [row[0] for row in rows[1:4]] == ["Group 1", "Group 1", "'=SUM(A1)"]
    text = page(client, f"{scene.path}zoom/").text
    assert "No mail address is known." in text
    assert "A spreadsheet would take the address for a formula." in text


def test_a_rapporteur_writes_and_nothing_is_lost(
    scene: Scene, client: FlaskClient, session: Session
) -> None:
    group = scene.breakout.groups[0]
    group.rapporteur = scene.people[0]
    session.commit()
    path = f"/en/my/groups/{group.uuid}/notes/"
    sign_in(client, session, scene.people[1])
    assert client.get(path).status_code == 404
    sign_in(client, session, scene.people[0])
    first = page(client, path)
    assert "What helps?" in first.text
    assert "(UTC" in first.text, "its hours, with their zone"
    fields = dict(first.fields)
    opened = {name: fields[name] for name in ("csrf_token", "seen-points", "seen-recommendation")}
    json = {"Accept": "application/json"}
    answer = client.post(path, data={**opened, "points": "One"}, headers=json)
    assert answer.get_json()["seen"].keys() == {"points"}
    # From a second telephone that was opened before: only the other field is theirs.
    other = client.post(path, data={**opened, "recommendation": "Do it"}, headers=json)
    assert other.status_code == 200
    assert "points" not in other.get_json()["seen"]
    stale = client.post(path, data={**opened, "points": "Two"}, headers=json)
    assert stale.status_code == 409
    both = client.post(path, data={**opened, "points": "Two"})
    assert both.status_code == 409
    shown = Page(both.text)
    assert "One" in shown.text
    assert "Two" in shown.text
    again = {"csrf_token": opened["csrf_token"], "seen-points": shown.fields["seen-points"]}
    saved = client.post(path, data={**again, "points": "One and two"})
    assert saved.status_code == 303
    session.refresh(group)
    assert (group.points, group.recommendation) == ("One and two", "Do it")
    sit_down(client, session, scene.programme)
    assert f"{scene.path}notes/" in page(client, path).links
    fields = page(client, path).fields
    answer = client.post(path, data=fields | {"recommendation": "Do it soon"})
    assert page(client, answer.location).text.count("Saved.") == 1
    text = page(client, f"{scene.path}notes/").text
    assert "One and two" in text
    assert "Mentor 000 reports." in text


def test_the_year_shows_who_met_whom(scene: Scene, client: FlaskClient, session: Session) -> None:
    sit_down(client, session, scene.programme)
    scene.people[3].discreet = True
    session.commit()
    found = page(client, "/en/programmes/here/met/")
    assert "Of 78 possible meetings of two people in a group, 18 have taken place." in found.text
    one = page(client, f"/en/programmes/here/met/?person={scene.people[0].uuid}").text
    assert "Has not met 9 people yet" in one
    sit_down(client, session, scene.programme, MembershipRole.ASSISTANT)
    assert "Mentor 003" not in client.get("/en/programmes/here/met/").text


def test_statements_do_not_grow(app: Flask, client: FlaskClient, session: Session) -> None:
    make = Factory(session)
    names = ("meeting/", "door/", "zoom/", "notes/", "met")
    counts: dict[str, list[int]] = {name: [] for name in names}
    for size, first in ((1, 0), (2, 10), (16, 20)):
        scene = scene_of(session, make, size, slug=f"of-{size}", first=first)
        scene.breakout.groups[0].seats[0].state = SeatState.ABSENT
        sign_in(client, session, make.person(scene.programme, MembershipRole.COORDINATOR))
        for name in names:
            path = f"/en/programmes/of-{size}/met/" if name == "met" else scene.path + name
            with _statements(app) as counted:
                assert client.get(path).status_code == 200
            counts[name].append(len(counted))
    for name, found in counts.items():
        assert max(found) <= MOST, name
        assert found[1] == found[2], name
