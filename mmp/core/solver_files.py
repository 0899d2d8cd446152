"""The files that `mmp solve` reads: their forms, and answers in the form they ask for.

A number that is no number, a name twice or a missing field is a UserError with one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmp.core.breakouts.problem import Plan, Problem
from mmp.core.errors import UserError

ATTRIBUTES = ("region", "gender", "stake")
FIELD_MISSING = "The file lacks %(name)s, or it is not %(kind)s."


def problem_of(document: object) -> str:
    """Which problem a file poses."""
    if not isinstance(document, Mapping):
        raise UserError("The file must hold one JSON object.")
    name = document.get("problem")
    if not isinstance(name, str):
        raise UserError("The file does not say which problem it poses: give problem.")
    return name


def groups_problem(document: Mapping[str, Any]) -> Problem:
    """The problem of a `groups` file, in either form. Raises UserError."""
    return _with_people(document) if "n" in document else _only_sizes(document)


def _only_sizes(document: Mapping[str, Any]) -> Problem:
    people, groups, size, rounds = (
        _count(document, name) for name in ("people", "groups", "size", "rounds")
    )
    _fits(people, groups, rounds)
    if not (size - 1) * groups < people <= size * groups:
        raise UserError(
            "%(groups)s groups of %(size)s are not %(people)s people.",
            groups=groups,
            size=size,
            people=people,
        )
    everyone = tuple(range(people))
    past: Plan = ()
    if document.get("round1_fixed") is not None:
        first = _list(document, "round1_fixed")
        past = (tuple(tuple(_numbers(group, "round1_fixed")) for group in first),)
        if sorted(one for group in past[0] for one in group) != list(everyone):
            raise UserError("round1_fixed must hold everybody exactly once.", field="round1_fixed")
    return Problem(
        people=people, groups=groups, present=(everyone,) * (rounds - len(past)), past=past
    )


def _with_people(document: Mapping[str, Any]) -> Problem:
    people, groups, rounds = (_count(document, name) for name in ("n", "groups", "R"))
    _fits(people, groups, rounds)
    can = _each(document, "fac", people)
    apart = set(_pairs(document, "never"))
    together = set(_pairs(document, "must"))
    apart.update(_partners(document, people))
    return Problem(
        people=people,
        groups=groups,
        present=_present(document, people, rounds),
        attributes=tuple(row for name in ATTRIBUTES if (row := _each(document, name, people))),
        languages=_each(document, "langs", people),
        facilitators=frozenset(one for one, yes in enumerate(can) if yes) if can else None,
        apart=frozenset(apart),
        together=frozenset(together),
    )


def _fits(people: int, groups: int, rounds: int) -> None:
    """Before anything of that size is made."""
    everyone = (tuple(range(people)),) if people <= 5_000 else ()
    Problem(people=people, groups=groups, present=everyone * min(rounds, 61))


def _present(document: Mapping[str, Any], people: int, rounds: int) -> tuple[tuple[int, ...], ...]:
    attend = document.get("attend", "all")
    if attend == "all":
        return (tuple(range(people)),) * rounds
    if not isinstance(attend, list) or len(attend) != rounds:
        raise UserError(
            'attend must be "all" or one list of people for each of the %(rounds)s rounds.',
            field="attend",
            rounds=rounds,
        )
    return tuple(tuple(_numbers(row, "attend")) for row in attend)


def _partners(document: Mapping[str, Any], people: int) -> set[tuple[int, int]]:
    rows = document.get("partner")
    if rows is None:
        return set()
    if not isinstance(rows, list) or len(rows) != people:
        raise UserError("partner must have one entry for each person.", field="partner")
    found = set()
    for one, entry in enumerate(rows):
        others = entry if isinstance(entry, list) else [entry]
        for other in others:
            if other is None or other == -1:
                continue
            (partner,) = _numbers([other], "partner")
            found.add((min(one, partner), max(one, partner)))
    return found


def _pairs(document: Mapping[str, Any], name: str) -> list[tuple[int, int]]:
    rows = document.get(name) or []
    if not isinstance(rows, list):
        raise UserError(FIELD_MISSING, name=name, kind="a list of pairs")
    found = []
    for row in rows:
        pair = _numbers(row, name)
        if len(pair) != 2:
            raise UserError("%(name)s must hold pairs of two people.", field=name, name=name)
        found.append((min(pair), max(pair)))
    return found


def _each(document: Mapping[str, Any], name: str, people: int) -> tuple[int, ...]:
    rows = document.get(name)
    if rows is None:
        return ()
    numbers = _numbers(rows, name)
    if len(numbers) != people:
        raise UserError(
            "%(name)s has %(values)s values for %(people)s people.",
            field=name,
            name=name,
            values=len(numbers),
            people=people,
        )
    return tuple(numbers)


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    rows = document.get(name)
    if not isinstance(rows, list):
        raise UserError(FIELD_MISSING, field=name, name=name, kind="a list")
    return rows


def _numbers(row: object, name: str) -> list[int]:
    if not isinstance(row, list) or any(
        (isinstance(value, bool) and name != "fac") or not isinstance(value, int) or value < 0
        for value in row
    ):
        raise UserError("%(name)s must hold whole numbers from 0.", field=name, name=name)
    return [int(value) for value in row]


def _count(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UserError(FIELD_MISSING, field=name, name=name, kind="a whole number from 1")
    return value


def scores_of(document: Mapping[str, Any]) -> list[list[float | None]]:
    """The scores of a `pairs` file, None where excluded. Raises UserError."""
    rows = _list(document, "score")
    for number, row in enumerate(rows):
        if not isinstance(row, list):
            raise UserError("Row %(row)s of score is not a list.", field="score", row=number)
        for column, score in enumerate(row):
            if score is not None and (
                isinstance(score, bool) or not isinstance(score, int | float)
            ):
                raise UserError(
                    "The score of row %(row)s and column %(column)s is neither a number nor null.",
                    field="score",
                    row=number,
                    column=column,
                )
    return rows
