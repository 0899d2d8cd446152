"""How many processes a test run may keep busy, and with what they begin."""

import os
from collections.abc import Sequence
from itertools import cycle, groupby
from pathlib import Path

import pytest

MOST = 16
"""More would only wait for each other at the one PostgreSQL."""


def available() -> int:
    """The processors this process may use, at least one.

    A container with a share of a big machine sees all its processors; its quota says otherwise.
    """
    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(seen, _quota() or seen, MOST))


def _quota() -> int | None:
    """The control group's limit in whole processors, if it has one (cgroup v2, `cpu.max`)."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else round(int(quota) / int(period))


def dealt(
    slow: Sequence[pytest.Item], quick: Sequence[pytest.Item], *, among: int
) -> list[list[pytest.Item]]:
    """As many parts, of a length as pytest-xdist will cut them: whole slow files, then the rest."""
    parts: list[list[pytest.Item]] = [[] for _ in range(among)]
    for part, (_, tests) in zip(cycle(parts), groupby(slow, lambda test: test.path), strict=False):
        part.extend(tests)
    left, waiting = len(slow) + len(quick), list(quick)
    for number, part in enumerate(parts):
        length = left // (among - number)
        left -= length
        missing = max(0, length - len(part))
        part.extend(waiting[:missing])
        del waiting[:missing]
    parts[-1] += waiting
    return parts
