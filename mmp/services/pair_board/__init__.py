"""The board of pairs: how they do by days alone, a kind word, and what becomes of them."""

from mmp.services.pair_board.acting import By, in_turn, pairing_in_turn
from mmp.services.pair_board.board import (
    NUDGED,
    Board,
    CheckIn,
    Ended,
    PairLine,
    Sort,
    Wanted,
    board,
    check_ins,
    line_of,
    people_on,
)
from mmp.services.pair_board.changing import add_member, end_pair, hand_over
from mmp.services.pair_board.making import PartnersBefore, pair_up, pair_up_all
from mmp.services.pair_board.plenaries import Plenaries, plenaries
from mmp.services.pair_board.presented import Presented, presented
from mmp.services.pair_board.reading import (
    KIND,
    Together,
    earlier_partners,
    held_elsewhere,
    history_of,
    member_of,
    pair_of,
    people_named,
    programme_with_breaks,
    repeated,
    unpaired,
)
from mmp.services.pair_board.telling import nudge
from mmp.services.pair_board.undoing import undo

__all__ = [
    "KIND",
    "NUDGED",
    "Board",
    "By",
    "CheckIn",
    "Ended",
    "PairLine",
    "PartnersBefore",
    "Plenaries",
    "Presented",
    "Sort",
    "Together",
    "Wanted",
    "add_member",
    "board",
    "check_ins",
    "earlier_partners",
    "end_pair",
    "hand_over",
    "held_elsewhere",
    "history_of",
    "in_turn",
    "line_of",
    "member_of",
    "nudge",
    "pair_of",
    "pair_up",
    "pair_up_all",
    "pairing_in_turn",
    "people_named",
    "people_on",
    "plenaries",
    "presented",
    "programme_with_breaks",
    "repeated",
    "undo",
    "unpaired",
]
