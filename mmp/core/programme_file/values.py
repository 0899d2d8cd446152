"""Values whose kind no field knows: answers, and what the history says of a change."""

import math
import re
from typing import Any

from mmp.core.errors import UserError
from mmp.core.programme_file.kinds import check_text, without_controls
from mmp.core.programme_file.nodes import Entries, Items, Node, Scalar

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(
    r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]{1,3})?|-?[1-9][0-9]*[eE][-+]?[0-9]{1,3}"
)


def read_value(node: Node) -> Any:
    """As JSON would: `true`, `null` and numbers without quotes are no strings; all else is.

    Raises UserError for control characters.
    """
    match node:
        case Scalar():
            return _scalar(node)
        case Items():
            return [read_value(part) for part in node.nodes]
        case Entries():
            return {check_text(key.text): read_value(part) for key, part in node.pairs}


def _scalar(node: Scalar) -> Any:
    if node.null:
        return None
    if node.plain and node.text in ("true", "false"):
        return node.text == "true"
    if node.plain and _INTEGER.fullmatch(node.text):
        return int(node.text)
    if node.plain and _DECIMAL.fullmatch(node.text):
        number = float(node.text)
        if math.isinf(number):
            raise UserError("“%(text)s” is too large; put it in quotes.", text=node.text)
        return number
    return check_text(node.text)


def write_value(value: Any) -> Any:
    """The value such that `read_value` gives it back."""
    match value:
        case dict():
            return {without_controls(str(key)): write_value(part) for key, part in value.items()}
        case list() | tuple():
            return [write_value(part) for part in value]
        case str():
            return without_controls(value)
        case float() if not math.isfinite(value):
            return None
        case _:
            return value
