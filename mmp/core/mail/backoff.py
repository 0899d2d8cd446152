"""When to try again after a mail was put off."""

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

DELAYS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
SPREAD: Final = 0.2


def delay_after(tries: int, mail: UUID) -> timedelta | None:
    """How long to wait after the `tries`-th attempt that counts; None to give up.

    1, 5, 15, 60 and 240 minutes, each up to a fifth shorter or longer, so that what was put off
    together does not come back together. The same for the same mail and attempt.
    """
    if tries < 1:
        raise ValueError("attempts are counted from 1")
    if tries > len(DELAYS):
        return None
    digest = hashlib.sha256(f"{mail}:{tries}".encode()).digest()
    share = int.from_bytes(digest[:8]) / 2**64
    return DELAYS[tries - 1] * (1 + SPREAD * (2 * share - 1))
