"""The agenda of an event, edited item by item. Times, places and status go by services.events."""

from mmp.services.agenda_edits.cancelling import cancel_item, reinstate_item
from mmp.services.agenda_edits.checks import Trouble, Warned, outside_items, warnings
from mmp.services.agenda_edits.items import ItemValues, RoleValues, add_item, change_item
from mmp.services.agenda_edits.places import Step, drop, step
from mmp.services.agenda_edits.reading import (
    Cast,
    cast_of,
    children_of,
    event_with_agenda,
    item_of,
)
from mmp.services.agenda_edits.removing import remove_item, restore_item
from mmp.services.agenda_edits.said import (
    ContributionValues,
    RecommendationValues,
    Said,
    add_said,
    change_said,
    remove_said,
    restore_said,
    said_in,
)

__all__ = [
    "Cast",
    "ContributionValues",
    "ItemValues",
    "RecommendationValues",
    "RoleValues",
    "Said",
    "Step",
    "Trouble",
    "Warned",
    "add_item",
    "add_said",
    "cancel_item",
    "cast_of",
    "change_item",
    "change_said",
    "children_of",
    "drop",
    "event_with_agenda",
    "item_of",
    "outside_items",
    "reinstate_item",
    "remove_item",
    "remove_said",
    "restore_item",
    "restore_said",
    "said_in",
    "step",
    "warnings",
]
