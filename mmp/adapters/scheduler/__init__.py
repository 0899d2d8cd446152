"""When and where things run that no request asks for."""

from mmp.adapters.scheduler.election import Election, Unopposed
from mmp.adapters.scheduler.liveness import Liveness, liveness_for
from mmp.adapters.scheduler.timer import Timer
from mmp.adapters.scheduler.wake import Watcher

__all__ = ["Election", "Liveness", "Timer", "Unopposed", "Watcher", "liveness_for"]
