"""The only place that asks the system for the time.

A real instance lives now. A demo lives in its own time: a file in its instance holds when it
pretends to be and since when, so every process of it agrees and time goes on.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from mmp.core.errors import UserError


class Clock(Protocol):
    """Tells the time as an aware datetime in UTC."""

    def now(self) -> datetime: ...

    @property
    def shifted(self) -> bool:
        """Whether this is another time than the world's."""


class SystemClock:
    """The world's time."""

    shifted = False

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands still until it is moved. For tests."""

    shifted = True

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self.set(self._at + by)


class FileClock:
    """A demo's time, kept in `path`; the world's time as long as there is no such file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_at: int | None = None
        self._offset = timedelta()

    @property
    def shifted(self) -> bool:
        return self.path.exists()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._current_offset()

    def set(self, at: datetime) -> None:
        """Let it be `at` (aware) from this moment on, for every process of the instance."""
        offset = at.astimezone(UTC) - datetime.now(UTC)
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        draft.replace(self.path)

    def _current_offset(self) -> timedelta:
        try:
            changed = self.path.stat().st_mtime_ns
        except FileNotFoundError:
            return timedelta()
        if changed != self._read_at:
            try:
                self._offset = timedelta(
                    seconds=float(json.loads(self.path.read_text())["offset_seconds"])
                )
            except (ValueError, KeyError, TypeError, OverflowError) as error:
                raise UserError(
                    "The clock file %(path)s cannot be read; set it with: mmp clock DATE",
                    path=self.path,
                ) from error
            self._read_at = changed
        return self._offset
