"""The search for a time, with all that counts for the people it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.slots.asking import Guest
from mmp.core.slots.finding import Found, find
from mmp.core.working_time import Almanac
from mmp.models import Event, Person
from mmp.services.slot_finding.burdens import Paid, burdens
from mmp.services.slot_finding.people import busy_times
from mmp.services.slot_finding.wishes import Asked, Wish, guest_handle
from mmp.services.working_time import almanac, rhythms


@dataclass(frozen=True, slots=True)
class Offered:
    """What was found. The search counts people by their place in `people`; `paid` is by their
    number, `needed` are places."""

    found: Found
    people: tuple[Person, ...]
    needed: frozenset[int]
    paid: Mapping[int, Paid]
    almanac: Almanac


def find_slots(
    session: Session, *, now: datetime, event: Event, asked: Asked, wish: Wish, language: str = "en"
) -> Offered:
    """Ranked times for an event. Nothing is kept, and nobody is told. At most seven statements.

    Raises UserError with the field `minutes`, `first_day`, `last_day`, `needed` or `people`.
    """
    ask = wish.ask(event.zone, now)
    people = tuple(one for one in asked.people if guest_handle(one) not in wish.left_out)
    needed = [guest_handle(person) in wish.needed for person in people]
    if not any(needed):
        raise UserError(
            "Say who is required: at least one person without whom it makes no sense.",
            field="needed",
        )
    days, theirs = almanac(session, language), rhythms(session, people)
    paid = burdens(session, event=event, people=people, theirs=theirs, almanac=days, now=now)
    busy = busy_times(session, people=people, but=event, opens=ask.opens_at, closes=ask.closes_at)
    guests = [
        Guest(
            rhythm,
            required=wanted,
            busy=tuple(busy.get(person.id, ())),
            burden=paid[person.id].burden if person.id in paid else 0,
        )
        for person, rhythm, wanted in zip(people, theirs, needed, strict=True)
    ]
    try:
        found = find(ask, guests, days)
    except UserError as error:
        if error.field == "closes_at":
            error.field = "last_day"
        raise
    places = frozenset(number for number, wanted in enumerate(needed) if wanted)
    return Offered(found, people, places, paid, days)
