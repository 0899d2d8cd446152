"""People in the rounds of matching whose record goes: erased, or joined with another."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from mmp.models import Answer, Matching, Question
from mmp.models.enums import QuestionKind

_COUPLES = ("pins", "excluded", "before")
_IN_ROUNDS = (Matching.candidates, Matching.settings, Matching.draft)
_IN_ANSWERS = (Answer.value,)
Row = TypeVar("Row", Matching, Answer)


def forget(session: Session, uuid: UUID) -> None:
    """Take somebody out of every round and out of everybody's wishes."""
    _replace(session, str(uuid), None)


def follow(session: Session, gone: UUID, kept: UUID) -> dict[str, list[int]]:
    """Name a record by the one it became part of. Where both are in a round the kept one stays as
    it is, and the pairs of the other are let go.

    Gives the numbers of the rounds and answers that did not name the other before, for `lead_back`.
    """
    both = {row.id for row in _naming(session, Matching, _IN_ROUNDS, str(kept))}
    said = {row.id for row in _naming(session, Answer, _IN_ANSWERS, str(kept))}
    rounds, answers = _replace(session, str(gone), str(kept))
    return {
        "rounds": [row.id for row in rounds if row.id not in both],
        "answers": [row.id for row in answers if row.id not in said],
    }


def lead_back(
    session: Session, kept: UUID, back: UUID, numbers: Mapping[str, Collection[int]]
) -> None:
    """Name by its own number again a record that was taken apart, in the rows that `follow` gave.
    What was said of the other since cannot be told apart, and goes with it."""
    _replace(session, str(kept), str(back), only=numbers)


def _replace(
    session: Session,
    old: str,
    new: str | None,
    *,
    only: Mapping[str, Collection[int]] | None = None,
) -> tuple[Sequence[Matching], Sequence[Answer]]:
    rounds = _naming(session, Matching, _IN_ROUNDS, old, _of(only, "rounds"))
    for row in rounds:
        to = None if new in row.candidates else new
        row.candidates = _list(row.candidates, old, to)
        row.settings = _settings(row.settings, old, to)
        row.draft = _draft(row.draft, old, to)
    answers = _naming(session, Answer, _IN_ANSWERS, old, _of(only, "answers"))
    for answer in answers:
        if isinstance(answer.value, list):
            answer.value = _list(answer.value, old, new)
        elif answer.value == old:
            answer.value = new
    session.flush()
    return rounds, answers


def _of(numbers: Mapping[str, Collection[int]] | None, name: str) -> Collection[int] | None:
    return None if numbers is None else numbers.get(name, ())


def _naming(
    session: Session,
    kind: type[Row],
    columns: Sequence[Any],
    uuid: str,
    numbers: Collection[int] | None = None,
) -> Sequence[Row]:
    """Rows that name somebody, of these `numbers` if any are said; of answers those that can."""
    session.flush()
    named = select(kind).where(or_(*(cast(one, Text).contains(uuid) for one in columns)))
    if kind is Answer:
        people = select(Question.id).where(Question.kind == QuestionKind.PERSON)
        named = named.where(Answer.question_id.in_(people))
    if numbers is not None:
        named = named.where(kind.id.in_(numbers))
    return session.scalars(named).all()


def _list(values: Iterable[Any], old: str, new: str | None) -> list[Any]:
    found = [new if one == old else one for one in values]
    return [one for one in dict.fromkeys(found) if one is not None]


def _couples(couples: Iterable[Any], old: str, new: str | None) -> list[Any]:
    if new is None:
        return [couple for couple in couples if old not in couple]
    return [[new if one == old else one for one in couple] for couple in couples]


def _settings(kept: Mapping[str, Any], old: str, new: str | None) -> dict[str, Any]:
    found = {name: value for name, value in kept.items() if name != "run"}
    if "sides" in found:
        found["sides"] = {
            (new if uuid == old else uuid): side
            for uuid, side in found["sides"].items()
            if uuid != old or new is not None
        }
    return found | {name: _couples(kept[name], old, new) for name in _COUPLES if name in kept}


def _draft(kept: Mapping[str, Any], old: str, new: str | None) -> dict[str, Any]:
    """Without them, their row or column of the scores goes too."""
    found = dict(kept)
    for name in ("pairs", "pin_costs"):
        if name in found:
            found[name] = _couples(found[name], old, new)
    for name in ("rows", "columns"):
        if old not in found.get(name, ()):
            continue
        place = found[name].index(old)
        if new is not None:
            found[name] = _list(found[name], old, new)
            continue
        found[name] = [one for one in found[name] if one != old]
        scores = found.get("scores", [])
        if name == "rows":
            found["scores"] = [line for number, line in enumerate(scores) if number != place]
        else:
            found["scores"] = [[*line[:place], *line[place + 1 :]] for line in scores]
    return found
