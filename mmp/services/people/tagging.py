"""Words that a programme's coordinators keep with people, to find them by."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import Person, PersonTag, Programme
from mmp.services.people.editing import Done, note
from mmp.services.permissions import Actor

LONGEST: Final = 40


def tidy_tag(text: str) -> str:
    """A tag as it is kept. Raises UserError (field `tag`)."""
    tag = " ".join(text.split())
    if not tag:
        raise UserError("Write the word to tag them with.", field="tag")
    if len(tag) > LONGEST or "\0" in tag:
        raise UserError("Use at most %(most)d letters.", field="tag", most=LONGEST)
    return tag


def tag_people(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    people: Sequence[Person],
    tag: str,
) -> Done:
    """Give these people a tag; gives those who had it not. Raises UserError (field `tag`)."""
    word = tidy_tag(tag)
    there = _tagged(session, programme, word)
    wanted = [person for person in people if person.id not in there]
    session.add_all(
        PersonTag(programme_id=programme.id, person_id=person.id, tag=word) for person in wanted
    )
    session.flush()
    return _note(session, actor, now, programme, wanted, [None, word])


def untag_people(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    people: Sequence[Person],
    tag: str,
) -> Done:
    """Take a tag away from these people; gives those who had it."""
    word = tidy_tag(tag)
    there = _tagged(session, programme, word)
    wanted = [person for person in people if person.id in there]
    numbers = [person.id for person in wanted]
    for start in range(0, len(numbers), 500):
        session.execute(
            delete(PersonTag).where(
                PersonTag.programme_id == programme.id,
                PersonTag.tag == word,
                PersonTag.person_id.in_(numbers[start : start + 500]),
            )
        )
    return _note(session, actor, now, programme, wanted, [word, None])


def _tagged(session: Session, programme: Programme, tag: str) -> set[int]:
    rows = select(PersonTag.person_id).where(
        PersonTag.programme_id == programme.id, PersonTag.tag == tag
    )
    return set(session.scalars(rows))


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    people: Sequence[Person],
    change: list[str | None],
) -> Done:
    done, mark = Done(), str(uuid4())
    action = "tagged" if change[0] is None else "untagged"
    changes = {"tag": change, "together": [mark, None]}
    for person in people:
        done.add(person, note(session, actor, now, programme, person, action, changes))
    session.flush()
    return done
