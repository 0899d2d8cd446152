"""People in break-out groups whose record becomes part of another."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from mmp.models.breakouts import Breakout

_NAMING = ("settings", "draft", "undo", "redo")


def follow(session: Session, gone: UUID, kept: UUID) -> None:
    """Name a record by the one it became part of, in wishes, drafts and the way back. A rule
    between the two goes: it would be about one person."""
    session.flush()
    columns = (getattr(Breakout, name) for name in _NAMING)
    rows = session.scalars(
        select(Breakout).where(or_(*(cast(one, Text).contains(str(gone)) for one in columns)))
    ).all()
    for row in rows:
        for name in _NAMING:
            setattr(row, name, _named_anew(getattr(row, name), str(gone), str(kept)))
        rules = {
            name: [pair for pair in row.settings[name] if pair[0] != pair[1]]
            for name in ("together", "apart")
            if name in row.settings
        }
        row.settings = row.settings | rules
    session.flush()


def _named_anew(kept: Any, old: str, new: str) -> Any:
    """Public numbers are like nothing else, so that they can be looked for in the whole."""
    return json.loads(json.dumps(kept).replace(old, new))
