"""The `slot` files that `mmp solve` reads. Raises UserError with one sentence for what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from mmp.core import zones
from mmp.core.countries import weekend_of
from mmp.core.errors import UserError
from mmp.core.slots.grid import Grid, costs_in_zone, utc
from mmp.core.slots.search import Busy, Problem
from mmp.core.solver_files import FIELD_MISSING
from mmp.core.working_time.levels import REST, STANDARD

MOST_MINUTES = 24 * 60


def slot_problem(document: Mapping[str, Any]) -> tuple[Grid, Problem]:
    """The grid and the problem of a file. A country without a `weekend` has its own; without
    `holidays` none. `required`, `busy` and `past_burden` may be left out."""
    grid = Grid(
        utc(_text(document.get("start_utc"), "start_utc")),
        _whole(document.get("step_min"), "step_min", least=1),
        _whole(document.get("cells"), "cells", least=1),
    )
    duration = _whole(document.get("duration_cells"), "duration_cells", least=1)
    if duration * grid.step > MOST_MINUTES:
        raise UserError(
            "duration_cells is %(hours)s hours: nothing here lasts longer than a day.",
            field="duration_cells",
            hours=f"{duration * grid.step / 60:g}",
        )
    homes = list(_people(document))
    kinds = {home: number for number, home in enumerate(dict.fromkeys(homes))}
    days = _Days(document)
    return grid, Problem(
        kinds=np.stack([costs_in_zone(grid, zone, days.of(country)) for country, zone in kinds]),
        kind_of=tuple(kinds[home] for home in homes),
        duration=duration,
        busy=tuple(_busy(document)),
        required=frozenset(
            _whole(one, "required") for one in _list(document.get("required"), "required")
        ),
        burdens=tuple(
            _whole(one, "past_burden") for one in _list(document.get("past_burden"), "past_burden")
        ),
    )


class _Days:
    """The weekends and holidays a file gives."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.weekends = {
            country: frozenset(_weekday(one) for one in _list(days, "weekend"))
            for country, days in _by_country(document, "weekend")
        }
        self.holidays = {
            country: frozenset(_date(one) for one in _list(days, "holidays"))
            for country, days in _by_country(document, "holidays")
        }

    def of(self, country: str) -> _Levels:
        weekend = self.weekends.get(country)
        return _Levels(
            weekend_of(country) if weekend is None else weekend,
            self.holidays.get(country, frozenset()),
        )


class _Levels:
    """The levels of each local day of a country."""

    def __init__(self, weekend: frozenset[int], holidays: frozenset[date]) -> None:
        self.weekend, self.holidays = weekend, holidays

    def __call__(self, day: date) -> bytes:
        return REST if day.weekday() in self.weekend or day in self.holidays else STANDARD


def _people(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    people = document.get("people")
    if not isinstance(people, list) or not people:
        raise UserError(FIELD_MISSING, field="people", name="people", kind="a list of people")
    for number, person in enumerate(people):
        if not isinstance(person, Mapping):
            raise UserError(
                "Person %(person)s needs a country and a zone.", field="people", person=number
            )
        zone = _text(person.get("zone"), "zone")
        zones.zone(zone)
        yield _text(person.get("country", ""), "country"), zone


def _by_country(document: Mapping[str, Any], name: str) -> Iterator[tuple[str, object]]:
    rows = document.get(name)
    if rows is None:
        return
    if not isinstance(rows, Mapping):
        raise UserError(FIELD_MISSING, field=name, name=name, kind="an object by country")
    yield from rows.items()


def _busy(document: Mapping[str, Any]) -> Iterator[Busy]:
    for row in _list(document.get("busy"), "busy"):
        if not isinstance(row, list) or len(row) != 3:
            raise UserError(
                "busy must hold lists of a person, a first cell and a number of cells.",
                field="busy",
            )
        person, first, count = (_whole(value, "busy") for value in row)
        yield person, first, count


def _list(value: object, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise UserError(FIELD_MISSING, field=name, name=name, kind="a list")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise UserError(FIELD_MISSING, field=name, name=name, kind="a text")
    return value


def _whole(value: object, name: str, *, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**31:
        raise UserError(
            "%(name)s must be a whole number from %(least)s.", field=name, name=name, least=least
        )
    return value


def _weekday(value: object) -> int:
    found = _whole(value, "weekend")
    if found > 6:
        raise UserError("weekend counts the days from 0, Monday, to 6.", field="weekend")
    return found


def _date(value: object) -> date:
    try:
        return date.fromisoformat(_text(value, "holidays"))
    except ValueError:
        raise UserError(
            "%(text)s in holidays is no date: write it like 2026-10-15.",
            field="holidays",
            text=ascii(value)[:40],
        ) from None
