"""A programme in which one discreet mentor has left traces of every kind, and everybody around."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.config import Settings
from mmp.core.mail import Site, token
from mmp.core.polls import Vote
from mmp.models import (
    Attendance,
    Contribution,
    Document,
    DocumentFile,
    InboundMail,
    Mail,
    Organisation,
    Participation,
    PeopleImport,
    Person,
    PersonMerge,
    PersonTag,
    PollGuest,
    Recommendation,
)
from mmp.models.enums import (
    AgendaKind,
    AgendaRoleName,
    AttributionConsent,
    ConsentPurpose,
    EventForm,
    ImportState,
    InboundKind,
    InboundState,
    MembershipRole,
    Partstat,
    ReminderPreset,
    Strength,
)
from mmp.models.mail import WAITING, MailState
from mmp.services import (
    account_mails,
    agenda_edits,
    consents,
    event_edits,
    feeds,
    invitations,
    matching,
    messages,
    outbox,
    pair_talks,
    participants,
    permissions,
    polls,
    reminders,
    sessions,
)
from tests.support.breakouts import applied_groups
from tests.support.door import NOW
from tests.support.factories import MADE_AT, Factory, timed

SPELLINGS = (
    *("zubeidah", "qorqmaz", "زبيدة", "قورقماز"),
    *("lantern-house", "lantern house of vireo", "دار الفانوس"),
    *("keeper of the vireo lamp", "talked about lighthouses"),
)
"""What only they have: name and native name, handle and address, organisation, position, topics."""


class AtRisk:
    """Rows of one installation. `here` is where the discreet mentor takes part, `there` is not."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings = session, settings
        self.make = make = Factory(session)
        self.here = make.programme(
            slug="here",
            reminder_preset=ReminderPreset.STANDARD,
            reply_to="office@bridges.example.org",
        )
        self.there = make.programme(slug="there")
        self.letters: list[tuple[Mail, bytes]] = []
        self.readers = {
            f"{place.slug} {role}": make.person(place, role, name=f"{role} of {place.slug}")
            for place in (self.here, self.there)
            for role in MembershipRole
        }
        self.hidden = self._hidden()
        self.partner = make.person(self.here, name="Erik Lund", locale="sv_SE")
        self.pair = make.pair(self.here, self.hidden, self.partner)
        mentor = self.readers["here mentor"]
        self.other_pair = make.pair(self.here, mentor, make.person(self.here, name="Ana Reis"))
        self.past = make.event(self.here, key="past", title={"en": "Before"})
        october = timed(datetime(2026, 10, 22, 14))
        self.meeting = make.event(
            self.here,
            october,
            key="meeting",
            title={"en": "Meeting in October"},
            form=EventForm.HYBRID,
            contact=self.hidden,
            join_link="https://meet.example.org/october",
            capacity=40,
        )
        self.extra = make.event(self.here, october, key="extra", title={"en": "Extra"})
        self.draft = make.event(self.here, october, key="draft", title={"en": "Draft"})
        self._lists()
        self._agenda()
        self._groups()
        self._document()
        self._desk()
        session.commit()

    def actor(self, person: Person) -> permissions.Actor:
        """As somebody who signed in with a password."""
        _, carried = sessions.start(
            self.session, now=NOW, person=person, strength=Strength.STRONG, confirmed=True
        )
        return permissions.actor_of(self.session, now=NOW, token=carried)

    @property
    def chief(self) -> Person:
        return self.readers["here coordinator"]

    def _hidden(self) -> Person:
        house = Organisation(
            key="lantern-house",
            name={"en": "Lantern House of Vireo", "ar": "دار الفانوس"},
            created_at=MADE_AT,
            changed_at=MADE_AT,
        )
        person = self.make.person(
            self.here,
            key="zubeidah-qorqmaz",
            name="Zubeidah Qorqmaz",
            name_native="زبيدة قورقماز",
            email="zubeidah.qorqmaz@lantern-house.example",
            organisation=house,
            position={"en": "Keeper of the Vireo lamp"},
            zone="Asia/Amman",
            country="JO",
            discreet=True,
        )
        for purpose in ConsentPurpose:
            consents.say(
                self.session, now=NOW, actor=person, person=person, purpose=purpose, given=True
            )
        return person

    def _lists(self) -> None:
        everybody = [*self.readers.values(), self.hidden, self.partner]
        for event in (self.past, self.meeting, self.extra):
            for person in everybody:
                if person not in self.readers.values() or person.name.endswith("of here"):
                    self.make.participation(
                        event,
                        person,
                        partstat=Partstat.ACCEPTED if event is self.past else Partstat.NEEDS_ACTION,
                        organisation_name=dict(person.organisation.name)
                        if person.organisation
                        else {},
                        position=person.position or {},
                    )
        for row in self.past.participations:
            self.session.add(Attendance(participation=row, recorded_at=NOW))

    def _agenda(self) -> None:
        """Two roles and a quote in each; an item that was deleted lies whole in the history."""
        session = self.session
        for event, starts in (
            (self.past, datetime(2026, 6, 18, 14)),
            (self.meeting, datetime(2026, 10, 22, 14)),
        ):
            panel = self.make.item(event, starts, kind=AgendaKind.PANEL, title={"en": "Panel"})
            role = self.make.role(panel, person=self.hidden)
            role.introduced_as = {"en": "Keeper of the Vireo lamp"}
            again = self.make.item(event, starts, kind=AgendaKind.TALK, title={"en": "At once"})
            self.make.role(again, person=self.hidden, role=AgendaRoleName.MODERATOR)
            self.make.role(again, pair=self.pair, role=AgendaRoleName.PRESENTER)
            for whose in ({"person": self.hidden}, {"pair": self.pair}):
                session.add(
                    Contribution(
                        agenda_item=panel,
                        text={"en": "We listen first."},
                        consent=AttributionConsent.NAMED,
                        **whose,
                    )
                )
            session.add(
                Recommendation(
                    agenda_item=panel, key=f"listen-{event.key}", title={"en": "Listen first"}
                )
            )
            if event is self.meeting:
                chief = self.actor(self.chief)
                agenda_edits.remove_item(session, actor=chief, now=NOW, event=event, item=again)
        session.flush()

    def _groups(self) -> None:
        """They sit in a group of both meetings, and their partner leads another."""
        for event, starts in (
            (self.past, datetime(2026, 6, 18, 15)),
            (self.meeting, datetime(2026, 10, 22, 15)),
        ):
            item = self.make.item(
                event, starts, kind=AgendaKind.BREAK_OUT, title={"en": "In small groups"}
            )
            actor = self.actor(self.chief)
            groups = applied_groups(
                self.session, item, actor=actor, now=NOW, apart=self._two_of_a_rule()
            ).groups
            groups[0].facilitator, groups[0].rapporteur = self.hidden, self.partner
            self.session.flush()

    def _two_of_a_rule(self) -> tuple[tuple[str, str], ...]:
        return ((str(self.hidden.uuid), str(self.readers["here mentor"].uuid)),)

    def _document(self) -> None:
        octets = b"A paper"
        document = Document(
            key="paper",
            programme=self.here,
            event=self.meeting,
            title={"en": "Paper"},
            created_at=MADE_AT,
            changed_at=MADE_AT,
        )
        self.session.add(document)
        self.session.add(
            DocumentFile(
                document=document,
                language="en",
                filename="paper.txt",
                media_type="text/plain",
                size=len(octets),
                sha256=sha256(octets).hexdigest(),
            )
        )
        self.settings.documents.mkdir(parents=True, exist_ok=True)
        (self.settings.documents / sha256(octets).hexdigest()).write_bytes(octets)

    def _desk(self) -> None:
        """What happens in a year: invited, moved, called off, taken off, written to, talked."""
        session, chief = self.session, self.actor(self.chief)
        common: dict[str, Any] = {"actor": chief, "now": NOW}
        for event in (self.meeting, self.extra):
            invitations.invite(session, **common, event=event, choice=invitations.Choice())
        session.flush()
        self._sent()
        event_edits.cancel_event(session, **common, event=self.extra, reason="Too few of us")
        self._sent()
        event_edits.restore_event(session, **common, event=self.extra)
        self._move(chief)
        self._write(chief)
        self._talk()
        self._match(chief)
        self._polls(chief)
        self._took_off(chief)
        account_mails.tell_account_changed(
            session,
            now=NOW,
            person=self.readers["here mentor"],
            what=account_mails.What.PASSWORD,
        )
        self._sent()
        session.commit()
        self._sent()
        while now := reminders.next_delivery(session):
            reminders.queue_due(session, now=now)
            self._sent(now)
        self._leftovers()

    def _move(self, chief: permissions.Actor) -> None:
        details = event_edits.details_of(self.meeting)
        event_edits.change_event(
            self.session,
            actor=chief,
            now=NOW,
            event=self.meeting,
            version=self.meeting.version,
            details=replace(details, when=timed(datetime(2026, 10, 22, 15))),
            move_agenda=True,
        )

    def _write(self, chief: permissions.Actor) -> None:
        words = messages.Words(
            subject={"en": "To {{ name }} and {{ partner }}"},
            text={"en": "Dear {{ name }}, you and {{ partner }}."},
        )
        for event, sends in ((self.meeting, True), (None, True), (None, False)):
            message = messages.write_draft(
                self.session,
                actor=chief,
                now=NOW,
                programme=self.here,
                event=event,
                uuid=uuid4(),
                words=words,
            )
            if sends:
                messages.send_message(
                    self.session, actor=chief, now=NOW, message=message, version=message.version
                )

    def _polls(self, chief: permissions.Actor) -> None:
        """One that is open, with a reminder, and one by which a day was found."""
        session, mentor = self.session, self.readers["here mentor"]
        for event in (self.meeting, self.draft):
            wish = polls.Wish(
                starts=[datetime(2026, 10, day, 14) for day in (20, 21, 22)],
                minutes=60,
                closes_on=date(2026, 7, 10),
                people=[self.hidden, self.partner, mentor],
                needed={self.hidden.id},
                words="Meeting in October",
            )
            poll = polls.make_poll(
                session, actor=chief, now=NOW, event=event, uuid=uuid4(), wish=wish
            )
            self._sent()
            told: list[PollGuest] = poll.guests if event is self.draft else poll.guests[:1]
            for guest in told:
                given = token(self.settings.secret_key, "poll", guest.uuid)
                asked = polls.asked_by_link(
                    session, secret=self.settings.secret_key, uuid=guest.uuid, given=given
                )
                assert asked is not None
                votes = {one.slot.id: (Vote.YES, one.starts_at) for one in asked.slots}
                polls.answer(
                    session,
                    now=NOW,
                    asked=asked,
                    given=polls.Given(
                        votes, "talked about lighthouses" if guest.person is self.hidden else ""
                    ),
                )
            if event is self.draft:
                polls.pick_slot(
                    session,
                    actor=chief,
                    now=NOW,
                    event=event,
                    poll=poll,
                    slot=poll.slots[0],
                    version=event.version,
                )
            else:
                later = NOW + timedelta(days=1)
                polls.remind_now(session, actor=chief, now=later, event=event, poll=poll)
                self._sent(later)
            self._sent()

    def _talk(self) -> None:
        wish = pair_talks.Wish(
            [datetime(2026, 7, 20, 17), datetime(2026, 7, 21, 17)],
            60,
            where="Lantern House of Vireo",
            topic="talked about lighthouses",
        )
        offer = pair_talks.offer_times(
            self.session, now=NOW, actor=self.hidden, pair=self.pair, uuid=uuid4(), wish=wish
        )
        self.talk = pair_talks.pick_time(
            self.session, now=NOW, actor=self.partner, time=offer.times[0]
        )
        pair_talks.offer_times(
            self.session, now=NOW, actor=self.hidden, pair=self.pair, uuid=uuid4(), wish=wish
        )
        pair_talks.log_talk(
            self.session,
            now=NOW,
            actor=self.hidden,
            pair=self.pair,
            uuid=uuid4(),
            entry=pair_talks.LogEntry(date(2026, 6, 10), 45, "talked about lighthouses"),
        )

    def _match(self, chief: permissions.Actor) -> None:
        """A round in which they are, with wishes of everybody and pairs found."""
        session, other = self.session, self.other_pair.members
        sides = {self.hidden: 2, self.partner: 1, other[0].person: 1, other[1].person: 2}
        row = matching.begin(
            session,
            actor=chief,
            now=NOW,
            programme=self.here,
            uuid=uuid4(),
            sides={str(person.uuid): side for person, side in sides.items()},
        )
        common: dict[str, Any] = {"actor": chief, "now": NOW, "row": row}
        closes_at = NOW + timedelta(days=200)
        matching.open_wishes(
            session,
            **common,
            version=row.version,
            closes_at=closes_at,
            interests=[{"en": "Return"}],
            ask=uuid4(),
        )
        assert row.form is not None
        for person, side in sides.items():
            asked = matching.asked_here(session, self.actor(person), form=row.form.uuid)
            wished = {"wished": [str(one.uuid) for one in sides if sides[one] != side]}
            matching.record(
                session, now=NOW, asked=asked, version=0, answers=wished, languages=["en"]
            )
        matching.ask_run(session, **common, version=row.version, rest=False)
        work = matching.claim(session, beat=0.0)
        assert work is not None
        draft = matching.compute(session, work, now=NOW, tell=lambda done, of: None)
        assert draft is not None
        matching.finish(session, work, now=NOW, draft=draft)
        session.expire_all()

    def _took_off(self, chief: permissions.Actor) -> None:
        """One is taken off and lies in the history; the hidden one too, and is put back."""
        rows = {row.person_id: row for row in self.extra.participations}
        for person in (self.hidden, self.readers["here guest"]):
            removed = participants.remove(
                self.session, actor=chief, now=NOW, event=self.extra, row=rows[person.id]
            )
            if person is self.hidden:
                self.session.flush()
                participants.restore(
                    self.session, actor=chief, now=NOW, event=self.extra, removed=removed
                )

    def _sent(self, now: datetime = NOW) -> None:
        """What waits goes, as it is written then."""
        site = Site("https://bridges.example.org", secret="s" * 32)
        self.session.flush()
        for mail in self.session.scalars(select(Mail).where(Mail.state.in_(WAITING))):
            readings = outbox.Readings.of(self.session, [mail], site=site)
            if mail.id not in readings.more or not readings.more[mail.id].void:
                letter = outbox.compose(self.session, mail, site=site, now=now, readings=readings)
                self.letters.append((mail, letter.octets))
            mail.state, mail.ended_at, mail.reason = MailState.SENT, now, "sent"
        self.session.flush()

    def _leftovers(self) -> None:
        session, hidden = self.session, self.hidden
        feeds.default_feed(session, now=NOW, secret=self.settings.feed_secret, person=hidden)
        session.add_all(
            [
                InboundMail(
                    fingerprint="0" * 64,
                    received_at=NOW,
                    kind=InboundKind.OTHER,
                    state=InboundState.OPEN,
                    reason="not_a_reply",
                    sender=hidden.email,
                    subject="From Zubeidah Qorqmaz",
                    details={"text": "Zubeidah Qorqmaz cannot come"},
                    programme=self.here,
                    person=hidden,
                ),
                PersonTag(programme_id=self.here.id, person_id=hidden.id, tag="keeper"),
                PersonMerge(gone_uuid=uuid4(), gone_key="zubeidah", into=hidden, at=NOW),
                PeopleImport(
                    programme=self.here,
                    actor=self.chief,
                    state=ImportState.UNDONE,
                    filename="Zubeidah Qorqmaz.xlsx",
                    sha256="0" * 64,
                    mended={"1": {"name": "Zubeidah Qorqmaz"}},
                    created_at=NOW,
                    changed_at=NOW,
                ),
            ]
        )
        for row in session.scalars(
            select(Participation).where(Participation.person_id == hidden.id)
        ):
            row.answer_note = "Zubeidah Qorqmaz brings a lamp"
        session.flush()
