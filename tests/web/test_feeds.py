"""Feeds over HTTP: what calendar programs send and get."""

import gzip
import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.adapters.database import db
from mmp.models import Event, Feed, Person
from mmp.models.enums import EventStatus, MembershipRole
from mmp.services import feeds
from tests.support.factories import Factory
from tests.web.test_queries import _statements

SECRET = "a feed secret for the tests alone"
NOW = datetime(2026, 6, 19, 8, tzinfo=UTC)


class Scene:
    """Lina, her feed, and a meeting she takes part in."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.make = Factory(session)
        self.programme = self.make.programme(slug="mmp26")
        self.lina: Person = self.make.person(self.programme)
        self.meeting: Event = self.make.event(self.programme, key="june", title={"en": "Talk"})
        self.make.participation(self.meeting, self.lina)
        self.feed: Feed = feeds.default_feed(session, now=NOW, secret=SECRET, person=self.lina)
        session.commit()
        self.address = f"/feeds/{feeds.token_of(SECRET, self.feed)}.ics"


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def test_feed_is_a_calendar_for_any_program(scene: Scene, client: FlaskClient) -> None:
    answer = client.get(scene.address)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Disposition" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert answer.data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"SUMMARY:Talk\r\n" in answer.data
    # PUBLISH would need an organiser, and a feed names nobody.
    for word in (b"METHOD", b"ATTENDEE", b"ORGANIZER", b"@example.org"):
        assert word not in answer.data


def test_head_has_the_same_headers_and_no_body(scene: Scene, client: FlaskClient) -> None:
    got, head = client.get(scene.address), client.head(scene.address)
    assert head.data == b""
    assert dict(head.headers) == dict(got.headers)


def test_unchanged_poll_is_answered_without_a_body(scene: Scene, client: FlaskClient) -> None:
    etag = client.get(scene.address).headers["ETag"]
    assert etag.startswith('"')
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = client.get(scene.address, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == etag
    assert client.get(scene.address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_change_is_in_the_next_poll(scene: Scene, client: FlaskClient) -> None:
    etag = client.get(scene.address).headers["ETag"]
    scene.meeting.title = {"en": "Walk"}
    scene.session.commit()
    answer = client.get(scene.address, headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert b"SUMMARY:Walk\r\n" in answer.data


def test_change_that_the_feed_does_not_show_is_no_new_version(
    scene: Scene, client: FlaskClient
) -> None:
    etag = client.get(scene.address).headers["ETag"]
    scene.meeting.capacity = 12
    scene.session.commit()
    assert client.get(scene.address, headers={"If-None-Match": etag}).status_code == 304


def test_etag_is_the_same_in_another_process(scene: Scene, app: Flask, client: FlaskClient) -> None:
    etag = client.get(scene.address).headers["ETag"]
    app.extensions["mmp.kept_feeds"] = type(app.extensions["mmp.kept_feeds"])()
    assert client.get(scene.address, headers={"If-None-Match": etag}).status_code == 304


def test_cancelled_event_leaves_by_itself(
    scene: Scene, client: FlaskClient, clock: FixedClock
) -> None:
    scene.meeting.status = EventStatus.CANCELLED
    scene.meeting.cancelled_at = clock.now()
    scene.session.commit()
    etag = client.get(scene.address).headers["ETag"]
    clock.advance(timedelta(days=29))
    assert client.get(scene.address, headers={"If-None-Match": etag}).status_code == 304
    clock.advance(timedelta(days=1))
    answer = client.get(scene.address, headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert b"VEVENT" not in answer.data
    # A demo's clock may go back.
    clock.advance(timedelta(days=-1))
    assert b"STATUS:CANCELLED" in client.get(scene.address).data


def test_gzip_where_asked_has_its_own_etag(scene: Scene, client: FlaskClient) -> None:
    plain = client.get(scene.address)
    zipped = client.get(scene.address, headers={"Accept-Encoding": "gzip, br"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    known = {"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["ETag"]}
    assert client.get(scene.address, headers=known).status_code == 304
    refused = client.get(scene.address, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.both_databases
@pytest.mark.parametrize("events", (1, 3, 1000))
def test_at_most_three_statements_a_poll(
    scene: Scene, app: Flask, client: FlaskClient, clock: FixedClock, events: int
) -> None:
    with scene.make.at_once():
        for number in range(1, events):
            meeting = scene.make.event(scene.programme, title={"en": f"Talk {number}"})
            scene.make.participation(meeting, scene.lina)
    scene.session.commit()
    with _statements(app) as statements:
        first = client.get(scene.address)
        assert first.data.count(b"BEGIN:VEVENT") == events
        assert len(statements) <= 3
        statements.clear()
        client.get(scene.address, headers={"If-None-Match": first.headers["ETag"]})
        assert len(statements) == 1
        statements.clear()
        clock.advance(timedelta(hours=2))
        client.get(scene.address)
        assert len(statements) == 2


def test_polls_are_noted_at_most_hourly(
    scene: Scene, client: FlaskClient, clock: FixedClock
) -> None:
    def noted() -> datetime | None:
        scene.session.refresh(scene.feed)
        return scene.feed.polled_at

    client.get(scene.address)
    first = noted()
    assert first == clock.now()
    clock.advance(timedelta(minutes=59))
    client.get(scene.address)
    assert noted() == first
    clock.advance(timedelta(minutes=1))
    client.get(scene.address)
    assert noted() == clock.now()


def test_poll_is_answered_though_nothing_can_be_written(
    scene: Scene, app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        path = db.engine.url.database
    with closing(sqlite3.connect(str(path), timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.get(scene.address)
        other.rollback()
    assert answer.status_code == 200
    assert b"SUMMARY:Talk" in answer.data


def test_wrong_and_revoked_tokens_look_alike(scene: Scene, client: FlaskClient) -> None:
    feeds.revoke_feed(scene.session, now=NOW, feed=scene.feed)
    scene.session.commit()
    answers = [
        client.get(address)
        for address in (scene.address, "/feeds/wrong.ics", "/feeds/mmp27.en.ics", "/feeds/%00.ics")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert len({str(sorted(answer.headers)) for answer in answers}) == 1
    assert not any("Location" in answer.headers for answer in answers)


def test_revoking_one_device_leaves_the_other(scene: Scene, client: FlaskClient) -> None:
    phone = feeds.add_feed(
        scene.session, now=NOW, secret=SECRET, person=scene.lina, name="My phone"
    )
    feeds.revoke_feed(scene.session, now=NOW, feed=scene.feed)
    scene.session.commit()
    assert client.get(scene.address).status_code == 404
    token = feeds.token_of(SECRET, phone)
    assert client.get(f"/feeds/{token}.ics").status_code == 200


def test_public_feed_in_each_language(scene: Scene, client: FlaskClient) -> None:
    scene.meeting.title = {"en": "Talk", "ar": "حوار"}
    scene.session.commit()
    assert "SUMMARY:Talk" in client.get("/feeds/mmp26.en.ics").text
    assert "SUMMARY:حوار" in client.get("/feeds/mmp26.ar.ics").text
    assert client.get("/feeds/mmp26.xx.ics").status_code == 404


def test_single_event_is_a_download_without_the_join_link(
    scene: Scene, client: FlaskClient
) -> None:
    scene.meeting.join_link = "https://meet.example/room"
    scene.session.commit()
    answer = client.get("/en/programmes/mmp26/events/june.ics")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="june.ics"'
    assert answer.data.count(b"BEGIN:VEVENT") == 1
    assert b"meet.example" not in answer.data
    assert scene.meeting.uid.encode() in answer.data


@pytest.mark.parametrize("hidden", ("draft", "pair talk", "unknown"))
def test_what_is_not_public_has_no_download(scene: Scene, client: FlaskClient, hidden: str) -> None:
    if hidden == "draft":
        scene.meeting.status = EventStatus.DRAFT
    elif hidden == "pair talk":
        scene.meeting.pair = scene.make.pair(scene.programme, scene.lina)
    else:
        scene.meeting.key = "other"
    scene.session.commit()
    assert client.get("/en/programmes/mmp26/events/june.ics").status_code == 404


def test_coordinator_s_feed_is_found_by_its_token(scene: Scene, client: FlaskClient) -> None:
    boss = scene.make.person(scene.programme, MembershipRole.COORDINATOR)
    feed = feeds.default_feed(
        scene.session, now=NOW, secret=SECRET, person=boss, programme=scene.programme
    )
    scene.session.commit()
    answer = client.get(f"/feeds/{feeds.token_of(SECRET, feed)}.ics")
    assert b"SUMMARY:Talk" in answer.data


@given(
    token=strategies.text(min_size=1, max_size=60),
    method=strategies.sampled_from(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")),
    headers=strategies.dictionaries(
        strategies.sampled_from(
            ("If-None-Match", "Accept-Encoding", "Accept", "Accept-Language", "Range", "Cookie")
        ),
        strategies.text(
            strategies.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"),
            max_size=40,
        ),
    ),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_nonsense_is_answered_calmly(
    client: FlaskClient, token: str, method: str, headers: dict[str, str]
) -> None:
    answer = client.open(f"/feeds/{token}.ics", method=method, headers=headers)
    assert answer.status_code < 500


def test_token_stays_out_of_the_log(
    scene: Scene,
    app: Flask,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app.testing = False
    app.extensions["mmp.kept_feeds"] = None
    with caplog.at_level(logging.DEBUG):
        assert client.get(scene.address).status_code == 500
    assert "feeds.feed" in caplog.text
    assert scene.address[7:-4] not in caplog.text


def test_tokens_are_long_and_all_different(scene: Scene) -> None:
    tokens = {
        feeds.token_of(secret, scene.feed, purpose)
        for secret in (SECRET, "another secret of the same length")
        for purpose in ("feed", "page")
    }
    assert len(tokens) == 4
    assert all(len(token) == 43 for token in tokens)
    assert scene.feed.token_hash not in tokens
