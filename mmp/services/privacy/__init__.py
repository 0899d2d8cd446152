"""What is held about people: handed out, mended, erased, and not kept longer than need be."""

from mmp.services.privacy.erasing import Erasure, erase, what_erasing_does
from mmp.services.privacy.held import held_about
from mmp.services.privacy.own import CORRECTED, correct, set_discreet
from mmp.services.privacy.retention import Kept, keep_for, kept_in, let_go, months_of
from mmp.services.privacy.traces import BEYOND, FATES, NOT_HANDED_OUT, Fate

__all__ = [
    "BEYOND",
    "CORRECTED",
    "FATES",
    "NOT_HANDED_OUT",
    "Erasure",
    "Fate",
    "Kept",
    "correct",
    "erase",
    "held_about",
    "keep_for",
    "kept_in",
    "let_go",
    "months_of",
    "set_discreet",
    "what_erasing_does",
]
