"""A search for groups in a process of its own: one core, and no page or mail waits for it."""

from __future__ import annotations

import multiprocessing
import signal
import time
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmp.core.breakouts.problem import Problem, Weights
    from mmp.core.breakouts.solving import Solution

PATIENCE = 3.0
"""Seconds in which a search that is told to stop gives its best."""


class SearchBroke(Exception):
    """The other process ended without an answer."""


class GroupSearch:
    """Started when it is made; ends by itself with its time, when told to, or when we are gone."""

    def __init__(self, problem: Problem, weights: Weights, *, seconds: float, seed: int) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy our threads' locks
        self._ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_search,
            args=(theirs, problem, weights, seconds, seed),
            name="mmp-groups",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self.best: Solution | None = None
        self.over = False

    def listen(self, seconds: float) -> None:
        """Take in what is found within so many seconds, or less if it is over. Raises
        SearchBroke."""
        until = time.monotonic() + seconds
        while not self.over and self._ours.poll(max(0.0, until - time.monotonic())):
            try:
                self.best, self.over = self._ours.recv()
            except EOFError:
                raise SearchBroke from None

    def stop(self) -> None:
        """Ask for the best so far, and take it."""
        try:
            self._ours.send("stop")
        except OSError:
            return
        self.listen(PATIENCE)

    def close(self) -> None:
        """Let go of the process, over or not."""
        self._ours.close()
        if self.over:
            self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(PATIENCE)
        self._process.close()


def _search(
    pipe: Connection, problem: Problem, weights: Weights, seconds: float, seed: int
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    from mmp.core.breakouts.solving import solve  # heavy: NumPy, which the parent can do without

    until = time.monotonic() + seconds

    def go_on() -> bool:
        return time.monotonic() < until and not pipe.poll()  # a word or the end of the parent

    try:
        found = solve(
            problem,
            seed=seed,
            weights=weights,
            go_on=go_on,
            better=lambda solution: pipe.send((solution, False)),
        )
        pipe.send((found, True))
    except OSError:  # the parent is gone
        return
