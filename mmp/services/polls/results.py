"""The result of a poll: who said what, the count of each slot, and what it would cost whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mmp.core import polls as rules
from mmp.core.polls import Count, Said, Vote
from mmp.core.slots.asking import Guest, cost_at
from mmp.core.working_time import Almanac, Hit, Kind, Rhythm, days_hits
from mmp.models import Event, Poll, PollGuest
from mmp.services import working_time
from mmp.services.polls.reading import (
    SlotNow,
    Voted,
    note_in,
    responses_of,
    slot_now,
    votes_in,
)
from mmp.services.polls.reminding import answered
from mmp.services.slot_finding.burdens import burdens


@dataclass(frozen=True, slots=True)
class Row:
    """One who is asked. `votes` and `costs` by the number of the slot; of a vote that was given to
    another hour than the slot has now, `again` holds the number."""

    guest: PollGuest
    votes: Mapping[int, Voted]
    again: frozenset[int]
    costs: Mapping[int, int]
    note: str
    answered_at: datetime | None
    complete: bool
    burden: int


@dataclass(frozen=True, slots=True)
class Result:
    """Everything answered so far."""

    slots: Sequence[SlotNow]
    rows: Sequence[Row]
    counts: Mapping[int, Count]
    best: frozenset[int]
    holidays: Mapping[int, Sequence[Hit]]
    """On the day of each slot, and whose they are."""

    @property
    def silent(self) -> list[Row]:
        """Whose answer is missing, or was given to another hour."""
        return [row for row in self.rows if not row.complete]

    def missing(self, slot: SlotNow) -> list[Row]:
        """Who said no to a slot."""
        return [row for row in self.rows if _vote(row, slot) is Vote.NO]


def result_of(
    session: Session, *, now: datetime, event: Event, poll: Poll, language: str = "en"
) -> Result:
    """How a poll stands. Five statements, whatever the rows."""
    responses = responses_of(session, poll)
    slots = [slot_now(slot) for slot in poll.slots]
    guests = sorted(poll.guests, key=lambda one: (not one.required, one.person.search, one.id))
    people = [guest.person for guest in guests]
    days, theirs = working_time.almanac(session, language), working_time.rhythms(session, people)
    paid = burdens(session, event=event, people=people, theirs=theirs, almanac=days, now=now)
    known: dict[tuple[Rhythm, int], int] = {}
    rows = []
    for guest, rhythm in zip(guests, theirs, strict=True):
        for one in slots:
            if (rhythm, one.slot.id) not in known:
                minutes = round((one.ends_at - one.starts_at).total_seconds() / 60)
                cost = cost_at(Guest(rhythm), one.starts_at, min(minutes, 24 * 60), days)
                known[rhythm, one.slot.id] = cost
        response = responses.get(guest.person_id)
        votes = votes_in(poll, response)
        rows.append(
            Row(
                guest,
                votes,
                frozenset(
                    one.slot.id
                    for one in slots
                    if one.slot.id in votes and votes[one.slot.id].starts_at != one.starts_at
                ),
                {one.slot.id: known[rhythm, one.slot.id] for one in slots},
                note_in(poll, response),
                response.submitted_at if response else None,
                answered(slots, votes),
                paid[guest.person_id].burden if guest.person_id in paid else 0,
            )
        )
    counts = {
        one.slot.id: rules.count(
            [
                Said(_vote(row, one), row.costs[one.slot.id], row.guest.required, row.burden)
                for row in rows
            ]
        )
        for one in slots
    }
    hits = {one.slot.id: _holidays(one, theirs, days) for one in slots}
    return Result(slots, rows, counts, rules.best(counts), hits)


def _holidays(slot: SlotNow, theirs: Sequence[Rhythm], days: Almanac) -> list[Hit]:
    first, last = slot.slot.starts_local.date(), slot.slot.ends_local.date()
    kinds = (Kind.HOLIDAY, Kind.HALF_HOLIDAY)
    return [hit for hit in days_hits(first, last, theirs, days) if hit.kind in kinds]


def _vote(row: Row, slot: SlotNow) -> Vote | None:
    """What counts: an answer to another hour than the slot has now does not."""
    number = slot.slot.id
    if number in row.again or number not in row.votes:
        return None
    return row.votes[number].vote
