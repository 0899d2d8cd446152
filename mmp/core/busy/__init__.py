"""When somebody is busy, from their own calendar's file: spans of time and nothing else."""

from mmp.core.busy.expanding import BusyTimes, busy_times
from mmp.core.busy.limits import MOST_OCTETS, Left, Why

__all__ = ["MOST_OCTETS", "BusyTimes", "Left", "Why", "busy_times"]
