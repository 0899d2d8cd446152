"""Importing a programme file: what becomes of it, and what the same file does again."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event as sql_event, func, inspect, select
from sqlalchemy.orm import Session

from mmp.core.errors import ProblemsFound
from mmp.models import AgendaItem, Base, Event, HistoryEntry, Pair, Participation, Person, Programme
from mmp.models.enums import Entry, EventStatus, Partstat, Precision
from tests.support.programme_files import (
    DEMOS,
    EXAMPLE,
    LATER,
    NOW,
    SMALL,
    bring,
    empty_database,
    said,
    taken,
)

HEAD = "mmp: 1\nprogramme: {slug: small, name: Small, zone: Europe/Stockholm}\n"


def the_event(session: Session, key: str = "water") -> Event:
    return session.scalars(select(Event).where(Event.key == key)).one()


def all_rows(session: Session) -> dict[str, list[tuple[object, ...]]]:
    session.expire_all()
    there = inspect(session.connection()).get_table_names()
    return {
        table.name: sorted(map(tuple, session.execute(table.select())), key=repr)
        for table in Base.metadata.sorted_tables
        if table.name in there
    }


@pytest.mark.parametrize("file", (EXAMPLE, *DEMOS), ids=lambda file: file.stem)
def test_the_same_file_again_changes_nothing(session: Session, file: Path, tmp_path: Path) -> None:
    first = bring(session, file.read_bytes(), folder=file.parent, store=tmp_path, file=file.name)
    assert first.new
    before = all_rows(session)
    again = bring(
        session, file.read_bytes(), folder=file.parent, store=tmp_path, file=file.name, now=LATER
    )
    assert (again.changes, again.kept, again.unused) == ((), (), ())
    assert all_rows(session) == before


def test_the_smallest_file_makes_a_programme(session: Session) -> None:
    done = bring(session, HEAD)
    assert said(done) == ["programme: imported"]
    assert done.programme.languages == ["en"]
    assert done.programme.created_at == NOW


def test_an_event_becomes_rows_with_derived_instants(session: Session) -> None:
    bring(session, SMALL)
    row = the_event(session)
    assert row.starts_local == datetime(2026, 9, 20, 14)
    assert row.starts_at == datetime(2026, 9, 20, 12, tzinfo=UTC)
    assert row.status is EventStatus.PUBLISHED
    assert row.uid == f"{row.uuid}@mmp"
    items = {item.key: item for item in row.agenda}
    assert items["first"].parent is items["talks"]
    assert items["first"].starts_at == datetime(2026, 9, 20, 12, 15, tzinfo=UTC)
    assert [role.person and role.person.key for role in items["first"].roles] == ["lina"]


@pytest.mark.parametrize(
    ("when", "precision", "first", "last"),
    (
        ("2026-10", Precision.MONTH, "2026-10-01", "2026-10-31"),
        ("2026-10-05", Precision.DAYS, "2026-10-05", "2026-10-05"),
        ("{from: 2026-09-28, to: 2026-09-29}", Precision.DAYS, "2026-09-28", "2026-09-29"),
        ("{before: 2026-06-18}", Precision.BEFORE, "None", "2026-06-17"),
    ),
)
def test_what_is_known_of_a_time(
    session: Session, when: str, precision: Precision, first: str, last: str
) -> None:
    bring(session, f"{HEAD}events:\n  water: {{title: W, when: {when}}}\n")
    row = the_event(session)
    assert (row.precision, str(row.first_day), str(row.last_day)) == (precision, first, last)
    assert row.zone == "Europe/Stockholm"


def test_the_same_handles_give_the_same_uids_anywhere(session: Session) -> None:
    bring(session, SMALL)
    with empty_database() as other:
        bring(other, SMALL, now=LATER)
        assert the_event(session).uid == the_event(other).uid
    bring(session, SMALL.replace("slug: small", "slug: other").replace("lina", "nora"))
    uids = session.scalars(select(Event.uid)).all()
    assert len(set(uids)) == 2


def test_a_person_is_the_address_whatever_the_handle(session: Session) -> None:
    bring(session, SMALL)
    other = (
        "mmp: 1\nprogramme: {slug: other, name: Other, zone: UTC}\npeople:\n"
        "  l-h: {name: Lina, email: Lina@Example.org, roles: [speaker]}\n"
    )
    done = bring(session, other, now=LATER)
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    lina = session.scalars(select(Person).where(Person.email == "lina@example.org")).one()
    assert lina.key == "lina"
    assert {membership.programme.slug for membership in lina.memberships} == {"small", "other"}
    assert "people/l-h: created" not in said(done)


def test_everyone_in_a_role_is_taken_on_the_list(session: Session) -> None:
    text = SMALL.replace("participants: {people: [lina, erik]}", "participants: {all: [mentor]}")
    text = text.replace(
        "  erik:", "  old: {name: Old, roles: [{role: mentor, status: alumni}]}\n  erik:"
    )
    bring(session, text)
    assert [one.person.key for one in the_event(session).participations] == ["lina", "erik"]


def test_who_becomes_a_mentor_later_was_not_at_earlier_meetings(session: Session) -> None:
    text = SMALL.replace("participants: {people: [lina, erik]}", "participants: {all: [mentor]}")
    bring(session, text)
    more = text.replace("events:", "  nora: {name: Nora, roles: [mentor]}\nevents:", 1)
    after = datetime(2026, 10, 1, tzinfo=UTC)
    bring(session, more, now=after)
    assert len(the_event(session).participations) == 2
    with empty_database() as other:
        bring(other, text)
        bring(other, more)
        assert len(the_event(other).participations) == 3


def test_members_of_a_pair_agreed_to_their_talk(session: Session) -> None:
    text = SMALL.replace(
        "events:", "pairs:\n  le: {members: [lina, erik], from: 2026-01-01}\nevents:"
    )
    text += "  talk: {title: Talk, pair: le, when: 2026-05-12}\n"
    bring(session, text)
    listed = the_event(session, "talk").participations
    assert {(one.person.key, one.partstat, one.entry) for one in listed} == {
        ("lina", Partstat.ACCEPTED, Entry.INVITED),
        ("erik", Partstat.ACCEPTED, Entry.INVITED),
    }


def test_who_left_a_pair_before_its_talk_is_not_on_the_list(session: Session) -> None:
    text = SMALL.replace("  erik:", "  nora: {name: Nora}\n  erik:").replace(
        "events:",
        "pairs:\n  le:\n    from: 2026-01-01\n    members: [lina, {person: nora, to: 2026-05-11},"
        " {person: erik, from: 2026-05-12}]\nevents:",
    )
    talk = "  talk: {title: Talk, pair: le, when: {from: 2026-05-12T10:00, to: 2026-05-12T11:00}}\n"
    bring(session, text + talk)
    assert [one.person.key for one in the_event(session, "talk").participations] == ["lina", "erik"]


PAIR = SMALL.replace("events:", "pairs:\n  le: {members: [lina, erik], from: 2026-01-01}\nevents:")


def test_a_pair_under_a_new_handle_is_warned_of(session: Session) -> None:
    assert bring(session, PAIR).warnings == ()
    assert bring(session, PAIR.replace("  le:", "  el:")).warnings == (
        "pairs/el: the same people as pairs/le; a new handle makes a second pair",
        "people/lina: in 2 pairs at once: el, le",
        "people/erik: in 2 pairs at once: el, le",
    )


def test_who_is_in_two_pairs_at_once_is_warned_of(session: Session) -> None:
    text = PAIR.replace("  erik:", "  nora: {name: Nora, roles: [mentor]}\n  erik:")
    second = "  ln: {members: [lina, nora], from: 2026-02-01%s}\nevents:"
    ended = text.replace("events:", second % ", to: 2026-06-18")
    assert bring(session, ended).warnings == ()
    with empty_database() as other:
        assert bring(other, text.replace("events:", second % "")).warnings == (
            "people/lina: in 2 pairs at once: le, ln",
        )


def test_a_uid_of_another_programme_is_refused(session: Session) -> None:
    bring(session, SMALL.replace("title: Opening,", "title: Opening, uid: x@y,"))
    other = SMALL.replace("slug: small", "slug: other").replace("city:", "uid: x@y\n    city:")
    with pytest.raises(ProblemsFound, match="Something else has this uid already"):
        bring(session, other)


def test_what_the_session_builds_anew_is_not_asked_for_each_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`Session.new` and its like copy all there is: for each person that is quadratic."""
    asked = []
    for name in ("new", "dirty", "deleted"):
        built = getattr(Session, name).fget

        def noted(session: Session, built: Callable[[Session], object] = built) -> object:
            asked.append(1)
            return built(session)

        monkeypatch.setattr(Session, name, property(noted))
    counts = []
    for people in (4, 40):
        with empty_database() as other:
            asked.clear()
            bring(other, many(people, 2))
            bring(other, many(people, 2))
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_people_who_are_named_nowhere_are_told(session: Session) -> None:
    text = SMALL.replace("events:", "  ann: {name: Ann}\nevents:", 1)
    done = bring(session, text)
    assert done.unused == ("ann",)
    assert "people/ann: created" not in said(done)
    assert set(session.scalars(select(Person.key))) == {"lina", "erik"}
    other = text.replace("slug: small", "slug: other").replace(
        "name: Ann", "name: Ann, roles: [mentor]"
    )
    assert bring(session, other).unused == ()


def test_history_tells_who_was_created(session: Session) -> None:
    bring(session, SMALL)
    entries = session.scalars(select(HistoryEntry)).all()
    assert {(one.subject_kind, one.action) for one in entries} == {
        ("programme", "imported"),
        ("person", "created"),
        ("event", "created"),
    }
    assert {one.at for one in entries} == {NOW}


def test_the_history_of_a_file_is_added_once(session: Session) -> None:
    text = (
        SMALL + "history:\n- {at: 2026-05-02T09:00:00Z, by: lina, kind: event, of: water,"
        " action: changed, changes: {title: [{en: W}, {en: Water}]}}\n"
    )
    bring(session, text)
    bring(session, text, now=LATER)
    (entry,) = session.scalars(select(HistoryEntry)).all()
    assert entry.subject_uuid == the_event(session).uuid
    assert entry.actor is not None
    assert entry.actor.key == "lina"


def test_a_cancelled_event_says_when(session: Session) -> None:
    bring(session, SMALL.replace("status: published", "status: cancelled"))
    assert the_event(session).cancelled_at == NOW


def many(people: int, events: int) -> str:
    lines = [HEAD, "people:\n"]
    lines += [
        f"  p{n}: {{name: P {n}, email: p{n}@example.org, zone: Asia/Amman, roles: [mentor]}}\n"
        for n in range(people)
    ]
    lines.append("pairs:\n")
    lines += [
        f"  q{n}: {{members: [p{2 * n}, p{2 * n + 1}], from: 2026-01-01}}\n"
        for n in range(people // 2)
    ]
    lines.append("events:\n")
    lines += [
        f"  e{n}: {{title: E {n}, when: {{from: 2026-09-20T14:00, to: 2026-09-20T15:00}},"
        f" participants: {{people: [p{n % people}, p{(n + 1) % people}]}},"
        " agenda: {a: {title: A, roles: [{role: host, person: p0}]}}}\n"
        for n in range(events)
    ]
    return "".join(lines)


def selects(session: Session, act: Callable[[], object]) -> int:
    """How often something asks the database."""
    asked = []

    def noted(_: object, __: object, statement: str, *___: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    engine = session.get_bind()
    sql_event.listen(engine, "before_cursor_execute", noted)
    act()
    sql_event.remove(engine, "before_cursor_execute", noted)
    return len(asked)


def test_more_rows_are_read_in_no_more_statements() -> None:
    counts = []
    for events in (1, 3, 30):
        with empty_database() as other:
            text = many(4, events)
            first = selects(other, lambda: bring(other, text))  # noqa: B023  # called at once
            again = selects(other, lambda: bring(other, text))  # noqa: B023
            export = selects(other, lambda: taken(other))
            counts.append((first, again, export))
    assert counts[0] == counts[1] == counts[2]


def test_nothing_is_left_of_a_refused_file(session: Session) -> None:
    with pytest.raises(ProblemsFound, match="2026-02-30"):
        bring(session, SMALL + "  bad: {title: Bad, when: 2026-02-30}\n")
    session.rollback()
    for model in (Programme, Person, Event, AgendaItem, Participation, Pair, HistoryEntry):
        assert session.scalar(select(func.count()).select_from(model)) == 0


def test_an_export_is_as_good_as_the_file(session: Session) -> None:
    bring(session, SMALL)
    assert bring(session, taken(session), now=LATER).changes == ()
