"""The wheel works by itself: built, installed into an empty environment, started elsewhere.

Needs uv, which `make test` has at hand, and the package registry for what is not in uv's cache.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.server import running

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def uv() -> str:
    """The uv of `make`, or one on PATH."""
    own = ROOT / ".tools/bin/uv"
    found = os.environ.get("UV") or shutil.which("uv") or (str(own) if own.exists() else None)
    if found is None:
        pytest.skip("no uv; make test brings its own")
    return found


def _run(*command: str | Path) -> str:
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environ | {"UV_PYTHON_DOWNLOADS": "never", "UV_COMPILE_BYTECODE": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the code as it is now."""
    folder = tmp_path_factory.mktemp("dist")
    _run(uv, "build", "--quiet", "--wheel", "--out-dir", folder)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "static"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                assert f"mmp/{path.relative_to(ROOT).as_posix()}" in inside
    assert "mmp/migrations/alembic.ini" in inside
    assert any(name.startswith("mmp/migrations/versions/") for name in inside)
    assert not [name for name in inside if name.startswith(("tests/", "instance/"))]


def test_wheel_starts_in_an_empty_environment(wheel: Path, uv: str, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    python = venv / "bin/python"
    locked = tmp_path / "locked.txt"
    _run(uv, "venv", "--quiet", "--python", sys.executable, venv)
    # The versions that were tested, so that a release made somewhere else today changes nothing.
    _run(
        *(uv, "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes"),
        *("--output-file", locked),
    )
    _run(uv, "pip", "install", "--quiet", "--python", python, "--constraint", locked, wheel)

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = (venv / "bin/mmp", "demo", "--port", "0", "--instance", tmp_path / "instance")
    with running(command, cwd=elsewhere) as server:
        page = server.wait_for(r"https?://\S+")
        feed = server.wait_for(r"https?://\S+/feeds/\S+\.ics")
        with urlopen(page) as answer:
            assert "<html" in answer.read().decode()
        with urlopen(feed) as answer:
            assert answer.read().startswith(b"BEGIN:VCALENDAR\r\n")
        assert server.stop() == 0
    assert list(elsewhere.iterdir()) == []
