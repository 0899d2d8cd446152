"""The history says everything in words of the reader's language."""

import ast
from pathlib import Path
from uuid import uuid4

from flask import Flask

import mmp.services
from mmp.models import Base, HistoryEntry
from mmp.services.privacy.traces import NOT_HANDED_OUT
from mmp.web.column_words import COLUMN_WORDS, is_for_people
from mmp.web.history_words import ACTIONS, KINDS, changes
from mmp.web.privacy_words import TABLES
from tests.support.factories import MADE_AT


def test_whatever_is_recorded_has_a_word() -> None:
    kinds, actions = set(), set()
    for path in Path(mmp.services.__path__[0]).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("record"):
                said = {one.arg: one.value for one in call.keywords}
                kinds |= _words(said.get("kind"))
                actions |= _words(said.get("action"))
    assert len(kinds) > 10
    assert kinds <= KINDS.keys()
    assert actions <= ACTIONS.keys()


def test_every_column_that_is_handed_out_has_a_name() -> None:
    """Name what is new in `COLUMN_WORDS`, or keep it for machines."""
    held = [table for name, table in Base.metadata.tables.items() if name in TABLES]
    assert len(held) > 30
    columns = {column.name for table in held for column in table.columns}
    handed_out = {one.rpartition(".")[2] for one in NOT_HANDED_OUT}
    nameless = {one for one in columns - handed_out if is_for_people(one)} - COLUMN_WORDS.keys()
    assert not nameless


def _words(value: ast.expr | None) -> set[str]:
    """What a word may be; nothing where that is worked out elsewhere."""
    either = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    return {one.value for one in either if isinstance(one, ast.Constant)}  # type: ignore[misc]


def test_what_lay_in_a_change_is_told_without_brackets(app: Flask) -> None:
    parts = [{"role": "mentor", "status": "active"}, {"role": "guest"}]
    entry = HistoryEntry(
        at=MADE_AT,
        subject_kind="person",
        subject_uuid=uuid4(),
        action="merged",
        changes={"membership": [parts, None], "by_hand": [False, True]},
    )
    with app.test_request_context("/en/"):
        assert changes(entry) == [
            ("Part in the programme", "mentor · active, guest", "–"),
            ("By hand", "no", "yes"),
        ]
