"""The board of pairs: how they do by days alone, a kind word, and what becomes of them."""

from mmp.services.pair_board.board import (
    NUDGED,
    Board,
    Ended,
    PairLine,
    Sort,
    Wanted,
    board,
    line_of,
    people_on,
)
from mmp.services.pair_board.changing import (
    By,
    PartnersBefore,
    add_member,
    end_pair,
    hand_over,
    pair_up,
    pair_up_all,
    undo,
)
from mmp.services.pair_board.plenaries import Plenaries, plenaries
from mmp.services.pair_board.presented import Presented, presented
from mmp.services.pair_board.reading import (
    KIND,
    Together,
    earlier_partners,
    history_of,
    member_of,
    pair_of,
    people_named,
    programme_with_breaks,
    repeated,
    unpaired,
)
from mmp.services.pair_board.telling import nudge

__all__ = [
    "KIND",
    "NUDGED",
    "Board",
    "By",
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
    "earlier_partners",
    "end_pair",
    "hand_over",
    "history_of",
    "line_of",
    "member_of",
    "nudge",
    "pair_of",
    "pair_up",
    "pair_up_all",
    "people_named",
    "people_on",
    "plenaries",
    "presented",
    "programme_with_breaks",
    "repeated",
    "undo",
    "unpaired",
]
