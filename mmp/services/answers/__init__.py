"""Answers to invitations, whatever way they come, and the seats they take."""

from mmp.services.answers.links import Asked, asked
from mmp.services.answers.mails import KINDS, answer_link, tell_seat_free
from mmp.services.answers.partners import tell_partners_of_removal
from mmp.services.answers.recording import LONGEST_NOTE, Outcome, Reply, record_answer
from mmp.services.answers.seats import (
    fill_seats,
    follow_capacity,
    in_turn,
    place_in_line,
    seats_taken,
    waiting_line,
)

__all__ = [
    "KINDS",
    "LONGEST_NOTE",
    "Asked",
    "Outcome",
    "Reply",
    "answer_link",
    "asked",
    "fill_seats",
    "follow_capacity",
    "in_turn",
    "place_in_line",
    "record_answer",
    "seats_taken",
    "tell_partners_of_removal",
    "tell_seat_free",
    "waiting_line",
]
