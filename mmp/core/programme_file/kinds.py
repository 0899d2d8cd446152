"""The kinds of values in a programme file: one class each says how it is read, written, described.

A kind's `read` takes a node and gives the typed value, or raises UserError with a sentence that
says how to mend it; kinds with parts note the faults of their parts themselves and give `FAILED`.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from mmp.core.errors import UserError
from mmp.core.ical.text import single_line
from mmp.core.programme_file.nodes import Items, Node, Scalar
from mmp.core.programme_file.problems import closest
from mmp.core.programme_file.reader import FAILED, Reader

HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
LARGEST = 2_147_483_647
LONGEST_LINE = 300
LONGEST_TEXT = 20_000
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\U000e0000-\U000e0fff]"
)
"""Letters that nobody sees, although Unicode counts them among letters, marks and symbols."""

Plain = Any
"""What JSON can hold: the form in which a value is written, to YAML and to the history."""


class Bare(str):
    """A string that YAML needs no quotes for, although it looks like a date or a number."""

    __slots__ = ()


class Kind:
    """How one value is read from a node, written as plain data and described in JSON Schema."""

    empty: Any = None
    """What an absent value or an explicit `null` means."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        """The typed value. Raises UserError."""
        if not isinstance(node, Scalar):
            raise UserError("One value belongs here, not a list or more lines.")
        return self.parse(check_text(node.text).strip(), reader)

    def parse(self, text: str, reader: Reader) -> Any:
        """The typed value of a scalar. Raises UserError."""
        raise NotImplementedError

    def plain(self, value: Any, language: str | None = None) -> Plain:
        """The value as it is written; `language` is the one that may stay unsaid."""
        return None if value is None else str(value)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        """JSON Schema of the value; records add themselves to `defs`."""
        return {"type": "string"}


def check_text(text: str) -> str:
    """The text, with one kind of line break. Raises UserError for control characters."""
    if _CONTROL.search(text.replace("\r\n", "\n")):
        raise UserError("A control character stands in this text; delete it.")
    return text.replace("\r\n", "\n")


def without_controls(text: str) -> str:
    """The text as it can be read again: kept texts may hold what a file must not."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing of it: blanks, marks of direction, combining marks."""
    return not any(
        unicodedata.category(letter)[0] in "LNPS" or unicodedata.category(letter) == "Cn"
        for letter in _BLANKS.sub("", text)
    )


def tidy(text: str, *, line: bool, longest: int) -> str:
    """A text as it is kept: one of which nobody sees anything is empty; `line` makes it one line.

    Raises UserError for control characters and where it is longer.
    """
    text = check_text(text)
    if is_blank(text):
        return ""
    if line:
        text = single_line(text)
    if len(text) > longest:
        raise UserError("At most %(most)s characters fit here; shorten it.", most=longest)
    return text


class Line(Kind):
    """A text without languages, on one line."""

    line = True

    def __init__(self, *, longest: int = LONGEST_LINE) -> None:
        self.longest = longest

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not isinstance(node, Scalar):
            raise UserError("One text belongs here, not a list or more lines.")
        return tidy(node.text, line=self.line, longest=self.longest) or None

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return None if value is None else without_controls(value)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}


class Prose(Line):
    """A text without languages, on as many lines as it needs."""

    line = False

    def __init__(self) -> None:
        super().__init__(longest=LONGEST_TEXT)


class Handle(Kind):
    """The word by which a thing is called in the file."""

    pattern = HANDLE

    def parse(self, text: str, reader: Reader) -> str:
        if not self.pattern.fullmatch(text):
            near = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
            if near and text.isascii() and HANDLE.fullmatch(near):
                raise UserError(
                    "“%(text)s” cannot be a handle; use small letters, digits and hyphens:"
                    " %(near)s.",
                    text=text,
                    near=near,
                )
            raise UserError(
                "“%(text)s” cannot be a handle; use small letters, digits and hyphens.", text=text
            )
        return text

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.pattern.pattern}$"}


class Code(Handle):
    """A word that the program knows, like `if_need_be`, or one that somebody chose."""

    pattern = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


class Ref(Handle):
    """The handle of something elsewhere in the file, in the section `to`."""

    def __init__(self, to: str) -> None:
        self.to = to

    def parse(self, text: str, reader: Reader) -> str:
        # What is no handle is nobody's: whoever looks for it says which one is close.
        return text or super().parse(text, reader)

    def read(self, node: Node, path: str, reader: Reader) -> str:
        handle = str(super().read(node, path, reader))
        reader.refer(self.to, handle, node.line, path)
        return handle


class Choice(Kind):
    """One word of a closed list."""

    def __init__(self, choices: type[StrEnum]) -> None:
        self.choices: Final = choices

    def parse(self, text: str, reader: Reader) -> StrEnum:
        try:
            return self.choices(text)
        except ValueError:
            words = [choice.value for choice in self.choices]
            if near := closest(text, words):
                raise UserError(
                    "“%(text)s” is not known here; did you mean %(near)s?", text=text, near=near
                ) from None
            raise UserError(
                f"“%(text)s” is not known here; use {', '.join(words)}.", text=text
            ) from None

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"enum": [choice.value for choice in self.choices]}


class Flag(Kind):
    """`true` or `false`."""

    empty = False

    def parse(self, text: str, reader: Reader) -> bool:
        if text.lower() not in ("true", "false"):
            raise UserError("Write true or false here, not “%(text)s”.", text=text)
        return text.lower() == "true"

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return value

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "boolean"}


class Whole(Kind):
    """A whole number."""

    def __init__(self, least: int = 0, most: int = LARGEST) -> None:
        self.least = least
        self.most = most

    def parse(self, text: str, reader: Reader) -> int:
        number = int(text) if re.fullmatch(r"-?[0-9]{1,10}", text) else None
        if number is None or not self.least <= number <= self.most:
            raise UserError(
                "“%(text)s” is not a whole number from %(least)s to %(most)s.",
                text=text,
                least=self.least,
                most=self.most,
            )
        return number

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return value

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class ListOf(Kind):
    """A list of values of one kind."""

    def __init__(self, kind: Kind, *, at_least: int = 0, usual: Iterable[Any] = ()) -> None:
        self.kind = kind
        self.at_least = at_least
        self.usual = tuple(usual)

    @property
    def empty(self) -> Any:  # a new list each time
        return list(self.usual)

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if not isinstance(node, Items):
            raise UserError("A list belongs here: [one, two], or one line with a hyphen for each.")
        if len(node.nodes) < self.at_least:
            raise UserError("At least %(least)s must stand here.", least=self.at_least)
        values = [
            reader.value(self.kind, part, f"{path}/{number}")
            for number, part in enumerate(node.nodes, start=1)
        ]
        return [value for value in values if value is not FAILED]

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return [self.kind.plain(part, language) for part in value]

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        least = {"minItems": self.at_least} if self.at_least else {}
        return {"type": "array", "items": self.kind.schema(defs), **least}
