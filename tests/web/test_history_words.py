"""The history says everything in words of the reader's language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import Column, Table

import mmp.services
from mmp.core.mail import Reason, Result
from mmp.models import Base
from mmp.models.enums import ConsentPurpose, MembershipRole, RetainedKind
from mmp.services.privacy.traces import NOT_HANDED_OUT
from mmp.web import change_words, column_words
from mmp.web.column_words import COLUMN_WORDS, is_for_people
from mmp.web.history_words import ACTIONS, KINDS
from mmp.web.own_calendars import PROBLEMS
from mmp.web.privacy_words import TABLES


def test_whatever_is_recorded_has_a_word() -> None:
    kinds, actions, fields = set(), set(), set()
    for path in Path(mmp.services.__path__[0]).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            said = {one.arg: one.value for one in call.keywords}
            by = ast.unparse(call.func)
            if by.endswith(("record", "note")):
                kinds |= _words(said.get("kind"))
                actions |= _words(said.get("action"))
                actions |= {
                    one for arg in call.args for one in _words(arg) if not one.endswith("id")
                }
                fields |= {one for arg in (*call.args, said.get("changes")) for one in _keys(arg)}
    assert len(kinds) > 10
    assert kinds <= KINDS.keys()
    assert actions <= ACTIONS.keys()
    named = {*COLUMN_WORDS, *ConsentPurpose, *MembershipRole, *RetainedKind, "key"}
    assert {one for one in fields if is_for_people(one)} - named - change_words.WHOLE == set()


def _keys(value: ast.expr | None) -> set[str]:
    """The fields that a literal names."""
    keys = value.keys if isinstance(value, ast.Dict) else []
    return {one.value for one in keys if isinstance(one, ast.Constant)}  # type: ignore[misc]


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


ON, AT = "2026-09-24", "2026-06-19T08:00:00+00:00"
ROW = str(uuid4())


@pytest.mark.parametrize(
    ("changes", "told"),
    (
        (
            {"membership": [[{"role": "mentor", "status": "active", "uuid": ROW}], None]},
            "Part in the programme: Mentor · takes part → –",
        ),
        ({"by_hand": [False, True]}, "By hand: no → yes"),
        ({"removed": [{"entry": "invited"}, None], "together": [str(uuid4()), None]}, ""),
        ({"to": [None, ["lina", "erik"]]}, "To: Lina Haddad"),
        ({ROW: [1, 2]}, "Lina Haddad: 1 → 2"),
        ({"left_on": [None, ON]}, "Left on: 24 September 2026"),
        ({"closes_at": [None, AT]}, "Open until: 19 June 2026, 11:00, Amman time (UTC+3)"),
        ({AT: [None, "if_need_be"]}, "19 June 2026, 11:00, Amman time (UTC+3): if need be"),
        ({"parts": [{"mentor": {"status": "alumni", "ends_on": ON}}, None]},
         "Parts in the programme: Mentor (alumni · 24 September 2026) → –"),
        ({"when": [None, {"from": f"{ON}T14:00", "to": f"{ON}T16:00", "zone": "Asia/Amman"}]},
         "When: Thursday, 24 September 2026, 14:00–16:00, Amman time (UTC+3)"),
        ({"zone": ["Asia/Amman", "Africa/Cairo"]}, "Time zone: Amman → Cairo"),
        ({"speaker": [None, "left"]}, "Speaker: left"),
        ({"alumni_contact": [None, True]}, "Contact afterwards: yes"),
        ({"answer_notes": [3, 1]}, "Notes with answers: 3 → 1"),
        ({"key": ["week", "week"]}, "Rule: A first reminder → A first reminder"),
        ({"what": ["handed_over", None]}, "What was done: changed hands → –"),
        ({"attendance": ["none", "in_room"]}, "Was there: nothing noted → In the room"),
    ),
)  # fmt: skip
def test_changes_are_told_in_words(app: Flask, changes: dict[str, Any], told: str) -> None:
    names = dict.fromkeys(("lina", ROW), "Lina Haddad")
    with app.test_request_context("/en/"):
        lines = change_words.lines(changes, "Asia/Amman", names)
    assert "".join(f"{name}: {_arrow(before, after)}" for name, before, after in lines) == told


def _arrow(before: str, after: str) -> str:
    return after if before == "–" else f"{before} → {after}"


@pytest.mark.parametrize("language", ("ar", "fr"))
def test_no_column_shows_a_code(app: Flask, language: str) -> None:
    """Of all that is handed out: closed lists, days and moments, and the codes in plain columns."""
    raw: dict[str, Any] = {}
    with app.app_context(), force_locale(language):
        for table, column in _columns():
            for found in _samples(table, column):
                said = column_words.value(table.name, column.name, found, "Asia/Amman", there="UTC")
                if not said or said == found or re.search(r"\d{4}-\d\d|T\d\d:|_|/", said):
                    raw[f"{table.name}.{column.name}: {found}"] = said
    assert raw == {}


def _columns() -> Iterator[tuple[Table, Column[Any]]]:
    for name, table in Base.metadata.tables.items():
        for column in table.columns if name in TABLES else ():
            if f"{name}.{column.name}" not in NOT_HANDED_OUT and is_for_people(column.name):
                yield table, column


def _samples(table: Table, column: Column[Any]) -> list[Any]:
    """What stands in the column, as JSON; nothing of what people or mail servers wrote."""
    if (table.name, column.name) == ("consent", "purpose"):
        return []  # named in `PURPOSES`
    if kind := getattr(column.type, "enum_class", None):
        return [one.value for one in kind]
    match type(column.type).__name__:
        case "Boolean":
            return [True, False]
        case "Date":
            return [ON]
        case "UTCDateTime":
            return [AT]
        case "WallDateTime":
            return [AT.removesuffix("+00:00")]
        case "String":
            return CODES.get(f"{table.name}.{column.name}", CODES.get(column.name, []))
        case _:
            return []


CODES: dict[str, list[str]] = {
    "busy_calendar.problem": list(PROBLEMS),
    "country": ["JO", "PS"],
    "delivery.reason": ["taken_off", "overdue"],
    "inbound_mail.reason": ["stranger", "too_deep"],
    "locale": ["ar_JO", "fr"],
    "mail.kind": ["poll_thanks", "nobody_knows"],
    "mail.reason": [*Reason, "not_true_any_more"],
    "mail_attempt.result": list(Result),
    "rule": ["week", "own-1"],
    "zone": ["Asia/Hebron", "Africa/Cairo"],
}
TYPED = {"address", "browser", "filename", "name", "sender", "tag", "email", "action"}
"""Names, addresses and what browsers say of themselves; actions are looked at above."""


def test_every_plain_column_is_known_to_hold_codes_or_not() -> None:
    """Name it among the `CODES`, with its words, or among what is `TYPED`."""
    plain = {
        column.name: f"{table.name}.{column.name}"
        for table, column in _columns()
        if type(column.type).__name__ == "String"
    }
    known = {one.rpartition(".")[2] for one in CODES}
    assert {full for name, full in plain.items() if name not in known | TYPED} == set()


def test_changes_point_in_the_direction_of_reading(app: Flask) -> None:
    entry = {"speaker": ["active", "left"]}
    for path, arrow in (("/ar/", "←"), ("/fr/", "→")):
        with app.test_request_context(path):
            app.preprocess_request()
            assert f" {arrow} " in change_words.in_one(entry, "UTC")
