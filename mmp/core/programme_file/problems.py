"""What is wrong with a file: all of it, each fault with its line and with how to mend it."""

import difflib
from collections.abc import Iterable

from mmp.core.errors import Problem, ProblemsFound


class Problems:
    """Gathers the faults of one file, so that its author hears of all of them at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Problem] = []
        self._paths: set[str] = set()
        self._above: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def found(self) -> list[Problem]:
        """Every fault so far, in the order of the lines."""
        return sorted(self._found, key=lambda problem: problem.line)

    def add(self, line: int, path: str, message: str, **values: object) -> None:
        """Note a fault. `message` is one sentence that says how to mend it, with `%(name)s` for
        values; `path` is where in the file it is, empty for the file as a whole."""
        shown = {name: shorten(value) for name, value in values.items()}
        place = path or "file"
        self._found.append(Problem(message, file=self.file, line=line, path=place, **shown))
        self._paths.add(path)
        while path := path.rpartition("/")[0]:
            self._above.add(path)

    def about(self, path: str) -> bool:
        """Whether something is wrong with this part already."""
        return path in self._paths

    def within(self, path: str) -> bool:
        """Whether something is wrong with this part, or with a part of it, already."""
        return path in self._paths or path in self._above

    def raise_if_any(self) -> None:
        """Raises ProblemsFound with every fault so far, in the order of the lines."""
        if self._found:
            raise ProblemsFound(self.found)


def shorten(value: object) -> str:
    """A value as part of a one-line message: no line breaks or control characters, not too long."""
    text = "".join(letter if letter.isprintable() else " " for letter in str(value))
    return text if len(text) <= 80 else f"{text[:77]}..."


def closest(wanted: str, known: Iterable[str]) -> str | None:
    """What was probably meant by `wanted`, if anything known is close."""
    by_fold = {name.casefold().replace("_", "-"): name for name in known}
    folded = wanted[:80].strip().casefold().replace("_", "-").replace(" ", "-")
    near = difflib.get_close_matches(folded, by_fold, n=1, cutoff=0.7)
    return by_fold[near[0]] if near else None
