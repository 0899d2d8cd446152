"""Mails in their readers' language and zone: written one by one, or once for many readers."""

from mmp.adapters.renderer.moulds import Gaps, Moulded, mould
from mmp.adapters.renderer.times import locale_of
from mmp.adapters.renderer.writing import (
    FOLDER,
    Rendered,
    Unwritable,
    language_for,
    render,
    written_in,
)

__all__ = [
    "FOLDER",
    "Gaps",
    "Moulded",
    "Rendered",
    "Unwritable",
    "language_for",
    "locale_of",
    "mould",
    "render",
    "written_in",
]
