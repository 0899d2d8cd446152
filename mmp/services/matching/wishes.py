"""Wishes: a short form for the people of a round, and who has answered it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.translations import in_every_language
from mmp.core.errors import UserError
from mmp.core.mail import Link, Words
from mmp.core.texts import Translated
from mmp.models import (
    Form,
    Mail,
    Matching,
    Membership,
    OptOut,
    Person,
    Programme,
    Question,
    Response,
    Theme,
)
from mmp.models.enums import FormKind, MatchingState, MembershipStatus, QuestionKind
from mmp.services import outbox
from mmp.services.matching.people import people_of
from mmp.services.matching.rounds import note, save, still
from mmp.services.outbox import NewMail
from mmp.services.permissions import Actor

PURPOSE: Final = "wishes"
"""What the tokens of links to the form are derived from."""
MAIL: Final = "wishes_asked"
MOST_INTERESTS = 30
LONGEST = 120
_QUESTIONS: Final = (
    ("interests", QuestionKind.CHOICES, "What would you like to work on?"),
    ("languages", QuestionKind.CHOICES, "In which languages can you work?"),
    ("sector", QuestionKind.CHOICE, "In which sector do you work?"),
    ("hours", QuestionKind.CHOICES, "When can you usually talk?"),
    ("wished", QuestionKind.PERSON, "With whom would you like to work?"),
    ("unwanted", QuestionKind.PERSON, "With whom would you rather not work?"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who of a round has answered, and who has not; in the order of the round."""

    answered: Sequence[Person]
    silent: Sequence[Person]
    without_mail: Sequence[Person]
    """Those of the silent who have no address."""


def open_wishes(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    row: Matching,
    version: int,
    closes_at: datetime,
    interests: Sequence[Translated],
    ask: UUID,
) -> int:
    """Ask everybody in the round for their wishes until `closes_at`; or change until when and what
    is offered. Gives how many mails go out now; the same `ask` sends once.

    Raises StaleEdit, UserError (fields `closes_at`, `interests`).
    """
    still(row, version)
    if closes_at <= now:
        raise UserError("Choose a moment that is still to come.", field="closes_at")
    if len(interests) > MOST_INTERESTS or any(
        len(words) > LONGEST for text in interests for words in text.values()
    ):
        raise UserError(
            "Give at most %(most)s interests of at most %(letters)s letters, one on a line.",
            field="interests",
            most=MOST_INTERESTS,
            letters=LONGEST,
        )
    form = row.form or _form(row, now)
    row.form = form
    form.closes_at, form.changed_at = closes_at, now
    question = next(one for one in form.questions if one.key == "interests")
    question.options = _options(question, interests)
    row.state, row.changed_at = MatchingState.ASKING, now
    save(session)
    note(session, actor, now, row, "asked", {"closes_at": [None, closes_at.isoformat()]})
    return _send(session, now=now, row=row, ask=ask, again=False)


def remind(session: Session, *, actor: Actor, now: datetime, row: Matching, ask: UUID) -> int:
    """A mail to those who have not answered and want reminders; gives how many. The same `ask`
    sends once. Raises UserError where nobody is asked any more."""
    if not is_open(row, now):
        raise UserError("Nobody is asked for wishes at the moment.")
    count = _send(session, now=now, row=row, ask=ask, again=True)
    if count:
        note(session, actor, now, row, "reminded", {"people": [None, count]})
    return count


def is_open(row: Matching, now: datetime) -> bool:
    """Whether wishes are taken now."""
    form = row.form
    return bool(
        row.state is MatchingState.ASKING and form and form.closes_at and form.closes_at > now
    )


def standing(session: Session, row: Matching, people: Mapping[str, Person]) -> Standing:
    """Who has answered; one statement."""
    those = [people[uuid] for uuid in row.candidates if uuid in people]
    done = _answered(session, row)
    silent = [person for person in those if person.id not in done]
    return Standing(
        [person for person in those if person.id in done],
        silent,
        [person for person in silent if not person.email],
    )


def offered_interests(session: Session, row: Matching) -> list[Translated]:
    """What is offered as interests: as kept, else the programme's themes."""
    if row.form is not None:
        question = next(one for one in row.form.questions if one.key == "interests")
        return [option["text"] for option in question.options]
    themes = select(Theme.title).where(Theme.programme_id == row.programme_id).order_by(Theme.key)
    return list(session.scalars(themes))


def token_source(form: UUID, person: UUID) -> tuple[str, UUID]:
    """What the token of a person's link is derived from."""
    return PURPOSE, uuid5(form, str(person))


def _answered(session: Session, row: Matching) -> set[int]:
    if row.form_id is None:
        return set()
    numbers = select(Response.person_id).where(
        Response.form_id == row.form_id, Response.person_id.is_not(None)
    )
    return {number for number in session.scalars(numbers) if number is not None}


def _form(row: Matching, now: datetime) -> Form:
    form = Form(
        key=f"wishes-{row.uuid.hex[:12]}",
        kind=FormKind.WISHES,
        title=in_every_language("Your wishes"),
        opens_at=now,
        created_at=now,
        changed_at=now,
    )
    form.programme_id = row.programme_id
    for position, (key, kind, text) in enumerate(_QUESTIONS):
        form.questions.append(
            Question(key=key, position=position, kind=kind, text=in_every_language(text))
        )
    return form


def _options(question: Question, texts: Sequence[Translated]) -> list[dict[str, Any]]:
    """Each with a handle that stays with its text, so that answers keep their meaning."""
    known = {_plain(option["text"]): option["key"] for option in question.options}
    number = max([int(key[1:]) for key in known.values()], default=0)
    found: list[dict[str, Any]] = []
    for text in texts:
        key = known.get(_plain(text))
        if key is None:
            number += 1
            key = f"i{number}"
        if key not in {option["key"] for option in found}:
            found.append({"key": key, "text": dict(text)})
    return found


def _plain(text: Translated) -> str:
    return next(iter(text.values()), "").casefold()


def _send(session: Session, *, now: datetime, row: Matching, ask: UUID, again: bool) -> int:
    form = row.form
    assert form is not None  # it was opened
    session.flush()
    done = _answered(session, row)
    people = [one for one in people_of(session, row.candidates).values() if one.id not in done]
    told = set(
        session.scalars(
            select(Mail.person_id).where(
                Mail.kind == MAIL,
                Mail.programme_id == row.programme_id,
                Mail.dedupe_key.startswith(f"{MAIL}:{form.uuid}:"),
            )
        )
    )
    stays = set(
        session.scalars(
            select(Membership.person_id).where(
                Membership.programme_id == row.programme_id,
                Membership.status == MembershipStatus.ACTIVE,
            )
        )
    )
    silent = set(
        session.scalars(select(OptOut.person_id).where(OptOut.programme_id == row.programme_id))
    )
    wanted = [
        person
        for person in people
        if person.email and person.id in stays and (again or person.id not in told)
        if not (again and person.id in silent)
    ]
    mails = [_mail(form, row.programme, person, ask, again=again) for person in wanted]
    return len(outbox.enqueue_many(session, now=now, mails=mails))


def _mail(form: Form, programme: Programme, person: Person, ask: UUID, *, again: bool) -> NewMail:
    """To who is discreet nothing but that there is something to answer, behind the door."""
    path = f"/{{language}}/wishes/{form.uuid}/"
    source = token_source(form.uuid, person.uuid)
    page = Link(path) if person.discreet else Link(f"{path}{person.uuid}/{{token}}/", source)
    return NewMail(
        kind=MAIL,
        person_id=person.id,
        template=MAIL,
        dedupe_key=f"{MAIL}:{form.uuid}:{ask}:{person.uuid}",
        expires_at=form.closes_at,
        optional=again and not person.discreet,
        programme_id=None if person.discreet else programme.id,
        parameters={
            "again": again,
            "neutral": person.discreet,
            "about": None if person.discreet else Words(programme.name),
            "closes_at": form.closes_at,
            "page": page,
        },
    )
