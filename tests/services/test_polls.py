"""Polls: what goes out, what people say, reminders, and the slot that is picked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core import zones
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.mail import Site, token
from mmp.core.polls import Vote
from mmp.models import Event, HistoryEntry, Mail, Membership, Participation, Person, Poll, Programme
from mmp.models.enums import EventStatus, MembershipRole, MembershipStatus, Partstat, Strength
from mmp.models.mail import MailState
from mmp.services import permissions, polls, sessions
from mmp.services.outbox.contents import rendered_mail
from mmp.services.outbox.sources import more_for
from mmp.services.permissions import Actor
from mmp.services.polls import Asked, Given, Inviting, Wish
from tests.support.factories import Factory, timed
from tests.support.programme_files import bring, empty_database, taken

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
SITE = Site("https://mmp.example", secret="a secret key for the tests alone")
STARTS = [datetime(2026, 10, 14, 14), datetime(2026, 10, 15, 14), datetime(2026, 10, 21, 9)]
YES, MAYBE, NO = Vote.YES, Vote.IF_NEED_BE, Vote.NO


@dataclass
class Scene:
    """An event in Rabat without a day yet, its coordinator, and three who are asked."""

    session: Session
    make: Factory
    programme: Programme
    event: Event
    actor: Actor
    people: list[Person]

    def send(self, **more: Any) -> Poll:
        values: dict[str, Any] = {
            "starts": STARTS,
            "minutes": 90,
            "closes_on": date(2026, 9, 10),
            "people": self.people,
            "needed": {self.people[0].id},
        }
        return polls.make_poll(
            self.session,
            actor=self.actor,
            now=more.pop("now", NOW),
            event=self.event,
            uuid=more.pop("uuid", None) or uuid4(),
            wish=Wish(**values | more),
        )

    def asked(self, poll: Poll, number: int = 0) -> Asked:
        self.session.flush()
        guest = next(one for one in poll.guests if one.person is self.people[number])
        given = token(SITE.secret, "poll", guest.uuid)
        found = polls.asked_by_link(self.session, secret=SITE.secret, uuid=guest.uuid, given=given)
        assert found is not None
        return found

    def say(
        self, poll: Poll, number: int, *votes: Vote, note: str = "", now: datetime = NOW
    ) -> None:
        asked = self.asked(poll, number)
        given = {
            one.slot.id: (vote, one.starts_at)
            for one, vote in zip(asked.slots, votes, strict=False)
        }
        polls.answer(self.session, now=now, asked=asked, given=Given(given, note))

    def mails(self, kind: str, *states: MailState) -> list[Mail]:
        rows = self.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)).all()
        return [row for row in rows if row.state in (states or (MailState.DUE,))]

    def said(self) -> list[str]:
        rows = self.session.scalars(select(HistoryEntry).where(HistoryEntry.subject_kind == "poll"))
        return [row.action for row in rows]


@pytest.fixture
def scene(session: Session) -> Scene:
    make = Factory(session)
    programme = make.programme(slug="here")
    desk = make.person(programme, MembershipRole.COORDINATOR, name="Kerstin")
    people = [
        make.person(programme, name="Amal", country="MA", zone="Africa/Casablanca"),
        make.person(programme, name="Erik"),
        make.person(programme, name="Lina", country="JO", zone="Asia/Amman"),
    ]
    _, secret = sessions.start(session, now=NOW, person=desk, strength=Strength.STRONG)
    actor = permissions.actor_of(session, now=NOW, token=secret)
    when = timed(datetime(2026, 10, 1, 14), 90, "Africa/Casablanca")
    event = make.event(programme, when, key="autumn", title={"en": "Autumn meeting"})
    return Scene(session, make, programme, event, actor, people)


def law(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the clocks of Casablanca are an hour ahead of what they were."""
    known = zones.to_utc

    def moved(wall: datetime, zone: str) -> datetime:
        return known(wall, zone) - timedelta(hours=zone == "Africa/Casablanca")

    monkeypatch.setattr(zones, "to_utc", moved)


def test_it_goes_out_once_with_a_link_for_each(scene: Scene) -> None:
    uuid = uuid4()
    poll = scene.send(uuid=uuid, words="Please be quick")
    assert scene.send(uuid=uuid) is poll
    mails = scene.mails("poll")
    assert [mail.person for mail in mails] == scene.people
    text = rendered_mail(scene.session, mails[2], site=SITE).text
    assert "17:00" in text  # 14:00 in Rabat
    assert "Please be quick" in text
    assert f"https://mmp.example/en/polls/{poll.guests[2].uuid}/" in text
    assert scene.said() == ["sent"]


@pytest.mark.parametrize(
    ("wish", "field"),
    (
        ({"starts": STARTS[:2]}, "slots"),
        ({"starts": [STARTS[0] + timedelta(hours=step) for step in range(7)]}, "slots"),
        ({"starts": [*STARTS, STARTS[0]]}, "slots"),
        ({"starts": [*STARTS[:2], datetime(2026, 8, 31, 9)]}, "slots"),
        ({"starts": [*STARTS[:2], datetime(2028, 8, 31, 9)]}, "slots"),
        ({"minutes": 0}, "minutes"),
        ({"closes_on": date(2026, 8, 31)}, "closes_on"),
        ({"closes_on": date(2026, 10, 15)}, "closes_on"),
        ({"people": []}, "people"),
        ({"words": "x" * 1001}, "words"),
    ),
)
def test_what_cannot_be_is_said_beside_its_field(
    scene: Scene, wish: Mapping[str, Any], field: str
) -> None:
    with pytest.raises(UserError) as error:
        scene.send(**wish)
    assert error.value.field == field


def test_of_an_event_one_poll_is_open(scene: Scene) -> None:
    poll = scene.send()
    with pytest.raises(UserError, match="close it first"):
        scene.send()
    polls.close_poll(scene.session, actor=scene.actor, now=NOW, event=scene.event, poll=poll)
    assert scene.send() is not poll


def test_an_answer_can_be_changed_and_ends_the_reminders(scene: Scene) -> None:
    poll = scene.send()
    assert len(scene.mails("poll_reminder")) == 6
    scene.say(poll, 0, YES, MAYBE, NO, note="Not on Fridays")
    assert scene.asked(poll).note == "Not on Fridays"
    scene.say(poll, 0, NO, NO, YES)
    asked = scene.asked(poll)
    assert [voted.vote for voted in asked.votes.values()] == [NO, NO, YES]
    assert asked.note == ""
    assert {mail.person.name for mail in scene.mails("poll_reminder")} == {"Erik", "Lina"}
    with pytest.raises(UserError, match="each time"):
        scene.say(poll, 1, YES)
    with pytest.raises(UserError, match="300 letters"):
        scene.say(poll, 1, YES, YES, YES, note="x" * 301)


def test_reminders_come_by_day_after_three_days_and_a_day_before_the_end(scene: Scene) -> None:
    scene.send(now=datetime(2026, 9, 1, 3, tzinfo=UTC))
    lina = [mail for mail in scene.mails("poll_reminder") if mail.person.name == "Lina"]
    assert [mail.due_at for mail in lina] == [
        datetime(2026, 9, 3, 18, 30, tzinfo=UTC),  # 06:00 on the fourth is night in Amman
        datetime(2026, 9, 9, 18, 30, tzinfo=UTC),
    ]


def test_the_button_reminds_no_more_than_the_cap(scene: Scene) -> None:
    poll = scene.send()

    def press(now: datetime) -> int:
        return polls.remind_now(
            scene.session, actor=scene.actor, now=now, event=scene.event, poll=poll
        )

    scene.say(poll, 0, YES, YES, YES)
    assert press(NOW) == 0  # asked this very moment
    later = NOW + timedelta(days=1)
    assert press(later) == 2
    assert press(later) == 0
    assert "reminded" in scene.said()
    for mail in scene.mails("poll_reminder"):
        mail.state, mail.ended_at, mail.reason = MailState.SENT, mail.due_at, "accepted"
    assert press(later + timedelta(days=9)) == 0  # three are enough
    plan = polls.plan_of(scene.session, event=scene.event, poll=poll)
    assert sum(one.kind == "poll_reminder" and one.state is MailState.SENT for one in plan) == 6


def test_what_is_to_leave_looks_once_more_whether_it_is_true(scene: Scene) -> None:
    poll = scene.send()
    first, second = scene.mails("poll_reminder")[:2]
    assert more_for(scene.session, [first, second], SITE) == {}
    scene.say(poll, 0, YES, YES, YES)
    found = more_for(scene.session, [first, second], SITE)
    assert {one.void for one in found.values()} == {"answered"}
    poll.closed_at = NOW
    assert {one.void for one in more_for(scene.session, [first], SITE).values()} == {"closed"}


def test_who_has_left_is_asked_no_more(scene: Scene) -> None:
    poll = scene.send()
    guest = poll.guests[2]
    membership = Membership.person_id == guest.person_id
    for part in scene.session.scalars(select(Membership).where(membership)):
        part.status = MembershipStatus.LEFT
    scene.session.flush()
    mail = next(one for one in scene.mails("poll") if one.person is guest.person)
    assert {one.void for one in more_for(scene.session, [mail], SITE).values()} == {"closed"}
    given = token(SITE.secret, "poll", guest.uuid)
    link: dict[str, Any] = {"secret": SITE.secret, "uuid": guest.uuid, "given": given}
    assert polls.asked_by_link(scene.session, **link) is None


def test_a_closed_poll_takes_no_answer_until_it_is_open_again(scene: Scene) -> None:
    poll = scene.send()
    do: dict[str, Any] = {"actor": scene.actor, "now": NOW, "event": scene.event}
    assert polls.close_poll(scene.session, poll=poll, **do)
    assert not polls.close_poll(scene.session, poll=poll, **do)
    assert not scene.mails("poll_reminder")
    with pytest.raises(UserError, match="closed"):
        scene.say(poll, 0, YES, YES, YES)
    assert polls.reopen_poll(scene.session, poll=poll, closes_on=date(2026, 9, 20), **do)
    scene.say(poll, 0, YES, YES, YES)
    assert len(scene.mails("poll_reminder")) == 4
    late = datetime(2026, 9, 21, 12, tzinfo=UTC)
    with pytest.raises(UserError, match="closed"):
        scene.say(poll, 1, YES, YES, YES, now=late)
    after = do | {"now": datetime(2026, 11, 1, tzinfo=UTC)}
    with pytest.raises(UserError) as error:
        polls.reopen_poll(scene.session, poll=poll, closes_on=date(2026, 11, 20), **after)
    assert error.value.field == "closes_on"
    assert scene.said() == ["sent", "closed", "reopened", "answered"]


def test_deleting_is_undone_with_all_answers(scene: Scene) -> None:
    poll = scene.send()
    scene.say(poll, 0, YES, NO, NO)
    do: dict[str, Any] = {"actor": scene.actor, "now": NOW, "event": scene.event}
    guest = poll.guests[0]
    polls.delete_poll(scene.session, poll=poll, **do)
    assert not scene.mails("poll") + scene.mails("poll_reminder")
    given = token(SITE.secret, "poll", guest.uuid)
    gone = polls.asked_by_link(scene.session, secret=SITE.secret, uuid=guest.uuid, given=given)
    assert gone is None
    with pytest.raises(NotFound):
        polls.planned_poll(scene.session, event=scene.event, uuid=poll.uuid)
    for _twice in range(2):
        polls.undelete_poll(scene.session, uuid=poll.uuid, **do)
    assert len(scene.asked(poll).votes) == 3
    assert len(scene.mails("poll")) == 3
    assert {mail.person.name for mail in scene.mails("poll_reminder")} == {"Erik", "Lina"}
    with pytest.raises(NotFound):
        polls.undelete_poll(scene.session, uuid=UUID(int=7), **do)


def test_the_result_counts_answers_and_says_what_it_costs(scene: Scene) -> None:
    poll = scene.send()
    scene.say(poll, 0, NO, YES, YES)
    scene.say(poll, 1, YES, YES, MAYBE)
    scene.people[1].country = "TN"  # the 15th of October is a holiday there
    scene.session.flush()
    found = polls.result_of(scene.session, now=NOW, event=scene.event, poll=poll)
    assert [len(found.holidays[one.slot.id]) for one in found.slots] == [0, 1, 0]
    first, second, third = (found.counts[one.slot.id] for one in found.slots)
    assert (first.yes, first.if_need_be, first.no, first.silent) == (1, 0, 1, 1)
    assert (first.required_no, second.required_no) == (1, 0)
    assert found.best == {found.slots[2].slot.id} or third.fair > second.fair
    assert [row.guest.person.name for row in found.missing(found.slots[0])] == ["Amal"]
    assert [row.guest.person.name for row in found.silent] == ["Lina"]


def test_a_new_law_of_time_asks_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    poll = scene.send()
    scene.say(poll, 1, YES, YES, YES)
    seen = scene.asked(poll, 1).slots[0].starts_at
    law(monkeypatch)
    asked = scene.asked(poll, 1)
    now = asked.slots[0]
    assert now.starts_at == seen - timedelta(hours=1)
    assert now.moved
    assert now.slot.starts_local == STARTS[0]  # by the clocks there nothing has changed
    assert not asked.complete
    was = asked.seen_otherwise(now)
    assert was is not None
    assert was.starts_at == seen
    found = polls.result_of(scene.session, now=NOW, event=scene.event, poll=poll)
    assert found.counts[now.slot.id].yes == 0
    assert len(found.silent) == 3
    late = Given({one.slot.id: (YES, one.slot.starts_at) for one in asked.slots})
    with pytest.raises(StaleEdit):
        polls.answer(scene.session, now=NOW, asked=asked, given=late)
    reminder = next(mail for mail in scene.mails("poll_reminder"))
    assert more_for(scene.session, [reminder], SITE) == {}
    scene.say(poll, 1, NO, YES, YES)
    assert scene.asked(poll, 1).complete


def test_picking_fixes_the_day_invites_and_thanks_nobody_twice(scene: Scene) -> None:
    poll = scene.send()
    scene.say(poll, 0, YES, NO, NO)
    scene.say(poll, 1, NO, YES, YES)
    scene.say(poll, 2, MAYBE, YES, YES)
    event, slot = scene.event, poll.slots[0]
    do: dict[str, Any] = {"actor": scene.actor, "now": NOW, "event": event, "poll": poll}
    scene.session.flush()
    picked = polls.pick_slot(
        scene.session, slot=slot, version=event.version, inviting=Inviting.COMING, **do
    )
    assert event.starts_local == STARTS[0]
    assert (picked.invited, picked.thanked) == (2, 1)
    assert [mail.person.name for mail in scene.mails("poll_thanks")] == ["Erik"]
    assert {mail.person.name for mail in scene.mails("invitation")} == {"Amal", "Lina"}
    on_list = scene.session.scalars(select(Participation).where(Participation.event == event))
    assert {row.person.name for row in on_list} == {"Amal", "Lina"}
    assert not scene.mails("poll_reminder")
    again = polls.pick_slot(scene.session, slot=slot, version=event.version, **do)
    assert again.saved is None
    assert len(scene.mails("poll_thanks")) == 1
    assert scene.said()[-1] == "picked"


def test_who_hears_of_the_move_is_not_thanked_too(scene: Scene) -> None:
    poll = scene.send()
    for number in range(3):
        scene.say(poll, number, YES, YES, YES)
    scene.make.participation(scene.event, scene.people[0])
    # Of him the poll is all that was heard.
    scene.make.participation(scene.event, scene.people[1], partstat=Partstat.NEEDS_ACTION)
    scene.session.flush()
    picked = polls.pick_slot(
        scene.session,
        actor=scene.actor,
        now=NOW,
        event=scene.event,
        poll=poll,
        slot=poll.slots[1],
        version=scene.event.version,
    )
    assert picked.saved is not None
    assert (picked.saved.told, picked.thanked) == (1, 2)
    assert [mail.person.name for mail in scene.mails("event_moved")] == ["Amal"]


def test_who_is_invited_is_not_told_of_the_move_too(scene: Scene) -> None:
    poll = scene.send()
    for number in range(3):
        scene.say(poll, number, YES, YES, YES)
    scene.make.participation(scene.event, scene.people[0])
    scene.session.flush()
    polls.pick_slot(
        scene.session,
        actor=scene.actor,
        now=NOW,
        event=scene.event,
        poll=poll,
        slot=poll.slots[1],
        version=scene.event.version,
        inviting=Inviting.ALL,
    )
    assert len(scene.mails("invitation")) == 3
    assert not scene.mails("event_moved") + scene.mails("poll_thanks")


def test_a_draft_invites_nobody_unless_it_is_published(scene: Scene) -> None:
    event = scene.event
    event.status = EventStatus.DRAFT
    poll = scene.send()
    scene.say(poll, 0, YES, YES, YES)
    do: dict[str, Any] = {
        "actor": scene.actor,
        "now": NOW,
        "event": event,
        "poll": poll,
        "slot": poll.slots[0],
        "inviting": Inviting.COMING,
    }
    with pytest.raises(UserError) as error:
        polls.pick_slot(scene.session, version=event.version, **do)
    assert error.value.field == "inviting"
    picked = polls.pick_slot(scene.session, version=event.version, publish=True, **do)
    assert picked.invited == 1
    assert event.status is EventStatus.PUBLISHED


def test_a_time_that_is_over_or_an_event_changed_meanwhile_is_not_picked(scene: Scene) -> None:
    poll = scene.send()
    do: dict[str, Any] = {"actor": scene.actor, "event": scene.event, "poll": poll}
    with pytest.raises(StaleEdit):
        polls.pick_slot(scene.session, now=NOW, slot=poll.slots[0], version=77, **do)
    late = datetime(2026, 10, 20, tzinfo=UTC)
    with pytest.raises(UserError, match="is over"):
        polls.pick_slot(
            scene.session, now=late, slot=poll.slots[0], version=scene.event.version, **do
        )


def test_a_discreet_readers_mails_name_nothing(scene: Scene) -> None:
    scene.people[0].discreet = True
    poll = scene.send(words="Autumn meeting of mentors")
    scene.say(poll, 0, NO, YES, YES)
    scene.say(poll, 1, YES, YES, YES)
    polls.pick_slot(
        scene.session,
        actor=scene.actor,
        now=NOW,
        event=scene.event,
        poll=poll,
        slot=poll.slots[0],
        version=scene.event.version,
    )
    rows = scene.session.scalars(select(Mail).where(Mail.person == scene.people[0])).all()
    assert {row.kind for row in rows} == {"poll", "poll_reminder", "poll_thanks"}
    for row in rows:
        said = rendered_mail(scene.session, row, site=SITE)
        for word in ("Autumn", "Programme", "mentors"):
            assert word not in said.subject + said.text + said.html
        assert row.programme_id is None


def test_who_wants_no_reminders_gets_the_question_alone(scene: Scene) -> None:
    from mmp.services.opting_out import opt_out

    opt_out(scene.session, now=NOW, person=scene.people[1], programme=scene.programme)
    scene.send()
    assert len(scene.mails("poll")) == 3
    assert {mail.person.name for mail in scene.mails("poll_reminder")} == {"Amal", "Lina"}


def test_its_programme_is_the_same_again_from_its_file(scene: Scene) -> None:
    """With an item outside its event, which the agenda tells and never refuses."""
    scene.make.item(scene.event, datetime(2026, 10, 1, 17), minutes=60)
    scene.say(scene.send(), 0, YES, MAYBE, NO)
    scene.session.commit()
    text = taken(scene.session, "here")
    with empty_database() as other:
        bring(other, text)
        assert taken(other, "here") == text


def test_joined_records_are_asked_once(scene: Scene) -> None:
    from mmp.services.people.merging.rows import join_poll_guests

    poll = scene.send()
    amal, erik, _ = scene.people
    join_poll_guests(scene.session, amal, erik)
    scene.session.flush()
    scene.session.expire(poll)
    assert [(one.person.name, one.required) for one in poll.guests] == [
        ("Erik", True),
        ("Lina", False),
    ]
