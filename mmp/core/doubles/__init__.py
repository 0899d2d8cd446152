"""Likely doubles: whether two records may be of one person, and why."""

from mmp.core.doubles.finding import Finder, Identity, Likeness, Why, alike
from mmp.core.doubles.names import skeleton, words
from mmp.core.doubles.strings import jaro_winkler, slips

__all__ = [
    "Finder",
    "Identity",
    "Likeness",
    "Why",
    "alike",
    "jaro_winkler",
    "skeleton",
    "slips",
    "words",
]
