"""Typing over cells and deciding about rows: of two who do so at once, none loses anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mmp.models import PeopleImport
from mmp.services.people_import.checking import NEW, OVER, ROW, SAME, SKIP
from mmp.services.people_import.words import HEADERS

LONGEST = 2_000
_THEIR_OWN = frozenset(("name", "first_name", "last_name", "name_native", "email", "partner"))


@dataclass(frozen=True, slots=True)
class Typed:
    """One field of the page: what it showed, and what was typed."""

    before: str
    now: str


@dataclass(slots=True)
class Clash:
    """What somebody else typed meanwhile into what was typed here too."""

    cells: dict[tuple[int, str], str] = field(default_factory=dict)
    decisions: dict[int, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.cells or self.decisions)


def mend(
    session: Session,
    *,
    now: datetime,
    draft: PeopleImport,
    shown: Mapping[tuple[int, str], str],
    cells: Mapping[tuple[int, str], Typed],
    decisions: Mapping[int, Typed],
) -> Clash:
    """Keep what was typed over cells and decided about rows. `shown` is what the cells hold now.

    Where somebody else changed the same meanwhile nothing of it is kept: the clash tells theirs.
    """
    clash = Clash()
    mended: dict[str, Any] = {row: dict(names) for row, names in draft.mended.items()}
    for (number, name), typed in cells.items():
        there = shown.get((number, name), "")
        if typed.now == typed.before or name not in HEADERS:
            continue
        if there not in (typed.before, typed.now):
            clash.cells[number, name] = there
        elif there != typed.now:
            mended.setdefault(str(number), {})[name] = typed.now[:LONGEST]
    decided = dict(draft.decisions)
    for number, typed in decisions.items():
        said = decided.get(str(number), "")
        if typed.now == typed.before or not is_decision(typed.now):
            continue
        if said not in (typed.before, typed.now):
            clash.decisions[number] = said
        else:
            decided[str(number)] = typed.now
    _keep(session, now, draft, mended, {row: said for row, said in decided.items() if said})
    return clash


def alike(
    cells: Mapping[tuple[int, str], Typed], faulty: Mapping[tuple[int, str], str]
) -> Mapping[tuple[int, str], Typed]:
    """Faulty cells in which nothing was typed, with what was typed over the same words of the same
    column. `faulty` is what they hold. Names and addresses are each person's own, and words that
    became two different things in two rows are left as they are."""
    meant: dict[tuple[str, str], set[str]] = {}
    for (_, name), typed in cells.items():
        if typed.now != typed.before and name not in _THEIR_OWN:
            meant.setdefault((name, typed.before), set()).add(typed.now)
    found = {}
    for at, text in faulty.items():
        same = meant.get((at[1], text), set())
        if len(same) == 1 and (at not in cells or cells[at].now == cells[at].before):
            found[at] = Typed(text, *same)
    return found


def decide_new(session: Session, *, now: datetime, draft: PeopleImport, rows: list[int]) -> None:
    """Say of all these rows that they are somebody new."""
    decided = dict(draft.decisions) | {str(number): NEW for number in rows}
    _keep(session, now, draft, dict(draft.mended), decided)


def is_decision(text: str) -> bool:
    """Whether this is something that can be decided about a row; empty takes it back."""
    kind, _, whom = text.partition(":")
    return (kind in ("", NEW, SKIP) and not whom) or (kind in (SAME, OVER, ROW) and bool(whom))


def _keep(
    session: Session,
    now: datetime,
    draft: PeopleImport,
    mended: dict[str, Any],
    decisions: dict[str, Any],
) -> None:
    if (mended, decisions) == (draft.mended, draft.decisions):
        return
    draft.mended, draft.decisions, draft.changed_at = mended, decisions, now
    session.flush()
