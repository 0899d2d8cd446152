"""Import: the programme itself and what gives its year a shape."""

from collections.abc import Mapping
from typing import Any

from mmp.models import Break, Milestone, OrganisationRole, Phase, Programme, Series, Theme
from mmp.models.enums import Precision
from mmp.services.programme_files.changes import Differences, assign, columns
from mmp.services.programme_files.format import FileMilestone
from mmp.services.programme_files.format_events import FileOrganisationRole
from mmp.services.programme_files.ids import derived
from mmp.services.programme_files.job import Job


def make_programme(job: Job) -> None:
    """Find or make the row, so that everything else can hang on it."""
    item = job.document.programme
    if job.stock.programme is None:
        uuid = job.uuid(Programme.uuid, item, derived(item.slug, "programme"))
        job.stock.programme = Programme(uuid=uuid, **columns(item, {}), **job.times(item))
        job.session.add(job.stock.programme)
        job.new = True
    elif item.id is not None and item.id != job.programme.uuid:
        job.fault(
            item, "id", "Another programme has this slug already; choose another slug for this one."
        )
    job.log.programme = job.programme


def shape_programme(job: Job) -> None:
    """Bring the programme's own fields and parts to what the file says."""
    item, row = job.document.programme, job.programme
    differences = {} if job.new else assign(row, item, {})
    for name, model, rows, key in (
        ("phases", Phase, row.phases, "phase"),
        ("breaks", Break, row.breaks, "break"),
        ("milestones", Milestone, row.milestones, "milestone"),
        ("series", Series, row.series, "series"),
        ("themes", Theme, row.themes, "theme"),
    ):
        differences |= _parts(job, name, model, rows, key)
    differences |= organisation_roles(job, item, row.organisation_roles)
    job.themes = {theme.key: theme for theme in row.themes}
    job.series = {series.key: series for series in row.series}
    if job.new:
        job.log.created("programme", row.uuid, "programme", "imported")
    elif differences:
        row.changed_at = job.now
        job.log.changed("programme", row.uuid, "programme", differences)


def _parts(job: Job, name: str, model: Any, rows: list[Any], kind: str) -> Differences:
    wanted: Mapping[str, Any] = getattr(job.document.programme, name)
    there = {row.key: row for row in rows}
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for position, (handle, item) in enumerate(wanted.items()):
        values: dict[str, Any] = {"position": position} if model is Phase else {}
        if isinstance(item, FileMilestone):
            values |= _days(item)
        row = there.get(handle)
        if row is None:
            uuid = job.uuid(model.uuid, item, derived(job.slug, kind, handle))
            rows.append(model(key=handle, uuid=uuid, **columns(item, {}), **values))
            new[handle] = "created"
            continue
        changed = assign(row, item, {})
        for attribute, value in values.items():
            if getattr(row, attribute) != value:
                changed[attribute] = [str(getattr(row, attribute)), str(value)]
                setattr(row, attribute, value)
        if changed:
            old[handle] = {field: pair[0] for field, pair in changed.items()}
            new[handle] = {field: pair[1] for field, pair in changed.items()}
    if job.document.programme.has(name):
        job.keep_missing(f"programme/{name}", there, wanted)
    return {name: [old, new]} if new else {}


def _days(item: FileMilestone) -> dict[str, Any]:
    return {
        "precision": Precision(item.when.precision),
        "first_day": item.when.first_day,
        "last_day": item.when.last_day,
    }


def organisation_roles(job: Job, item: Any, rows: list[OrganisationRole]) -> Differences:
    """Bring the organisations of a programme or an event to what the file says."""
    if not item.has("organisations"):
        return {}
    wanted: list[FileOrganisationRole] = item.organisations
    old = [{"organisation": row.organisation.key, "role": row.role.value} for row in rows]
    new = [
        {"organisation": job.organisations[part.organisation].key, "role": part.role.value}
        for part in wanted
    ]
    if old == new:
        return {}
    rows[:] = [
        OrganisationRole(
            organisation=job.organisations[part.organisation], role=part.role, position=position
        )
        for position, part in enumerate(wanted)
    ]
    return {"organisations": [old, new]}
