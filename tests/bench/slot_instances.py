"""Slot problems made by chance: mixed zones and weekends, spans over changes of the clocks."""

import random
from datetime import UTC, date, datetime, timedelta

from mmp.core.countries import weekend_of, zone_of
from tests.bench.naive_slots import Document

_CODES = "SE DE FR ES PL GR GB JO EG LB MA TN IQ DZ YE PS IR SY TR AE NP US"
_ZONES = {"US": ("America/New_York", "America/Los_Angeles")}


def instance(
    seed: int, *, people: int = 60, days: int = 14, step: int = 15, minutes: int = 90
) -> Document:
    """Twenty-eight busy spells a person in two weeks, five required people, and burdens."""
    chance = random.Random(f"slots {seed}")
    first = date(2026, 1, 1) + timedelta(days=chance.randrange(900))
    start = datetime(first.year, first.month, first.day, chance.choice((0, 0, 5, 22)), tzinfo=UTC)
    cells = days * 24 * 60 // step
    here = [chance.choice(_CODES.split()) for _ in range(people)]
    return {
        "problem": "slot",
        "start_utc": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "step_min": step,
        "cells": cells,
        "duration_cells": max(minutes // step, 1),
        "people": [
            {"country": code, "zone": zone_of(code) or chance.choice(_ZONES[code])} for code in here
        ],
        "holidays": {
            code: [
                (first + timedelta(days=day)).isoformat()
                for day in range(days + 1)
                if chance.random() < 0.06
            ]
            for code in set(here)
        },
        "weekend": {code: sorted(weekend_of(code)) for code in set(here)},
        "busy": [
            [person, chance.randrange(cells), chance.randint(2, 8)]
            for person in range(people)
            for _ in range(chance.randint(0, 2 * days))
        ],
        "required": chance.sample(range(people), min(5, people // 2)),
        "past_burden": [chance.randrange(5) for _ in range(people)],
    }
