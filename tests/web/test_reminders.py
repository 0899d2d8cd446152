"""Reminders at the desk: rules in words, the plan with its reasons, and one's own."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.when import When
from mmp.models import (
    Delivery,
    Event,
    HistoryEntry,
    Person,
    Programme,
    ReminderHold,
    ReminderRule,
)
from mmp.models.enums import DeliveryState, MembershipRole, Partstat, ReminderPreset
from mmp.services import reminders
from tests.support.door import NOW, sign_in
from tests.support.factories import Factory
from tests.web.desk import fill_in, press, sit_down
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements

PATH = "/en/programmes/here/reminders/"
EVENT = "/en/programmes/here/events/july/reminders/"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here", reminder_preset=ReminderPreset.STANDARD)


@pytest.fixture
def july(make: Factory, here: Programme) -> Event:
    """Two in the morning in New York: the day before is at night there."""
    when = When.timed(datetime(2026, 6, 30, 9), datetime(2026, 6, 30, 11), "Europe/Stockholm")
    return make.event(here, when, key="july", title={"en": "Summer meeting"})


@pytest.fixture
def anna(make: Factory, here: Programme, july: Event) -> Person:
    person = make.person(here, name="Anna Lind", zone="America/New_York", country="US")
    make.participation(july, person, partstat=Partstat.ACCEPTED)
    return person


def planned(session: Session, event: Event) -> None:
    session.expire_all()
    reminders.reconcile(session, now=NOW, event=event)
    session.commit()


def said(found: Page) -> str:
    return " ".join(found.text.split())


def test_rules_stand_in_words_and_are_switched(
    client: FlaskClient, session: Session, here: Programme, july: Event, anna: Person
) -> None:
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    found = page(client, PATH)
    assert "1 day before it begins, to everyone who has not declined" in said(found)
    assert "3 days after the invitation, again every 7 days, 3 times in all" in said(found)
    found = press(client, EVENT, f"{EVENT}rules/day/switch")
    assert "It is switched off." in found.text
    assert "Changed for this event" in found.text
    (rule,) = session.scalars(select(ReminderRule)).all()
    assert (rule.key, rule.active, rule.event_id) == ("day", False, july.id)
    assert "Switched off" not in page(client, PATH).text
    found = press(client, EVENT, f"{EVENT}rules/day/reset")
    assert "Switched off" not in found.text
    assert session.scalars(select(ReminderRule)).all() == []


def test_a_preset_is_chosen(client: FlaskClient, session: Session, here: Programme) -> None:
    sit_down(client, session, here)
    status, found = fill_in(client, PATH, f"{PATH[:-1]}/preset", preset="none")
    assert status == 200
    assert "Nothing goes by itself." in found.text
    session.expire_all()
    assert here.reminder_preset is ReminderPreset.NONE
    fill_in(client, PATH, f"{PATH}preset", preset="nonsense")
    session.expire_all()
    assert here.reminder_preset is ReminderPreset.NONE


def test_the_plan_says_when_and_why(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    july: Event,
    anna: Person,
) -> None:
    bo = make.person(here, name="Bo Berg")
    make.participation(july, bo, partstat=Partstat.DECLINED)
    sit_down(client, session, here)
    planned(session, july)
    for path in (f"{PATH}plan/", f"{EVENT}plan/"):
        plan = said(page(client, path))
        assert "Anna Lind" in plan
        assert "night in New York" in plan
        assert "New York time (UTC−4)" in plan
    left_out = said(page(client, f"{EVENT}plan/"))
    assert left_out.count("They have declined.") == 1
    assert "A first reminder 1 person Bo Berg" in left_out
    why = said(page(client, f"{EVENT}people/{bo.uuid}/"))
    assert "They have declined." in why
    assert "No mail about it was written to this person." in why
    assert "Planned" in said(page(client, f"{EVENT}people/{anna.uuid}/"))
    stranger = make.person(make.programme())
    session.commit()
    assert client.get(f"{EVENT}people/{stranger.uuid}/").status_code == 404


def test_held_and_let_go(
    client: FlaskClient, session: Session, here: Programme, july: Event, anna: Person
) -> None:
    sit_down(client, session, here)
    planned(session, july)
    found = press(client, EVENT, f"{EVENT}hold")
    assert "All its reminders are held back." in found.text
    states = set(session.scalars(select(Delivery.state)))
    assert states == {DeliveryState.HELD}
    answer = client.post(
        f"{EVENT}hold", data={"csrf_token": found.fields["csrf_token"], "release": "y"}
    )
    assert answer.status_code == 303
    session.expire_all()
    assert set(session.scalars(select(Delivery.state))) == {DeliveryState.PLANNED}
    found = press(client, PATH, f"{PATH}rules/day/hold")
    assert "Held back" in found.text
    assert session.scalars(select(ReminderHold.rule)).all() == ["day"]


def test_texts_are_checked_shown_and_kept(
    client: FlaskClient, session: Session, here: Programme, july: Event, anna: Person
) -> None:
    sit_down(client, session, here)
    path = f"{PATH}rules/day/"
    form = {"offset": "2", "unit": "days", "moment": "before_start", "most": "1"}
    bad = form | {"text-en": "{{ plaec }}"}
    status, found = fill_in(client, path, more=bad)
    assert status == 422
    assert "did you mean {{ place }}?" in found.text
    assert "{{ plaec }}" in found.text
    good = form | {"subject-en": "Soon: {{ event }}", "text-en": "Dear {{ name }}."}
    status, found = fill_in(client, path, more=good | {"preview": "1", "person": str(anna.uuid)})
    assert status == 200
    assert "Soon: Summer meeting" in found.text
    assert "Dear Anna Lind." in found.text
    assert "1 person of this event’s list would get it." in said(found)
    assert session.scalars(select(ReminderRule)).all() == []
    for _ in range(2):  # twice is as once
        status, found = fill_in(client, path, more=good)
        assert status == 200
    assert "2 days before it begins" in found.text
    (rule,) = session.scalars(select(ReminderRule)).all()
    assert (rule.offset, rule.text) == (-2, {"en": "Dear {{ name }}."})
    for field, value, sentence in (
        ("offset", "soon", "Write a whole number, like 3."),
        ("offset", "999", "Nothing is sent more than a year before or after."),
        ("moment", "nonsense", "Choose one of the list."),
    ):
        status, found = fill_in(client, path, more=good | {field: value})
        assert (status, sentence in found.text) == (422, True), field


def test_a_stale_edit_shows_both(client: FlaskClient, session: Session, here: Programme) -> None:
    sit_down(client, session, here)
    path = f"{PATH}rules/day/"
    form = {"offset": "1", "unit": "days", "moment": "before_start", "most": "1"}
    status, _found = fill_in(client, path, more=form | {"text-en": "Theirs"})
    assert status == 200
    status, found = fill_in(client, path, more=form | {"text-en": "Mine", "version": ""})
    assert status == 409
    assert "Text (English) Theirs Mine" in said(found)
    version = found.fields["version"]
    status, _found = fill_in(client, path, more=form | {"text-en": "Mine", "version": version})
    assert status == 200
    session.expire_all()
    assert session.scalars(select(ReminderRule)).one().text == {"en": "Mine"}


def test_one_of_ones_own(
    client: FlaskClient, session: Session, here: Programme, july: Event
) -> None:
    sit_down(client, session, here)
    form = {
        "offset": "3",
        "unit": "hours",
        "moment": "before_start",
        "most": "1",
        "subject-en": "Bring your notes",
        "key": "own-1",
    }
    fill_in(client, f"{EVENT}rules/new/", more=form)
    status, found = fill_in(client, f"{EVENT}rules/new/", more=form)  # twice makes one
    assert status == 200
    assert "Bring your notes" in found.text
    assert session.scalars(select(ReminderRule.key)).all() == ["own-1"]
    status, found = fill_in(client, f"{PATH}rules/new/", more=form | {"subject-en": "Other"})
    assert status == 200
    assert "Other" in found.text
    assert len(session.scalars(select(ReminderRule)).all()) == 2
    kinds = set(session.scalars(select(HistoryEntry.subject_kind)))
    assert "reminder_rule" in kinds
    assert client.get(f"{PATH}rules/nothing/").status_code == 404


def test_ones_own_reminders(
    client: FlaskClient, session: Session, make: Factory, july: Event, anna: Person
) -> None:
    planned(session, july)
    sign_in(client, session, anna)
    home = page(client, "/en/home/")
    assert "/en/home/reminders/" in home.links
    own = page(client, "/en/home/reminders/")
    assert "Summer meeting" in own.text
    assert "New York time" in own.text
    way = next(link for link in own.links if "/unsubscribe/" in link)
    assert client.get("/en/" + way.partition("/en/")[2]).status_code == 200
    other = make.person()
    sign_in(client, session, other)
    assert "Summer meeting" not in page(client, "/en/home/reminders/").text


@pytest.mark.both_databases
def test_statements_do_not_grow(
    app: Flask, client: FlaskClient, session: Session, make: Factory
) -> None:
    counts: dict[str, list[int]] = {}
    for number in (1, 3, 50):
        programme = make.programme(slug=f"many-{number}", reminder_preset=ReminderPreset.STANDARD)
        when = When.timed(datetime(2026, 6, 30, 9), datetime(2026, 6, 30, 11), "Europe/Stockholm")
        event = make.event(programme, when, key="july")
        with make.at_once():
            people = [make.person(programme) for _ in range(number)]
            for person in people:
                make.participation(event, person)
                make.participation(make.event(programme, when), person)
        planned(session, event)
        who = make.person(programme, MembershipRole.COORDINATOR)
        sign_in(client, session, who)
        root = f"/en/programmes/many-{number}/"
        for path in (
            *("reminders/", "reminders/plan/", "reminders/rules/day/", "reminders/rules/new/"),
            *("events/july/reminders/", "events/july/reminders/plan/"),
            *(
                "events/july/reminders/rules/day/",
                f"events/july/reminders/people/{people[0].uuid}/",
            ),
        ):
            with _statements(app) as counted:
                answer = client.get(root + path)
            assert answer.status_code == 200, path
            assert len(answer.data) < 300_000, path
            counts.setdefault(path.partition("people/")[0] + "-" * ("people" in path), []).append(
                len(counted)
            )
        sign_in(client, session, people[0])
        for path in ("/en/home/reminders/", "/en/home/"):
            with _statements(app) as counted:
                assert client.get(path).status_code == 200
            counts.setdefault(path, []).append(len(counted))
        session.rollback()
    assert {path: numbers for path, numbers in counts.items() if max(numbers) > MOST} == {}
    assert {path: numbers for path, numbers in counts.items() if numbers[1] != numbers[2]} == {}
