"""Memory: the most that a worker holds, with few mails due and with many."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from mmp.adapters.database import engine_options
from mmp.adapters.mailer import Lanes, Outgoing
from mmp.adapters.mailer.protocol import InTurn
from mmp.core.mail import Outcome, Result, Stage
from tests.bench import reminders
from tests.bench.report import Figure

FEW, MANY = 1_000, 10_000
ROOT = Path(__file__).resolve().parents[2]


class Nowhere:
    """Takes every mail and forgets it."""

    def send(self, mail: Outgoing) -> Outcome:
        return Outcome(Result.SENT, Stage.DOT, 250, "OK")

    @contextmanager
    def lane(self) -> Iterator["Nowhere"]:
        yield self

    @contextmanager
    def abreast(self, width: int) -> Iterator[Lanes]:
        yield InTurn(self, width)


def measure() -> Iterator[Figure]:
    """Each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        most = {count: _peak(Path(folder) / str(count), count) for count in (FEW, MANY)}
    yield Figure(
        f"a worker's memory with {MANY:,} mails due, times that with {FEW:,}",
        most[MANY] / most[FEW],
        1.1,
    )


def _peak(folder: Path, count: int) -> int:
    """Kilobytes at most."""
    folder.mkdir()
    with ExitStack() as stack:
        _, engine = next(reminders.databases(folder, stack))
        reminders.fill(engine, count)
        url = str(engine.url)
        engine.dispose()
    command = [sys.executable, "-m", "tests.bench.mail_memory", url, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


def main(url: str, folder: str) -> None:
    """Send all, and print the most that it took. (`getrusage` would tell the parent's as well.)"""
    engine = create_engine(url, **engine_options(url))
    reminders.send(engine, Nowhere(), Path(folder), connections=4)
    status = Path("/proc/self/status").read_text("ascii")
    print(int(status.partition("VmHWM:")[2].split()[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
