"""`mmp people import` as it is typed."""

from pathlib import Path

import pytest

from tests.cli.conftest import Mmp
from tests.support.programme_files import SMALL

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def file(mmp: Mmp, tmp_path: Path) -> Path:
    programme = tmp_path / "small.yaml"
    programme.write_text(SMALL)
    mmp("programme", "import", programme)
    return tmp_path / "people.csv"


def test_it_says_what_it_did(mmp: Mmp, file: Path) -> None:
    file.write_text("name,email,Phone\nLina H,lina@example.org,1\nNora,nora@example.org,2\n")
    command = ("people", "import", file, "--programme", "small")
    assert mmp(*command).stdout.splitlines() == [
        "Lina H: changed name",
        "column “Phone”: not known; left out",
        "1 created, 1 changed",
    ]
    assert mmp(*command).stdout.splitlines()[-1] == "2 same"


def test_every_fault_is_one_line(mmp: Mmp, file: Path) -> None:
    file.write_text("name,email,country\nLina,nobody,Lybia\n")
    result = mmp("people", "import", file, "--programme", "small", "--role", "guest")
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert [line.removeprefix(f"{file}:2: ").split(":")[0] for line in lines] == [
        "email",
        "country",
    ]
