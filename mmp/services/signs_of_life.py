"""Work that stands in a row while a worker does it: one rule for when that worker counts as dead.

Moments are seconds by the database's clock, which all workers share: they are told it as `beat`.
The application's clock leaps in a demo, and a leap kills nobody.
"""

from typing import Final

SILENT: Final = 30.0
"""Seconds without a sign of life after which another worker takes the work up."""


def heard_before(beat: float) -> float:
    """Whose last sign of life lies before this moment is dead."""
    return beat - SILENT
