"""Exporting a programme: the same bytes for the same rows, wherever they were imported."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound
from mmp.core.programme_file import emit
from mmp.core.programme_file.kinds import is_blank
from mmp.models import DocumentFile, Event, HistoryEntry, Person, Programme
from mmp.services.programme_files import export_programme, write_files
from tests.support.factories import Factory
from tests.support.programme_files import (
    DEMOS,
    EXAMPLE,
    LATER,
    SMALL,
    bring,
    empty_database,
    taken,
)

FIRST_LINES = """\
mmp: 1

programme:
  slug: small
  name: Small
  languages: [en]
  zone: Europe/Stockholm
  created_at: 2026-06-19T08:00:00Z

people:
  erik: {name: Erik, email: erik@example.org, zone: Europe/Stockholm, roles: [mentor]}
  lina: {name: Lina, email: lina@example.org, zone: Asia/Amman, roles: [mentor]}

events:
  water:
    title: Water
    when: {from: 2026-09-20T14:00, to: 2026-09-20T16:00, zone: Europe/Stockholm}
    city: Stockholm
    status: published
"""


@pytest.mark.parametrize("file", (EXAMPLE, *DEMOS), ids=lambda file: file.stem)
def test_an_export_of_an_import_is_the_same_again(
    session: Session, file: Path, tmp_path: Path
) -> None:
    done = bring(session, file.read_bytes(), folder=file.parent, store=tmp_path, file=file.name)
    exported = export_programme(session, done.programme.slug)
    write_files(exported, tmp_path / "p.documents", tmp_path)
    with empty_database() as other:
        bring(other, exported.text, now=LATER, folder=tmp_path, store=tmp_path / "other")
        assert taken(other, done.programme.slug) == exported.text


def test_it_begins_like_one_written_by_hand(session: Session) -> None:
    bring(session, SMALL)
    text = taken(session)
    assert text.startswith(FIRST_LINES)
    uid = session.scalars(select(Event.uid)).one()
    assert f"uid: {uid}\n    sequence: 0\n" in text
    assert (
        "      opening:\n        title: Opening\n        from: 14:00\n        to: 14:15\n" in text
    )


def test_it_holds_what_makes_it_the_same_programme_elsewhere(session: Session) -> None:
    bring(session, SMALL)
    bring(session, SMALL.replace("status: published", "status: cancelled"), now=LATER)
    text = taken(session)
    assert "sequence: 1\n" in text
    assert "changed_at: 2026-06-20T08:00:00Z\n    cancelled_at: 2026-06-20T08:00:00Z\n" in text
    assert "changes: {status: [published, cancelled]}" in text


def test_rows_made_on_pages_are_the_same_again(session: Session) -> None:
    """Random ids, no history, instants to the microsecond."""
    make = Factory(session)
    programme = make.programme(slug="small", zone="Africa/Cairo", summary={"fr": "Été"})
    programme.created_at += timedelta(microseconds=5)
    person = make.person(programme, position={"ar": "باحثة", "en": "Researcher"})
    session.commit()
    text = taken(session)
    assert "created_at: 2026-01-05T09:00:00.000005Z" in text
    assert "summary: {fr: Été}" in text
    assert f"id: {programme.uuid}" in text
    with empty_database() as other:
        bring(other, text)
        assert taken(other) == text
        assert other.scalars(select(Person)).one().uuid == person.uuid


def test_history_of_what_is_gone_keeps_its_uuid(session: Session) -> None:
    done = bring(session, SMALL)
    gone = UUID(int=7)
    session.add(
        HistoryEntry(
            at=LATER,
            subject_kind="event",
            subject_uuid=gone,
            action="removed",
            programme=done.programme,
        )
    )
    session.commit()
    text = taken(session)
    assert f'of: "{gone}"' in text
    with empty_database() as other:
        bring(other, text)
        assert taken(other) == text


def test_control_characters_in_rows_do_not_spoil_the_file(session: Session) -> None:
    bring(session, SMALL)
    row = session.scalars(select(Event)).one()
    row.title, row.description = {"en": "A\x07b"}, {"en": "One\r\ntwo\x1b"}
    session.commit()
    with empty_database() as other:
        bring(other, taken(session))
        copy = other.scalars(select(Event)).one()
        assert (copy.title, copy.description) == ({"en": "Ab"}, {"en": "One\ntwo"})


def test_an_unknown_programme_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="no programme “nowhere”"):
        export_programme(session, "nowhere")


def test_two_documents_of_one_name_keep_their_files(session: Session, tmp_path: Path) -> None:
    folder, store = tmp_path / "p.documents", tmp_path / "store"
    for place, text in (("a", "first"), ("b", "second")):
        (folder / place).mkdir(parents=True)
        (folder / place / "pack.txt").write_text(text)
    text = SMALL + (
        "documents:\n"
        "  one: {title: One, files: {en: a/pack.txt}}\n"
        "  two: {title: Two, files: {en: b/pack.txt, fr: a/pack.txt}}\n"
    )
    bring(session, text, folder=tmp_path, store=store)
    exported = export_programme(session, "small")
    assert sorted(exported.files) == ["pack.txt", "two-en/pack.txt"]
    out = tmp_path / "out"
    write_files(exported, out / "p.documents", store)
    assert (out / "p.documents/two-en/pack.txt").read_text() == "second"
    with empty_database() as other:
        bring(other, exported.text, folder=out, store=out / "store")
        assert taken(other) == exported.text
        names = other.scalars(select(DocumentFile.filename)).all()
        assert list(names) == ["pack.txt"] * 3


_PROGRAM = """
import sys
from pathlib import Path
from tests.support.programme_files import bring, empty_database, taken
file = Path(sys.argv[1])
with empty_database() as session:
    done = bring(session, file.read_bytes(), folder=file.parent, file=file.name)
    sys.stdout.buffer.write(taken(session, done.programme.slug).encode())
"""


def test_every_process_writes_the_same_bytes() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM, DEMOS[0]],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=EXAMPLE.parents[1],
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


NASTY = st.sampled_from(
    (
        *(
            "no",
            "10:30",
            "2026-01-01",
            " leading",
            "trailing ",
            "a: b",
            "a #b",
            "'",
            '"',
            "{a",
            "- a",
        ),
        *(
            "two\nlines",
            "\nfirst",
            "last\n",
            "a\tb",
            "🙂",
            "لينا حداد",
            "~",
            "null",
            "true",
            "L’eau",
        ),
        *(
            "* a",
            "& b",
            "! c",
            "%d",
            "\\n",
            "a\u2028b",
            "\ufeff",
            "x" * 200,
            "C:\\",
            "1e3",
            "?",
            "<<",
        ),
    )
)
TEXT = NASTY | st.text(
    st.characters(codec="utf-8", min_codepoint=32), min_size=1, max_size=20
).filter(
    lambda text: not any(0x7F <= ord(one) <= 0x9F or ord(one) in (0xFFFE, 0xFFFF) for one in text)
)
LANGUAGES = st.sampled_from(("en", "ar", "fr", "no"))
TEXTS = st.dictionaries(LANGUAGES, TEXT, min_size=1)
NAME = TEXT.filter(lambda text: not is_blank(text))
NAMES = st.dictionaries(LANGUAGES, NAME, min_size=1)
DAYS = st.dates(date(2000, 1, 1), date(2050, 1, 1))
ZONES = st.sampled_from(("Europe/Stockholm", "Africa/Casablanca", "Asia/Amman", "UTC"))
WALLS = st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)).map(
    lambda wall: wall.replace(microsecond=0)
)
WHENS = st.one_of(
    st.builds(
        lambda start, minutes, zone: {
            "from": start.isoformat(),
            "to": (start + timedelta(minutes=minutes)).isoformat(),
            "zone": zone,
        },
        WALLS,
        st.integers(1, 10_000),
        ZONES,
    ),
    st.builds(
        lambda day, more, zone: {
            "from": day.isoformat(),
            "to": (day + timedelta(days=more)).isoformat(),
            "zone": zone,
        },
        DAYS,
        st.integers(0, 10),
        ZONES,
    ),
    st.builds(lambda day, zone: {"before": day.isoformat(), "zone": zone}, DAYS, ZONES),
    DAYS.map(lambda day: day.isoformat()[:7]),
)
EVENTS = st.fixed_dictionaries(
    {"title": NAMES, "when": WHENS},
    optional={
        "description": TEXTS,
        "venue": TEXTS,
        "number": st.integers(1, 9),
        "status": st.sampled_from(("draft", "published", "cancelled")),
        "guiding_questions": st.lists(TEXTS, max_size=2),
        "participants": st.just({"people": ["lina"]}),
        "agenda": st.dictionaries(
            st.sampled_from(("no", "b-1", "2026-01")), st.fixed_dictionaries({"title": NAMES})
        ),
        "sequence": st.integers(0, 5),
        "uid": st.uuids().map(str),
    },
)
PROGRAMMES = st.fixed_dictionaries(
    {
        "mmp": st.just(1),
        "programme": st.fixed_dictionaries(
            {"slug": st.just("small"), "name": NAMES, "zone": ZONES},
            optional={"languages": st.just(["ar", "en"]), "summary": TEXTS},
        ),
        "people": st.fixed_dictionaries({"lina": st.fixed_dictionaries({"name": NAME})}),
        "events": st.dictionaries(st.sampled_from(("no", "true", "1", "a-b")), EVENTS),
        "history": st.lists(
            st.fixed_dictionaries(
                {
                    "at": st.just("2026-05-02T09:00:00Z"),
                    "kind": st.just("programme"),
                    "of": st.just("small"),
                    "action": st.just("changed"),
                    "changes": st.dictionaries(TEXT, st.lists(TEXT | st.integers() | st.none())),
                }
            ),
            max_size=2,
        ),
    }
)


@pytest.mark.slow
@settings(max_examples=25)
@given(PROGRAMMES)
def test_any_programme_is_the_same_again(document: dict[str, object]) -> None:
    with empty_database() as session, empty_database() as other:
        bring(session, emit(document))
        text = taken(session)
        bring(other, text, now=datetime(2027, 1, 1, tzinfo=UTC))
        assert taken(other) == text
        for column in (Programme.name, Event.title, Event.starts_at, Event.uid):
            query = select(column).order_by(column.class_.uuid)
            assert session.scalars(query).all() == other.scalars(query).all()
