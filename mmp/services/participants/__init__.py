"""Who is on an event's list. Putting someone on it mails nobody; of who had said yes and is taken
off it their partner hears."""

from mmp.services.participants.adding import add_people, members_in, named_people, not_listed
from mmp.services.participants.changing import (
    LineValues,
    change_participation,
    give_seat,
    remove,
    restore,
    values_of,
)
from mmp.services.participants.elsewhere import elsewhere
from mmp.services.participants.many import Outcome, change_many, remove_many
from mmp.services.participants.reading import (
    Listed,
    listed,
    participation,
    people_to_choose,
    unseen,
)

__all__ = [
    "LineValues",
    "Listed",
    "Outcome",
    "add_people",
    "change_many",
    "change_participation",
    "elsewhere",
    "give_seat",
    "listed",
    "members_in",
    "named_people",
    "not_listed",
    "participation",
    "people_to_choose",
    "remove",
    "remove_many",
    "restore",
    "unseen",
    "values_of",
]
