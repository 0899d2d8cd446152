"""YAML text as plain nodes that know their line; scalars stay the strings that were written.

YAML 1.1 reads `10:30` as 630 and `NO` as false. Here nothing is guessed: what a text means is said
by the field it stands in. Aliases, tags and second documents are refused, and so is whatever is too
large or too deep, before it costs memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from mmp.core.programme_file.problems import Problems

MAX_BYTES = 20 * 1024 * 1024
MAX_NODES = 1_000_000
MAX_DEPTH = 40

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written. `plain` is false where it stood in quotes or in a block."""

    line: int
    text: str
    plain: bool = True

    @property
    def null(self) -> bool:
        """Whether it says that there is nothing."""
        return self.plain and self.text in _PLAIN_NULLS


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """`key: value` lines, in order; no key stands there twice."""

    line: int
    pairs: tuple[tuple[Scalar, "Node"], ...]

    def get(self, key: str) -> "Node | None":
        """The node of a key."""
        return next((node for name, node in self.pairs if name.text == key), None)


Node = Scalar | Items | Entries


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    line: int
    mapping: bool
    nodes: list[Node] = field(default_factory=list)


class _Stop(Exception):
    """Nothing after this can be read."""

    def __init__(self, line: int, message: str, **values: object) -> None:
        super().__init__(message)
        self.line = line
        self.values = values


def read_nodes(data: bytes, problems: Problems) -> Node | None:
    """The nodes of a YAML file; None (and problems) where it cannot be read."""
    text = ""
    try:
        text = _decode(data)
        return _compose(yaml.parse(text, Loader=_Loader), problems)
    except _Stop as stop:
        problems.add(stop.line, "", str(stop), **stop.values)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        problems.add(line + 1, "", _hint(error, text.split("\n")[line : line + 1]))
    except yaml.YAMLError:
        # Only the reader's own errors carry no mark, and only for characters YAML has not.
        problems.add(
            _line_of_control(data),
            "",
            "A control character stands here; delete it.",
        )
    return None


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _Stop(1, "The file is larger than %(most)s MB; split it.", most=MAX_BYTES >> 20)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Stop(line, "This is not UTF-8 text; save the file as YAML in UTF-8.") from error


def _hint(error: yaml.MarkedYAMLError, lines: list[str]) -> str:
    why = (error.problem or "").replace("%", "%%")
    if "cannot start any token" in why and lines and "\t" in lines[0]:
        return "A tab stands where spaces belong; indent with spaces."
    if "mapping values" in why:
        return (
            "A colon is one too many here: indent this line like its neighbours, or put a text that"
            " holds a colon in quotes."
        )
    return f"This is not YAML ({why}); check the indentation, quotes and brackets up to here."


def _line_of_control(data: bytes) -> int:
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
        if any(not letter.isprintable() and letter not in "\t\r\ufeff" for letter in line):
            return number
    return 1


def _compose(events: Iterator[yaml.Event], problems: Problems) -> Node:
    """Build the nodes without recursion: a bomb of brackets meets MAX_DEPTH, not the stack."""
    stack: list[_Open] = [_Open(1, mapping=False)]
    count = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent) and stack[0].nodes:
            raise _Stop(line, "A second document begins here; leave one in the file.")
        if isinstance(event, yaml.NodeEvent):
            count += 1
            _refuse(event, line, depth=len(stack), count=count)
        match event:
            case yaml.ScalarEvent():
                plain = event.style in (None, "")
                stack[-1].nodes.append(Scalar(line, event.value, plain))
            case yaml.CollectionStartEvent():
                stack.append(_Open(line, mapping=isinstance(event, yaml.MappingStartEvent)))
            case yaml.CollectionEndEvent():
                done = stack.pop()
                stack[-1].nodes.append(_close(done, _path(stack), problems))
            case _:
                pass
    if not stack[0].nodes:
        raise _Stop(1, "The file is empty; begin with `mmp: 1` and `programme:`.")
    return stack[0].nodes[0]


def _refuse(event: yaml.NodeEvent, line: int, *, depth: int, count: int) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise _Stop(line, "The alias *%(name)s stands here; write it out.", name=event.anchor)
    if event.anchor is not None:
        raise _Stop(
            line,
            "The anchor &%(name)s stands here; delete it, or quote a text that begins with &.",
            name=event.anchor,
        )
    tag = getattr(event, "tag", None)
    if tag is not None and tag != "!":
        raise _Stop(
            line,
            "The tag %(tag)s stands here; delete it, or quote a text that begins with !.",
            tag=tag,
        )
    if depth > MAX_DEPTH:
        raise _Stop(line, "This is nested more than %(most)s deep; flatten it.", most=MAX_DEPTH)
    if count > MAX_NODES:
        raise _Stop(line, "The file holds more than %(most)s values; split it.", most=MAX_NODES)


def _path(stack: list[_Open]) -> str:
    """Where in the file the next node of the innermost part belongs."""
    names = []
    for part in stack[1:]:
        key = part.nodes[-1] if part.mapping and part.nodes else None
        names.append(key.text if isinstance(key, Scalar) else str(len(part.nodes) + 1))
    return "/".join(names)


def _close(done: _Open, path: str, problems: Problems) -> Node:
    if not done.mapping:
        return Items(done.line, tuple(done.nodes))
    pairs: dict[str, tuple[Scalar, Node]] = {}
    for key, node in zip(done.nodes[::2], done.nodes[1::2], strict=True):
        if not isinstance(key, Scalar):
            problems.add(key.line, path, "A key must be one word; put brackets in quotes.")
        elif key.text in pairs:
            problems.add(
                key.line,
                f"{path}/{key.text}" if path else key.text,
                "This key stands here twice, first in line %(first)s; delete or rename one.",
                first=pairs[key.text][0].line,
            )
        else:
            pairs[key.text] = (key, node)
    return Entries(done.line, tuple(pairs.values()))
