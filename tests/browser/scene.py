"""A year in which every page has something to show, and who looks at it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.config import Settings
from mmp.core.mail import token
from mmp.core.polls import Vote
from mmp.models import Document, Event, Matching, Pair, Person, Programme, SignInLink
from mmp.models.enums import (
    EventStatus,
    LinkPurpose,
    MatchingState,
    MembershipRole,
    Region,
    Strength,
)
from mmp.services import (
    accounts,
    event_edits,
    feeds,
    history,
    matching,
    messages,
    new_address,
    outbox,
    pair_talks,
    people,
    people_import,
    permissions,
    polls,
    reminders,
    sessions,
    sign_in as links,
)
from mmp.services.answers.mails import PURPOSE
from mmp.services.pair_talks.finding import token_purpose
from mmp.web.door import Door
from tests.browser.screens import EMAIL, PASSWORD
from tests.support.breakouts import applied_groups
from tests.support.door import NOW, Authenticator, sign_in
from tests.support.factories import Factory
from tests.web import rows

Names = Mapping[str, object]
OFFER, LOG, DRAFT, SENT, POLL = (
    UUID(f"00000000-0000-4000-8000-0000000000f{number}") for number in (1, 2, 3, 4, 5)
)


class Scene:
    """Rows in the database of `app`, and the names they have in addresses."""

    def __init__(self, app: Flask, session: Session, settings: Settings) -> None:
        self.app, self.session, self.settings = app, session, settings
        self.make = Factory(session)
        self.door: Door = app.extensions["mmp.door"]

    def set(self, who: str) -> tuple[Names, str | None]:
        """Prepare what `who` looks at: the names in addresses, and the cookie they carry."""
        if who == "founder":
            founder = self.make.person(name="Sara Lind", email=EMAIL)
            return {}, self._cookie(founder, password=True)
        year = rows.whole_year(self.session, self.settings.documents)
        planner = self.make.person(
            year, MembershipRole.COORDINATOR, name="Kerstin Berg", email=EMAIL
        )
        names = self._names(year, planner)
        self.session.commit()
        if who == "nobody":
            return names, None
        person = rows.mentor(self.session) if who.startswith("mentor") else planner
        coded = who.endswith("with codes")
        return names, self._cookie(person, password=coded, codes=coded)

    def _cookie(self, person: Person, *, password: bool = False, codes: bool = False) -> str:
        if password:
            accounts.set_password(
                self.session,
                now=NOW,
                passwords=self.door.passwords,
                person=person,
                password=PASSWORD,
            )
        if codes:
            self._enrol(person)
        client = self.app.test_client()
        sign_in(client, self.session, person)
        cookie = client.get_cookie("session")
        assert cookie is not None
        return str(cookie.value)

    def _enrol(self, person: Person) -> None:
        """Give the account an authenticator."""
        account = accounts.account_of(self.session, person.id)
        assert account is not None
        secret = self.door.passwords.new_secret()
        row, _ = sessions.start(self.session, now=NOW, person=person, strength=Strength.STRONG)
        accounts.start_codes(
            self.session,
            now=NOW,
            passwords=self.door.passwords,
            account=account,
            secret=secret,
            code=Authenticator(self.door.passwords.setup(secret, EMAIL)[1]).code(),
            sign_in_id=row.id,
        )

    def _names(self, year: Programme, planner: Person) -> Names:
        session, make, secret = self.session, self.make, self.settings.secret_key
        events = {event.key: event for event in year.events}
        mentor, pair = rows.mentor(session), session.scalars(select(Pair)).one()
        partner = next(member.person for member in pair.members if member.person is not mentor)
        for key in ("june", "december"):
            make.participation(events[key], mentor)
            make.participation(events[key], partner)
        feed = rows.own_feed(session, mentor, self.settings.feed_secret)
        log = pair_talks.log_talk(
            session,
            now=NOW,
            actor=mentor,
            pair=pair,
            uuid=LOG,
            entry=pair_talks.LogEntry(date(2026, 6, 10), 45, "What we expect of each other"),
        )
        panel = next(item for item in events["june"].agenda if item.key == "panel")
        reminders.reconcile(session, now=NOW, event=events["december"])
        self._delete_draft(year, planner)
        self._change(year, planner)
        return {key: event.uuid for key, event in events.items()} | {
            **self._groups(events["june"], planner),
            **self._offer(pair, partner, mentor),
            **self._asked(events["december"], mentor),
            **self._mails(year, mentor),
            **self._imports(year, planner),
            **self._messages(events["december"], planner),
            **self._poll(events["december"], planner, mentor),
            **self._matching(year, planner, mentor),
            "pair": pair.uuid,
            "place": pair.members[0].uuid,
            "panel": panel.uuid,
            "recommendation": panel.recommendations[0].uuid,
            "contribution": panel.contributions[0].uuid,
            "reminded": mentor.uuid,
            "log": log.uuid,
            "feed": feeds.token_of(self.settings.feed_secret, feed, "page"),
            "feed_uuid": feed.uuid,
            "link": self._link(mentor),
            **self._new_address(mentor),
            **self._joined(year, planner),
            "first": (
                links.first_run_address(session, now=NOW, base_url="", secret=secret) or ""
            ).split("/")[-2],
            "item": events["june"].agenda[0].uuid,
            "listed": events["june"].participations[0].uuid,
            "asked_person": mentor.uuid,
            "document": session.scalars(select(Document.uuid).limit(1)).one(),
        }

    def _groups(self, june: Event, planner: Person) -> Names:
        """Groups that are applied; somebody sits in none, and two rules clash."""
        item = next(one for one in june.agenda if one.key == "groups")
        for name in ("Omar Said", "Elin Berg", "Rania Khalil", "Lars Holm", "Hassan Farouk"):
            self.make.participation(june, self.make.person(june.programme, name=name))
        people = [str(row.person.uuid) for row in june.participations[-2:]]
        two = (people[0], people[1])
        breakout = applied_groups(
            self.session,
            item,
            actor=self._actor(planner),
            now=NOW,
            left=1,
            together=(two,),
            apart=(two,),
        )
        return {"groups": item.uuid, "group": breakout.groups[0].uuid, "seated": people[0]}

    def _link(self, person: Person) -> str:
        address = links.one_use_address(
            self.session,
            now=NOW,
            base_url="",
            secret=self.settings.secret_key,
            person=person,
            lasts=links.LASTS,
        )
        return address.split("/")[-2]

    def _actor(self, planner: Person) -> permissions.Actor:
        _, carried = sessions.start(self.session, now=NOW, person=planner, strength=Strength.STRONG)
        return permissions.actor_of(self.session, now=NOW, token=carried)

    def _new_address(self, person: Person) -> Names:
        """A change of address that waits."""
        secret = self.settings.secret_key
        new_address.ask(
            self.session, now=NOW, secret=secret, person=person, email="new@example.org"
        )
        purpose = LinkPurpose.NEW_ADDRESS
        link = self.session.scalars(select(SignInLink).where(SignInLink.purpose == purpose)).one()
        return {
            "new_address": links.token_of(secret, link.uuid, purpose),
            "changing": link.uuid,
            "stopping": token(secret, new_address.STOPPING, link.uuid),
        }

    def _offer(self, pair: Pair, partner: Person, mentor: Person) -> Names:
        """Times the partner offers, one of them late at night."""
        wish = pair_talks.Wish([datetime(2026, 7, 20, 17), datetime(2026, 7, 21, 23)], 60)
        offer = pair_talks.offer_times(
            self.session, now=NOW, actor=partner, pair=pair, uuid=OFFER, wish=wish
        )
        picks = token(self.settings.secret_key, token_purpose(offer), mentor.uuid)
        return {"time": offer.times[0].uuid, "picks": picks}

    def _asked(self, event: Event, mentor: Person) -> Names:
        """An answer from the mail."""
        row = next(row for row in event.participations if row.person is mentor)
        return {"asked": row.uuid, "answers": token(self.settings.secret_key, PURPOSE, row.uuid)}

    def _mails(self, year: Programme, mentor: Person) -> Names:
        """A test mail, and a pair's own."""
        talk = next(event for event in year.events if event.key == "talk")
        made = {}
        for name, event in (("mail", None), ("private_mail", talk)):
            mail = outbox.enqueue(
                self.session,
                now=NOW,
                kind="test",
                template="test",
                parameters={"asked_at": NOW},
                person=mentor,
                dedupe_key=name,
                programme=year,
                event=event,
            )
            made[name] = mail.uuid
        return made

    def _joined(self, year: Programme, planner: Person) -> Names:
        """Somebody who was here twice."""
        kept, gone = (self.make.person(year, name=name) for name in ("Ana Reis", "Anna Reiss"))
        people.merging.join_people(
            self.session,
            actor=self._actor(planner),
            now=NOW,
            programme=year,
            gone=gone,
            kept=kept,
        )
        (joined,) = people.merging.joinings_of(self.session, now=NOW, person=kept)
        return {"joined_person": kept.uuid, "joined": joined.uuid}

    def _imports(self, year: Programme, planner: Person) -> Names:
        """An import with something to mend and to decide, one being saved and one that is."""
        actor = self._actor(planner)
        store = self.settings.documents
        faulty = (
            f"Name;E-mail;Country\n{planner.name}e;a@example.org;Jordan\nنور الهدى;nobody;Lybia\n"
        )
        made: dict[str, UUID] = {}
        for name, text in (
            ("people_draft", faulty),
            ("people_saving", "Name;E-mail\nAmal Aziz;amal@example.org\n"),
            ("people_import", "Name;E-mail\nIbrahim Zidan;zidan@example.org\n"),
        ):
            draft = people_import.begin(
                self.session,
                actor=actor,
                now=NOW,
                programme=year,
                uuid=uuid5(NAMESPACE_URL, name),
                filename="guests.csv",
                data=text.encode(),
                store=store,
            )
            made[name] = draft.uuid
            if name != "people_draft":
                seen = people_import.review(self.session, actor, year, draft, store)
                people_import.start(
                    self.session,
                    actor=planner,
                    now=NOW,
                    draft=draft,
                    version=draft.version,
                    seen=seen,
                )
            if name == "people_import":
                people_import.carry_on(self.session, now=NOW, number=draft.id, store=store)
        return made

    def _messages(self, event: Event, planner: Person) -> Names:
        """A draft to the list of an event in one language, and one that was sent."""
        actor = self._actor(planner)
        words = messages.Words(
            subject={"en": "Before we meet"},
            text={"en": "Dear {{ name }}, bring a photo of a place you call home. {{ when }}"},
        )
        draft, sent = (
            messages.write_draft(
                self.session,
                actor=actor,
                now=NOW,
                programme=event.programme,
                event=event,
                uuid=uuid,
                words=words,
            )
            for uuid in (DRAFT, SENT)
        )
        messages.send_message(
            self.session, actor=actor, now=NOW, message=sent, version=sent.version
        )
        return {"message": draft.uuid, "sent_message": sent.uuid}

    def _poll(self, event: Event, planner: Person, mentor: Person) -> Names:
        """A poll that one of two has answered."""
        wish = polls.Wish(
            starts=[datetime(2026, 12, day, 14) for day in (8, 9, 10)],
            minutes=90,
            closes_on=date(2026, 6, 25),
            people=[row.person for row in event.participations],
            needed={mentor.id},
            words="We would like to see all of you.",
        )
        poll = polls.make_poll(
            self.session, actor=self._actor(planner), now=NOW, event=event, uuid=POLL, wish=wish
        )
        guest = next(guest for guest in poll.guests if guest.person is mentor)
        secret = token(self.settings.secret_key, "poll", guest.uuid)
        asked = polls.asked_by_link(
            self.session, secret=self.settings.secret_key, uuid=guest.uuid, given=secret
        )
        assert asked is not None
        votes = zip(asked.slots, Vote, strict=True)
        given = {one.slot.id: (vote, one.starts_at) for one, vote in votes}
        polls.answer(
            self.session, now=NOW, asked=asked, given=polls.Given(given, "Not after five, please")
        )
        names = {"poll": poll.uuid, "poll_slot": poll.slots[0].uuid, "poll_guest": guest.uuid}
        return names | {"votes": secret}

    def _matching(self, year: Programme, planner: Person, mentor: Person) -> Names:
        """A round with wishes of one and pairs found, one that is on its way, and one published."""
        others = [
            self.make.person(year, name=name, region=region, languages=["en", "ar"])
            for name, region in (("Olga Ek", Region.EUROPE), ("Samir Aoun", Region.MENA))
        ]
        actor = self._actor(planner)
        names: dict[str, object] = {}
        for name in ("round", "published_round", "running_round"):
            row = matching.begin(
                self.session,
                actor=actor,
                now=NOW,
                programme=year,
                uuid=uuid5(NAMESPACE_URL, name),
                sides={str(one.uuid): 1 + (one.region is Region.MENA) for one in (mentor, *others)},
            )
            names[name] = row.uuid
            if name == "round":
                names |= self._wishes(actor, row, mentor)
            matching.ask_run(
                self.session, actor=actor, now=NOW, row=row, version=row.version, rest=False
            )
            if name != "running_round":
                work = matching.claim(self.session, beat=0.0)
                assert work is not None
                draft = matching.compute(self.session, work, now=NOW, tell=lambda done, of: None)
                assert draft is not None
                matching.finish(self.session, work, now=NOW, draft=draft)
                self.session.refresh(row)
            if name == "published_round":
                row.state, row.published_at = MatchingState.PUBLISHED, NOW
        return names

    def _wishes(self, actor: permissions.Actor, row: Matching, mentor: Person) -> Names:
        matching.open_wishes(
            self.session,
            actor=actor,
            now=NOW,
            row=row,
            version=row.version,
            closes_at=NOW + timedelta(days=9),
            interests=[{"en": "Return and reintegration"}, {"en": "Youth"}],
            ask=OFFER,
        )
        assert row.form is not None
        source = matching.token_source(row.form.uuid, mentor.uuid)
        secret = token(self.settings.secret_key, *source)
        asked = matching.asked_by_mail(
            self.session,
            secret=self.settings.secret_key,
            form=row.form.uuid,
            person=mentor.uuid,
            given=secret,
        )
        assert asked is not None
        given = {"interests": ["i1"], "languages": ["en"], "hours": ["0-morning"]}
        matching.record(
            self.session, now=NOW, asked=asked, version=0, answers=given, languages=["en"]
        )
        return {"wishes": row.form.uuid, "wisher": mentor.uuid, "wishing": secret}

    def _change(self, year: Programme, planner: Person) -> None:
        """Leave something in the history of the last meeting."""
        history.record(
            self.session,
            now=NOW,
            actor=planner,
            programme=year,
            kind="event",
            uuid=next(event.uuid for event in year.events if event.key == "december"),
            action="changed",
            changes={
                "venue": [{}, {"en": "A hall with a rather long name"}],
                "capacity": [None, 40],
            },
        )

    def _delete_draft(self, year: Programme, planner: Person) -> None:
        """Leave a deleted draft."""
        draft = self.make.event(
            year, key="dropped", status=EventStatus.DRAFT, title={"en": "An evening of music"}
        )
        actor = self._actor(planner)
        event_edits.delete_draft(self.session, actor=actor, now=NOW, event=draft)
