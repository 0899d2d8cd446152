"""People in break-out groups whose record becomes part of another."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from mmp.models.breakouts import Breakout

_NAMING = ("settings", "draft", "undo", "redo")


def follow(session: Session, gone: UUID, kept: UUID) -> list[int]:
    """Name a record by the one it became part of, in wishes, drafts and the way back. A rule
    between the two goes: it would be about one person.

    Gives the numbers of those that did not name the other before, for `lead_back`."""
    alone = []
    for row in _naming(session, gone):
        if not any(str(kept) in json.dumps(getattr(row, name)) for name in _NAMING):
            alone.append(row.id)
        for name in _NAMING:
            setattr(row, name, _named_anew(getattr(row, name), str(gone), str(kept)))
        rules = {
            name: [pair for pair in row.settings[name] if pair[0] != pair[1]]
            for name in ("together", "apart")
            if name in row.settings
        }
        row.settings = row.settings | rules
    session.flush()
    return alone


def lead_back(session: Session, kept: UUID, back: UUID, numbers: Collection[int]) -> None:
    """Name by its own number again a record that was taken apart, in the groups that `follow` gave.
    What was said of the other since cannot be told apart, and goes with it."""
    for row in _naming(session, kept):
        for name in _NAMING if row.id in numbers else ():
            setattr(row, name, _named_anew(getattr(row, name), str(kept), str(back)))
    session.flush()


def _naming(session: Session, uuid: UUID) -> Sequence[Breakout]:
    session.flush()
    columns = (cast(getattr(Breakout, name), Text) for name in _NAMING)
    return session.scalars(
        select(Breakout).where(or_(*(one.contains(str(uuid)) for one in columns)))
    ).all()


def _named_anew(kept: Any, old: str, new: str) -> Any:
    """Public numbers are like nothing else, so that they can be looked for in the whole."""
    return json.loads(json.dumps(kept).replace(old, new))
