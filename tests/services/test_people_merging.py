"""Two records become one, and nothing that hangs on either is lost."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    select,
    update,
)
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, UserError
from mmp.core.mail import token as token_of, unsubscribe_token
from mmp.models import (
    Account,
    Attendance,
    Base,
    Consent,
    Contribution,
    Feed,
    Form,
    HistoryEntry,
    Invitation,
    Mail,
    Membership,
    Message,
    OptOut,
    PairMember,
    Participation,
    Person,
    PersonMerge,
    PersonTag,
    Poll,
    PollGuest,
    Programme,
    SignIn,
    SuppressedAddress,
)
from mmp.models.enums import (
    ConsentPurpose,
    Entry,
    FormKind,
    InvitationState,
    MembershipRole,
    MembershipStatus,
    Partstat,
    Strength,
)
from mmp.models.mail import MailState
from mmp.services import (
    answers,
    feeds,
    history,
    invitations,
    messages,
    opting_out,
    outbox,
    people,
    polls,
    privacy,
    sessions,
)
from mmp.services.people import merging
from mmp.services.permissions import Actor
from tests.services.test_people import acting
from tests.support.door import NOW
from tests.support.factories import Factory, timed

SECRET = "a feed secret for the tests alone"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def actor(make: Factory, here: Programme) -> Actor:
    return acting(make.person(here, MembershipRole.COORDINATOR, name="Kerstin Berg"), here)


@pytest.fixture
def kept(make: Factory, here: Programme) -> Person:
    return make.person(here, name="Lina Pettilo", email="lina@example.org", country=None)


@pytest.fixture
def gone(make: Factory, here: Programme) -> Person:
    return make.person(
        here, name="Lina Petillo", name_native="لينا", email="l.p@example.net", discreet=True
    )


def join(session: Session, actor: Actor, here: Programme, gone: Person, kept: Person) -> None:
    merging.join_people(session, actor=actor, now=NOW, programme=here, gone=gone, kept=kept)
    session.commit()


def test_every_column_that_names_a_person_is_handled() -> None:
    """Grows by itself. Where a person may have one row only, `JOINERS` says which of two counts;
    all other columns change hands without anybody saying so."""
    assert merging.unhandled(Base.metadata) == []
    assert {one.table.name for one in merging.references(Base.metadata)} >= set(merging.JOINERS)


def test_a_new_table_that_nobody_thought_of_is_found() -> None:
    metadata = MetaData()
    Table("person", metadata, Column("id", Integer, primary_key=True))
    for name, constraints in (("badge", [UniqueConstraint("person_id", "day")]), ("photo", [])):
        Table(
            name,
            metadata,
            Column("person_id", ForeignKey("person.id")),
            Column("day", Integer),
            *constraints,
        )
    assert merging.unhandled(metadata) == ["badge.person_id"]


def test_nothing_of_either_is_lost(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    erik = make.person(here, name="Erik")
    pair = make.pair(here, gone, erik)
    june, autumn, panel = (
        make.event(here, timed(datetime(2026, month, 1, 14)), key=f"m{month}")
        for month in (4, 9, 10)
    )
    make.participation(june, gone)
    make.participation(june, kept, partstat=Partstat.NEEDS_ACTION)
    make.participation(autumn, gone)
    item = make.item(panel)
    make.role(item, person=gone)
    both = [feeds.default_feed(session, now=NOW, secret=SECRET, person=one) for one in (gone, kept)]
    tokens = [feeds.token_of(SECRET, feed, "feed") for feed in both]
    outbox.enqueue(
        session,
        now=NOW,
        person=gone,
        kind="test",
        template="test",
        parameters={},
        dedupe_key=f"test:{gone.uuid}",
    )
    session.add_all(
        [
            Consent(person=gone, purpose=ConsentPurpose.PHOTO, given=True, at=NOW),
            Contribution(agenda_item=item, person=gone, text={"en": "Listen first."}),
            OptOut(person_id=gone.id, programme_id=here.id, since=NOW),
            PersonTag(programme_id=here.id, person_id=gone.id, tag="panel"),
            PersonTag(programme_id=here.id, person_id=gone.id, tag="both"),
            PersonTag(programme_id=here.id, person_id=kept.id, tag="both"),
            Account(person_id=gone.id, password="x", fs_uniquifier="one", created_at=NOW),
        ]
    )
    sessions.start(session, now=NOW, person=gone, strength=Strength.STRONG)
    draft = messages.Words(
        subject={"en": "Hello"},
        text={"en": "Dear all"},
        choice=messages.Choice(people=frozenset([str(gone.uuid)])),
    )
    messages.write_draft(
        session,
        actor=actor,
        now=NOW,
        programme=here,
        event=None,
        uuid=kept.uuid,
        words=draft,
    )
    session.commit()
    told = merging.what_joins(session, gone=gone, kept=kept)
    assert told.both == [june]
    assert told.address == "l.p@example.net"
    assert told.counts["participation.person_id"] == 2
    was = gone.uuid, kept.calendar_counter, gone.calendar_counter

    join(session, actor, here, gone, kept)

    with pytest.raises(NotFound):
        people.person_here(session, actor, here, was[0])
    merge = session.scalars(select(PersonMerge)).one()
    assert (merge.gone_uuid, merge.into) == (was[0], kept)
    assert people.merged_into(session, was[0]) == kept.uuid
    lists = {row.event.key: row.partstat for row in session.scalars(select(Participation))}
    assert lists == {"m4": Partstat.ACCEPTED, "m9": Partstat.ACCEPTED}
    assert {row.person for row in session.scalars(select(Participation))} == {kept}
    assert {member.person.name for member in pair.members} == {"Erik", "Lina Pettilo"}
    assert {row.person for row in session.scalars(select(Feed))} == {kept}
    for token in tokens:
        found = session.scalars(
            select(Feed).where(Feed.token_hash == feeds.hash_token(token))
        ).one()
        assert found.person is kept
    assert kept.calendar_counter > max(was[1:])
    assert item.roles[0].person is kept
    kinds: tuple[Any, ...] = (Consent, Contribution, OptOut, Mail, Account)
    for kind in kinds:
        assert list(session.scalars(select(kind.person_id))) == [kept.id], kind
    assert session.scalars(select(Mail.dedupe_key)).one() == f"test:{kept.uuid}"
    assert sorted(session.scalars(select(PersonTag.tag))) == ["both", "panel"]
    assert session.scalars(select(SignIn.ended_at)).one() == NOW
    assert session.scalars(select(Message)).one().audience == {"people": [str(kept.uuid)]}
    assert (kept.name_native, kept.country, kept.discreet) == ("لينا", "SE", True)
    assert kept.email == "lina@example.org"
    entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "merged")).one()
    assert entry.changes["record"][0]["email"] == "l.p@example.net"
    assert entry.changes["participation"][0][0]["event"] == "m4"


@pytest.mark.parametrize("newer", (True, False))
def test_of_two_answers_the_newer_counts(
    session: Session,
    make: Factory,
    here: Programme,
    actor: Actor,
    gone: Person,
    kept: Person,
    newer: bool,
) -> None:
    event, step = make.event(here), timedelta(hours=1 if newer else -1)
    theirs = make.participation(
        event, gone, partstat=Partstat.DECLINED, answered_at=NOW + step, answer_note="theirs"
    )
    mine = make.participation(event, kept, answered_at=NOW)
    for row, day in ((theirs, 1), (theirs, 2), (mine, 2)):
        session.add(
            Attendance(participation=row, day=date(2026, 6, day), present=day == 1, recorded_at=NOW)
        )
    session.commit()
    join(session, actor, here, gone, kept)
    row = session.scalars(select(Participation)).one()
    assert row.partstat is (Partstat.DECLINED if newer else Partstat.ACCEPTED)
    assert row.uuid == mine.uuid
    assert [one.day.day for one in row.attendances if one.day] in ([1, 2], [2, 1])


def test_of_two_seats_one_goes_to_who_waits(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    meeting = make.event(here, timed(datetime(2026, 9, 1, 14)), capacity=2)
    for person in (gone, kept):
        make.participation(meeting, person)
    erik = make.person(here, name="Erik")
    waits = make.participation(meeting, erik, entry=Entry.WAITING, waiting_since=NOW)
    join(session, actor, here, gone, kept)
    assert waits.entry is Entry.INVITED
    mails = session.scalars(select(Mail.kind).where(Mail.person_id == erik.id))
    assert mails.all() == ["seat_free"]


def test_an_entry_goes_where_the_kept_record_has_its_address(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    meeting = make.event(here, timed(datetime(2026, 9, 1, 14)))
    make.participation(meeting, gone, partstat=Partstat.NEEDS_ACTION)
    choice = invitations.Choice()
    invitations.invite(session, actor=actor, now=NOW, event=meeting, choice=choice)
    left = {"state": MailState.SENT, "reason": "accepted", "ended_at": NOW, "frozen_at": NOW}
    session.execute(update(Mail).values(left))
    join(session, actor, here, gone, kept)
    waiting = session.scalars(select(Mail).where(Mail.state == MailState.DUE).order_by(Mail.id))
    assert [(mail.kind, outbox.address_of(mail)) for mail in waiting] == [
        ("invitation_cancelled", "l.p@example.net"),
        ("invitation", "lina@example.org"),
    ]


def test_a_part_lasts_as_long_as_the_longer_of_the_two(
    session: Session, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    rows = {row.person: row for row in session.scalars(select(Membership))}
    rows[kept].status, rows[kept].ends_on = MembershipStatus.LEFT, date(2026, 3, 1)
    rows[gone].starts_on, rows[kept].starts_on = date(2025, 1, 1), date(2026, 1, 1)
    session.commit()
    join(session, actor, here, gone, kept)
    row = session.scalars(select(Membership).where(Membership.person_id == kept.id)).one()
    assert row.status is MembershipStatus.ACTIVE
    assert (row.starts_on, row.ends_on) == (date(2025, 1, 1), None)


def test_a_calendar_entry_keeps_the_highest_sequence(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    event = make.event(here, timed(datetime(2026, 9, 1, 14)))
    for person, sequence in ((gone, 3), (kept, 1)):
        session.add(
            Invitation(
                person=person,
                event=event,
                uid=event.uid,
                sequence=sequence,
                state=InvitationState.REQUESTED,
                in_calendar=True,
                facts="x",
                told_at=NOW,
            )
        )
    make.participation(event, gone)
    session.flush()
    merging.join_people(session, actor=actor, now=NOW, programme=here, gone=gone, kept=kept)
    assert session.scalars(select(Invitation.sequence)).one() == 3


def test_what_cannot_be_one(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    with pytest.raises(UserError):
        merging.check_may_join(session, actor, kept, kept)
    make.pair(here, gone, kept)
    with pytest.raises(UserError, match="pair with each other"):
        merging.check_may_join(session, actor, gone, kept)
    other = make.person(here, name="Lina")
    there = make.programme(slug="there")
    session.add(Membership(programme=there, person=other, role=MembershipRole.COORDINATOR))
    session.flush()
    for two in ((other, kept), (kept, other)):
        with pytest.raises(UserError, match="not yours"):
            merging.check_may_join(session, actor, *two)
    assert session.scalars(select(PairMember)).all()


def test_the_history_stays_as_it_was_written(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    """Also who did it: their row stays under its name, but is found nowhere and opens nothing."""
    uuid = gone.uuid
    history.record(
        session,
        now=NOW,
        actor=gone,
        programme=here,
        kind="event",
        uuid=kept.uuid,
        action="changed",
    )
    session.commit()
    join(session, actor, here, gone, kept)
    entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "changed")).one()
    assert entry.actor is not None
    assert (entry.actor.uuid, entry.actor.name) == (uuid, "Lina Petillo")
    assert (entry.actor.email, entry.actor.name_native, entry.actor.memberships) == (None, None, [])
    assert people.merged_into(session, uuid) == kept.uuid
    found = people.find_people(session, actor, here, people.Wanted(text="petillo"))
    assert found.rows == []


def apart(session: Session, actor: Actor, here: Programme, kept: Person, days: int = 1) -> Person:
    now = NOW + timedelta(days=days)
    (merge,) = merging.joinings_of(session, now=now, person=kept)
    found = merging.joining(session, actor=actor, now=now, person=kept, uuid=merge.uuid)
    back = merging.take_apart(session, actor=actor, now=now, programme=here, merge=found)
    session.commit()
    return back


def test_what_was_joined_by_mistake_is_taken_apart(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    """Also the line that was dropped, with its attendance; what came since stays."""
    pair = make.pair(here, gone, make.person(here, name="Erik"))
    both, theirs, later = (make.event(here, key=key) for key in ("both", "theirs", "later"))
    lines = [make.participation(both, gone, answer_note="theirs"), make.participation(both, kept)]
    make.participation(theirs, gone)
    lines[0].answered_at, lines[1].answered_at = NOW, NOW - timedelta(days=1)
    for row, day in ((lines[0], 1), (lines[0], 2), (lines[1], 2)):
        session.add(
            Attendance(participation=row, day=date(2026, 6, day), present=day == 1, recorded_at=NOW)
        )
    session.add_all(
        [
            PersonTag(programme_id=here.id, person_id=person.id, tag="both")
            for person in (gone, kept)
        ]
    )
    session.add(Account(person_id=gone.id, password="x", fs_uniquifier="one", created_at=NOW))
    groups = make.breakout(make.item(both), [gone, pair.members[1].person])
    groups.settings = {"apart": [[str(gone.uuid), str(pair.members[1].person.uuid)]]}
    kept.email = None
    feed = feeds.default_feed(session, now=NOW, secret=SECRET, person=gone)
    session.commit()

    def standing() -> dict[str, Any]:
        session.expire_all()
        people_ = session.scalars(select(Person).order_by(Person.uuid))
        columns = ("name", "name_native", "email", "country", "languages", "discreet", "key")
        return {
            "people": [(one.uuid, *(getattr(one, name) for name in columns)) for one in people_],
            "lists": sorted(
                (row.event.key, row.person.name, row.uuid.hex, row.answer_note or "")
                for row in session.scalars(select(Participation))
            ),
            "there": sorted(
                (row.participation.person.name, str(row.day), row.present)
                for row in session.scalars(select(Attendance))
            ),
            "parts": sorted(
                (row.person.name, row.role) for row in session.scalars(select(Membership))
            ),
            "pair": sorted(member.person.name for member in pair.members),
            "groups": groups.settings,
        }

    before, uuid = standing(), gone.uuid
    join(session, actor, here, gone, kept)
    taken_over = session.scalar(select(Person.email).where(Person.id == kept.id))
    assert taken_over == "l.p@example.net"
    make.participation(later, kept)
    kept.country = "JO"
    session.commit()
    back = apart(session, actor, here, kept)
    after = standing()
    assert back.uuid == uuid
    assert [row[:2] for row in after["lists"] if row[0] == "later"] == [("later", "Lina Pettilo")]
    after["lists"] = [row for row in after["lists"] if row[0] != "later"]
    assert kept.country == "JO", "what was changed since stays"
    kept.country = None
    session.commit()
    after["people"] = standing()["people"]
    assert after == before
    assert session.scalars(select(Account.person_id)).one() == back.id
    assert session.get_one(Feed, feed.id).person is back
    assert people.merged_into(session, uuid) is None
    assert len(session.scalars(select(PersonTag)).all()) == 2
    assert back.search, "found by name"


def test_a_joining_is_taken_apart_for_a_month_and_in_order(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    third: Any = make.person(here, name="Lina P.")
    history.record(
        session, now=NOW, actor=gone, programme=here, kind="event", uuid=kept.uuid, action="changed"
    )
    session.commit()
    uuids = gone.uuid, third.uuid
    join(session, actor, here, gone, third)
    merging.join_people(
        session, actor=actor, now=NOW + timedelta(hours=1), programme=here, gone=third, kept=kept
    )
    session.commit()
    last, first = merging.joinings_of(session, now=NOW, person=kept)
    with pytest.raises(UserError, match="later"):
        merging.joining(session, actor=actor, now=NOW, person=kept, uuid=first.uuid)
    found = merging.joining(session, actor=actor, now=NOW, person=kept, uuid=last.uuid)
    third = merging.take_apart(session, actor=actor, now=NOW, programme=here, merge=found)
    back = apart(session, actor, here, third)
    assert (back.uuid, third.uuid) == uuids
    assert (back.name_native, back.email) == ("لينا", "l.p@example.net"), "a row that was left"
    join(session, actor, here, back, kept)
    late = NOW + timedelta(days=31)
    assert merging.joinings_of(session, now=late, person=kept) == []
    privacy.let_go(session, now=late)
    assert session.scalars(select(PersonMerge.undo)).all() == [None]


def test_erasing_takes_the_record_along_that_became_part_of_it(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    third = make.person(here, name="Lina Petrillo", email="third@example.org")
    for one in (gone, third):
        history.record(
            session,
            now=NOW,
            actor=one,
            programme=here,
            kind="person",
            uuid=one.uuid,
            action="changed",
            changes={"email": ["first@example.net", one.email]},
        )
    session.add(SuppressedAddress(address="l.p@example.net", since=NOW))
    session.commit()
    join(session, actor, here, gone, third)
    join(session, actor, here, third, kept)
    privacy.erase(session, now=NOW, actor=None, person=kept)
    session.commit()
    session.expire_all()
    assert {row.name for row in session.scalars(select(Person))} == {"Kerstin Berg", "-"}
    for table in Base.metadata.sorted_tables:
        text = str(session.execute(select(table)).all()).casefold()
        left = [one for one in ("petillo", "petrillo", "pettilo", "l.p@", "first@") if one in text]
        assert not left, f"{left} in {table.name}: {text}"


def test_the_way_out_of_old_mails_leads_on(
    session: Session, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    uuid = gone.uuid
    token = unsubscribe_token("secret", person=uuid, programme=here.uuid)
    join(session, actor, here, gone, kept)
    found = opting_out.subscription(
        session, secret="secret", person=uuid, slug=here.slug, given=token
    )
    assert found.person is kept


def test_chains_of_records_lead_to_the_last(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    third: Any = make.person(here, name="Lina P.")
    first = gone.uuid
    join(session, actor, here, gone, third)
    join(session, actor, here, third, kept)
    assert people.merged_into(session, first) == kept.uuid


def test_the_links_of_two_who_were_asked_lead_to_the_line_that_is_left(
    session: Session, make: Factory, here: Programme, actor: Actor, gone: Person, kept: Person
) -> None:
    event = make.event(here)
    lines = [make.participation(event, person) for person in (gone, kept)]
    form = Form(
        key="poll",
        kind=FormKind.POLL,
        title={},
        event=event,
        closes_at=event.ends_at,
        created_at=NOW,
        changed_at=NOW,
    )
    form.programme_id = here.id
    poll = Poll(form=form)
    guests = [PollGuest(person=person, asked_at=NOW) for person in (gone, kept)]
    poll.guests.extend(guests)
    session.add_all([form, poll])
    session.commit()
    on_list, in_poll = ([row.uuid for row in rows] for rows in (lines, guests))
    join(session, actor, here, gone, kept)
    for uuid in on_list:
        given = token_of("secret", "answer", uuid)
        line = answers.asked(session, secret="secret", uuid=uuid, given=given)
        assert line is not None
        assert (line.row.uuid, line.row.person) == (on_list[1], kept)
    for uuid in in_poll:
        given = token_of("secret", "poll", uuid)
        asked = polls.asked_by_link(session, secret="secret", uuid=uuid, given=given)
        assert asked is not None
        assert asked.guest.person is kept
    apart(session, actor, here, kept)
    given = token_of("secret", "poll", in_poll[0])
    asked = polls.asked_by_link(session, secret="secret", uuid=in_poll[0], given=given)
    assert asked is not None
    assert asked.guest.person.name == "Lina Petillo"
