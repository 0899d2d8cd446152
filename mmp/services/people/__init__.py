"""The people of a programme: found, looked at, made, changed, let go, joined."""

from mmp.services.people.alumni import make_alumni
from mmp.services.people.bulk import check_some, draft_message, put_on_list
from mmp.services.people.editing import (
    AddressTaken,
    Done,
    PersonValues,
    change_person,
    create_person,
    may_change_address,
    person_here,
    plain_values,
    roles_in,
)
from mmp.services.people.erasing import check_may_erase, erase_person, is_erased_here
from mmp.services.people.leaving import Follows, come_back, leave, what_follows
from mmp.services.people.listing import (
    AT_ONCE,
    UNLISTED,
    Facets,
    Found,
    Order,
    Row,
    Standing,
    Wanted,
    facets,
    find_people,
    meant,
    people_of,
    tags_of,
)
from mmp.services.people.page import PairOf, Whole, merged_into, whole
from mmp.services.people.tagging import tag_people, untag_people
from mmp.services.people.undoing import undo, undoable

__all__ = [
    "AT_ONCE",
    "UNLISTED",
    "AddressTaken",
    "Done",
    "Facets",
    "Follows",
    "Found",
    "Order",
    "PairOf",
    "PersonValues",
    "Row",
    "Standing",
    "Wanted",
    "Whole",
    "change_person",
    "check_may_erase",
    "check_some",
    "come_back",
    "create_person",
    "draft_message",
    "erase_person",
    "facets",
    "find_people",
    "is_erased_here",
    "leave",
    "make_alumni",
    "may_change_address",
    "meant",
    "merged_into",
    "people_of",
    "person_here",
    "plain_values",
    "put_on_list",
    "roles_in",
    "tag_people",
    "tags_of",
    "undo",
    "undoable",
    "untag_people",
    "what_follows",
    "whole",
]
