"""Compiles the catalogues of texts, for wheels and for the editable install alike.

Only the sources (.po) are kept with the code; `uv sync` and `uv build` make what the program reads.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
"""Equal sources give equal bytes, whenever they are compiled."""


class CompileCatalogues(BuildHookInterface):
    """Called by hatchling before it collects the files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write messages.mo beside every messages.po."""
        for source in sorted(Path(self.root, "mmp/translations").glob("*/LC_MESSAGES/*.po")):
            with source.open("rb") as file:
                catalogue = read_po(file, locale=source.parent.parent.name)
            catalogue.creation_date = catalogue.revision_date = _ALWAYS
            # Written whole, then put into place: a running program never reads half of it.
            draft = source.with_suffix(".draft")
            with draft.open("wb") as file:
                write_mo(file, catalogue)
            draft.replace(source.with_suffix(".mo"))
