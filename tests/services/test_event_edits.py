"""Making, changing, publishing, cancelling, copying and deleting events."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.event_changes import Details
from mmp.core.mail import Reason, Site
from mmp.core.when import When
from mmp.models import AgendaItem, Event, HistoryEntry, Mail, Person, Programme
from mmp.models.enums import (
    Entry,
    EventForm,
    EventStatus,
    MembershipRole,
    MembershipStatus,
    Partstat,
    Strength,
)
from mmp.models.mail import MailState
from mmp.services import event_edits as edits, feeds, outbox, permissions, sessions
from mmp.services.outbox.contents import rendered_mail
from mmp.services.permissions import Actor
from tests.support.factories import Factory, timed

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
SITE = Site(base_url="https://mmp.example", secret="a secret for the tests")
OCTOBER = timed(datetime(2026, 10, 15, 14))


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def actor(session: Session, make: Factory, programme: Programme) -> Actor:
    person = make.person(programme, MembershipRole.COORDINATOR, key="coordinator")
    return _actor(session, person)


def _actor(session: Session, person: Person) -> Actor:
    _, token = sessions.start(session, now=NOW, person=person, strength=Strength.STRONG)
    return permissions.actor_of(session, now=NOW, token=token)


def _details(**more: Any) -> Details:
    values: dict[str, Any] = {
        "title": {"en": "Fourth meeting"},
        "when": OCTOBER,
        "description": {},
        "venue": {},
        "address": {},
        "city": {},
    }
    return Details(**values | more)


def _mails(session: Session, kind: str | None = None) -> list[Mail]:
    wanted = [Mail.kind == kind] if kind else []
    return list(session.scalars(select(Mail).where(*wanted).order_by(Mail.id)))


def _leave(session: Session) -> None:
    """Every mail that waits goes."""
    waits = Mail.state == MailState.DUE
    gone = {"state": MailState.SENT, "reason": Reason.ACCEPTED, "ended_at": NOW, "frozen_at": NOW}
    session.execute(update(Mail).where(waits).values(gone))
    session.expire_all()


def _waiting(session: Session) -> dict[str, tuple[str, str]]:
    """Kind and words of each mail that waits, by its reader."""
    session.expire_all()
    return {
        mail.person.key: (mail.kind, rendered_mail(session, mail, site=SITE).text)
        for mail in _mails(session)
        if mail.state is MailState.DUE
    }


def _save(session: Session, actor: Actor, event: Event, **more: Any) -> edits.Saved:
    move = more.pop("move_agenda", False)
    return edits.change_event(
        session,
        actor=actor,
        now=NOW,
        event=event,
        version=event.version,
        details=replace(edits.details_of(event), **more),
        move_agenda=move,
    )


def test_a_new_event_is_a_draft_and_is_made_once(
    session: Session, programme: Programme, actor: Actor
) -> None:
    uuid = uuid4()
    questions = ({"en": "Why?"}, {"en": "How?"})
    saved = []
    for _again in range(2):
        made = edits.create_event(
            session,
            actor=actor,
            now=NOW,
            programme=programme,
            uuid=uuid,
            details=_details(guiding_questions=questions, form="hybrid", capacity=30),
        )
        saved.append(made.event)
    event = session.scalars(select(Event)).one()
    assert saved == [event, event]
    assert event.status is EventStatus.DRAFT
    assert (event.key, event.form, event.sequence) == ("fourth-meeting", EventForm.HYBRID, 0)
    assert event.starts_at == datetime(2026, 10, 15, 12, tzinfo=UTC)
    assert [question.text["en"] for question in event.guiding_questions] == ["Why?", "How?"]
    entry = session.scalars(select(HistoryEntry)).one()
    assert (entry.action, entry.actor_id) == ("created", actor.person_id)


def test_handles_are_free_and_never_the_word_for_a_new_one(
    session: Session, programme: Programme, actor: Actor
) -> None:
    keys = []
    for title in ({"en": "New"}, {"en": "New"}, {"ar": "اجتماع"}, {"fr": "Été à Tunis"}):
        saved = edits.create_event(
            session,
            actor=actor,
            now=NOW,
            programme=programme,
            uuid=uuid4(),
            details=_details(title=title),
        )
        keys.append(saved.event.key)
    assert keys == ["new-2", "new-3", "event", "ete-a-tunis"]


def test_who_may(session: Session, make: Factory, programme: Programme, actor: Actor) -> None:
    make.event(programme, key="meeting")
    talk = make.pair(programme, make.person(programme), make.person(programme))
    make.event(programme, key="talk", pair=talk)
    edits.editable_event(session, actor=actor, slug="here", key="meeting")
    with pytest.raises(NotFound):
        edits.editable_event(session, actor=actor, slug="here", key="talk")
    mentor = _actor(session, make.person(programme))
    with pytest.raises(NotFound):
        edits.editable_event(session, actor=mentor, slug="here", key="meeting")
    with pytest.raises(NotFound):
        edits.planned_programme(session, actor=mentor, slug="here")


@pytest.fixture
def meeting(make: Factory, programme: Programme) -> Event:
    """In October, with people in Stockholm, Amman and Rabat, one of whom declined."""
    event = make.event(programme, OCTOBER, key="meeting")
    for key, zone, locale in (
        ("stockholm", "Europe/Stockholm", "en"),
        ("amman", "Asia/Amman", "ar"),
        ("rabat", "Africa/Casablanca", "fr"),
    ):
        make.participation(event, make.person(programme, key=key, zone=zone, locale=locale))
    declined = make.person(programme, key="declined")
    make.participation(event, declined, partstat=Partstat.DECLINED)
    return event


def test_a_move_tells_everyone_once_in_their_own_words(
    session: Session, actor: Actor, meeting: Event
) -> None:
    saved = _save(session, actor, meeting, when=timed(datetime(2026, 10, 27, 14)))
    assert (saved.told, meeting.sequence) == (3, 1)
    mails = _mails(session, "event_moved")
    assert {mail.person.key for mail in mails} == {"stockholm", "amman", "rabat"}
    assert len({mail.dedupe_key for mail in mails}) == 3
    for mail in mails:
        rendered = rendered_mail(session, mail, site=SITE)
        assert "/answer/" in rendered.text, "another day may suit them less"
        if mail.person.key == "amman":
            assert "15:00" not in rendered.text  # twelve hours are usual there
            assert "3:00" in rendered.text
            assert "4:00" in rendered.text
        if mail.person.key == "rabat":
            assert "12:00" in rendered.text  # before; Rabat stays at UTC all year
            assert "13:00" in rendered.text
    entry = session.scalars(select(HistoryEntry)).one()
    assert set(entry.changes) == {"when"}


def test_words_mended_and_drafts_moved_tell_nobody(
    session: Session, actor: Actor, meeting: Event
) -> None:
    saved = _save(session, actor, meeting, title={"en": "The fourth"}, capacity=40)
    assert (saved.told, meeting.sequence) == (0, 0)
    meeting.status = EventStatus.DRAFT
    assert _save(session, actor, meeting, when=timed(datetime(2026, 10, 22, 14))).told == 0
    assert not _mails(session)


def test_mending_the_record_of_what_is_over_tells_nobody(
    session: Session, make: Factory, programme: Programme, actor: Actor
) -> None:
    event = make.event(programme, timed(datetime(2026, 3, 3, 14)))
    make.participation(event, make.person(programme))
    assert _save(session, actor, event, when=timed(datetime(2026, 3, 4, 14))).told == 0


@pytest.mark.parametrize(
    ("more", "told"),
    (
        ({"form": "hybrid"}, "See or change my answer"),
        ({"city": {"en": "Lund"}}, "Place: Lund"),
        ({"join_link": "https://meet.example/new"}, "There is a link to join now"),
    ),
)
def test_form_place_and_link_are_told(
    session: Session, actor: Actor, meeting: Event, more: dict[str, Any], told: str
) -> None:
    assert _save(session, actor, meeting, **more).told == 3
    mail = next(mail for mail in _mails(session) if mail.person.key == "stockholm")
    rendered = rendered_mail(session, mail, site=SITE)
    assert rendered.subject.startswith("Changed:"), "it has not moved"
    assert told in rendered.text
    assert "has changed" in rendered.text
    assert "Before:" not in rendered.text


def test_a_day_that_is_fixed_has_not_moved(session: Session, actor: Actor, meeting: Event) -> None:
    _save(session, actor, meeting, when=When.month(2026, 10, "Europe/Stockholm"))
    _leave(session)
    assert _save(session, actor, meeting, when=OCTOBER).told == 3
    mail = next(mail for mail in _mails(session)[3:] if mail.person.key == "stockholm")
    rendered = rendered_mail(session, mail, site=SITE)
    assert rendered.subject.startswith("The day is fixed:")
    assert "15 October 2026" in rendered.text
    assert "Before:" not in rendered.text


def test_who_waits_for_a_seat_is_told_too(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    """They may get one, and should not hear too late that it is another day, or off."""
    person = make.person(programme, key="in-line")
    make.participation(
        meeting, person, entry=Entry.WAITING, partstat=Partstat.ACCEPTED, waiting_since=NOW
    )
    make.participation(meeting, make.person(programme), entry=Entry.APPLIED)
    assert _save(session, actor, meeting, when=timed(datetime(2026, 10, 27, 14))).told == 4
    assert "in-line" in {mail.person.key for mail in _mails(session)}


def test_who_was_never_told_of_it_hears_nothing(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    """“It has moved” is no first word about an event; what waits to go counts as heard."""
    listed, speaker, written = (make.person(programme, key=f"new-{name}") for name in "abc")
    for person in (listed, written):
        make.participation(meeting, person, partstat=Partstat.NEEDS_ACTION)
    make.role(make.item(meeting, datetime(2026, 10, 15, 14)), person=speaker)
    outbox.enqueue(
        session,
        now=NOW,
        kind="message",
        person=written,
        template="message",
        parameters={},
        dedupe_key="message",
        event=meeting,
    )
    session.refresh(meeting)
    wanted = replace(edits.details_of(meeting), when=timed(datetime(2026, 10, 22, 14)))
    found = edits.preview(session, actor=actor, now=NOW, event=meeting, details=wanted)
    assert {person.key for person in found.not_invited} == {"new-a", "new-b"}
    assert {"new-a", "new-b"}.isdisjoint({person.key for person in found.told})
    saved = _save(session, actor, meeting, when=wanted.when)
    assert (saved.told, saved.not_invited) == (4, 2)
    assert {mail.person.key for mail in _mails(session, "event_moved")} == {
        *("stockholm", "amman", "rabat", "new-c")
    }
    assert edits.cancel_event(session, actor=actor, now=NOW, event=meeting) == 4
    assert {"new-a", "new-b"}.isdisjoint({mail.person.key for mail in _mails(session)})


def test_a_discreet_readers_mail_names_nothing(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    person = make.person(programme, discreet=True)
    make.participation(meeting, person)
    _save(session, actor, meeting, when=timed(datetime(2026, 10, 22, 14)), city={"en": "Lund"})
    _leave(session)
    edits.cancel_event(session, actor=actor, now=NOW, event=meeting, reason="No room in Lund")
    _leave(session)
    edits.restore_event(session, actor=actor, now=NOW, event=meeting)
    mails = [mail for mail in _mails(session) if mail.person_id == person.id]
    assert [mail.kind for mail in mails] == ["event_moved", "event_cancelled", "event_restored"]
    for mail in mails:
        rendered = rendered_mail(session, mail, site=SITE)
        for word in ("Event", "Programme", "Lund", "here"):
            assert word not in rendered.subject
            assert word not in rendered.text.replace("There", "")
        assert "Meeting" in rendered.subject


def test_roles_are_told_and_who_left_is_not(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    speaker, former = make.person(programme), make.person(programme)
    item = make.item(meeting, datetime(2026, 10, 15, 14))
    make.role(item, person=speaker)
    pair = make.pair(programme, make.person(programme), make.person(programme))
    make.role(item, pair=pair)
    make.participation(meeting, former)
    former.memberships[0].status = MembershipStatus.LEFT
    session.flush()
    told = edits.listeners(session, meeting)
    assert speaker in told
    assert former not in told
    assert len(told) == 6


def test_the_agenda_moves_along_if_asked(
    session: Session, make: Factory, actor: Actor, meeting: Event
) -> None:
    first = make.item(meeting, datetime(2026, 10, 15, 14))
    without = make.item(meeting)
    session.refresh(meeting)
    _save(session, actor, meeting, when=timed(datetime(2026, 10, 22, 15)))
    assert (first.starts_local, first.sequence) == (datetime(2026, 10, 15, 14), 0)
    saved = _save(session, actor, meeting, when=timed(datetime(2026, 10, 23, 16)), move_agenda=True)
    assert saved.moved_items == 1
    assert (first.starts_local, first.sequence) == (datetime(2026, 10, 16, 15), 1)
    assert without.sequence == 0
    kinds = session.scalars(select(HistoryEntry.subject_kind)).all()
    assert sorted(kinds) == ["agenda_item", "event", "event"]


def test_an_older_version_is_refused_unless_it_says_the_same(
    session: Session, actor: Actor, meeting: Event
) -> None:
    version, before = meeting.version, edits.details_of(meeting)
    theirs = replace(before, capacity=10)
    values: dict[str, Any] = {"actor": actor, "now": NOW, "event": meeting, "version": version}
    edits.change_event(session, details=theirs, **values)
    assert edits.change_event(session, details=theirs, **values).changes == {}
    with pytest.raises(StaleEdit):
        edits.change_event(session, details=before, **values)
    assert meeting.capacity == 10


def test_a_theme_that_is_gone_is_said_beside_its_field(
    session: Session, actor: Actor, meeting: Event
) -> None:
    with pytest.raises(UserError) as caught:
        _save(session, actor, meeting, theme="gone")
    assert caught.value.field == "theme"


def test_published_cancelled_restored(session: Session, actor: Actor, meeting: Event) -> None:
    meeting.status = EventStatus.DRAFT
    values: dict[str, Any] = {"actor": actor, "now": NOW, "event": meeting}
    with pytest.raises(UserError):
        edits.cancel_event(session, **values)
    assert edits.publish_event(session, **values)
    assert not edits.publish_event(session, **values)
    assert edits.cancel_event(session, reason="Too few rooms", **values) == 3
    assert edits.cancel_event(session, **values) is None
    assert meeting.cancelled_at == NOW
    assert meeting.sequence == 2
    (mail, *_rest) = _mails(session, "event_cancelled")
    assert "Too few rooms" in rendered_mail(session, mail, site=SITE).text
    _leave(session)
    assert edits.restore_event(session, **values) == 3
    assert edits.restore_event(session, **values) is None
    assert meeting.status is EventStatus.PUBLISHED
    assert str(meeting.cancelled_at) == "None"
    (restored, *_rest) = _mails(session, "event_restored")
    assert "takes place after all" in rendered_mail(session, restored, site=SITE).text
    actions = session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
    assert actions == ["published", "cancelled", "restored"]


LATER = timed(datetime(2026, 10, 22, 14))
LATEST = timed(datetime(2026, 10, 29, 14))


def test_a_second_move_takes_the_place_of_a_mail_that_waits(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    _save(session, actor, meeting, when=LATER, city={"en": "Lund"})
    late = make.person(programme, key="late", zone="Europe/Stockholm")
    make.participation(meeting, late)
    assert _save(session, actor, meeting, when=LATEST).told == 4
    mails = _waiting(session)
    assert set(mails) == {"stockholm", "amman", "rabat", "late"}
    _, text = mails["stockholm"]
    assert "15 October 2026" in text, "what was last told"
    assert "22 October" not in text
    assert "29 October 2026" in text
    assert "Place: Lund" in text
    assert "22 October 2026" in mails["late"][1], "who came in between knows that day"
    ended = [mail for mail in _mails(session) if mail.state is MailState.CANCELLED]
    assert {mail.reason for mail in ended} == {Reason.SUPERSEDED}


def test_moved_back_before_the_mail_left_tells_nobody(
    session: Session, actor: Actor, meeting: Event
) -> None:
    form, link = meeting.form.value, meeting.join_link
    other = "https://meet.example/room"
    _save(session, actor, meeting, when=LATER, form="hybrid", join_link=other)
    saved = _save(session, actor, meeting, when=OCTOBER, form=form, join_link=link)
    assert saved.told == 0
    assert not _waiting(session)
    _save(session, actor, meeting, when=LATER)
    assert _save(session, actor, meeting, when=OCTOBER, form="hybrid").told == 3
    _, text = _waiting(session)["stockholm"]
    assert "has changed" in text
    assert "Before:" not in text


def test_what_left_is_told_anew(session: Session, actor: Actor, meeting: Event) -> None:
    _save(session, actor, meeting, when=LATER)
    _leave(session)
    assert _save(session, actor, meeting, when=OCTOBER).told == 3
    assert "22 October 2026" in _waiting(session)["stockholm"][1]


@pytest.mark.parametrize(
    "begun",
    (
        {"frozen_at": NOW},
        {"state": MailState.LEASED, "lease_owner": "w", "frozen_at": NOW},
        {"state": MailState.HELD, "reason": "restored from a backup"},
    ),
)
def test_what_may_have_left_counts_as_told_and_comes_no_more(
    session: Session, actor: Actor, meeting: Event, begun: dict[str, Any]
) -> None:
    _save(session, actor, meeting, when=LATER)
    session.execute(update(Mail).values(begun))
    assert _save(session, actor, meeting, when=OCTOBER).told == 3
    mails = _waiting(session)
    assert len(mails) == 3
    assert "22 October 2026" in mails["stockholm"][1]


def test_what_a_coordinator_holds_back_is_replaced(
    session: Session, actor: Actor, meeting: Event
) -> None:
    _save(session, actor, meeting, when=LATER)
    for mail in _mails(session):
        outbox.hold(session, mail=mail)
    assert _save(session, actor, meeting, when=OCTOBER).told == 0
    assert not _waiting(session)


def test_cancelled_and_restored_before_the_mail_left(
    session: Session, actor: Actor, meeting: Event
) -> None:
    values: dict[str, Any] = {"actor": actor, "now": NOW, "event": meeting}
    assert edits.cancel_event(session, **values) == 3
    assert edits.restore_event(session, **values) == 0
    assert not _waiting(session)
    _save(session, actor, meeting, when=LATER)
    assert edits.cancel_event(session, **values) == 3
    kind, text = _waiting(session)["stockholm"]
    assert kind == "event_cancelled"
    assert "15 October 2026" in text, "nobody heard of the other day"
    assert edits.restore_event(session, **values) == 3
    kind, text = _waiting(session)["stockholm"]
    assert kind == "event_moved", "now they do"
    assert "15 October 2026" in text
    assert "22 October 2026" in text


def test_restored_and_changed_again_before_the_mail_left(
    session: Session, actor: Actor, meeting: Event
) -> None:
    values: dict[str, Any] = {"actor": actor, "now": NOW, "event": meeting}
    edits.cancel_event(session, **values)
    _leave(session)
    assert edits.restore_event(session, **values) == 3
    assert _save(session, actor, meeting, when=LATER).told == 3
    kind, text = _waiting(session)["stockholm"]
    assert kind == "event_restored"
    assert "22 October 2026" in text
    assert edits.cancel_event(session, **values) == 0
    assert not _waiting(session)


def test_the_preview_says_who_is_told_and_what_it_means_for_them(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    people = {person.key: person for person in edits.listeners(session, meeting)}
    feeds.default_feed(session, now=NOW, secret="s", person=people["amman"])
    people["rabat"].email = None
    item = make.item(meeting, datetime(2026, 10, 15, 14))
    other = make.event(programme, timed(datetime(2026, 10, 22, 20)))
    make.participation(other, people["stockholm"])
    session.refresh(meeting)
    wanted = replace(edits.details_of(meeting), when=timed(datetime(2026, 10, 22, 20, 30)))
    found = edits.preview(session, actor=actor, now=NOW, event=meeting, details=wanted)
    assert [person.key for person in found.told] == ["stockholm", "amman"]
    assert [person.key for person in found.unreachable] == ["rabat"]
    assert found.feeds == 1
    night = {effect.zone: effect.night for effect, _people in found.effects}
    assert night == {"Asia/Amman": True, "Europe/Stockholm": True, "Africa/Casablanca": False}
    assert [(person.key, [event.key for event in events]) for person, events in found.busy] == [
        ("stockholm", [other.key])
    ]
    assert found.shift == timedelta(days=7, hours=6, minutes=30)
    assert [(move.item, move.outside) for move in found.moved] == [(item, False)]
    assert [(move.item, move.outside) for move in found.kept] == [(item, True)]
    assert found.asks
    session.flush()
    assert not _mails(session)
    assert meeting.sequence == 0


def test_a_copy_has_the_agenda_and_nobodys_answers(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    outer = make.item(meeting, datetime(2026, 10, 15, 14), minutes=60, room={"en": "Hall"})
    inner = make.item(meeting, datetime(2026, 10, 15, 14, 30), parent=outer)
    make.role(inner, person=make.person(programme))
    meeting.number, meeting.join_link = 4, "https://meet.example/old"
    session.flush()
    session.refresh(meeting)
    uuid = uuid4()
    for with_all in (False, True):
        copy = edits.copy_event(
            session,
            actor=actor,
            now=NOW,
            event=meeting,
            uuid=uuid if not with_all else uuid4(),
            first_day=date(2026, 11, 19),
            with_roles=with_all,
            with_people=with_all,
        )
        session.expire_all()
        assert copy.status is EventStatus.DRAFT
        assert (copy.number, copy.join_link, copy.sequence) == (5, None, 0)
        assert copy.starts_at == datetime(2026, 11, 19, 13, tzinfo=UTC)  # 14:00, winter time
        (first, second) = copy.agenda
        assert (first.starts_local, first.room) == (datetime(2026, 11, 19, 14), {"en": "Hall"})
        assert second.parent is first
        assert len({first.uid, second.uid, outer.uid, inner.uid}) == 4
        assert len(second.roles) == int(with_all)
        assert len(copy.participations) == (4 if with_all else 0)
        assert {one.partstat for one in copy.participations} <= {Partstat.NEEDS_ACTION}
    again = edits.copy_event(
        session, actor=actor, now=NOW, event=meeting, uuid=uuid, first_day=date(2027, 1, 1)
    )
    assert again.starts_local == datetime(2026, 11, 19, 14)


@pytest.mark.parametrize(
    ("when", "first", "last"),
    (
        (
            When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman"),
            (2027, 9, 27),
            (2027, 9, 28),
        ),
        (When.month(2026, 10, "Asia/Amman"), (2027, 9, 1), (2027, 9, 30)),
    ),
)
def test_days_and_months_are_copied_too(
    session: Session,
    make: Factory,
    programme: Programme,
    actor: Actor,
    when: When,
    first: tuple[int, int, int],
    last: tuple[int, int, int],
) -> None:
    event = make.event(programme, when)
    copy = edits.copy_event(
        session, actor=actor, now=NOW, event=event, uuid=uuid4(), first_day=date(2027, 9, 27)
    )
    assert (copy.first_day, copy.last_day) == (date(*first), date(*last))


def test_an_event_builds_on_earlier_ones(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    make.event(programme, timed(datetime(2026, 9, 1, 9)), key="before")
    make.event(programme, timed(datetime(2026, 11, 1, 9)), key="after")
    known = make.event(programme, timed(datetime(2026, 12, 1, 9)), key="known")
    values: dict[str, Any] = {"actor": actor, "programme": programme}
    offered = edits.choices(session, **values, event=meeting).events
    assert [key for key, _title in offered] == ["before"]
    meeting.predecessors.append(known)
    session.flush()
    offered = edits.choices(session, **values, event=meeting).events
    assert [key for key, _title in offered] == ["known", "before"], "what is chosen stays"


def test_a_deleted_draft_comes_back_whole(
    session: Session, make: Factory, programme: Programme, actor: Actor, meeting: Event
) -> None:
    meeting.status = EventStatus.DRAFT
    outer = make.item(meeting, datetime(2026, 10, 15, 14), minutes=60)
    inner = make.item(meeting, datetime(2026, 10, 15, 14, 30), parent=outer)
    gone = make.person(programme)
    make.role(inner, person=gone)
    make.role(inner, pair=make.pair(programme, make.person(programme)))
    later = make.event(programme, key="later")
    later.predecessors.append(meeting)
    session.commit()
    session.refresh(meeting)
    uuid, before = meeting.uuid, edits.details_of(meeting)
    uids = {item.uid for item in meeting.agenda}
    edits.delete_draft(session, actor=actor, now=NOW, event=meeting)
    session.delete(gone.memberships[0])
    session.flush()
    session.expire(gone)
    session.delete(gone)
    session.commit()
    assert session.scalar(select(Event).where(Event.uuid == uuid)) is None
    assert not session.scalars(select(AgendaItem)).all()
    (entry,) = edits.deleted_drafts(session, actor=actor, programme=programme)
    assert entry.changes["title"] == before.title
    values: dict[str, Any] = {"actor": actor, "now": NOW, "programme": programme, "uuid": uuid}
    event = edits.restore_draft(session, **values)
    session.commit()
    session.expire_all()
    assert edits.details_of(event) == before
    assert {item.uid for item in event.agenda} == uids
    assert event.agenda[1].parent is event.agenda[0]
    assert len(event.agenda[1].roles) == 1  # the other one's person is gone
    assert len(event.participations) == 4
    assert later.predecessors == [event]
    assert not edits.deleted_drafts(session, actor=actor, programme=programme)
    assert edits.restore_draft(session, **values) is event
    with pytest.raises(NotFound):
        edits.restore_draft(session, **values | {"uuid": uuid4()})
    edits.delete_draft(session, actor=actor, now=NOW, event=event)
    (again,) = edits.deleted_drafts(session, actor=actor, programme=programme)
    assert again.id > entry.id, "as it was when it was deleted last"


def test_what_is_published_is_not_deleted(session: Session, actor: Actor, meeting: Event) -> None:
    with pytest.raises(UserError):
        edits.delete_draft(session, actor=actor, now=NOW, event=meeting)
