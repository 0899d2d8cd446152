"""What people say of the slots, as often as they like until the poll is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mmp.core.errors import StaleEdit, UserError
from mmp.core.polls import Vote
from mmp.models import Answer, Response
from mmp.services import history
from mmp.services.polls import mails
from mmp.services.polls.reading import NOTE, Asked, one_at_a_time, votes_in
from mmp.services.polls.trail import KIND

LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Given:
    """Answers by the number of the slot, each with the instant that was seen; and a note."""

    votes: Mapping[int, tuple[Vote, datetime]]
    note: str = ""


def answer(session: Session, *, now: datetime, asked: Asked, given: Given) -> None:
    """Keep what somebody says; the latest word counts. The same once more changes nothing.

    Raises UserError where the poll is closed, a slot has no answer (field `votes`), or the note is
    too long (field `note`); StaleEdit where the hour of a slot has changed since they saw it.
    """
    poll, person = asked.poll, asked.guest.person
    one_at_a_time(session, poll)
    if not asked.is_open(now):
        raise UserError("This poll is closed, so answers are taken no more. Write to who sent it.")
    if any(one.slot.id not in given.votes for one in asked.slots):
        raise UserError(
            "Say something about each time, so that silence is no riddle.", field="votes"
        )
    if any(given.votes[one.slot.id][1] != one.starts_at for one in asked.slots):
        raise StaleEdit("The hour of a time has changed since you saw it; look at it once more.")
    note = given.note.strip()
    if len(note) > LONGEST_NOTE:
        raise UserError("Say it in 300 letters at most.", field="note")
    response = session.scalar(
        select(Response)
        .where(Response.form_id == poll.form_id, Response.person_id == person.id)
        .options(selectinload(Response.answers))
        .execution_options(populate_existing=True)
    )
    before = {number: voted.vote.value for number, voted in votes_in(poll, response).items()}
    if response is None:
        response = Response(submitted_at=now, person=person)
        poll.form.responses.append(response)
    response.submitted_at = now
    _fill(session, asked, response, given, note)
    session.flush()
    after = {number: vote.value for number, (vote, _at) in given.votes.items()}
    changes = {
        one.starts_at.isoformat(): [before.get(one.slot.id), after[one.slot.id]]
        for one in asked.slots
        if before.get(one.slot.id) != after[one.slot.id]
    }
    history.record(
        session,
        now=now,
        actor=person,
        programme=asked.event.programme,
        kind=KIND,
        uuid=poll.uuid,
        action="answered",
        changes=changes,
    )
    mails.take_back(session, now=now, event=asked.event, person=person)


def _fill(session: Session, asked: Asked, response: Response, given: Given, note: str) -> None:
    there = {row.question_id: row for row in response.answers}
    questions = {question.key: question for question in asked.poll.form.questions}
    wanted: dict[int, object] = {
        one.slot.question_id: {
            "answer": given.votes[one.slot.id][0].value,
            "starts_at": given.votes[one.slot.id][1].isoformat(),
        }
        for one in asked.slots
    }
    if note or questions[NOTE].id in there:
        wanted[questions[NOTE].id] = note
    by_id = {question.id: question for question in questions.values()}
    for number, value in wanted.items():
        if number in there:
            there[number].value = value
        else:
            response.answers.append(Answer(question=by_id[number], value=value))
