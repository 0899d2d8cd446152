"""Of an event, or an item of its agenda, what people are told: when and where it is, and how."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mmp.adapters.translations import in_every_language
from mmp.core.mail import Link, Words, pack, unpack
from mmp.core.texts import Translated, pick
from mmp.core.when import When
from mmp.models import AgendaItem, Event, Invitation
from mmp.models.enums import EventStatus
from mmp.services.events import when_of

Facts = Mapping[str, Any]


def facts_of(event: Event, item: AgendaItem | None = None) -> Facts:
    """What people are told when it changes. A join link only as a fingerprint."""
    link = (item.join_link if item else None) or event.join_link
    rooms = (item.room,) if item else ()
    return {
        "when": when_of(item or event),
        "place": Words(_place(*rooms, event.venue, event.address, event.city)),
        "country": event.country,
        "form": event.form.value,
        "link": link and hashlib.sha256(link.encode()).hexdigest()[:16],
        "cancelled": EventStatus.CANCELLED in (event.status, item.status if item else None),
    }


def fingerprint(facts: Facts) -> str:
    """Equal for equal facts."""
    packed = json.dumps(pack(facts), sort_keys=True)
    return hashlib.sha256(packed.encode()).hexdigest()


def told(row: Invitation) -> Facts:
    """What the reader was last told; empty for nothing yet."""
    found: Facts = _as_given(row).get("facts", {})
    return found


def title_told(row: Invitation) -> Translated:
    """What it was called then."""
    title = _as_given(row).get("title")
    return title.text if isinstance(title, Words) else {}


def address_told(row: Invitation) -> str | None:
    """Where the reader was told; None for nobody yet. Asked of everybody at every change, so the
    rest stays packed."""
    found: str | None = row.told.get("address")
    return found


def _as_given(row: Invitation) -> dict[str, Any]:
    found: dict[str, Any] = unpack(row.told, link=lambda path, _token: Link(path), words=Words)
    return found


def different(known: Facts, facts: Facts) -> bool:
    """Whether who knows the one has something to hear of the other. Twice cancelled is the same."""
    return known != facts and not (known["cancelled"] and facts["cancelled"])


def news(known: Facts, facts: Facts, note: str | None = None) -> tuple[str, dict[str, Any]]:
    """The template, and its parameters, for who knows the one and is to know the other."""
    if facts["cancelled"]:
        return "event_cancelled", {"old": known["when"], "note": note}
    if known["cancelled"]:
        return "event_restored", {"new": facts["when"]}
    return "event_moved", {
        "old": known["when"],
        "new": facts["when"],
        "old_place": known["place"],
        "new_place": facts["place"],
        "form": facts["form"] if facts["form"] != known["form"] else None,
        "link_changed": facts["link"] != known["link"]
        and None not in (facts["link"], known["link"]),
        "link_given": facts["link"] is not None and known["link"] is None,
    }


def neutral(when: When | None, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters for a mailbox that others see: the hours alone."""
    hours = {name: value for name, value in parameters.items() if isinstance(value, When)}
    facts = {
        "title": Words(in_every_language("Meeting")),
        "when": when,
        "place": "",
        "join_link": None,
        "page": None,
    }
    return {**hours, "event": facts, "page": Link("/{language}/home/")}


def page_of(event: Event) -> Link:
    """The event's public page."""
    return Link(f"/{{language}}/programmes/{event.programme.slug}/events/{event.key}/")


def _place(*parts: Translated) -> Translated:
    """Room, venue, address and city as one line, in each language that one of them has."""
    codes = dict.fromkeys(code for part in parts for code in part)
    lines = {}
    for code in codes:
        comma = "، " if code == "ar" else ", "
        lines[code] = comma.join(text for part in parts if (text := pick(part, code)))
    return lines
