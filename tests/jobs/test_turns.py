"""What waits has its turn, whatever becomes of the one before it."""

import logging
from threading import Event as Flag

import pytest
from sqlalchemy.orm import sessionmaker

from mmp.jobs.turns import in_turn


def test_what_breaks_keeps_nothing_else_waiting(caplog: pytest.LogCaptureFixture) -> None:
    waiting, failed, stopping = [3, 0, 1, 2], list[int](), Flag()
    halves = []

    def halve(number: int) -> None:
        halves.append(6 // number)
        if number == 1:
            stopping.set()

    in_turn(
        sessionmaker(),
        stopping,
        take=lambda _session: waiting.pop(0),
        do=halve,
        fail=lambda _session, number: failed.append(number),
        log=logging.getLogger("mmp.test"),
    )
    assert (halves, failed, waiting) == ([2, 6], [0], [2]), "after the stop nothing begins"
    assert "ZeroDivisionError" in caplog.text
