"""How many processes a test run may keep busy."""

import os
from pathlib import Path

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
