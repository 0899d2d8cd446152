"""`mmp programme`: import, export and schema as they are typed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mmp.adapters import database
from mmp.adapters.clock import FileClock
from tests.cli.conftest import Mmp
from tests.support.factories import MADE_AT
from tests.support.programme_files import DEMOS, EXAMPLE, SMALL

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def test_a_new_programme_is_told_in_one_line(mmp: Mmp, file: Path) -> None:
    result = mmp("programme", "import", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "small: new, with 2 people, 1 event\n"


def test_the_same_file_again_says_so(mmp: Mmp, file: Path) -> None:
    mmp("programme", "import", file)
    assert mmp("programme", "import", file).stdout == "small: nothing to change\n"


def test_a_changed_file_says_what_it_did_and_what_it_left(mmp: Mmp, file: Path) -> None:
    mmp("programme", "import", file)
    text = SMALL.replace("title: Water", "title: Rivers").replace("people: [lina, erik]", "all: []")
    file.write_text(text.replace("  erik: {", "  karin: {").replace("erik@", "karin@"))
    assert mmp("programme", "import", file).stdout.splitlines() == [
        "people/karin: created",
        "events/water: changed title",
        "people/erik: not in the file; kept as it is",
    ]


def test_every_fault_is_one_line_and_nothing_is_saved(mmp: Mmp, file: Path) -> None:
    file.write_text(
        SMALL.replace("Asia/Amman", "Asia/Ammann").replace("09-20T16:00", "09-31T16:00")
    )
    result = mmp("programme", "import", file)
    assert (result.exit_code, result.stdout) == (2, "")
    zone, when = result.stderr.splitlines()
    assert zone.startswith(f"{file}:4: people/lina/zone: “Asia/Ammann” is not an IANA time zone;")
    assert when == f"{file}:9: events/water/when: There is no day 2026-09-31; correct it."
    assert mmp("programme", "export", "small").exit_code == 2


def test_only_the_first_fifty_faults_are_told(mmp: Mmp, file: Path) -> None:
    file.write_text(SMALL + "".join(f"  e{number}: {{}}\n" for number in range(60)))
    lines = mmp("programme", "import", file).stderr.splitlines()
    assert len(lines) == 51
    assert lines[-1] == "and 70 more"


def test_a_file_that_is_not_there_is_bad_input(mmp: Mmp, tmp_path: Path) -> None:
    result = mmp("programme", "import", tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "none.yaml" in result.stderr


def test_an_unknown_programme_is_bad_input(mmp: Mmp) -> None:
    result = mmp("programme", "export", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "mmp: There is no programme “nowhere” here.\n"


def test_export_and_import_are_inverse(
    mmp: Mmp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    mmp("programme", "import", DEMOS[0])
    assert mmp("programme", "export", "mmp26", "--output", first).stdout == ""
    assert len(list((tmp_path / "first.documents").iterdir())) == 6
    monkeypatch.setenv("MMP_INSTANCE", str(tmp_path / "other"))
    mmp("db", "upgrade")
    assert mmp("programme", "import", first).exit_code == 0
    assert mmp("programme", "export", "mmp26", "-o", second).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    for document in (tmp_path / "first.documents").iterdir():
        copy = tmp_path / "second.documents" / document.name
        assert copy.read_bytes() == document.read_bytes()


def test_standard_output_gets_the_file_and_nothing_else(mmp: Mmp, file: Path) -> None:
    mmp("programme", "import", file)
    result = mmp("programme", "export", "small")
    assert result.stdout.startswith("mmp: 1\n\nprogramme:\n  slug: small\n")
    assert (result.exit_code, result.stderr) == (0, "")


def test_documents_do_not_go_to_standard_output(mmp: Mmp) -> None:
    mmp("programme", "import", EXAMPLE)
    result = mmp("programme", "export", "example-2026")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "add --output FILE" in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_schema_is_json(mmp: Mmp) -> None:
    schema = json.loads(mmp("programme", "schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_locked_database_is_one_line(
    mmp: Mmp, file: Path, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 10)
    with closing(sqlite3.connect(instance / "mmp.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        result = mmp("programme", "import", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "database is locked" in result.stderr
    assert result.stderr.count("\n") == 1
    assert mmp("programme", "import", file).exit_code == 0


def test_an_output_that_cannot_be_written_leaves_nothing(
    mmp: Mmp, file: Path, tmp_path: Path
) -> None:
    mmp("programme", "import", file)
    (tmp_path / "folder").write_text("a file")
    result = mmp("programme", "export", "small", "-o", tmp_path / "folder" / "out.yaml")
    assert result.exit_code in (1, 2)
    assert result.stderr.count("\n") == 1


def test_the_example_is_a_programme_file(mmp: Mmp) -> None:
    result = mmp("programme", "example")
    assert result.exit_code == 0
    assert result.stdout == EXAMPLE.read_text()


def test_who_imports_into_the_demo_is_told(mmp: Mmp, instance: Path) -> None:
    FileClock(instance / "clock.json").set(MADE_AT)
    result = mmp("programme", "import", EXAMPLE)
    assert result.exit_code == 0
    assert "is the demo" in result.stderr


def test_many_alike_changes_are_summed_up(mmp: Mmp, tmp_path: Path) -> None:
    head = "mmp: 1\nprogramme: {slug: many, name: Many, zone: Europe/Stockholm}\n"
    people = "".join(f"  p{n}: {{name: P {n}, roles: [mentor]}}\n" for n in range(40))
    file = tmp_path / "many.yaml"
    file.write_text(f"{head}people:\n{people}")
    assert mmp("programme", "import", file).exit_code == 0
    file.write_text(head)
    lines = mmp("programme", "import", file).stdout.splitlines()
    assert "people: not in the file; kept as it is, 35 more" in lines
    assert len(lines) < 10
