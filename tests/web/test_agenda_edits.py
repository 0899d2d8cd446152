"""The agenda editor: items, their places, roles, warnings, and what two people do at once."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import AgendaItem, Event, HistoryEntry, Mail, Person, Programme, Theme
from mmp.models.enums import AgendaRoleName
from mmp.services import feeds
from tests.support.factories import Factory, timed
from tests.web.desk import action, fill_in, press, sit_down
from tests.web.html import Page, page

PATH = "/en/programmes/here/events/autumn/agenda/"
SECRET = "a feed secret for the tests alone"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def autumn(make: Factory, here: Programme) -> Event:
    when = timed(datetime(2026, 9, 28, 9), 480, "Asia/Amman")
    return make.event(here, when, key="autumn", title={"en": "Autumn"})


@pytest.fixture
def lina(make: Factory, here: Programme) -> Person:
    return make.person(here, name="Lina Haddad")


def typed(title: str, starts: str = "09:00", ends: str = "09:30", **more: str) -> dict[str, str]:
    known = {"title-en": title, "kind": "talk", "audience": "everyone", "day": "2026-09-28"}
    return known | {"starts": starts, "ends": ends} | more


def items(session: Session) -> dict[str, AgendaItem]:
    session.expire_all()
    return {item.title["en"]: item for item in session.scalars(select(AgendaItem))}


def tree(session: Session) -> list[tuple[str, str | None]]:
    """Titles in order, each with that of the item around it."""
    rows = sorted(items(session).values(), key=lambda item: (item.parent_id or 0, item.position))
    return [(row.title["en"], row.parent.title["en"] if row.parent else None) for row in rows]


def move(client: FlaskClient, item: AgendaItem, **way: str) -> Page:
    token = page(client, PATH).fields["csrf_token"]
    answer = client.post(f"{PATH}{item.uuid}/place", data={"csrf_token": token, **way})
    assert answer.status_code == 303
    return page(client, answer.location)


def test_an_item_in_the_time_of_the_place(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    lina: Person,
) -> None:
    pair = make.pair(here, lina, make.person(here, name="Erik Lund"))
    sit_down(client, session, here)
    more = typed(
        "Opening",
        **{
            "title-ar": "الافتتاح",
            "room-en": "Hall",
            "roles-0-role": "host",
            "roles-0-who": f"person:{lina.uuid}",
            "roles-0-as-en": "Director",
            "roles-1-role": "presenter",
            "roles-1-who": f"pair:{pair.uuid}",
            "questions-0-en": "What next?",
        },
    )
    status, found = fill_in(client, f"{PATH}new/", more=more)
    assert status == 200
    for words in (
        "09:00–09:30",
        "Host: Lina Haddad",
        "Presenting: Lina Haddad & Erik Lund",
        "Hall",
    ):
        assert words in found.text
    assert "missing" not in found.text
    item = items(session)["Opening"]
    assert item.starts_at is not None
    assert item.starts_at.hour == 6  # Amman is three hours ahead
    assert [role.introduced_as for role in item.roles] == [{"en": "Director"}, {}]
    assert [question.text for question in item.guiding_questions] == [{"en": "What next?"}]
    assert item.title == {"en": "Opening", "ar": "الافتتاح"}
    assert "missing" in page(client, f"{PATH}{item.uuid}/").text  # no French yet


def test_a_new_item_begins_where_the_last_one_ends(
    client: FlaskClient, session: Session, here: Programme, autumn: Event
) -> None:
    sit_down(client, session, here)
    assert page(client, f"{PATH}new/").fields["starts"] == "09:00"
    fill_in(client, f"{PATH}new/", more=typed("Opening", ends="10:15"))
    fill_in(client, f"{PATH}new/", more=typed("Coffee", starts="08:30", ends="09:00"))
    found = page(client, f"{PATH}new/")
    assert (found.fields["starts"], found.fields["ends"]) == ("10:15", "10:45")
    assert tree(session) == [("Coffee", None), ("Opening", None)]


def test_sent_twice_it_is_one(
    client: FlaskClient, session: Session, here: Programme, autumn: Event
) -> None:
    sit_down(client, session, here)
    uuid = str(uuid4())
    for _ in range(2):
        status, _page = fill_in(client, f"{PATH}new/", more=typed("Opening"), uuid=uuid)
        assert status == 200
    assert len(items(session)) == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    (
        ({"title-en": "", "title-ar": " "}, "Give the item a title."),
        ({"ends": "08:00"}, "The end must come after the beginning."),
        ({"ends": ""}, "Give both times, or neither."),
        ({"day": ""}, "Give the day of these times."),
        ({"starts": "quarter past"}, "Write a clock time like 14:00."),
        ({"kind": "nap"}, "Choose one of the list."),
        (
            {"roles-0-role": "host", "roles-0-who": "person:nobody"},
            "Choose a role and a person or pair of this programme.",
        ),
    ),
)
def test_faults_stand_beside_their_field_and_nothing_is_lost(
    client: FlaskClient,
    session: Session,
    here: Programme,
    autumn: Event,
    more: dict[str, str],
    sentence: str,
) -> None:
    sit_down(client, session, here)
    status, found = fill_in(
        client, f"{PATH}new/", more=typed("Opening", **{"room-en": "Hall"}) | more
    )
    assert status == 422
    assert sentence in found.text
    assert found.fields["room-en"] == "Hall"
    assert items(session) == {}


def test_places_change_by_buttons_and_by_dragging(
    client: FlaskClient, session: Session, make: Factory, here: Programme, autumn: Event
) -> None:
    rows = [make.item(autumn, title={"en": title}) for title in ("A", "B", "C")]
    sit_down(client, session, here)
    a, b, c = rows
    move(client, c, way="up")
    assert tree(session) == [("A", None), ("C", None), ("B", None)]
    move(client, c, way="in")
    assert tree(session) == [("A", None), ("B", None), ("C", "A")]
    move(client, c, way="out")
    assert tree(session) == [("A", None), ("C", None), ("B", None)]
    move(client, b, onto=str(a.uuid), way="before")
    assert tree(session) == [("B", None), ("A", None), ("C", None)]
    move(client, a, onto=str(b.uuid), way="inside")
    assert tree(session) == [("B", None), ("C", None), ("A", "B")]
    found = move(client, b, onto=str(a.uuid), way="inside")
    assert "An item cannot lie inside itself." in found.text
    for way in ("down", "down", "nonsense"):
        move(client, b, way=way)
    assert tree(session) == [("C", None), ("B", None), ("A", "B")]
    assert {item.sequence for item in items(session).values()} == {0}  # nobody's hour moved
    assert session.scalars(select(HistoryEntry).where(HistoryEntry.subject_uuid == c.uuid)).first()


def test_only_time_and_room_raise_the_sequence(
    client: FlaskClient,
    session: Session,
    clock: FixedClock,
    make: Factory,
    here: Programme,
    autumn: Event,
) -> None:
    item = make.item(autumn, datetime(2026, 9, 28, 9), title={"en": "Opening"})
    sit_down(client, session, here)
    steps = (
        ({"title-en": "Welcome"}, 0),
        ({"title-en": "Welcome", "starts": "09:10"}, 1),
        ({"title-en": "Welcome", "starts": "09:10", "room-en": "Hall"}, 2),
        ({"title-en": "Welcome", "starts": "09:10", "room-en": "Hall"}, 2),
    )
    for more, sequence in steps:
        clock.advance(timedelta(minutes=1))
        status, _page = fill_in(client, f"{PATH}{item.uuid}/", more=typed("x") | more)
        assert status == 200
        session.refresh(item)
        assert item.sequence == sequence


def test_two_at_once_lose_nothing(
    client: FlaskClient,
    session: Session,
    clock: FixedClock,
    make: Factory,
    here: Programme,
    autumn: Event,
    lina: Person,
) -> None:
    item = make.item(autumn, datetime(2026, 9, 28, 9), title={"en": "Opening"})
    sit_down(client, session, here)
    path = f"{PATH}{item.uuid}/"
    old = page(client, path).fields["version"]
    clock.advance(timedelta(minutes=1))
    role = {"roles-0-role": "host", "roles-0-who": f"person:{lina.uuid}"}
    fill_in(client, path, more=typed("Theirs", **role))
    clock.advance(timedelta(minutes=1))
    nobody = {"roles-0-role": "host", "roles-0-who": ""}
    status, found = fill_in(client, path, more=typed("Mine", **nobody), version=old)
    assert status == 409
    text = " ".join(found.text.split())
    assert "Title (English) Theirs Mine" in text
    assert "Roles Lina Haddad" in text
    assert found.fields["title-en"] == "Mine"
    assert set(items(session)) == {"Theirs"}
    status, _page = fill_in(client, path, more=typed("Mine"), version=found.fields["version"])
    assert status == 200
    assert set(items(session)) == {"Mine"}


def test_deleting_can_be_undone_with_all_inside(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    lina: Person,
) -> None:
    outer = make.item(autumn, datetime(2026, 9, 28, 9), 60, title={"en": "Groups"})
    inner = make.item(autumn, datetime(2026, 9, 28, 9), title={"en": "One"}, parent=outer)
    make.role(inner, person=lina, role=AgendaRoleName.FACILITATOR)
    kept = {row.title["en"]: (row.uid, row.starts_at) for row in (outer, inner)}
    sit_down(client, session, here)
    found = press(client, PATH, f"{PATH}{outer.uuid}/deletion")
    assert items(session) == {}
    back, token = action(found, "/undoing"), {"csrf_token": found.fields["csrf_token"]}
    for _ in range(2):
        assert client.post(back, data=token).status_code == 303
    rows = items(session)
    assert {title: (row.uid, row.starts_at) for title, row in rows.items()} == kept
    assert {row.sequence for row in rows.values()} == {1}
    assert tree(session) == [("Groups", None), ("One", "Groups")]
    assert [role.person for role in rows["One"].roles] == [lina]


def test_a_theme_and_a_join_link(
    client: FlaskClient, session: Session, here: Programme, autumn: Event
) -> None:
    here.themes.append(Theme(key="work", title={"en": "Decent work"}))
    session.commit()
    sit_down(client, session, here)
    more = typed("Opening", theme="work", join_link="https://x.example/hall")
    status, found = fill_in(client, f"{PATH}new/", more=more)
    assert (status, "Decent work" in found.text) == (200, True)
    item = items(session)["Opening"]
    assert (item.theme and item.theme.key, item.join_link) == ("work", "https://x.example/hall")
    for name, wrong, sentence in (
        ("join_link", "x.example", "Write the whole address"),
        ("theme", "gone", "choose again"),
    ):
        path = f"{PATH}{item.uuid}/"
        status, found = fill_in(client, path, more=more | {name: wrong, "title-en": "Mine"})
        assert (status, sentence in found.text) == (422, True)
        assert found.fields["title-en"] == "Mine"


def test_a_cancelled_item_stays_in_agenda_and_feeds(
    client: FlaskClient,
    session: Session,
    clock: FixedClock,
    make: Factory,
    here: Programme,
    autumn: Event,
    lina: Person,
) -> None:
    item = make.item(autumn, datetime(2026, 9, 28, 9), title={"en": "Opening"})
    make.role(item, person=lina)
    lina_feed = feeds.default_feed(session, now=clock.now(), secret=SECRET, person=lina)
    sit_down(client, session, here)
    found = press(client, PATH, f"{PATH}{item.uuid}/cancellation")
    assert "Opening” is cancelled" in found.text
    assert "Opening Cancelled" in " ".join(found.text.split())
    assert "is-cancelled" in client.get("/en/programmes/here/events/autumn/").text

    def entry() -> bytes:
        feed: bytes = client.get(f"/feeds/{feeds.token_of(SECRET, lina_feed)}.ics").data
        return next(part for part in feed.split(b"BEGIN:VEVENT") if item.uid.encode() in part)

    assert b"STATUS:CANCELLED" in entry()
    assert b"SEQUENCE:1" in entry()
    found = press(client, PATH, f"{PATH}{item.uuid}/restoration")
    assert "Opening” takes place after all" in found.text
    assert b"STATUS:CONFIRMED" in entry()
    assert b"SEQUENCE:2" in entry()
    assert session.scalars(select(Mail)).all() == []


def test_what_was_said_keeps_its_item(
    client: FlaskClient, session: Session, year: Programme
) -> None:
    sit_down(client, session, year)
    path = "/en/programmes/year-2026/events/june/agenda/"
    item = session.scalars(select(AgendaItem).where(AgendaItem.key == "panel")).one()
    found = press(client, path, f"{path}{item.uuid}/deletion")
    assert "hang on this item" in found.text
    assert "Experts" in found.text


def test_warnings(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    lina: Person,
) -> None:
    pair = make.pair(here, lina, make.person(here, name="Erik Lund"))
    nine = datetime(2026, 9, 28, 9)
    whole = make.item(autumn, nine, 120, title={"en": "Morning"}, room={"en": "Hall"})
    one = make.item(autumn, nine, 60, title={"en": "One"}, parent=whole, room={"en": "hall "})
    two = make.item(autumn, nine, 60, title={"en": "Two"}, room={"en": "Hall"}, parent=whole)
    early = make.item(autumn, nine - timedelta(hours=1), 30, title={"en": "Early"})
    make.role(whole, person=lina)
    make.role(one, person=lina)
    make.role(two, pair=pair)
    make.role(early, person=lina)
    sit_down(client, session, here)
    text = " ".join(page(client, PATH).text.split())
    assert text.count("Lies outside the time of the event") == 1
    assert text.count("Lina Haddad is in “One” at the same time") == 1
    assert text.count("“One” is in the same room at the same time") == 1
    assert text.count("at the same time") == 2


def test_an_agenda_without_groups_says_how_to_get_them(
    client: FlaskClient, session: Session, here: Programme, autumn: Event
) -> None:
    sit_down(client, session, here)
    assert "Break-out groups" in page(client, PATH).text
    status, found = fill_in(client, f"{PATH}new/?kind=break_out", **typed("Talk", kind="break_out"))
    assert status == 200
    assert "a board to seat everybody" not in found.text
    new = page(client, f"{PATH}new/?kind=break_out").tags
    chosen = [tags["value"] for tag, tags in new if tag == "option" and "selected" in tags]
    assert "break_out" in chosen
