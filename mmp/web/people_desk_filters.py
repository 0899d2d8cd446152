"""The table of people in its address: read kindly, written back without what says nothing."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from mmp.core.countries import countries
from mmp.models.enums import MembershipRole, Partstat, Region, StakeholderGroup
from mmp.services.people import UNLISTED, Order, Standing, Wanted

Kind = TypeVar("Kind", bound=StrEnum)
_HANDLE = re.compile("[A-Za-z0-9][A-Za-z0-9-]{0,79}")
_LANGUAGE = re.compile("[a-z]{2,3}")


def wanted_from(args: "MultiDict[str, str]") -> Wanted:
    """What an address asks for; nonsense in it asks for nothing."""
    country, language = args.get("country", ""), args.get("language_of", "")
    tag = " ".join(args.get("tag", "").split())[:40].replace("\0", "")
    event, answer = args.get("event", ""), args.get("answer", "")
    known = {*Partstat, UNLISTED}
    return Wanted(
        text=args.get("q", "").replace("\0", "")[:200].strip(),
        roles=_one(MembershipRole, args.get("role")),
        regions=_one(Region, args.get("region")),
        countries=frozenset({country} & countries().keys()),
        groups=_one(StakeholderGroup, args.get("sector")),
        languages=frozenset([language] if _LANGUAGE.fullmatch(language) else ()),
        tags=frozenset([tag] if tag else ()),
        event=event if _HANDLE.fullmatch(event) else "",
        answers=frozenset([answer] if answer in known else ()),
        standing=_of(Standing, args.get("standing"), Standing.CURRENT),
        order=_of(Order, args.get("sort", "").removeprefix("-"), Order.NAME),
        descending=args.get("sort", "").startswith("-"),
    )


def address_of(wanted: Wanted) -> dict[str, str]:
    """The same as an address: only what says something."""
    said = {
        "q": wanted.text,
        "role": _first(wanted.roles),
        "region": _first(wanted.regions),
        "country": _first(wanted.countries),
        "sector": _first(wanted.groups),
        "language_of": _first(wanted.languages),
        "tag": _first(wanted.tags),
        "event": wanted.event,
        "answer": _first(wanted.answers),
        "standing": "" if wanted.standing is Standing.CURRENT else wanted.standing.value,
        "sort": _sort(wanted.order, descending=wanted.descending),
    }
    return {name: value for name, value in said.items() if value}


def ordering(wanted: Wanted) -> Mapping[Order, tuple[dict[str, str | None], str]]:
    """By each column: the address that orders by it, or turns it round, and how it is ordered now
    as `aria-sort` says it."""
    found: dict[Order, tuple[dict[str, str | None], str]] = {}
    for order in Order:
        here = order is wanted.order
        turned = here and not wanted.descending
        now = ("descending" if wanted.descending else "ascending") if here else ""
        address: dict[str, Any] = address_of(wanted)
        address["sort"] = _sort(order, descending=turned) or None
        found[order] = (address, now)
    return found


def _sort(order: Order, *, descending: bool) -> str:
    if order is Order.NAME and not descending:
        return ""
    return f"-{order.value}" if descending else order.value


def _one(kind: type[Kind], text: str | None) -> frozenset[Kind]:
    return frozenset([kind(text)] if text in set(kind) else ())


def _of(kind: type[Kind], text: str | None, usual: Kind) -> Kind:
    return kind(text) if text in set(kind) else usual


def _first(values: frozenset[Any]) -> str:
    return str(next(iter(sorted(values)), ""))
