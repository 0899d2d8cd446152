"""Whom the rows of an import mean: somebody who is here, an earlier row, or somebody new."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.doubles import Finder, Identity, Why, alike
from mmp.models import Membership, PeopleImport, Person, Programme
from mmp.services.people_import.checking import KEPT, NEW, OVER, ROW, SAME, SKIP, Checked
from mmp.services.people_import.planning import chunks
from mmp.services.permissions import Actor, visible_people


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "same"
    """Somebody who is here; empty fields are filled."""
    OVERWRITE = "overwrite"
    MERGED = "merged"
    """One person with an earlier row."""
    SKIPPED = "skipped"
    OPEN = "open"
    """A likely double about which nothing was said."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody whom a row may mean. `decision` is what says so."""

    decision: str
    name: str
    why: Why
    name_native: str | None = None
    email: str | None = None
    number: int | None = None
    """Of the row, where it is one."""


@dataclass(frozen=True, slots=True)
class Match:
    """What becomes of one row, and whom else it may mean."""

    fate: Fate
    person: UUID | None = None
    number: int | None = None
    """Of the earlier row that it is one person with."""
    offers: tuple[Offer, ...] = ()
    name: str = ""
    """Of the person who is here."""
    known_elsewhere: bool = False
    """Their address is known in another programme: nothing of it is shown or changed."""

    @property
    def taken(self) -> bool:
        """Whether it is open because somebody who is here has this address."""
        by_address = bool(self.offers) and self.offers[0].why is Why.ADDRESS
        return self.fate is Fate.OPEN and by_address


@dataclass(slots=True)
class _Here:
    """Who is here already."""

    seen: dict[UUID, Identity] = field(default_factory=dict)
    addresses: dict[str, UUID] = field(default_factory=dict)
    hidden: dict[str, UUID] = field(default_factory=dict)
    unreachable: dict[str, UUID] = field(default_factory=dict)
    """The programme's people without address, by name."""


def match(
    session: Session, actor: Actor, programme: Programme, draft: PeopleImport, checked: Checked
) -> dict[int, Match]:
    """What becomes of each row that can be read, by its number. Those the actor may not see are
    known by their address alone."""
    here = _here(session, actor, programme, checked)
    offers = _all_offers(here, checked, draft)
    found = {}
    for number, person in checked.people.items():
        decision = str(draft.decisions.get(str(number), ""))
        there = offers.get(number, ())
        found[number] = _match(number, person, decision, here, there, checked, draft)
    for number in checked.numbers:
        if draft.decisions.get(str(number)) == SKIP:
            found[number] = Match(Fate.SKIPPED)
    return found


def _match(
    number: int,
    person: Identity,
    decision: str,
    here: _Here,
    offers: tuple[Offer, ...],
    checked: Checked,
    draft: PeopleImport,
) -> Match:
    kind, _, whom = decision.partition(":")
    if kind == ROW and whom.isdigit() and int(whom) in checked.people and int(whom) < number:
        return Match(Fate.MERGED, number=int(whom), offers=offers)
    if kind in (SAME, OVER) and (uuid := _uuid(whom)) in here.seen:
        fate = Fate.OVERWRITE if kind == OVER else Fate.SAME
        return Match(fate, person=uuid, offers=offers, name=here.seen[uuid].name)
    hidden = here.hidden.get(person.email or "")
    if hidden is not None:
        return Match(Fate.SAME, person=hidden, known_elsewhere=True)
    there = (
        here.addresses.get(person.email)
        if person.email
        else here.unreachable.get(person.name.casefold())
    )
    if there is None:
        return Match(Fate.OPEN if offers and decision != NEW else Fate.NEW, offers=offers)
    known = here.seen[there]
    resembles = alike(Identity(0, person.name, person.name_native), known) is not None
    if decision == NEW or (person.email and not resembles):
        return Match(Fate.OPEN, offers=offers)
    usual = Fate.OVERWRITE if draft.columns.get("overwrite") else Fate.SAME
    return Match(usual, person=there, offers=offers, name=known.name)


_offered: OrderedDict[tuple[UUID, int, int], dict[int, tuple[Offer, ...]]] = OrderedDict()


def _all_offers(here: _Here, checked: Checked, draft: PeopleImport) -> dict[int, tuple[Offer, ...]]:
    """Whom each row may mean. Kept until the import or the people who are here change."""
    key = (draft.uuid, draft.version, hash(tuple(here.seen.values())))
    if key not in _offered:
        finder = Finder(here.seen.values())
        found = {}
        for number, person in checked.people.items():
            if those := tuple(_offers(person, here, finder, checked)):
                found[number] = those
            finder.add(person)
        _offered[key] = found
        while len(_offered) > KEPT:
            _offered.popitem(last=False)
    return _offered[key]


def _offers(person: Identity, here: _Here, finder: Finder, checked: Checked) -> Iterable[Offer]:
    for likeness in finder.like(person):
        if isinstance(likeness.key, UUID):
            known = here.seen[likeness.key]
            yield Offer(
                f"{SAME}:{likeness.key}", known.name, likeness.why, known.name_native, known.email
            )
        elif isinstance(likeness.key, int):
            other = checked.people[likeness.key]
            yield Offer(
                f"{ROW}:{likeness.key}",
                other.name,
                likeness.why,
                other.name_native,
                other.email,
                likeness.key,
            )


def _here(session: Session, actor: Actor, programme: Programme, checked: Checked) -> _Here:
    here = _Here()
    columns = (Person.id, Person.uuid, Person.name, Person.name_native, Person.email)
    seen = session.execute(
        select(*columns).where(visible_people(actor), Person.erased_at.is_(None))
    ).all()
    ours = set(
        session.scalars(select(Membership.person_id).where(Membership.programme_id == programme.id))
    )
    for number, uuid, name, native, email in seen:
        here.seen[uuid] = Identity(uuid, name, native, email)
        if email:
            here.addresses[email] = uuid
        elif number in ours:
            here.unreachable[name.casefold()] = uuid
    others = {email for email in checked.by_address if email not in here.addresses}
    for chunk in chunks(others):
        rows = session.execute(
            select(Person.email, Person.uuid).where(
                Person.email.in_(chunk), Person.erased_at.is_(None)
            )
        )
        here.hidden |= {email: uuid for email, uuid in rows if email}
    return here


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
