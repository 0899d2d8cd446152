"""How often something may be tried: counted in this process, in the world's time."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mmp.adapters.clock import SystemClock

if TYPE_CHECKING:
    from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in so many minutes, of one key."""

    name: str
    times: int
    minutes: int


@dataclass
class Limits:
    """Counts in memory: each process of several allows as much again."""

    enabled: bool = field(default=True)

    def take(self, limit: Limit, key: str) -> int | None:
        """Count one try. Gives the seconds to wait where it is one too many, else None."""
        from limits import RateLimitItemPerMinute  # when somebody signs in, not with every start

        item = RateLimitItemPerMinute(limit.times, limit.minutes, limit.name)
        if not self.enabled or self._counter.hit(item, key):
            return None
        until = self._counter.get_window_stats(item, key).reset_time
        return max(1, math.ceil(until - SystemClock().now().timestamp()))

    @cached_property
    def _counter(self) -> "MovingWindowRateLimiter":
        from limits.storage import MemoryStorage  # as above
        from limits.strategies import MovingWindowRateLimiter

        return MovingWindowRateLimiter(MemoryStorage())
