"""Who cancels: their partner hears of it, once, kindly, without the reason."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.mail import Site
from mmp.models import Mail, Participation
from mmp.models.enums import AnswerVia, AttendanceForm, Entry, MembershipRole, Partstat
from mmp.services import answers, outbox, participants
from mmp.services.answers import Reply
from mmp.services.outbox.sources import more_for
from tests.services.test_pair_board import actor_for
from tests.support.factories import Factory, timed

SITE = Site("https://mmp.example.org", secret="a secret for the tests alone")


class Scene:
    """Lina and Erik, a pair, both on the list of a meeting ahead; and Omar, who is alone."""

    def __init__(self, session: Session, clock: FixedClock) -> None:
        self.session, self.clock, make = session, clock, Factory(session)
        self.make = make
        self.programme = programme = make.programme()
        self.lina = make.person(programme, name="Lina Haddad")
        self.erik = make.person(programme, name="Erik Lund")
        omar = make.person(programme, name="Omar Said")
        self.pair = make.pair(programme, self.lina, self.erik)
        self.desk = actor_for(session, make.person(programme, MembershipRole.COORDINATOR))
        self.event = event = make.event(programme, timed(datetime(2026, 9, 28, 14)))
        self.rows = {
            one.name: make.participation(event, one) for one in (self.lina, self.erik, omar)
        }
        session.commit()

    def say(self, name: str, partstat: Partstat, note: str | None = None) -> None:
        answers.record_answer(
            self.session,
            now=self.clock.now(),
            participation=self.rows[name],
            reply=Reply(partstat, AttendanceForm.ONLINE, note),
            via=AnswerVia.PAGE,
            actor=None,
        )
        self.session.commit()

    def takes_off(self, *names: str) -> UUID:
        lines = {self.rows[name].uuid: self.rows[name].version for name in names}
        done = participants.remove_many(
            self.session, actor=self.desk, now=self.clock.now(), event=self.event, ticked=lines
        )
        self.session.commit()
        assert done.removed is not None
        return done.removed

    def holds(self, mail: Mail) -> bool:
        """Whether it leaves when it is due."""
        made = more_for(self.session, [mail], SITE)
        return mail.id not in made or made[mail.id].void is None

    def mails(self) -> list[Mail]:
        kind = Mail.kind == "partner_away"
        return list(self.session.scalars(select(Mail).where(kind).order_by(Mail.id)))


@pytest.fixture
def scene(session: Session, clock: FixedClock) -> Scene:
    return Scene(session, clock)


def test_a_partner_is_told_once_and_not_why(scene: Scene) -> None:
    scene.say("Lina Haddad", Partstat.DECLINED, "My mother is ill.")
    scene.say("Omar Said", Partstat.DECLINED)
    [mail] = scene.mails()
    assert mail.person_id == scene.erik.id
    made = outbox.compose(scene.session, mail, site=SITE, now=scene.clock.now())
    assert made.subject.startswith("Lina Haddad cannot come: Event")
    assert b"mother" not in made.octets
    scene.say("Lina Haddad", Partstat.ACCEPTED)
    scene.say("Lina Haddad", Partstat.DECLINED)
    assert scene.mails() == [mail]


def test_of_their_own_talk_every_no_is_told(scene: Scene) -> None:
    """A calendar program says no, and nobody is to wait alone; again after it was moved."""
    talk = scene.make.event(scene.programme, timed(datetime(2026, 9, 1, 14)), pair=scene.pair)
    row = scene.make.participation(talk, scene.erik, partstat=Partstat.NEEDS_ACTION)
    scene.make.participation(talk, scene.lina)
    scene.rows["Erik Lund"] = row
    scene.say("Erik Lund", Partstat.DECLINED)
    [mail] = scene.mails()
    assert mail.person_id == scene.lina.id
    assert scene.holds(mail)
    made = outbox.compose(scene.session, mail, site=SITE, now=scene.clock.now())
    assert b"cannot come to your talk" in made.octets
    scene.say("Erik Lund", Partstat.ACCEPTED)
    scene.say("Erik Lund", Partstat.DECLINED)
    assert len(scene.mails()) == 1
    talk.time_version += 1
    scene.say("Erik Lund", Partstat.ACCEPTED)
    scene.say("Erik Lund", Partstat.DECLINED)
    assert len(scene.mails()) == 2


@pytest.mark.parametrize("partner", (Partstat.DECLINED, None), ids=["said no", "waits for a seat"])
def test_who_does_not_come_either_is_not_told(scene: Scene, partner: Partstat | None) -> None:
    row: Participation = scene.rows["Erik Lund"]
    if partner is None:
        row.entry = Entry.WAITING
    else:
        row.partstat = partner
    scene.session.commit()
    scene.say("Lina Haddad", Partstat.DECLINED)
    assert not scene.mails()


def test_who_is_taken_off_is_told_of_like_who_says_no(scene: Scene) -> None:
    removed = scene.takes_off("Lina Haddad")
    [mail] = scene.mails()
    assert mail.person_id == scene.erik.id
    assert mail.due_at > scene.clock.now(), "it can be undone"
    assert scene.holds(mail)
    participants.restore(
        scene.session, actor=scene.desk, now=scene.clock.now(), event=scene.event, removed=removed
    )
    scene.session.commit()
    assert not scene.holds(mail), "she is back"


def test_of_a_pair_that_is_taken_off_neither_hears(scene: Scene) -> None:
    scene.takes_off("Lina Haddad", "Erik Lund")
    assert not any(scene.holds(mail) for mail in scene.mails())


def test_who_had_not_said_yes_is_taken_off_silently(scene: Scene) -> None:
    scene.rows["Lina Haddad"].partstat = Partstat.NEEDS_ACTION
    scene.session.commit()
    scene.takes_off("Lina Haddad")
    assert not scene.mails()


def test_a_first_no_is_no_cancellation(scene: Scene) -> None:
    scene.rows["Lina Haddad"].partstat = Partstat.NEEDS_ACTION
    scene.session.commit()
    scene.say("Lina Haddad", Partstat.DECLINED)
    assert not scene.mails()


def test_of_a_discreet_pair_the_mail_says_nothing(scene: Scene) -> None:
    scene.lina.discreet = True
    scene.session.commit()
    scene.say("Lina Haddad", Partstat.DECLINED)
    [mail] = scene.mails()
    made = outbox.compose(scene.session, mail, site=SITE, now=scene.clock.now())
    assert b"Lina" not in made.octets
    assert b"Programme" not in made.octets
    assert b"Event" not in made.octets
