"""The JSON Schema of programme files: it takes what is read and refuses what is not."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmp.core.programme_file import Problems, read_nodes
from mmp.core.programme_file.values import read_value
from mmp.services.programme_files import programme_schema
from tests.support.programme_files import DEMOS, EXAMPLE, bring, empty_database, taken

HEAD = "mmp: 1\nprogramme: {slug: small, name: Small, zone: Europe/Stockholm}\n"


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(programme_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("file", (EXAMPLE, *DEMOS), ids=lambda file: file.stem)
def test_every_file_we_ship_fits(file: Path) -> None:
    assert list(_validator().iter_errors(_loaded(file.read_bytes()))) == []


def test_an_export_fits() -> None:
    with empty_database() as session:
        bring(session, EXAMPLE.read_bytes(), folder=EXAMPLE.parent, file=EXAMPLE.name)
        text = taken(session, "example-2026")
    assert list(_validator().iter_errors(_loaded(text.encode()))) == []


@pytest.mark.parametrize(
    "text",
    (
        HEAD + "peple: {}",
        HEAD + "people: {a: {name: A, country: Jordan}}",
        HEAD + "people: {a: {name: A, roles: [mentro]}}",
        HEAD + "events: {e: {title: E, when: 2026-10, join_link: 'javascript:alert(1)'}}",
        "mmp: 1\nprogramme: {slug: s, name: S}",
        HEAD + "events: {e: {title: E, when: {form: 2026-05-20}}}",
    ),
)
def test_what_is_refused_does_not_fit(text: str) -> None:
    assert list(_validator().iter_errors(_loaded(text.encode()))) != []


def _loaded(data: bytes) -> Any:
    node = read_nodes(data, Problems("p.yaml"))
    assert node is not None
    return read_value(node)
