"""What is known of the people of a round, as scores take it: their wishes, else their record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mmp.core.matching import hours
from mmp.core.matching.scoring import Candidate
from mmp.core.working_time import Almanac, Week
from mmp.core.working_time.levels import REST, STANDARD
from mmp.core.zones import day_in_zone
from mmp.models import Matching, Person, Question, Response
from mmp.services.matching.people import people_of
from mmp.services.working_time import rhythms

Answers = Mapping[str, Any]
"""By the question's key."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The people of a round by uuid, what they answered, and how the scores see them."""

    people: Mapping[str, Person]
    answers: Mapping[str, Answers]
    candidates: Mapping[str, Candidate]


def facts_of(session: Session, row: Matching, *, now: datetime) -> Facts:
    """Of everybody in a round who is still there. Four statements for five hundred people."""
    people = people_of(session, row.candidates)
    answers = answers_of(session, row, people)
    numbers = {uuid: person.id for uuid, person in people.items()}
    weeks = _hours(session, list(people.values()), now)
    return Facts(
        people,
        answers,
        {
            uuid: _candidate(person, answers.get(uuid, {}), numbers, weeks[person.id], now)
            for uuid, person in people.items()
        },
    )


def answers_of(
    session: Session, row: Matching, people: Mapping[str, Person]
) -> Mapping[str, Answers]:
    """What these people answered, by uuid; two statements."""
    if row.form_id is None:
        return {}
    names = {person.id: uuid for uuid, person in people.items()}
    questions = session.execute(
        select(Question.id, Question.key).where(Question.form_id == row.form_id)
    )
    keys = {question.id: question.key for question in questions}
    rows = session.scalars(
        select(Response)
        .where(Response.form_id == row.form_id, Response.person_id.is_not(None))
        .options(selectinload(Response.answers))
    )
    return {
        names[one.person_id]: {keys[each.question_id]: each.value for each in one.answers}
        for one in rows
        if one.person_id in names
    }


def _candidate(
    person: Person,
    given: Answers,
    numbers: Mapping[str, int],
    week: frozenset[int],
    now: datetime,
) -> Candidate:
    ticked = hours.of_ticks(given.get("hours") or ())
    today = day_in_zone(now, person.zone)
    return Candidate(
        id=person.id,
        languages=frozenset(given.get("languages") or person.languages),
        interests=frozenset(given.get("interests") or ()),
        sector=given.get("sector") or (person.group.value if person.group else ""),
        hours=hours.in_utc(ticked, person.zone, today) if ticked else week,
        wished=tuple(numbers[one] for one in given.get("wished") or () if one in numbers),
        unwanted=frozenset(numbers[one] for one in given.get("unwanted") or () if one in numbers),
    )


def _hours(
    session: Session, people: Sequence[Person], now: datetime
) -> Mapping[int, frozenset[int]]:
    """When each of them usually works, by UTC."""
    almanac, weeks = Almanac(), {}
    found = {}
    for person, rhythm in zip(people, rhythms(session, people), strict=True):
        key = (rhythm.week, person.country if rhythm.week is None else None, person.zone)
        if key not in weeks:
            week = rhythm.week or _usual_week(almanac, person.country)
            today = day_in_zone(now, person.zone)
            weeks[key] = hours.in_utc(hours.of_week(week), person.zone, today)
        found[person.id] = weeks[key]
    return found


def _usual_week(almanac: Almanac, country: str | None) -> Week:
    monday = date(2026, 6, 1)
    return Week.of(
        tuple(
            REST if almanac.day(country, monday.replace(day=1 + step)).weekend else STANDARD
            for step in range(7)
        )
    )
