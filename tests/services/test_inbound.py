"""Mail that comes in: whose answer is taken, whose is not, and what bounces do."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.mail import pack
from mmp.models import (
    Base,
    HistoryEntry,
    InboundMail,
    Invitation,
    Mail,
    Participation,
    Person,
    SuppressedAddress,
)
from mmp.models.enums import (
    AnswerVia,
    EventStatus,
    InboundKind,
    InboundState,
    InvitationState,
    Partstat,
)
from mmp.models.mail import MailState
from mmp.services import answers, outbox
from mmp.services.calendar_parts.facts import facts_of, fingerprint
from mmp.services.inbound import receive
from tests.core.inbound.mails import answer, shape
from tests.support.door import NOW
from tests.support.factories import Factory, timed

SENT = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
STAMP = datetime.fromisoformat("2026-06-18T15:30:12Z")
UID = "event-1@mmp"
STATE = InboundState


class Scene:
    """Lina is asked to an event in October, in her calendar by mail; Omar is not."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.make = make = Factory(session)
        self.programme = make.programme()
        self.lina = make.person(self.programme, name="Lina", email="lina@example.org")
        self.omar = make.person(self.programme, name="Omar", email="omar@example.org")
        october = timed(datetime(2026, 10, 15, 14))
        self.event = make.event(self.programme, october, uid=UID)
        self.place = make.participation(self.event, self.lina, partstat=Partstat.NEEDS_ACTION)
        self.told = self.invite(self.lina)
        session.commit()

    def invite(self, person: Person, **values: Any) -> Invitation:
        facts = facts_of(self.event, values.get("agenda_item"))
        given: dict[str, Any] = {"uid": UID, "sequence": 0, "in_calendar": True}
        given |= {"facts": fingerprint(facts), "told": pack({"facts": facts})}
        row = Invitation(person=person, event=self.event, told_at=NOW, **given | values)
        self.session.add(row)
        self.session.flush()
        return row

    def receive(self, octets: bytes, **values: Any) -> InboundMail:
        found = receive(self.session, now=values.pop("now", NOW), octets=octets, **values)
        self.session.commit()
        return found

    def state(self) -> tuple[Partstat, datetime | None]:
        self.session.refresh(self.place)
        return self.place.partstat, self.place.answer_stamp

    def mail(self, person: Person | None = None, **values: Any) -> Mail:
        given: dict[str, Any] = {"message_id": f"<{SENT}@example.org>"} | values
        mail = outbox.enqueue(
            self.session,
            now=NOW,
            kind="test",
            person=person or self.lina,
            template="test",
            parameters={},
            dedupe_key=f"a mail {len(self.session.scalars(select(Mail)).all())}",
            programme=self.programme,
        )
        for name, value in given.items():
            setattr(mail, name, value)
        self.session.commit()
        return mail


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


UNTOUCHED = (Partstat.NEEDS_ACTION, None)


@pytest.mark.parametrize(
    ("program", "partstat"),
    (
        ("google", Partstat.ACCEPTED),
        ("outlook_classic", Partstat.TENTATIVE),
        ("outlook_com", Partstat.DECLINED),
        ("apple", Partstat.ACCEPTED),
        ("thunderbird", Partstat.ACCEPTED),
        ("proton", Partstat.ACCEPTED),
    ),
)
def test_an_answer_of_every_program(scene: Scene, program: str, partstat: Partstat) -> None:
    found = scene.receive(shape(program))
    assert (found.kind, found.state, found.reason) == (InboundKind.REPLY, STATE.APPLIED, None)
    assert scene.state() == (partstat, STAMP)
    assert (scene.place.answered_via, scene.place.answered_at) == (AnswerVia.CALENDAR, NOW)
    assert (found.person, found.event, found.programme) == (
        scene.lina,
        scene.event,
        scene.programme,
    )


def test_a_comment_is_the_note(scene: Scene) -> None:
    scene.receive(shape("google"))
    assert scene.place.answer_note == "I may be ten minutes late"


def test_a_replay_changes_nothing(scene: Scene, session: Session) -> None:
    first = scene.receive(shape("google"))
    before = _everything(session)
    assert scene.receive(shape("google"), now=NOW + timedelta(days=1)) is first
    assert _everything(session) == before


def test_a_replay_by_another_way_changes_no_newer_answer(scene: Scene) -> None:
    scene.receive(shape("google"))
    declined = answers.Reply(Partstat.DECLINED)
    answers.record_answer(
        scene.session,
        now=NOW + timedelta(hours=1),
        participation=scene.place,
        reply=declined,
        via=AnswerVia.PAGE,
        actor=scene.lina,
    )
    later = NOW + timedelta(hours=2)
    found = scene.receive(b"Received: again\r\n" + shape("google"), now=later)
    assert (found.state, found.reason) == (STATE.IGNORED, "older_answer")
    assert scene.state()[0] is Partstat.DECLINED


def test_the_newer_of_two_answers_counts_however_they_come(scene: Scene) -> None:
    later = answer("DTSTAMP:20260618T160000Z", "ATTENDEE;PARTSTAT=DECLINED:mailto:lina@example.org")
    assert scene.receive(later).state is STATE.APPLIED
    found = scene.receive(answer("DTSTAMP:20260618T150000Z"))
    assert (found.state, found.reason) == (STATE.IGNORED, "older_answer")
    assert scene.state()[0] is Partstat.DECLINED


def _everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    session.rollback()
    return {
        table.name: [tuple(row) for row in session.execute(select(*table.columns))]
        for table in Base.metadata.sorted_tables
    }


FAILS = "Authentication-Results: mx.example.org; dmarc=fail header.from=example.org"
PASSES = "Authentication-Results: mx.example.org; dmarc=pass header.from=example.org"
BY_OMAR = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:omar@example.org"
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "an unknown UID": (lambda: answer("UID:other@mmp"), "unknown_uid"),
    "a forged sender": (
        lambda: answer().replace(b"From: Lina <lina@", b"From: Lina <eve@"),
        "sender_differs",
    ),
    "an answer for somebody else": (lambda: answer(BY_OMAR), "sender_differs"),
    "no sender": (lambda: answer().replace(b"From: Lina <lina@example.org>", b"X: y"), "no_sender"),
    "a sender who fails": (lambda: answer(head=FAILS), "not_authenticated"),
    "a stranger": (lambda: answer().replace(b"lina@", b"nobody@"), "stranger"),
    "a forwarded invitation": (lambda: answer().replace(b"lina@", b"omar@"), "not_invited"),
    "an old SEQUENCE": (lambda: answer("SEQUENCE:1"), "old_sequence"),
    "two attendees": (lambda: answer(attendees=2), "two_attendees"),
    "one of many": (lambda: answer("RECURRENCE-ID:20261015T120000Z"), "one_of_many"),
    "another time": (lambda: shape("counter"), "counter"),
    "somebody else": (lambda: shape("delegation"), "delegation"),
    "another calendar mail": (lambda: answer(method="REFRESH"), "other_calendar"),
    "a letter": (lambda: shape("letter"), "letter"),
    "a bad mail": (lambda: answer("SEQUENCE:many"), "broken_calendar"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_plain_is_left_to_somebody(scene: Scene, session: Session, kind: str) -> None:
    make, reason = REFUSED[kind]
    scene.told.sequence = 2 if reason == "old_sequence" else 0
    session.commit()
    before = _everything(session)
    found = scene.receive(make())
    assert (found.state, found.reason) == (STATE.OPEN, reason)
    after = _everything(session)
    del before["inbound_mail"], after["inbound_mail"]
    assert after == before


def test_what_somebody_proposes_is_kept(scene: Scene) -> None:
    found = scene.receive(shape("counter"))
    assert (found.event, found.person) == (scene.event, scene.lina)
    assert found.details["starts"] == "2026-10-15T17:00 Asia/Amman"
    assert found.details["comment"] == "Could we begin two hours later?"
    assert scene.receive(shape("delegation")).details["delegated_to"] == "omar@example.org"
    assert "is there a lift" in scene.receive(shape("letter")).details["text"]


def test_two_attendees_are_known_to_be_about_the_event(scene: Scene) -> None:
    assert scene.receive(answer(attendees=2)).event is scene.event


@pytest.mark.parametrize(
    "octets",
    (
        answer("UID:event\0-1@mmp", "RECURRENCE-ID:\0"),
        answer(method="RE\0FRESH"),
        answer(method="").replace(b"charset=utf-8", b'method="\0\xff"'),
        shape("bounce_postfix").replace(b"<6f", b"<\x006f").replace(b": failed", b": \0"),
        shape("bounce_qmail").replace(b"<6f", b"<\x006f"),
        shape("letter").replace(b"lift", b"\0"),
    ),
)
def test_no_octet_makes_a_mail_come_again_for_ever(scene: Scene, octets: bytes) -> None:
    """PostgreSQL keeps no NUL; a mail that cannot be kept would be read every minute."""
    found = scene.receive(octets)
    assert found.state in (STATE.OPEN, STATE.APPLIED)
    assert "\\u0000" not in json.dumps(found.details)


@pytest.mark.parametrize(
    ("head", "state"),
    ((PASSES, STATE.APPLIED), ("", STATE.OPEN), (PASSES.replace("mx.", "mx2."), STATE.OPEN)),
)
def test_with_a_trusted_server_only_who_passes(
    scene: Scene, head: str, state: InboundState
) -> None:
    assert scene.receive(answer(head=head), authserv_id="mx.example.org").state is state


def test_who_was_taken_off_answers_no_more(scene: Scene, session: Session) -> None:
    session.delete(scene.place)
    scene.told.state = InvitationState.CANCELLED
    session.commit()
    assert scene.receive(answer()).reason == "taken_back"


def test_who_is_on_the_list_needs_no_mail_of_ours(scene: Scene, session: Session) -> None:
    session.delete(scene.told)
    session.commit()
    assert scene.receive(answer()).state is STATE.APPLIED


def test_an_item_of_the_agenda_is_answered_for_the_event(scene: Scene) -> None:
    item = scene.make.item(scene.event, datetime(2026, 10, 15, 14), uid="item-1@mmp")
    scene.make.role(item, person=scene.lina)
    scene.invite(scene.lina, uid=item.uid, agenda_item=item, sequence=3)
    assert scene.receive(answer("UID:item-1@mmp")).reason == "old_sequence"
    found = scene.receive(answer("UID:item-1@mmp", "SEQUENCE:3"))
    assert (found.state, found.event) == (STATE.APPLIED, scene.event)
    assert scene.state()[0] is Partstat.ACCEPTED


def test_a_part_in_the_agenda_alone_has_no_answer_to_change(scene: Scene) -> None:
    item = scene.make.item(scene.event, uid="item-1@mmp")
    scene.make.role(item, person=scene.omar)
    scene.invite(scene.omar, uid=item.uid, agenda_item=item)
    found = scene.receive(answer("UID:item-1@mmp").replace(b"lina@", b"omar@"))
    assert (found.state, found.reason) == (STATE.OPEN, "no_place")
    scene.session.delete(item)
    scene.session.commit()
    gone = scene.receive(answer("UID:item-1@mmp", "SEQUENCE:1").replace(b"lina@", b"omar@"))
    assert gone.event is scene.event


def test_too_late_asks_for_nothing(scene: Scene, session: Session) -> None:
    after = scene.event.ends_at + timedelta(minutes=1)
    found = scene.receive(answer(), now=after)
    assert (found.state, found.reason) == (STATE.IGNORED, "event_over")
    scene.event.status, scene.event.cancelled_at = EventStatus.CANCELLED, NOW
    session.commit()
    found = scene.receive(answer(head="X: y"))
    assert (found.state, found.reason) == (STATE.IGNORED, "event_cancelled")
    assert scene.state() == UNTOUCHED


def test_out_of_office_asks_for_nothing(scene: Scene) -> None:
    found = scene.receive(shape("out_of_office"))
    assert (found.kind, found.state) == (InboundKind.AUTOMATIC, STATE.IGNORED)


@pytest.mark.parametrize("server", ("postfix", "exchange", "gmail", "exim", "qmail"))
def test_a_lasting_bounce_stops_mail(scene: Scene, session: Session, server: str) -> None:
    sent = scene.mail(state=MailState.SENT, reason="accepted", ended_at=NOW)
    waiting, others = scene.mail(message_id=None), scene.mail(scene.omar, message_id=None)
    found = scene.receive(shape(f"bounce_{server}"))
    assert (found.state, found.reason) == (STATE.APPLIED, "address_refused")
    assert (found.mail, found.person, found.programme) == (sent, scene.lina, scene.programme)
    row = session.scalars(select(SuppressedAddress)).one()
    assert (row.address, row.since) == ("lina@example.org", NOW)
    assert "@" not in row.text
    for mail, state in ((waiting, MailState.CANCELLED), (others, MailState.DUE)):
        session.refresh(mail)
        assert mail.state is state
    session.refresh(waiting)
    assert waiting.reason == "address_refused"
    trace = session.scalars(
        select(HistoryEntry).where(HistoryEntry.subject_uuid == scene.lina.uuid)
    ).one()
    assert trace.action == "mail_refused"


def test_a_second_bounce_changes_no_more(scene: Scene, session: Session) -> None:
    scene.mail()
    scene.receive(shape("bounce_postfix"))
    assert scene.receive(shape("bounce_exchange")).state is STATE.APPLIED
    assert session.scalars(select(SuppressedAddress)).one().code == "5.1.1"


def test_a_new_address_keeps_its_mail(scene: Scene, session: Session) -> None:
    scene.mail(address="lina@example.org")
    scene.lina.email = "lina@example.com"
    waiting = scene.mail(message_id=None)
    assert scene.receive(shape("bounce_postfix")).state is STATE.APPLIED
    session.refresh(waiting)
    assert waiting.state is MailState.DUE
    assert session.scalar(select(HistoryEntry)) is None, "they can be reached"


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    (
        (("6f9619ff", "00000000"), STATE.OPEN, "unknown_mail"),
        (("Message-ID", "X-Message-ID"), STATE.OPEN, "unknown_mail"),
        (("Action: failed", "Action: delayed"), STATE.IGNORED, "delayed"),
        (("5.1.1", "4.4.1"), STATE.OPEN, "gave_up"),
        (("5.1.1", "5.2.2"), STATE.OPEN, "gave_up"),
        (("5.1.1", "5.4.300"), STATE.OPEN, "gave_up"),
        (("Action: failed", "Action: relayed"), STATE.IGNORED, "delivered"),
        (("Action: failed", "Action: unsure"), STATE.OPEN, "unclear_bounce"),
        (("5.1.1", "no"), STATE.OPEN, "unclear_bounce"),
        (("5.1.1", "5.7.1"), STATE.OPEN, "mail_refused"),
        (("rfc822;lina@", "rfc822;lina2@"), STATE.OPEN, "went_elsewhere"),
    ),
)
def test_other_bounces_stop_nothing(
    scene: Scene, session: Session, change: tuple[str, str], state: InboundState, reason: str
) -> None:
    scene.mail()
    old, new = change
    found = scene.receive(shape("bounce_postfix").replace(old.encode(), new.encode()))
    assert (found.state, found.reason) == (state, reason)
    assert session.scalar(select(SuppressedAddress)) is None


def test_an_answer_by_a_pair_is_taken_too(scene: Scene, session: Session) -> None:
    pair = scene.make.pair(scene.programme, scene.lina, scene.omar)
    talk = scene.make.event(
        scene.programme, timed(datetime(2026, 7, 1, 10)), pair=pair, uid="talk@mmp"
    )
    place = scene.make.participation(talk, scene.omar, partstat=Partstat.NEEDS_ACTION)
    session.commit()
    found = scene.receive(answer("UID:talk@mmp").replace(b"lina@", b"omar@"))
    assert found.state is STATE.APPLIED
    session.refresh(place)
    assert place.partstat is Partstat.ACCEPTED
    assert session.get(Participation, place.id) is place
