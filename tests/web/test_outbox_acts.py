"""Holding mail, letting it go and trying it again, one or many, in the browser."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.mail import Reason
from mmp.models import Delivery, HistoryEntry, Mail
from mmp.models.enums import DeliveryState, MembershipRole, Strength
from mmp.models.mail import MailState
from tests.support.door import NOW, sign_in
from tests.web.html import page
from tests.web.test_outbox_pages import LIST, Scene, _path, _text
from tests.web.test_queries import MOST, _statements

ACTS = {name: f"/en/outbox/{name}/" for name in ("holds", "releases", "retries")}


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def chief(app: Flask, scene: Scene, client: FlaskClient, session: Session) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in(client, session, scene.chief)
    return client


def _failed(scene: Scene, **values: Any) -> Mail:
    mail = scene.put(**values)
    mail.state, mail.reason, mail.ended_at = MailState.FAILED, Reason.GAVE_UP, NOW
    mail.message_id, mail.tries = f"<{mail.uuid}@here>", 6
    scene.session.commit()
    return mail


def _state(scene: Scene, mail: Mail) -> MailState:
    scene.session.expire_all()
    return mail.state


def test_one_mail_held_released_and_tried_again(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    mail = scene.put()
    for act, state, said in (
        ("holds", MailState.HELD, "1 mail is held back."),
        ("releases", MailState.DUE, "1 mail goes when it is due."),
    ):
        path = f"{ACTS[act]}?mail={mail.uuid}"
        assert path in page(chief, _path(mail)).source
        answer = chief.post(path)
        assert (answer.status_code, answer.location) == (303, _path(mail))
        assert _state(scene, mail) is state
        assert said in _text(page(chief, _path(mail)))
    failed = _failed(scene)
    chief.post(f"{ACTS['retries']}?mail={failed.uuid}")
    assert _state(scene, failed) is MailState.DUE
    assert (failed.message_id, failed.tries, failed.ended_at) == (f"<{failed.uuid}@here>", 0, None)
    text = _text(page(chief, _path(mail)))
    assert "Held back · Cora Lind" in text
    assert "Let go · Cora Lind" in text
    entries = session.scalars(select(HistoryEntry)).all()
    assert [entry.action for entry in entries] == ["held", "released", "retried"]
    assert {entry.actor_id for entry in entries} == {scene.chief.id}


def test_a_retried_mail_takes_its_part_of_the_plan_along(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    mail = _failed(scene, event=scene.make.event(scene.here))
    line = Delivery(
        event_id=mail.event_id or 0,
        person_id=mail.person_id,
        rule="day",
        time_version=0,
        nominal_at=NOW,
        due_at=NOW,
        state=DeliveryState.FAILED,
        reason=Reason.GAVE_UP,
        mail_id=mail.id,
        created_at=NOW,
        ended_at=NOW,
    )
    session.add(line)
    session.commit()
    chief.post(f"{ACTS['retries']}?mail={mail.uuid}")
    session.expire_all()
    assert (line.state, line.reason, line.ended_at) == (DeliveryState.QUEUED, None, None)


def test_filters_stand_in_the_address(scene: Scene, chief: FlaskClient) -> None:
    other = scene.make.person(scene.here, name="Omar Said")
    waits, moved = scene.put(), scene.put(other, kind="event_moved")
    failed = _failed(scene)

    def listed(query: str) -> set[str]:
        return {link for link in page(chief, f"{LIST}?{query}").links if link.count("-") == 4}

    assert listed("") == {_path(mail) for mail in (waits, moved, failed)}
    assert listed("state=failed") == {_path(failed)}
    assert listed("kind=event_moved") == {_path(moved)}
    assert listed("person=omar") == {_path(moved)}
    assert listed("person=%25") == set()
    assert listed("programme=here&state=due") == {_path(waits), _path(moved)}
    assert listed("programme=there") == set()
    assert listed("state=nonsense&kind=&person=") == listed("")
    found = page(chief, f"{LIST}?state=failed&person=lina")
    assert f"{ACTS['retries']}?state=failed&person=lina" in found.links
    assert not [link for link in found.links if link.startswith(ACTS["holds"])]
    assert "No mail is like that." in _text(page(chief, f"{LIST}?person=nobody"))


def test_many_at_once_and_nothing_that_came_since(scene: Scene, chief: FlaskClient) -> None:
    mails = [scene.put() for _ in range(3)]
    path = f"{ACTS['holds']}?kind=test"
    found = page(chief, path)
    assert "This concerns 3 mails." in _text(found)
    (action,) = [
        str(attributes["action"])
        for tag, attributes in found.tags
        if tag == "form" and "until=" in str(attributes.get("action"))
    ]
    newer = scene.put()
    answer = chief.post(action)
    assert (answer.status_code, answer.location) == (303, f"{LIST}?kind=test")
    assert "3 mails are held back." in _text(page(chief, answer.location))
    assert {_state(scene, mail) for mail in mails} == {MailState.HELD}
    assert _state(scene, newer) is MailState.DUE
    assert "No mail is like that any more." in _text(page(chief, f"{ACTS['retries']}?kind=test"))


def test_a_link_to_sign_in_with_is_not_sent_late(scene: Scene, chief: FlaskClient) -> None:
    mail = _failed(scene, kind="sign_in", programme=None)
    assert ACTS["retries"] not in page(chief, _path(mail)).source
    assert ACTS["retries"] not in page(chief, LIST).source
    chief.post(f"{ACTS['retries']}?mail={mail.uuid}")
    assert _state(scene, mail) is MailState.FAILED


def test_what_is_not_theirs_stays_as_it_is(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    foreign = scene.put(scene.stranger, programme=scene.there)
    mine = scene.put()
    for query in (f"?mail={foreign.uuid}", "?programme=there", "?person=Someone", "?mail=x"):
        chief.post(ACTS["holds"] + query)
        assert _state(scene, foreign) is MailState.DUE
        assert _state(scene, mine) is MailState.DUE
    assistant = scene.make.person(scene.here, MembershipRole.ASSISTANT)
    for who, strength in ((assistant, Strength.STRONG), (scene.chief, Strength.LINK)):
        sign_in(chief, session, who, strength=strength)
        for path in ACTS.values():
            assert chief.get(path).status_code == 404
            assert chief.post(path).status_code == 404
    assert _state(scene, mine) is MailState.DUE


def test_a_talk_is_not_found_by_its_kind(scene: Scene, chief: FlaskClient) -> None:
    members = [scene.mentor, scene.make.person(scene.here)]
    talk = scene.make.event(scene.here, pair=scene.make.pair(scene.here, *members))
    mail = scene.put(kind="talk_fixed", event=talk)
    assert _path(mail) in page(chief, LIST).links
    found = page(chief, f"{LIST}?kind=talk_fixed")
    assert _path(mail) not in found.links
    assert "talk_fixed" not in [a.get("value") for tag, a in found.tags if tag == "option"]


def test_every_reason_has_words(scene: Scene, chief: FlaskClient) -> None:
    for reason in Reason:
        mail = _failed(scene)
        mail.reason = reason
    tried = scene.put(due_at=NOW + timedelta(hours=1))
    tried.tries = 2
    scene.session.commit()
    text = _text(page(chief, LIST))
    assert "Their address has refused mail for good; nothing goes there." in text
    assert "They want no reminders and messages." in text
    assert "Waiting Tried 2 times; it is tried again." in text


def test_in_arabic(scene: Scene, chief: FlaskClient) -> None:
    mail, failed = scene.put(), _failed(scene)
    chief.post(f"{ACTS['holds']}?mail={mail.uuid}")
    scene.put()
    for path in ("/ar/outbox/", _path(mail, "ar"), _path(failed, "ar"), "/ar/outbox/retries/"):
        assert not page(chief, path).latin_runs(), path


@pytest.mark.both_databases
def test_statements_do_not_grow(
    app: Flask, scene: Scene, chief: FlaskClient, session: Session
) -> None:
    counts = []
    mail = _failed(scene)
    for number in (1, 2, 47):
        for _ in range(number):
            _failed(scene)
            session.add(
                HistoryEntry(
                    at=NOW,
                    subject_kind="mail",
                    subject_uuid=mail.uuid,
                    action="held",
                    actor=scene.make.person(scene.here),
                )
            )
        session.commit()
        for path in (f"{LIST}?state=failed&person=a", ACTS["retries"], _path(mail)):
            with _statements(app) as counted:
                assert chief.get(path).status_code == 200
            counts.append((path, len(counted)))
    assert len(set(counts)) == 3
    assert max(count for _, count in counts) <= MOST


def test_nothing_happens_by_looking(scene: Scene, chief: FlaskClient) -> None:
    mail = scene.put()
    for path in ACTS.values():
        for look in (chief.get, chief.head):
            assert look(f"{path}?mail={mail.uuid}").status_code == 200
    assert _state(scene, mail) is MailState.DUE
