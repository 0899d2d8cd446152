"""The slot search as its words say it, three loops in each other: what the quick one must equal."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Document = dict[str, Any]
Rows = list[list[int]]


def levels(document: Document) -> Rows:
    """What each cell costs each person."""
    start = datetime.fromisoformat(document["start_utc"])
    rows: Rows = []
    for person in document["people"]:
        rest = set(document["weekend"][person["country"]])
        holidays = set(document["holidays"][person["country"]])
        zone = ZoneInfo(person["zone"])
        row = []
        for cell in range(document["cells"]):
            at = (start + timedelta(minutes=document["step_min"] * cell)).astimezone(zone)
            hour = at.hour
            if at.weekday() in rest or at.date().isoformat() in holidays:
                row.append(9)
            elif 9 <= hour < 17:
                row.append(0)
            elif 8 <= hour < 9 or 17 <= hour < 19:
                row.append(1)
            elif 7 <= hour < 8 or 19 <= hour < 21:
                row.append(3)
            else:
                row.append(9)
        rows.append(row)
    for who, first, count in document["busy"]:
        for cell in range(first, min(first + count, document["cells"])):
            rows[who][cell] = 9
    return rows


def best(document: Document, rows: Rows) -> tuple[int, bool, int, int]:
    """The first cell of the best window, whether a required person misses it, how many do, and
    its sum of squares."""
    required = set(document["required"])
    found: tuple[bool, int, int, int] | None = None
    for first in range(document["cells"] - document["duration_cells"] + 1):
        absent, missing, fair = False, 0, 0
        for person, row in enumerate(rows):
            cost = 0
            for cell in range(first, first + document["duration_cells"]):
                cost = max(cost, row[cell])
            if cost == 9:
                missing += 1
                absent = absent or person in required
            fair += (document["past_burden"][person] + (4 if cost == 9 else cost)) ** 2
        if found is None or (absent, missing, fair, first) < found:
            found = absent, missing, fair, first
    assert found is not None
    absent, missing, fair, first = found
    return first, absent, missing, fair
