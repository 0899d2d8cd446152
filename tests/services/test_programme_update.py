"""Importing a changed file: what follows it, what stays, and what calendars learn of it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import ProblemsFound
from mmp.models import AgendaItem, Attendance, Event, HistoryEntry, Participation, Person
from mmp.models.enums import MembershipRole, MembershipStatus, Partstat
from tests.support.programme_files import LATER, NOW, SMALL, bring, said, taken

WHEN = "{from: 2026-09-20T14:00, to: 2026-09-20T16:00, zone: Europe/Stockholm}"


@pytest.fixture(autouse=True)
def small(session: Session) -> None:
    bring(session, SMALL)


def changed(session: Session, *pairs: tuple[str, str]) -> list[str]:
    """Import the small file with some of its words replaced; what it says."""
    text = SMALL
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    done = bring(session, text, now=LATER)
    assert bring(session, text, now=LATER).changes == (), "the same file again changes nothing"
    session.expire_all()
    return said(done)


def refused(session: Session, *pairs: tuple[str, str]) -> list[str]:
    before = taken(session)
    with pytest.raises(ProblemsFound) as found:
        changed(session, *pairs)
    session.rollback()
    assert taken(session) == before
    return str(found.value).splitlines()


def water(session: Session) -> Event:
    return session.scalars(select(Event)).one()


def item(session: Session, key: str) -> AgendaItem:
    return session.scalars(select(AgendaItem).where(AgendaItem.key == key)).one()


def test_a_changed_title_is_said_and_kept_but_moves_nothing(session: Session) -> None:
    assert changed(session, ("title: Water", "title: Rivers")) == ["events/water: changed title"]
    row = water(session)
    assert (row.title, row.sequence, row.changed_at) == ({"en": "Rivers"}, 0, LATER)
    entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "changed")).one()
    assert entry.changes == {"title": [{"en": "Water"}, {"en": "Rivers"}]}
    assert (entry.at, entry.subject_uuid) == (LATER, row.uuid)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    (
        ("14:00, to: 2026-09-20T16:00", "14:00, to: 2026-09-20T16:30", "when"),
        ("city: Stockholm", "city: Uppsala", "city"),
        ("city: Stockholm", "city: Stockholm\n    country: SE", "country"),
        ("city: Stockholm", "city: Stockholm\n    venue: Library", "venue"),
        ("city: Stockholm", "city: Stockholm\n    address: Street 1", "address"),
        ("city: Stockholm", "city: Stockholm\n    form: in_person", "form"),
        ("city: Stockholm", "city: Stockholm\n    join_link: https://meet.example/a", "join_link"),
        ("status: published", "status: cancelled", "status"),
    ),
)
def test_time_place_and_status_raise_the_sequence_by_one(
    session: Session, old: str, new: str, field: str
) -> None:
    assert changed(session, (old, new)) == [f"events/water: changed {field}"]
    row = water(session)
    assert (row.sequence, row.changed_at) == (1, LATER)
    assert row.cancelled_at == (LATER if field == "status" else None)


def test_several_changes_raise_it_once(session: Session) -> None:
    said = changed(
        session,
        ("16:00, zone", "17:00, zone"),
        ("city: Stockholm", "city: Uppsala"),
        ("title: Water", "title: Rivers"),
    )
    assert said == ["events/water: changed title, city, when"]
    assert water(session).sequence == 1


def test_a_changed_time_moves_the_instants(session: Session) -> None:
    changed(session, (WHEN, "{from: 2026-10-28T14:00, to: 2026-10-28T16:00, zone: Africa/Cairo}"))
    row = water(session)
    assert row.starts_at == datetime(2026, 10, 28, 11, tzinfo=UTC)
    opening = item(session, "opening")
    assert opening.starts_at == datetime(2026, 10, 28, 11, tzinfo=UTC)
    assert (opening.sequence, opening.changed_at) == (1, LATER)


def test_items_the_file_leaves_out_go_along_with_the_zone(session: Session) -> None:
    text = SMALL[: SMALL.index("    agenda:")].replace("zone: Europe/Stockholm}\n    city", "X")
    text = text.replace("X", "zone: Asia/Amman}\n    city")
    bring(session, text, now=LATER)
    opening = item(session, "opening")
    assert opening.starts_at == datetime(2026, 9, 20, 11, tzinfo=UTC)
    assert opening.sequence == 1


def test_items_that_an_event_leaves_behind_are_a_problem(session: Session) -> None:
    text = SMALL[: SMALL.index("    agenda:")].replace("2026-09-20T", "2026-09-21T")
    with pytest.raises(ProblemsFound) as found:
        bring(session, text, now=LATER)
    first, *_ = str(found.value).splitlines()
    assert first.startswith("p.yaml:9: events/water/when: The item “first” would lie outside")


def test_a_higher_sequence_of_the_file_wins(session: Session) -> None:
    changed(session, ("city: Stockholm", "city: Uppsala\n    sequence: 7"))
    assert water(session).sequence == 7


def test_an_older_file_is_refused(session: Session) -> None:
    changed(session, ("city: Stockholm", "city: Uppsala"))
    (problem,) = refused(session, ("city: Stockholm", "city: Malmo\n    sequence: 0"))
    assert problem.startswith("p.yaml:11: events/water/sequence: This file is older")


def test_a_uid_is_for_life(session: Session) -> None:
    (problem,) = refused(session, ("city: Stockholm", "city: Stockholm\n    uid: other"))
    assert problem.startswith("p.yaml:11: events/water/uid: A uid is for life")


def test_what_the_file_leaves_out_stays_and_null_empties(session: Session) -> None:
    row = water(session)
    row.join_link, row.capacity = "https://meet.example/a", 40
    session.commit()
    assert changed(session, ("city: Stockholm", "capacity: null")) == [
        "events/water: changed capacity"
    ]
    row = water(session)
    assert (row.join_link, row.capacity, row.city) == (
        "https://meet.example/a",
        None,
        {"en": "Stockholm"},
    )


def test_things_that_are_not_in_the_file_stay_and_are_told(session: Session) -> None:
    text = (
        "mmp: 1\nprogramme: {slug: small, name: Small, zone: Europe/Stockholm}\n"
        "people:\n  lina: {name: Lina, email: lina@example.org}\n"
    )
    done = bring(session, text, now=LATER)
    assert (done.changes, done.kept) == ((), ("people/erik", "events/water"))
    assert water(session).version == 1


def test_items_that_a_shorter_item_leaves_behind_are_a_problem(session: Session) -> None:
    (problem,) = refused(
        session,
        ("        to: 16:00\n", "        to: 14:45\n"),
        ("title: First talk, from: 14:15, to: 15:00,", "title: First talk,"),
    )
    assert "events/water/agenda: The item “first” would lie outside “talks”" in problem


def test_a_circle_through_what_the_file_leaves_out_is_refused(session: Session) -> None:
    more = "  land: {title: Land, when: 2026-10, predecessors: [water]}\n"
    bring(session, SMALL + more)
    text = SMALL.replace("city: Stockholm", "predecessors: [land]") + more
    with pytest.raises(ProblemsFound, match="in a circle"):
        bring(session, text.replace(", predecessors: [water]", ""))


def test_a_missing_item_is_removed(session: Session) -> None:
    assert changed(session, ("      opening: {title: Opening, from: 14:00, to: 14:15}\n", "")) == [
        "events/water/agenda/opening: removed",
    ]
    assert {one.key for one in water(session).agenda} == {"talks", "first"}


def test_a_missing_item_on_which_attendance_hangs_is_a_problem(session: Session) -> None:
    session.add(
        Attendance(
            participation=water(session).participations[0],
            agenda_item=item(session, "opening"),
            recorded_at=NOW,
        )
    )
    session.commit()
    (problem,) = refused(session, ("      opening: {title: Opening, from: 14:00, to: 14:15}\n", ""))
    assert "events/water/agenda: The item “opening” is missing here, but attendance" in problem


def test_an_item_moves_into_another(session: Session) -> None:
    old = "      opening: {title: Opening, from: 14:00, to: 14:15}\n"
    assert changed(
        session,
        (old, ""),
        ("        from: 14:15\n", "        from: 14:00\n"),
        ("        items:\n", f"        items:\n    {old}"),
    ) == [
        "events/water/agenda/talks: changed when",
        "events/water/agenda/talks/items/opening: changed place",
    ]
    assert item(session, "opening").parent is item(session, "talks")
    assert item(session, "opening").sequence == 0


def test_an_item_in_another_room_is_a_move(session: Session) -> None:
    assert changed(session, ("title: Opening,", "title: Opening, room: Hall,")) == [
        "events/water/agenda/opening: changed room"
    ]
    assert (item(session, "opening").sequence, water(session).sequence) == (1, 0)


def test_roles_of_an_item_follow_the_file(session: Session) -> None:
    assert changed(
        session, ("person: lina}]}", "person: erik}, {role: speaker, person: lina}]}")
    ) == ["events/water/agenda/talks/items/first: changed roles"]
    roles = item(session, "first").roles
    assert [(one.role.value, one.person and one.person.key) for one in roles] == [
        ("host", "erik"),
        ("speaker", "lina"),
    ]


def test_who_is_off_the_list_is_taken_off(session: Session) -> None:
    assert changed(session, ("[lina, erik]}", "[lina]}")) == [
        "events/water/participants/erik: removed"
    ]


def test_who_answered_stays_on_the_list(session: Session) -> None:
    erik = next(one for one in water(session).participations if one.person.key == "erik")
    erik.partstat = Partstat.ACCEPTED
    session.commit()
    done = bring(session, SMALL.replace("[lina, erik]}", "[lina]}"), now=LATER)
    assert (done.changes, done.kept) == ((), ("events/water/participants/erik",))


def test_answers_that_the_file_does_not_tell_stay(session: Session) -> None:
    for one in water(session).participations:
        one.partstat = Partstat.DECLINED
    session.commit()
    assert bring(session, SMALL, now=LATER).changes == ()
    answers = session.scalars(select(Participation.partstat)).all()
    assert set(answers) == {Partstat.DECLINED}


def test_people_follow_the_file(session: Session) -> None:
    text = "lina: {name: Lina, email: lina@example.org, zone: Asia/Amman, roles: [mentor]}"
    new = (
        "lina: {name: Lina Haddad, email: lina@example.com, zone: Africa/Cairo,"
        " roles: [{role: mentor, status: left, to: 2026-06-01}, speaker]}"
    )
    assert changed(session, (text, new)) == [
        "people/lina: changed name, email, zone",
        "people/lina/roles: changed mentor, speaker",
    ]
    lina = session.scalars(select(Person).where(Person.key == "lina")).one()
    mentor = next(one for one in lina.memberships if one.role is MembershipRole.MENTOR)
    assert (mentor.status, mentor.ends_on) == (MembershipStatus.LEFT, date(2026, 6, 1))
    assert lina.changed_at == LATER


def test_a_handle_of_someone_elsewhere_is_refused(session: Session) -> None:
    other = (
        "mmp: 1\nprogramme: {slug: other, name: Other, zone: UTC}\npeople:\n"
        "  lina: {name: Lina Other, email: other@example.org, roles: [mentor]}\n"
    )
    with pytest.raises(ProblemsFound, match="belongs to someone else in another programme"):
        bring(session, other)


def test_two_entries_for_one_person_are_refused(session: Session) -> None:
    (problem,) = refused(
        session,
        ("  erik:", "  karin: {name: Karin, email: erik@example.org}\n  erik:"),
        ("erik: {name: Erik, email: erik@example.org", "erik: {name: Erik"),
    )
    assert problem.startswith("p.yaml:6: people/erik: This is the same person as people/karin")


def test_an_event_that_means_another_is_refused(session: Session) -> None:
    given = "city: Stockholm\n    id: 00000000-0000-0000-0000-000000000001"
    (problem,) = refused(session, ("city: Stockholm", given))
    assert "choose another handle" in problem


def test_another_programme_with_the_same_slug_is_refused(session: Session) -> None:
    given = "slug: small, id: 00000000-0000-0000-0000-000000000001"
    (problem,) = refused(session, ("slug: small", given))
    assert "choose another slug" in problem
