"""Who is on an event's list. Putting someone on it or off it mails nobody."""

from mmp.services.participants.adding import add_people, members_in, named_people
from mmp.services.participants.changing import change_participation, remove, restore
from mmp.services.participants.elsewhere import elsewhere
from mmp.services.participants.reading import (
    Listed,
    listed,
    participation,
    people_to_choose,
)

__all__ = [
    "Listed",
    "add_people",
    "change_participation",
    "elsewhere",
    "listed",
    "members_in",
    "named_people",
    "participation",
    "people_to_choose",
    "remove",
    "restore",
]
