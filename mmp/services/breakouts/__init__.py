"""Break-out groups of agenda items: planned, applied, lived, remembered."""

from mmp.services.breakouts.applying import apply
from mmp.services.breakouts.board import Board, Card, Column, board_of
from mmp.services.breakouts.following import follow, lead_back
from mmp.services.breakouts.moves import Move, MovedMeanwhile, lock, move, redo, undo
from mmp.services.breakouts.places import Place, breakout_of, hold_item, place_of
from mmp.services.breakouts.problems import Table, Trouble, named_away, table_of
from mmp.services.breakouts.running import ask, end, is_on
from mmp.services.breakouts.settings import (
    GroupValues,
    Partners,
    Preset,
    Settings,
    question_there,
    save_group,
    save_settings,
    settings_of,
)
from mmp.services.breakouts.who import participations, people_taking_part

__all__ = [
    "Board",
    "Card",
    "Column",
    "GroupValues",
    "Move",
    "MovedMeanwhile",
    "Partners",
    "Place",
    "Preset",
    "Settings",
    "Table",
    "Trouble",
    "apply",
    "ask",
    "board_of",
    "breakout_of",
    "end",
    "follow",
    "hold_item",
    "is_on",
    "lead_back",
    "lock",
    "move",
    "named_away",
    "participations",
    "people_taking_part",
    "place_of",
    "question_there",
    "redo",
    "save_group",
    "save_settings",
    "settings_of",
    "table_of",
    "undo",
]
