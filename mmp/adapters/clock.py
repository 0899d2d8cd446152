"""The only place that asks the system for the time.

A real instance lives now. A demo lives in its own time: a file in its instance holds when it
pretends to be and since when, so every process of it agrees and time goes on.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from mmp.core.errors import UserError

FIRST = datetime(2000, 1, 1, tzinfo=UTC)
LAST = datetime(2100, 1, 1, tzinfo=UTC)


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
    """A demo's time, kept in `path`; the world's time as long as there is no such file.

    The file marks the instance as a demo, even one that lives now.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # State of the file and what it said, in one attribute: threads see both change together.
        self._seen: tuple[tuple[int, int], timedelta] | None = None

    @property
    def shifted(self) -> bool:
        return self.path.exists()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset()

    def set(self, at: datetime) -> None:
        """Let it be `at` (aware) from this moment on, for every process of the instance.

        Raises UserError outside the years that calendars and time zone rules are good for.
        """
        if not FIRST <= at < LAST:
            raise UserError(
                "The demo's clock goes from %(first)d to %(last)d.",
                field="when",
                first=FIRST.year,
                last=LAST.year - 1,
            )
        offset = at.astimezone(UTC) - datetime.now(UTC)
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}) + "\n")
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)

    def _offset(self) -> timedelta:
        try:
            status = self.path.stat()
            # Every setting is a new file: the inode tells two within one tick of the disk's clock.
            state = (status.st_mtime_ns, status.st_ino)
            seen = self._seen
            if seen is None or seen[0] != state:
                seen = self._seen = (state, _read_offset(self.path))
        except FileNotFoundError:
            return timedelta()
        return seen[1]


def _read_offset(path: Path) -> timedelta:
    try:
        offset = timedelta(seconds=float(json.loads(path.read_text())["offset_seconds"]))
        if FIRST <= datetime.now(UTC) + offset < LAST:
            return offset
    except (ValueError, KeyError, TypeError, OverflowError):
        pass
    raise UserError(
        "The clock file %(path)s cannot be read; set it anew, for example: mmp clock now", path=path
    )
