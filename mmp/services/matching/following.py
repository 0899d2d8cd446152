"""People in the rounds of matching whose record goes: erased, or joined with another."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from mmp.models import Answer, Matching, Question
from mmp.models.enums import QuestionKind

_COUPLES = ("pins", "excluded", "before")


def forget(session: Session, uuid: UUID) -> None:
    """Take somebody out of every round and out of everybody's wishes."""
    _replace(session, str(uuid), None)


def follow(session: Session, gone: UUID, kept: UUID) -> None:
    """Name a record by the one it became part of. Where both are in a round the kept one stays as
    it is, and the pairs of the other are let go."""
    _replace(session, str(gone), str(kept))


def _replace(session: Session, old: str, new: str | None) -> None:
    session.flush()
    columns = (Matching.candidates, Matching.settings, Matching.draft)
    rows = session.scalars(
        select(Matching).where(or_(*(cast(one, Text).contains(old) for one in columns)))
    ).all()
    for row in rows:
        to = None if new in row.candidates else new
        row.candidates = _list(row.candidates, old, to)
        row.settings = _settings(row.settings, old, to)
        row.draft = _draft(row.draft, old, to)
    people = select(Question.id).where(Question.kind == QuestionKind.PERSON)
    answers = session.scalars(
        select(Answer).where(Answer.question_id.in_(people), cast(Answer.value, Text).contains(old))
    ).all()
    for answer in answers:
        if isinstance(answer.value, list):
            answer.value = _list(answer.value, old, new)
        elif answer.value == old:
            answer.value = new
    session.flush()


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
