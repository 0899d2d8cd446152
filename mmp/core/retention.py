"""How long kinds of data are kept once a programme is over, and wishes once their pairs are
published: months, counted by the calendar."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Final

DEFAULTS: Final[Mapping[str, int]] = {
    "answer_notes": 3,
    "talk_logs": 12,
    "mail_words": 3,
    "inbound_mail": 3,
    "wishes": 3,
    "people": 36,
}
"""Months by kind. Notes and mails serve a meeting, and the next three months its questions; what
pairs noted serves the report of the year; wishes serve until the new pairs have found each other;
people may come back within three years."""
LONGEST: Final = 120


def goes_on(over: date, months: int) -> date:
    """The day from which a kind goes: so many calendar months after the day a programme was over.

    The 31st becomes the last day of a shorter month.
    """
    place = over.year * 12 + over.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(over.day, monthrange(year, month + 1)[1]))
