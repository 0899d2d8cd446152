"""Import: what events and agenda items share, as both are entries of calendars."""

from typing import Any
from uuid import UUID

from mmp.models import AgendaItem, Event, GuidingQuestion
from mmp.models.enums import EventStatus
from mmp.services import events as rules
from mmp.services.programme_files.changes import Differences
from mmp.services.programme_files.format_events import FileAgendaItem, FileEvent
from mmp.services.programme_files.job import Job


def calendar_names(job: Job, model: Any, item: Any, usual: UUID) -> dict[str, Any]:
    """What a new event or agenda item needs to be the same in every calendar."""
    uuid = job.uuid(model.uuid, item, usual)
    uid = item.uid or rules.lasting_uid(uuid)
    if not job.fresh_uid(uid):
        job.fault(item, "uid", "Something else has this uid already; take the line out.")
    times = job.times(item)
    cancelled = item.status is EventStatus.CANCELLED
    return {
        "uuid": uuid,
        "uid": uid,
        "sequence": item.sequence or 0,
        "cancelled_at": (item.cancelled_at or times["changed_at"]) if cancelled else None,
        **times,
    }


def same_thing(job: Job, row: Event | AgendaItem, item: FileEvent | FileAgendaItem) -> None:
    """Note where the file means another event or agenda item than the one that has the handle."""
    if item.id is not None and item.id != row.uuid:
        job.fault(item, "id", "The database has another of this handle; choose another handle.")
    if item.uid is not None and item.uid != row.uid:
        job.fault(
            item, "uid", "A uid is for life; it is %(uid)s: write that or take it out.", uid=row.uid
        )


def touch(
    job: Job, row: Event | AgendaItem, item: FileEvent | FileAgendaItem, differences: Differences
) -> None:
    """Raise `sequence` as the change asks, or to what the file says if that is higher."""
    if item.sequence is not None and item.sequence < row.sequence:
        job.fault(
            item,
            "sequence",
            "This file is older than the database, whose sequence is %(sequence)s; export it anew,"
            " or take the line out to change it all the same.",
            sequence=row.sequence,
        )
    given = item.sequence or 0
    before = row.sequence
    rules.touch(row, differences, now=job.now)
    if given > before:
        row.sequence = given
    if "status" in differences and row.status is EventStatus.CANCELLED:
        row.cancelled_at = item.cancelled_at or job.now


def guiding_questions(item: FileEvent | FileAgendaItem, rows: list[GuidingQuestion]) -> Differences:
    """Bring the guiding questions to what the file says."""
    if not item.has("guiding_questions"):
        return {}
    old, new = [row.text for row in rows], item.guiding_questions
    if old == new:
        return {}
    rows[:] = [GuidingQuestion(position=number, text=text) for number, text in enumerate(new)]
    return {"guiding_questions": [old, new]}


def raised(
    row: Event | AgendaItem, item: FileEvent | FileAgendaItem, differences: Differences
) -> None:
    """Take over a higher `sequence` of the file, even where it alone is new."""
    if item.sequence is not None and item.sequence > row.sequence:
        differences["sequence"] = [row.sequence, item.sequence]
