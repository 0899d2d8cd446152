"""Rows as parts of the file: events with their agenda and their participants."""

from datetime import date

from mmp.models import (
    AgendaItem,
    Attendance,
    Contribution,
    Delegation,
    Event,
    Participation,
    Recommendation,
)
from mmp.services import events as rules
from mmp.services.programme_files.agenda_times import as_clock
from mmp.services.programme_files.describe import (
    Times,
    by_key,
    described,
    organisation_role,
    unless,
)
from mmp.services.programme_files.format_events import (
    FileAgendaItem,
    FileAgendaRole,
    FileAttendance,
    FileContribution,
    FileDelegation,
    FileEvent,
    FileParticipants,
    FileParticipation,
    FileRecommendation,
    FileReference,
)
from mmp.services.programme_files.ids import derived


def event(row: Event, slug: str, times: Times) -> FileEvent:
    """One event, whole."""
    inside: dict[AgendaItem | None, list[AgendaItem]] = {}
    for item in sorted(row.agenda, key=lambda one: (one.position, one.key)):
        inside.setdefault(item.parent, []).append(item)
    listed = sorted(row.participations, key=lambda one: one.person.key)
    people = [participation(one, slug, times) for one in listed]
    return described(
        FileEvent,
        row,
        when=rules.when_of(row),
        predecessors=sorted(one.key for one in row.predecessors),
        guiding_questions=[question.text for question in row.guiding_questions],
        organisations=[organisation_role(one) for one in row.organisation_roles],
        delegations=by_key(row.delegations, lambda one: delegation(one, slug)),
        # An empty list is written where members of a pair would be taken to be meant.
        participants=FileParticipants(people=people) if people or row.pair else None,
        agenda={one.key: agenda_item(one, slug, times, inside) for one in inside.get(None, ())},
        id=unless(derived(slug, "event", row.key), row.uuid),
        uid=row.uid,
        sequence=row.sequence,
        cancelled_at=row.cancelled_at,
        **times.of(row) | {"changed_at": row.changed_at},
    )


def agenda_item(
    row: AgendaItem, slug: str, times: Times, inside: dict[AgendaItem | None, list[AgendaItem]]
) -> FileAgendaItem:
    """One item of an agenda, with those inside it."""
    whole = rules.when_of(row.event)
    assert whole is not None  # events always have a time
    usual = derived(slug, "agenda_item", row.event.key, row.key)
    return described(
        FileAgendaItem,
        row,
        starts=as_clock(row.starts_local, whole) if row.starts_local else None,
        ends=as_clock(row.ends_local, whole) if row.ends_local else None,
        zone=row.zone,
        roles=[described(FileAgendaRole, one) for one in row.roles],
        guiding_questions=[question.text for question in row.guiding_questions],
        contributions=[
            contribution(one, slug, number) for number, one in enumerate(row.contributions, start=1)
        ],
        recommendations=by_key(row.recommendations, lambda one: recommendation(one, slug)),
        items={one.key: agenda_item(one, slug, times, inside) for one in inside.get(row, ())},
        id=unless(usual, row.uuid),
        uid=row.uid,
        sequence=row.sequence,
        cancelled_at=row.cancelled_at,
        **times.of(row) | {"changed_at": row.changed_at},
    )


def contribution(row: Contribution, slug: str, number: int) -> FileContribution:
    """What was said."""
    item = row.agenda_item
    usual = derived(slug, "contribution", item.event.key, item.key, str(number))
    return described(FileContribution, row, id=unless(usual, row.uuid))


def recommendation(row: Recommendation, slug: str) -> FileRecommendation:
    """What was recommended."""
    item = row.agenda_item
    usual = derived(slug, "recommendation", item.event.key, item.key, row.key)
    return described(
        FileRecommendation,
        row,
        references=[
            FileReference(framework=one["framework"], objective=one.get("objective"))
            for one in row.references
            if one.get("framework")
        ],
        id=unless(usual, row.uuid),
    )


def delegation(row: Delegation, slug: str) -> FileDelegation:
    """Seats of a country or an organisation."""
    usual = derived(slug, "delegation", row.event.key, row.key)
    return described(FileDelegation, row, id=unless(usual, row.uuid))


def participation(row: Participation, slug: str, times: Times) -> FileParticipation:
    """Someone on the list of an event."""
    usual = derived(slug, "participation", row.event.key, row.person.key)
    attendances = sorted(row.attendances, key=_attendance_order)
    return described(
        FileParticipation,
        row,
        person=row.person.key,
        attendance=[
            described(FileAttendance, one, item=one.agenda_item.key if one.agenda_item else None)
            for one in attendances
        ],
        id=unless(usual, row.uuid),
        **times.of(row),
    )


def _attendance_order(row: Attendance) -> tuple[date, str]:
    return (row.day or date.min, row.agenda_item.key if row.agenda_item else "")
