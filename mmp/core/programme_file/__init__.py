"""The language of programme files: YAML with line marks in, YAML and JSON Schema out.

What a programme file holds is said by records of fields (`records.part`); these modules read, write
and describe any such record.
"""

from typing import Any

from mmp.core.programme_file.emitter import emit
from mmp.core.programme_file.nodes import Entries, Node, Scalar, read_nodes
from mmp.core.programme_file.problems import Problems
from mmp.core.programme_file.reader import FAILED, Reader
from mmp.core.programme_file.records import Item, Record

__all__ = ["FAILED", "Entries", "Node", "Problems", "Reader", "Scalar", "emit", "read_nodes"]


def json_schema(record: type[Item], title: str, about: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a file that holds this record.

    It describes the values as YAML 1.2 reads them, where a day or a clock time is a string.
    """
    defs: dict[str, Any] = {}
    reference = Record(record).schema(defs)["$ref"].rpartition("/")[2]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": about,
        **defs.pop(reference),
        "$defs": dict(sorted(defs.items())),
    }
