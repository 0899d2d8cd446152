"""Takes away, in a copy, one of the three things that keep mail from being lost or sent twice, and
shows that a named test turns red: `python -m tests.faults.mutants`. Fails where one stays green.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("mmp", "static", "templates", "tests", "docs", "pyproject.toml")
TESTS = "tests/jobs/test_dispatch.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of the code, and the test that has to notice it."""

    name: str
    path: str
    was: str
    becomes: str
    test: str


MUTANTS = (
    Mutant(
        "no owner fence",
        "mmp/jobs/statements.py",
        '    _MAIL.c.lease_owner == bindparam("owner"),\n',
        "",
        "test_owner_fence_a_worker_without_its_lease_marks_nothing",
    ),
    Mutant(
        "no pre-send check",
        "mmp/jobs/sending.py",
        "            if not self.stopped() and self._goes(letter, seen):\n",
        "            if not self.stopped():\n",
        "test_pre_send_check_of_a_mail_cancelled_after_its_claim",
    ),
    Mutant(
        "no commit before the next",
        "mmp/jobs/sending.py",
        "                notes, self._notes = self._notes, []\n",
        "                notes = [] if following else self._notes\n"
        "                for number in handed_over(self._notes) if following else ():\n"
        "                    self.lanes.let_go(number)\n"
        "                put_off = [Note(note.letter, note.mark) for note in self._notes]\n"
        "                self._notes = put_off if following else []\n",
        "test_commit_before_next",
    ),
)


def main() -> int:
    """Show all; the number of those that nothing noticed."""
    with tempfile.TemporaryDirectory(prefix="mmp-mutants-") as folder:
        copy = Path(folder)
        for name in NEEDED:
            _copy(ROOT / name, copy / name)
        if not _is_green(copy, [mutant.test for mutant in MUTANTS]):
            print("the tests are red without any change")
            return 1
        print("| without | test | turns red |\n|---|---|---|", flush=True)
        return sum(_survives(copy, mutant) for mutant in MUTANTS)


def _survives(copy: Path, mutant: Mutant) -> bool:
    path = copy / mutant.path
    before = path.read_text("utf-8")
    assert before.count(mutant.was) == 1, f"{mutant.path} reads differently by now"
    path.write_text(before.replace(mutant.was, mutant.becomes), "utf-8")
    survives = _is_green(copy, [mutant.test])
    path.write_text(before, "utf-8")
    print(f"| {mutant.name} | {mutant.test} | {'NO' if survives else 'yes'} |", flush=True)
    return survives


def _is_green(copy: Path, tests: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"{TESTS}::{test}[sqlite]" for test in tests]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):  # red and green apart, it did not even run
        raise RuntimeError(done.stdout + done.stderr)
    return done.returncode == 0


def _copy(old: Path, new: Path) -> None:
    if old.is_dir():
        shutil.copytree(old, new, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(old, new)


if __name__ == "__main__":
    sys.exit(main())
