"""What is held about people: handed out, mended, erased, and not kept longer than need be."""

from mmp.services.privacy.erasing import Erasure, erase, what_erasing_does
from mmp.services.privacy.traces import BEYOND, FATES, NOT_HANDED_OUT, Fate

__all__ = [
    "BEYOND",
    "FATES",
    "NOT_HANDED_OUT",
    "Erasure",
    "Fate",
    "erase",
    "what_erasing_does",
]
