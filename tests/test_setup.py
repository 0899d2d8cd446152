"""A machine with Python, git and make gets everything else by itself, from where it likes."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support import packages

ROOT = Path(__file__).resolve().parent.parent
SET_UP = [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / ".ci/run"]


def test_only_the_lock_names_a_registry() -> None:
    for path in SET_UP:
        assert not re.search(r"pypi\.org|pythonhosted|index-url|registry\.npmjs", path.read_text())


def test_make_alone_says_what_there_is() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"^  make demo +\w", said, re.MULTILINE)
    assert re.search(r"^  make test +\w", said, re.MULTILINE)


def test_first_command_fetches_uv_and_syncs(tmp_path: Path) -> None:
    """Without uv anywhere, `make demo` would first make .tools/ and then .venv/ by the lock."""
    uv = f"{tmp_path}/.tools/bin/uv"
    for name in ("Makefile", "uv.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    plan = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "demo"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "UV": uv},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    steps = [" ".join(line.split()) for line in plan]
    assert steps == [
        "python3 -m venv .tools",
        ".tools/bin/python -m pip install --quiet --disable-pip-version-check uv",
        f"{uv} sync --frozen --quiet",
        ".venv/bin/python -m compileall -q mmp",
        "touch .venv/.ready",
        "exec .venv/bin/mmp demo",
    ]


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but an apt-get that writes down what it is told; gives that file."""
    calls = tmp_path / "calls"
    command = tmp_path / "bin/apt-get"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\necho "$@" >> {calls}\ntouch {tmp_path}/browser\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
    monkeypatch.delenv("CI", raising=False)
    browser = packages.Package("browser", (tmp_path / "browser").exists, "those in a browser")
    monkeypatch.setattr(packages, "PACKAGES", {"browser": browser})
    return calls


def test_root_gets_missing_packages(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert packages.main() == 0
    update, install = apt.read_text().splitlines()
    assert update.startswith("update")
    assert install.endswith(" browser")
    apt.unlink()
    assert packages.main() == 0
    assert not apt.exists(), "nothing is missing any more, so apt-get is left alone"


def test_others_are_told_what_is_left_out(
    apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert packages.main() == 0
    line = "Tests left out: those in a browser (no browser): apt-get install browser\n"
    assert capsys.readouterr().err == line
    monkeypatch.setenv("CI", "true")
    assert packages.main() == 1
    assert not apt.exists()
