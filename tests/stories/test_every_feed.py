"""Every feed of the demo, as programs that know nothing of ours read it."""

import warnings
from datetime import UTC, datetime
from functools import cache
from typing import Any

import ics
import pytest
import vobject
from flask.testing import FlaskClient
from ics.grammar.parse import ContentLine
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.models import AgendaItem, Event, Person
from mmp.services import feeds


def _vobject(text: str) -> dict[str, Any]:
    calendar = vobject.readOne(text)
    return {entry.uid.value: entry.dtstart.value for entry in calendar.contents.get("vevent", [])}


_parsed = cache(ContentLine.parse)
"""What ics makes of one line, most of which stand in every feed: it takes a millisecond for each.
"""


def _ics(text: str) -> dict[str, Any]:
    found = {}
    for entry in ics.Calendar(text).events:
        begin = entry.begin.datetime
        found[entry.uid] = begin.date() if entry.all_day else begin
    return found


@pytest.mark.parametrize("read", (_vobject, _ics))
def test_all_start_when_the_programme_says(
    demo: Session,
    client: FlaskClient,
    settings: Settings,
    clock: FixedClock,
    read: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ContentLine, "parse", _parsed)
    starts: dict[str, Any] = {}
    for row in (*demo.scalars(select(Event)), *demo.scalars(select(AgendaItem))):
        whole_days = isinstance(row, Event) and row.first_day
        starts[row.uid] = row.first_day if whole_days else row.starts_at
    people = demo.scalars(select(Person)).all()
    secret, now = settings.feed_secret, clock.now()
    made = [feeds.default_feed(demo, now=now, secret=secret, person=person) for person in people]
    demo.commit()
    entries = 0
    for feed in made:
        answer = client.get(f"/feeds/{feeds.token_of(secret, feed)}.ics")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs, about their own dependencies
            found = read(answer.text)
        for uid, start in found.items():
            instant = start.astimezone(UTC) if isinstance(start, datetime) else start
            assert instant == starts[uid]
        entries += len(found)
    assert entries > 3 * len(people)
