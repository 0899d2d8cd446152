"""Plain data as YAML that is pleasant to read and to edit.

Blocks, with short mappings and lists on one line where they fit; no anchors, no folding. Every text
that a YAML parser of either version might take for something else stands in quotes.
"""

import json
import re
from typing import Any

import yaml
from yaml.resolver import Resolver

from mmp.core.programme_file.kinds import Bare

WIDTH = 100
_OPEN_LEVELS = 1
"""Outer levels that are never written on one line: the sections of the file."""
_LONG_ENTRY = 8
"""From so many lines on, the things of a section are parted by empty lines."""
_INVISIBLE = re.compile(r"[\u00a0\u202f\u200c-\u200f]")
_NUMBER_LIKE = re.compile(r"[-+.]?[0-9][0-9a-fA-FxXoO_.,:+TtZz-]*|[-+]?\.(inf|nan)", re.IGNORECASE)
_NOT_FIRST = set("-?:,[]{}#&*!|>'\"%@`=<~ ")
_STRING = "tag:yaml.org,2002:str"
_resolver: Any = Resolver()


def emit(document: dict[str, Any]) -> str:
    """A document as YAML text. Sections are parted by an empty line."""
    sections = [["", *_entry(key, value, 0)] for key, value in document.items()]
    return "\n".join([line for section in sections for line in section][1:]) + "\n"


def _parted(entries: list[list[str]]) -> list[list[str]]:
    if max(map(len, entries)) < _LONG_ENTRY:
        return entries
    return [entries[0], *(["", *entry] for entry in entries[1:])]


def _entry(key: str, value: Any, level: int) -> list[str]:
    """`key: value` at a level, two spaces for each."""
    return _after(f"{'  ' * level}{_scalar(key, flow=True)}:", value, level + 1)


def _after(head: str, value: Any, level: int) -> list[str]:
    """A value after its key or hyphen, on the same line if it fits."""
    if isinstance(value, str) and (block := _literal(value, level)):
        return [f"{head} {block[0]}", *block[1:]]
    if not isinstance(value, dict | list) or not value:
        return [f"{head} {_flow(value, nested=False)}"]
    if level > _OPEN_LEVELS:
        short = _short(head, value)
        if short is not None:
            return [short]
    if isinstance(value, dict):
        entries = [_entry(key, part, level) for key, part in value.items()]
        if level == 1 and all(isinstance(part, dict) for part in value.values()):
            entries = _parted(entries)
        return [head, *(line for entry in entries for line in entry)]
    return [head, *(line for part in value for line in _list_item(part, level))]


def _short(head: str, value: Any) -> str | None:
    line = f"{head} {_flow(value, nested=True)}"
    return line if len(line) <= WIDTH and "\n" not in line else None


def _list_item(value: Any, level: int) -> list[str]:
    head = f"{'  ' * level}-"
    if not isinstance(value, dict) or not value:
        return _after(head, value, level + 1)
    short = _short(head, value)
    if short is not None:
        return [short]
    lines = [line for key, part in value.items() for line in _entry(key, part, level + 1)]
    return [f"{head} {lines[0].lstrip(' ')}", *lines[1:]]


def _flow(value: Any, *, nested: bool) -> str:
    match value:
        case dict():
            parts = (
                f"{_scalar(key, flow=True)}: {_flow(v, nested=True)}" for key, v in value.items()
            )
            return f"{{{', '.join(parts)}}}"
        case list():
            return f"[{', '.join(_flow(part, nested=True) for part in value)}]"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _decimal(value)
        case _:
            return _scalar(value, flow=nested)


def _decimal(value: float) -> str:
    # JSON's spelling of 1e16 has no point, which YAML 1.1 would take for a word.
    text = json.dumps(value)
    return text if "." in text else text.replace("e", ".0e")


def _scalar(text: str, *, flow: bool) -> str:
    if isinstance(text, Bare) or _needs_no_quotes(text, flow=flow):
        return str(text)
    return _quoted(text)


def _needs_no_quotes(text: str, *, flow: bool) -> bool:
    if not text or text[0] in _NOT_FIRST or text[-1] in " :" or ": " in text or " #" in text:
        return False
    if not all(letter.isprintable() or _INVISIBLE.match(letter) for letter in text):
        return False
    if flow and any(letter in text for letter in ",[]{}:"):
        return False
    if (
        text.startswith(("---", "..."))
        or _NUMBER_LIKE.fullmatch(text)
        or text in ("y", "Y", "n", "N")
    ):
        return False
    return bool(_resolver.resolve(yaml.ScalarNode, text, (True, False)) == _STRING)


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter in "\n\t":
        return "\\n" if letter == "\n" else "\\t"
    if letter.isprintable() or _INVISIBLE.match(letter):
        return letter
    code = ord(letter)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _literal(text: str, level: int) -> list[str] | None:
    """Several lines as a block, if they come back from it unchanged."""
    body, ending = (text[:-1], "|") if text.endswith("\n") else (text, "|-")
    lines = body.split("\n")
    if len(lines) < 2 or not lines[0] or not lines[-1] or isinstance(text, Bare):
        return None
    for line in lines:
        if line != line.strip(" ") and (line.endswith(" ") or line is lines[0] or not line.strip()):
            return None
        if not all(letter.isprintable() or _INVISIBLE.match(letter) for letter in line):
            return None
    return [ending, *(f"{'  ' * level}{line}" if line else "" for line in lines)]
