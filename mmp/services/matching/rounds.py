"""Rounds of matching: begun with people of the programme, changed, let go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, raiseload
from sqlalchemy.orm.exc import StaleDataError

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.matching.scoring import PRESETS, Weights
from mmp.models import Form, Matching, Programme
from mmp.models.enums import MatchingState
from mmp.services import desk, history
from mmp.services.matching.people import check_sides, choosable, partners_before
from mmp.services.matching.setup import (
    OWN,
    couples_as_json,
    setup_of,
    weights_as_json,
)
from mmp.services.permissions import Actor

KIND: Final = "matching"
RUN: Final = "run"
"""What of the settings says how far a run is; any change of a round ends it."""


def rounds_of(session: Session, actor: Actor, programme: Programme) -> Sequence[Matching]:
    """The rounds of a programme, the newest first, without their drafts."""
    return session.scalars(
        select(Matching)
        .where(Matching.programme_id == programme.id, _coordinated(actor))
        .options(defer(Matching.draft), raiseload("*"))
        .order_by(Matching.created_at.desc(), Matching.id.desc())
    ).all()


def round_of(session: Session, actor: Actor, programme: Programme, uuid: UUID) -> Matching:
    """One round with its form. Raises NotFound."""
    found = session.scalar(
        select(Matching)
        .where(Matching.uuid == uuid, Matching.programme_id == programme.id, _coordinated(actor))
        .options(joinedload(Matching.form).selectinload(Form.questions))
    )
    if found is None:
        raise NotFound("There is no such round of matching.")
    return found


def begin(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    uuid: UUID,
    sides: Mapping[str, int],
) -> Matching:
    """A new round of these people (uuid: side). The same `uuid` makes one.

    Raises UserError (field `people`) as `change_people`.
    """
    made = session.scalar(
        select(Matching).where(Matching.uuid == uuid, Matching.programme_id == programme.id)
    )
    if made is not None:
        return made
    row = Matching(uuid=uuid, programme=programme, created_at=now, changed_at=now)
    _take(session, actor, now, programme, row, sides)
    session.add(row)
    session.flush()
    note(session, actor, now, row, "created", {"people": [0, len(row.candidates)]})
    return row


def change_people(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    row: Matching,
    version: int,
    sides: Mapping[str, int],
) -> None:
    """Other people, or others on other sides. Pairs of the draft stay where both stay.

    Raises StaleEdit, UserError (field `people`) for nobody, too many on a side, and people who are
    no mentors of the programme.
    """
    if dict(setup_of(row).sides) == dict(sides):
        return
    still(row, version)
    was = len(row.candidates)
    _take(session, actor, now, row.programme, row, sides)
    changed(row, now)
    save(session)
    note(session, actor, now, row, "changed", {"people": [was, len(row.candidates)]})


def change_weights(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    row: Matching,
    version: int,
    preset: str,
    weights: Weights | None,
    fairest: bool,
    again: bool,
) -> None:
    """A preset, or weights of one's own. Raises StaleEdit, UserError (field `preset`)."""
    if preset not in (*PRESETS, OWN) or (preset == OWN and weights is None):
        raise UserError("Choose one of the list.", field="preset")
    own = weights if preset == OWN and weights is not None else PRESETS.get(preset, Weights())
    wanted = {
        "preset": preset,
        "weights": weights_as_json(own),
        "fairest": fairest,
        "again": again,
    }
    if all(row.settings.get(name) == value for name, value in wanted.items()):
        return
    still(row, version)
    row.settings = row.settings | wanted
    changed(row, now)
    save(session)
    note(session, actor, now, row, "changed", {"weights": [None, preset]})


def remove(session: Session, *, actor: Actor, now: datetime, row: Matching) -> None:
    """Let a round go that was not published, with the wishes given for it."""
    open_(row)
    note(session, actor, now, row, "removed")
    if row.form is not None:
        session.delete(row.form)
    session.delete(row)
    session.flush()


def still(row: Matching, version: int) -> None:
    """Raises StaleEdit where the round was changed since it was read, UserError once published."""
    open_(row)
    if row.version != version:
        raise StaleEdit("Someone else changed this round while you did.")


def open_(row: Matching) -> None:
    """Raises UserError for a round that is published."""
    if row.state is MatchingState.PUBLISHED:
        raise UserError("This round is published. Change its pairs on the board of pairs.")


def changed(row: Matching, now: datetime) -> None:
    """Something of the round is otherwise: what runs does not count any more."""
    if RUN in row.settings:
        row.settings = {name: value for name, value in row.settings.items() if name != RUN}
    row.changed_at = now


def save(session: Session) -> None:
    """Flush; of two who save in the same moment one is told. Raises StaleEdit."""
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit("Someone else changed this round while you did.") from error


def note(
    session: Session,
    actor: Actor,
    now: datetime,
    row: Matching,
    action: str,
    changes: dict[str, Any] | None = None,
) -> None:
    """In the history."""
    history.record(
        session,
        now=now,
        actor=desk.person_of(session, actor),
        programme=row.programme,
        kind=KIND,
        uuid=row.uuid,
        action=action,
        changes=changes,
    )


def _take(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    row: Matching,
    sides: Mapping[str, int],
) -> None:
    known = {
        str(one.person.uuid): one.person
        for one in choosable(session, actor, now=now, programme=programme)
    }
    check_sides(sides, known)
    ordered = {uuid: sides[uuid] for uuid in known if uuid in sides}
    setup = setup_of(row)
    before = partners_before(session, actor, {uuid: known[uuid] for uuid in ordered})
    row.candidates = list(ordered)
    row.settings = row.settings | {
        "sides": ordered,
        "before": couples_as_json(before),
        **{
            name: couples_as_json(one for one in couples if one <= set(ordered))
            for name, couples in (("pins", setup.pins), ("excluded", setup.excluded))
        },
    }
    if pairs := row.draft.get("pairs"):
        row.draft = row.draft | {
            "pairs": [
                pair
                for pair in pairs
                if set(pair) <= set(ordered) and ordered[pair[0]] != ordered[pair[1]]
            ]
        }


def _coordinated(actor: Actor) -> Any:
    return Matching.programme_id.in_(actor.coordinates)
