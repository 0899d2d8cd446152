"""The page of a pair: nothing typed is lost, and what happens at the same time is told kindly."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import Event, TalkLog, TalkOffer
from mmp.models.enums import AttributionConsent
from mmp.services import pair_talks
from mmp.services.pair_talks import LogEntry, Wish
from tests.support.door import sign_in
from tests.web.html import Page, page
from tests.web.test_mine import Scene

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
GOOD = {"day1": "2026-06-24", "time1": "18:00", "minutes": "45"}


@pytest.fixture
def scene(session: Session, clock: FixedClock) -> Scene:
    return Scene(session)


@pytest.fixture
def lina(scene: Scene, app: Flask, session: Session) -> FlaskClient:
    client = app.test_client()
    sign_in(client, session, scene.lina)
    return client


def offer(client: FlaskClient, scene: Scene, **typed: str) -> tuple[int, Page]:
    path = f"/en/pairs/{scene.pair.uuid}/"
    fields = page(client, path).fields
    kept = {name: fields[name] for name in ("csrf_token", "uuid", "seen")}
    answer = client.post(f"{path}offers/", data=kept | GOOD | typed)
    return answer.status_code, Page(answer.text)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    (
        ({"day1": "", "time1": ""}, "Offer at least one time."),
        ({"day2": "2026-06-25"}, "Give both a day and a time."),
        ({"day1": "tomorrow"}, "Write the day like"),
        ({"time1": "six"}, "Write the time like"),
        ({"day3": "2026-06-01", "time3": "09:00"}, "This time has passed"),
        ({"minutes": "5"}, "Choose between 10 minutes"),
        ({"where": "http://meet.example/"}, "begins with https://"),
        ({"topic": "x" * 301}, "300 letters"),
    ),
)
def test_what_is_wrong_stands_beside_what_was_typed(
    scene: Scene, lina: FlaskClient, session: Session, typed: dict[str, str], sentence: str
) -> None:
    status, found = offer(lina, scene, **typed)
    assert status == 422
    assert sentence in found.text
    for name, value in (GOOD | typed).items():
        assert found.fields[name] == value
    assert session.scalars(select(TalkOffer)).all() == []


def test_offers_at_the_same_time_are_told_kindly(
    scene: Scene, lina: FlaskClient, session: Session
) -> None:
    before = page(lina, f"/en/pairs/{scene.pair.uuid}/").fields
    wish = Wish([datetime(2026, 6, 22, 10)], 45)
    pair_talks.offer_times(
        session, now=NOW, actor=scene.erik, pair=scene.pair, uuid=uuid4(), wish=wish
    )
    session.commit()
    typed = {name: before[name] for name in ("csrf_token", "uuid", "seen")} | GOOD
    answer = lina.post(f"/en/pairs/{scene.pair.uuid}/offers/", data=typed)
    assert answer.status_code == 409
    shown = Page(answer.text)
    assert "Your partner has offered times just now." in shown.text
    assert shown.fields["day1"] == GOOD["day1"]
    again = typed | {"seen": shown.fields["seen"]}
    assert lina.post(f"/en/pairs/{scene.pair.uuid}/offers/", data=again).status_code == 303


def test_none_suits_closes_the_offer(scene: Scene, lina: FlaskClient, session: Session) -> None:
    wish = Wish([datetime(2026, 6, 22, 10)], 45)
    made = pair_talks.offer_times(
        session, now=NOW, actor=scene.erik, pair=scene.pair, uuid=uuid4(), wish=wish
    )
    session.commit()
    ours = f"/en/pairs/{scene.pair.uuid}/"
    token = page(lina, ours).fields["csrf_token"]
    path = f"{ours}offers/{made.uuid}/withdrawal"
    for _twice in range(2):
        assert lina.post(path, data={"csrf_token": token}).status_code == 303
    late = {"csrf_token": token, "time": str(made.times[0].uuid)}
    assert lina.post(f"{ours}talks/", data=late).status_code == 409
    assert session.scalars(select(Event).where(Event.pair_id.is_not(None))).all() == []


def test_two_taps_log_a_talk(scene: Scene, lina: FlaskClient, session: Session) -> None:
    fields = page(lina, "/en/home/").fields
    typed = {"csrf_token": fields["csrf_token"], "uuid": fields["uuid"]}
    places = {
        lina.post(f"/en/pairs/{scene.pair.uuid}/log/today", data=typed).location for _ in range(2)
    }
    (log,) = session.scalars(select(TalkLog)).all()
    assert (log.day, log.minutes) == (date(2026, 6, 19), 45)
    (place,) = places
    form = page(lina, place).fields
    assert lina.post(place, data=form | {"topic": "Trust"}).status_code == 303
    assert "Trust" in page(lina, f"/en/pairs/{scene.pair.uuid}/").text
    assert "You last talked on 19 June 2026." in page(lina, "/en/home/").text


def test_both_logs_stand_side_by_side(scene: Scene, lina: FlaskClient, session: Session) -> None:
    number = uuid4()

    def erik(topic: str, version: int | None = None) -> TalkLog:
        entry = LogEntry(date(2026, 6, 18), 30, topic, AttributionConsent.NO)
        log = pair_talks.log_talk(
            session,
            now=NOW,
            actor=scene.erik,
            pair=scene.pair,
            uuid=number,
            entry=entry,
            version=version,
        )
        session.commit()
        return log

    log = erik("Fear")
    place = f"/en/pairs/log/{log.uuid}/"
    form = page(lina, place).fields
    erik("Hope", log.version)
    answer = lina.post(place, data=form | {"topic": "Courage"})
    assert answer.status_code == 409
    shown = Page(answer.text)
    assert "Hope" in shown.text
    assert shown.fields["topic"] == "Courage"
    assert lina.post(place, data=shown.fields).status_code == 303
    session.expire_all()
    assert log.topic == "Courage"
