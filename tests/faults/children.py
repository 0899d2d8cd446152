"""Processes to be killed, forked from one that has loaded everything: each starts in an instant."""

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from tests.faults.scale import PATIENCE

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["__main__", "tests.faults.worker", "tests.faults.post_office"])


class Child:
    """A running process. What it says goes to a file, shown where a test waits in vain."""

    said: ClassVar[list[Path]] = []
    """Of this test's children."""

    def __init__(self, target: Callable[..., None], *args: Any, log: Path) -> None:
        self.said.append(log)
        self._log = log
        self._process = _FORKS.Process(target=_run, args=(target, args, log), daemon=True)
        self._process.start()

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.join()

    def halt(self) -> None:
        """SIGSTOP, as a laptop does that is closed."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def words(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    def _signal(self, number: int) -> None:
        assert self._process.pid is not None  # it was started
        os.kill(self._process.pid, number)


def _run(target: Callable[..., None], args: tuple[Any, ...], log: Path) -> None:
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout = sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115  # as long as the process
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, force=True)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the mail server's every line
    target(*args)


def until_orphaned(seconds: float = 0.05) -> None:
    """Return when whoever started this process is gone."""
    parent = multiprocessing.parent_process()
    while parent is not None and parent.is_alive():
        time.sleep(seconds)


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Fail with `what`, and with what the children said, if it never becomes true."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            said = "\n".join(path.read_text()[-3000:] for path in Child.said if path.exists())
            raise AssertionError(f"{what}; the processes said:\n{said}")
        time.sleep(0.005)
