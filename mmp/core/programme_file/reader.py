"""What is known while a file is read: its faults, its handles and who points at whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mmp.core.errors import UserError
from mmp.core.programme_file.problems import Problems, closest

if TYPE_CHECKING:
    from mmp.core.programme_file.kinds import Kind
    from mmp.core.programme_file.nodes import Node


class _Failed:
    """Stands where a value could not be read; its fault is noted already."""


FAILED: Final = _Failed()


@dataclass(slots=True)
class Reader:
    """Reads values of one file. `language` is that of texts without one; `zone` that of times."""

    problems: Problems
    language: str = "en"
    zone: str = "UTC"
    handles: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _references: list[tuple[str, str, int, str]] = field(default_factory=list)

    def value(self, kind: Kind, node: Node, path: str) -> Any:
        """The value of a node, or FAILED with its fault noted."""
        try:
            return kind.read(node, path, self)
        except UserError as error:
            self.problems.add(node.line, path, error.message, **error.values)
            return FAILED

    def declare(self, section: str, handle: str, line: int) -> None:
        """Say that a thing of this handle exists, even if its own lines are faulty."""
        self.handles[section].setdefault(handle, line)

    def refer(self, section: str, handle: str, line: int, path: str) -> None:
        """Say that something points at this handle, to be found wherever it stands."""
        self._references.append((section, handle, line, path))

    def check_references(self) -> None:
        """Note every handle that points at nothing."""
        for section, handle, line, path in self._references:
            known = self.handles[section]
            if handle in known:
                continue
            if near := closest(handle, known):
                self.problems.add(
                    line,
                    path,
                    "%(section)s has no “%(handle)s”; did you mean %(near)s?",
                    section=section,
                    handle=handle,
                    near=near,
                )
            else:
                self.problems.add(
                    line,
                    path,
                    "%(section)s has no “%(handle)s”; add it there or take it out here.",
                    section=section,
                    handle=handle,
                )
