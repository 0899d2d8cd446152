"""What is wrong with a programme file: every fault at once, each in one line that helps."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from mmp.core.errors import ProblemsFound
from mmp.services.programme_files.reading import read_document
from mmp.services.stored_files import media_type
from tests.support.programme_files import SMALL, bring

HEAD = "mmp: 1\nprogramme: {slug: small, name: Small, zone: Europe/Stockholm}\n"
WHEN = "when: {from: 2026-05-20T14:00, to: 2026-05-20T16:00}"


BLANK = ("   ", "\\t", "\\ufeff", "\\u2028", "\\u200e\\u202b", "\\u2800\\u3164\\u00ad")


def faults(text: str) -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        read_document(text.encode(), "p.yaml")
    return str(found.value).splitlines()


def event(fields: str) -> str:
    return f"{HEAD}people: {{a: {{name: A}}}}\nevents:\n  e: {{title: E, {WHEN}, {fields}}}\n"


def person(fields: str) -> str:
    return f"{HEAD}people:\n  a: {{name: A, {fields}}}\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    (
        ("hello", "1: file: Lines like `key: value` belong here"),
        ("mmp: 2\nprogramme: {slug: s, name: S, zone: UTC}", "1: mmp: This file is of version “2”"),
        ("mmp: 1\nprogramme: {slug: s, name: S}", "2: programme: “zone” is missing here; add it."),
        (HEAD + "peple: {}", "3: peple: “peple” is not known here; did you mean people?"),
        (HEAD + "people: {A_b: {name: A}}", "3: people/A_b: “A_b” cannot be a handle"),
        (
            person("zone: Asia/Ammann"),
            "4: people/a/zone: “Asia/Ammann” is not an IANA time zone; did",
        ),
        *(
            (person(f"zone: {zone}"), f"4: people/a/zone: “{zone}” is no place whose clocks")
            for zone in ("Factory", "EST5EDT", "EST", "Etc/GMT-3", "Etc/UTC", "GB", "US/Eastern")
        ),
        (
            "mmp: 1\nprogramme: {slug: s, name: S, zone: Factory}",
            "2: programme/zone: “Factory” is no place",
        ),
        (
            f"{HEAD}events: {{e: {{title: E, when: {{month: 2026-10, zone: EST}}}}}}",
            "3: events/e/when/zone: “EST” is no place",
        ),
        *(
            (event(f"uid: {uid}"), "5: events/e/uid: “")
            for uid in ('"a b\\nX:1"', "é@x", '"a;b,c"', "<x>", '" "', "a" * 256)
        ),
        (
            event("uid: x@y, agenda: {i: {title: I, uid: x@y}}"),
            "5: events/e/agenda/i/uid: events/e has this too",
        ),
        *(
            (f'{HEAD}people: {{a: {{name: "{name}"}}}}', "3: people/a/name: Something must stand")
            for name in BLANK
        ),
        *(
            (
                f'{HEAD}events: {{e: {{title: {{en: "{name}"}}, when: 2026-10}}}}',
                "3: events/e/title",
            )
            for name in BLANK
        ),
        (event(f"venue: {'x' * 301}"), "5: events/e/venue: At most 300 characters fit here"),
        (
            f"{HEAD}events: {{e: {{title: {'x' * 301}, when: 2026-10}}}}",
            "3: events/e/title: At most 300",
        ),
        (person(f"name_native: {'x' * 301}"), "4: people/a/name_native: At most 300 characters"),
        (
            event(f"description: {'x' * 20_001}"),
            "5: events/e/description: At most 20000 characters",
        ),
        (
            event("sequence: 1000001"),
            "5: events/e/sequence: “1000001” is not a whole number from 0",
        ),
        (
            event("predecessors: [f]") + f"  f: {{title: F, {WHEN}, predecessors: [e]}}\n",
            "5: events/e/predecessors: These events build on each other in a circle (e → f → e)",
        ),
        (event("contact: A"), "5: events/e/contact: people has no “A”; did you mean a?"),
        (
            HEAD + "people: {Amina: {name: A}}",
            "3: people/Amina: “Amina” cannot be a handle; use small",
        ),
        (person("locale: ca_ES@valencia"), "4: people/a/locale: CLDR knows no locale"),
        (
            person("country: Jordan"),
            "4: people/a/country: “Jordan” is no country code of ISO 3166;",
        ),
        (person("country: EU"), "4: people/a/country: “EU” is no country code"),
        (person("locale: xx_YY"), "4: people/a/locale: CLDR knows no locale “xx_YY”"),
        (person("languages: [arabic]"), "4: people/a/languages/1: “arabic” is no language code"),
        (person("email: nobody"), "4: people/a/email: “nobody” is not an e-mail address"),
        (
            person("roles: [mentro]"),
            "4: people/a/roles/1/role: “mentro” is not known here; did you",
        ),
        (
            person("gender: x"),
            "4: people/a/gender: “x” is not known here; use woman, man, self_des",
        ),
        (person("discreet: yes"), "4: people/a/discreet: Write true or false here, not “yes”."),
        (person("alarm_minutes: -1"), "4: people/a/alarm_minutes: “-1” is not a whole number"),
        (
            person('position: "a\\u0007b"'),
            "4: people/a/position: A control character stands in this",
        ),
        (person("organisation: x"), "4: people/a/organisation: organisations has no “x”; add it"),
        (
            person("email: a@example.org") + "  b: {name: B, email: A@Example.org}\n",
            "5: people/b/email: a@example.org is also people/a’s, in line 4",
        ),
        (
            f"{HEAD}people: {{a: {{name: A}}}}\npairs: {{p: {{members: [a], from: 2026-01-01}}}}",
            "4: pairs/p/members: A pair has two members or three, not 1",
        ),
        (
            person("") + "pairs: {p: {members: [a, a], from: 2026-01-02, to: 2026-01-01}}",
            "5: pairs/p: It ends on 2026-01-01, before it begins on 2026-01-02",
        ),
        (
            event("contact: b"),
            "5: events/e/contact: people has no “b”; add it there or take it out",
        ),
        (event("theme: watr"), "5: events/e/theme: programme/themes has no “watr”"),
        (
            event("status: publised"),
            "5: events/e/status: “publised” is not known here; did you mean",
        ),
        (
            event("join_link: 'javascript:alert(1)'"),
            "5: events/e/join_link: “javascript:alert(1)” is",
        ),
        (
            event("join_link: 'file:///etc/passwd'"),
            "5: events/e/join_link: “file:///etc/passwd” is",
        ),
        (event("predecessors: [e]"), "5: events/e/predecessors: An event does not build on itself"),
        (
            event("agenda: {i: {title: I, from: 14:00}}"),
            "5: events/e/agenda/i: Give both from and to, or neither.",
        ),
        (
            event("agenda: {i: {title: I}, j: {title: J, items: {i: {title: I}}}}"),
            "5: events/e/agenda/j/items/i: This event has another item “i” in line 5; rename one.",
        ),
        (
            event("agenda: {i: {title: I, roles: [{role: host, person: a, pair: p}]}}")
            + "pairs: {p: {members: [a, a], from: 2026-01-01}}",
            "5: events/e/agenda/i/roles/1: Name either a person or a pair here, and not both.",
        ),
        (
            event("participants: {people: [a, a]}"),
            "5: events/e/participants/people/2: a is on this list already, in line 5",
        ),
        (
            event("participants: {people: [{person: a, delegation: jo}]}"),
            "5: events/e/participants/people/1/delegation: The event has no delegation “jo”",
        ),
        (
            event(
                "participants: {people: [{person: a, attendance:"
                " [{day: 2026-05-21, recorded_at: 2026-05-21T00:00:00Z}]}]}"
            ),
            "5: events/e/participants/people/1/attendance/1/day: 2026-05-21 is no day of",
        ),
        (
            HEAD + "documents: {d: {title: D, files: {en: ../secret.txt}}}",
            "3: documents/d/files/en: “../secret.txt” does not name a file in the folder",
        ),
        (
            HEAD + "forms: {f: {kind: wishes, title: F, responses:"
            " [{submitted_at: 2026-01-01T00:00:00Z}]}}",
            "3: forms/f/responses/1: Say who answered: person: HANDLE.",
        ),
    ),
    ids=lambda value: value.split(": ")[1] if value[0].isdigit() else None,
)
def test_each_fault_is_one_line(text: str, fault: str) -> None:
    found = faults(text)
    assert any(line.startswith(f"p.yaml:{fault}") for line in found), found


@pytest.mark.parametrize(
    ("when", "fault"),
    (
        ("{from: 2026-09-31, to: 2026-10-01}", ": There is no day 2026-09-31; correct it."),
        ("2026-13", ": There is no month 2026-13; correct it."),
        ("soon", ": “soon” does not say when;"),
        ("{from: 2026-05-20T14:00}", ": Say also when it ends"),
        ("{from: 2026-05-20T14:00, to: 2026-05-20T13:00}", ": The end must come after"),
        ("{from: 2026-05-20T25:00, to: 2026-05-20T26:00}", ": The clock never shows 25:00"),
        ("{from: 2026-05-20T14:00Z, to: 2026-05-20T15:00Z}", ": Write what the clock on the wall"),
        ("{form: 2026-05-20, to: 2026-05-21}", ": “form” is not known here; did you mean from?"),
        ("{from: 2026-05-20, to: 2026-05-21, zone: Nowhere}", "/zone: “Nowhere” is not an IANA"),
        (
            "{from: 9999-12-30, to: 9999-12-31}",
            ": The year 9999 lies outside 1990 to 2100; correct it.",
        ),
        ("9999-12", ": The year 9999 lies outside 1990 to 2100"),
        ("10.05.2027", ": “10.05.2027” is no day; did you mean 2027-05-10?"),
        (
            "{from: 10.05.2027, to: 11.05.2027}",
            ": “10.05.2027” is no day; did you mean 2027-05-10?",
        ),
        ("31.02.2027", ": “31.02.2027” does not say when"),
    ),
)
def test_a_time_that_cannot_be_is_told(when: str, fault: str) -> None:
    (found,) = faults(f"{HEAD}events: {{e: {{title: E, when: {when}}}}}\n")
    assert found.startswith(f"p.yaml:3: events/e/when{fault}")


def test_all_faults_are_told_in_the_order_of_their_lines() -> None:
    text = SMALL.replace("Asia/Amman", "Asia/Ammann").replace("[lina, erik]}", "[lina, eric]}")
    found = faults(text.replace("city:", "citty:"))
    assert [line.split(":")[1] for line in found] == ["4", "10", "12"]


def test_a_message_shows_no_line_breaks_of_the_file() -> None:
    (found,) = faults(person('email: "a\\nb\\u202e@example.org"'))
    assert found.isprintable()


def test_nothing_is_said_twice_of_one_fault() -> None:
    assert len(faults(event("agenda: {i: {title: I, from: 25:00, to: 15:00}}"))) == 1
    pair = "pairs: {p: {members: [a, %s], from: 2026-01-01}}"
    assert len(faults(person("") + pair % "b")) == 1
    assert len(faults(person("") + pair % "{persn: b}")) == 2


def test_a_long_chain_of_predecessors_is_no_circle() -> None:
    lines = [
        f"  e{n}: {{title: E, when: 2026-10, predecessors: [e{n + 1}]}}\n" for n in range(3000)
    ]
    text = f"{HEAD}events:\n{''.join(lines)}  e3000: {{title: E, when: 2026-10}}\n"
    assert len(read_document(text.encode(), "p.yaml").events) == 3001


def test_names_and_titles_stand_on_one_line() -> None:
    text = HEAD.replace("name: Small", 'name: "a\\nBCC: x"') + (
        'people: {a: {name: " a\\r\\nBCC:\\u2028x ", name_native: "\\ufeff"}}\n'
        'events: {e: {title: "a\\n\\nb", description: "a\\nb", when: 2026-10}}\n'
    )
    document = read_document(text.encode(), "p.yaml")
    assert document.programme.name == {"en": "a BCC: x"}
    assert (document.people["a"].name, document.people["a"].name_native) == ("a BCC: x", None)
    event = document.events["e"]
    assert (event.title, event.description) == ({"en": "a b"}, {"en": "a\nb"})


class TestDocuments:
    """The files beside the programme file."""

    TEXT = SMALL + "documents:\n  pack: {title: Pack, files: {en: pack.pdf}}\n"

    def refused(self, session: Session, folder: Path) -> str:
        with pytest.raises(ProblemsFound) as found:
            bring(session, self.TEXT, folder=folder, store=folder / "store")
        assert not (folder / "store").exists()
        return str(found.value)

    def test_a_missing_folder(self, session: Session, tmp_path: Path) -> None:
        assert self.refused(session, tmp_path) == (
            "p.yaml:22: documents/pack/files/en: The folder p.documents beside the file is missing;"
            " put “pack.pdf” into it."
        )

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "p.documents").mkdir()
        return tmp_path / "p.documents"

    def test_a_missing_file(self, session: Session, folder: Path) -> None:
        assert "There is no “pack.pdf” in p.documents" in self.refused(session, folder.parent)

    def test_a_link_out_of_the_folder(self, session: Session, folder: Path) -> None:
        (folder.parent / "secret.pdf").write_bytes(b"%PDF-1.4")
        (folder / "pack.pdf").symlink_to(folder.parent / "secret.pdf")
        assert "leads out of the folder" in self.refused(session, folder.parent)

    def test_a_file_that_is_not_what_its_name_says(self, session: Session, folder: Path) -> None:
        (folder / "pack.pdf").write_bytes(b"MZ not a document")
        assert "is not really a pdf file" in self.refused(session, folder.parent)

    def test_a_file_that_is_too_large(
        self, session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mmp.services.programme_files.files.MAX_BYTES", 1 << 20)
        (folder / "pack.pdf").write_bytes(b"%PDF-" + b" " * (1 << 20))
        assert "larger than 1 MB" in self.refused(session, folder.parent)

    def test_a_right_one_is_kept_by_its_content(self, session: Session, folder: Path) -> None:
        (folder / "pack.pdf").write_bytes(b"%PDF-1.4")
        store = folder.parent / "store"
        bring(session, self.TEXT, folder=folder.parent, store=store)
        (copy,) = store.iterdir()
        assert copy.read_bytes() == b"%PDF-1.4"
        (folder / "pack.pdf").write_bytes(b"%PDF-1.5")
        done = bring(session, self.TEXT, folder=folder.parent, store=store)
        assert [str(change) for change in done.changes] == ["documents/pack: changed files"]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    (
        ("a.PDF", b"%PDF-1.7", "application/pdf"),
        ("a.md", "# Été".encode(), "text/markdown"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
    ),
)
def test_media_types(name: str, data: bytes, expected: str) -> None:
    assert media_type(name, data) == expected
