"""A coordinator or assistant makes and changes events. Permission is part of every query."""

from mmp.services.event_edits.changing import Saved, change_event, create_event
from mmp.services.event_edits.copying import copy_event
from mmp.services.event_edits.preview import Preview, preview
from mmp.services.event_edits.reading import (
    Choices,
    choices,
    details_of,
    editable_event,
    history_of,
    known_events,
    known_people,
    planned_programme,
)
from mmp.services.event_edits.removing import delete_draft, deleted_drafts, restore_draft
from mmp.services.event_edits.states import cancel_event, publish_event, restore_event
from mmp.services.event_edits.telling import listeners, not_invited, who_knows, would_tell

__all__ = [
    "Choices",
    "Preview",
    "Saved",
    "cancel_event",
    "change_event",
    "choices",
    "copy_event",
    "create_event",
    "delete_draft",
    "deleted_drafts",
    "details_of",
    "editable_event",
    "history_of",
    "known_events",
    "known_people",
    "listeners",
    "not_invited",
    "planned_programme",
    "preview",
    "publish_event",
    "restore_draft",
    "restore_event",
    "who_knows",
    "would_tell",
]
