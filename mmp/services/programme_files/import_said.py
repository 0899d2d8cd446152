"""Import: what was said in an agenda item and what was recommended there."""

from typing import Any

from mmp.models import AgendaItem, Contribution, Recommendation
from mmp.services.programme_files.changes import Differences, assign, columns
from mmp.services.programme_files.describe import plain
from mmp.services.programme_files.format_events import (
    FileAgendaItem,
    FileContribution,
    FileRecommendation,
)
from mmp.services.programme_files.ids import derived
from mmp.services.programme_files.job import Job


def contributions(job: Job, row: AgendaItem, item: FileAgendaItem) -> Differences:
    """Bring the contributions to what the file says; one that it lacks stays.

    They have no handles: the id says which is meant, else who said it and the text, else who.
    """
    unmatched = list(row.contributions)
    old: list[Any] = []
    new: list[Any] = []
    for position, part in enumerate(item.contributions):
        links = job.links(part, "person", "pair")
        found = _match(unmatched, part, links)
        if found is None:
            usual = derived(job.slug, "contribution", row.event.key, row.key, str(position + 1))
            uuid = job.uuid(Contribution.uuid, part, usual)
            values = columns(part, links)
            job.add(Contribution(agenda_item=row, uuid=uuid, position=position, **values))
            new.append(plain(part))
            continue
        unmatched.remove(found)
        found.position = position
        if changed := assign(found, part, links):
            old.append({name: pair[0] for name, pair in changed.items()})
            new.append({name: pair[1] for name, pair in changed.items()})
    if item.has("contributions"):
        for number, left in enumerate(unmatched):
            left.position = len(item.contributions) + number
            job.log.keep(f"{item.path}/contributions/{left.position + 1}")
    return {"contributions": [old, new]} if new else {}


def _match(
    unmatched: list[Contribution], part: FileContribution, links: dict[str, Any]
) -> Contribution | None:
    said = [
        row
        for row in unmatched
        if row.person is links["person"] and row.pair is links["pair"] and part.id is None
    ]
    for rows in (
        [row for row in unmatched if row.uuid == part.id],
        [row for row in said if row.text == part.text],
        said,
    ):
        if rows:
            return rows[0]
    return None


def recommendations(job: Job, row: AgendaItem, item: FileAgendaItem) -> Differences:
    """Bring the recommendations to what the file says; one that it lacks stays."""
    there = {found.key: found for found in row.recommendations}
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for position, (handle, part) in enumerate(item.recommendations.items()):
        found = there.get(handle)
        if found is None:
            usual = derived(job.slug, "recommendation", row.event.key, row.key, handle)
            job.add(
                Recommendation(
                    agenda_item=row,
                    key=handle,
                    uuid=job.uuid(Recommendation.uuid, part, usual),
                    position=position,
                    references=references(part),
                    **columns(part, {}),
                )
            )
            new[handle] = plain(part)
            continue
        found.position = position
        changed = assign(found, part, {})
        if part.has("references") and found.references != references(part):
            changed["references"] = [found.references, references(part)]
            found.references = references(part)
        if changed:
            old[handle] = {name: pair[0] for name, pair in changed.items()}
            new[handle] = {name: pair[1] for name, pair in changed.items()}
    if item.has("recommendations"):
        job.keep_missing(f"{item.path}/recommendations", there, item.recommendations)
    return {"recommendations": [old, new]} if new else {}


def references(part: FileRecommendation) -> list[dict[str, Any]]:
    """As the row keeps them."""
    return [
        {"framework": one.framework} | ({"objective": one.objective} if one.objective else {})
        for one in part.references
    ]
