"""Answers to invitations, whatever way they come, and the seats they take."""

from mmp.services.answers.recording import LONGEST_NOTE, Outcome, Reply, record_answer
from mmp.services.answers.seats import fill_seats, in_turn, place_in_line

__all__ = [
    "LONGEST_NOTE",
    "Outcome",
    "Reply",
    "fill_seats",
    "in_turn",
    "place_in_line",
    "record_answer",
]
