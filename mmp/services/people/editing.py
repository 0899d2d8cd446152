"""A person made and changed by those who coordinate a programme."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.finding import search_form
from mmp.core.texts import Translated
from mmp.models import Membership, Organisation, Person, Programme
from mmp.models.enums import (
    Gender,
    MembershipRole,
    MembershipStatus,
    Region,
    StakeholderGroup,
)
from mmp.services import history
from mmp.services.desk import person_of
from mmp.services.feeds import RUNS_PROGRAMME
from mmp.services.handles import free_key
from mmp.services.people.listing import people_of
from mmp.services.permissions import Actor
from mmp.services.sign_in import revoke_links

KIND: Final = "person"
"""What the history calls it."""


class AddressTaken(UserError):
    """Somebody has the address. `owner` is who, where the actor may see them."""

    code = "address_taken"

    def __init__(self, message: str, *, owner: Person | None, **values: object) -> None:
        self.owner = owner
        super().__init__(message, field="email", **values)


@dataclass(slots=True)
class Done:
    """What was done to whom; `undo` is how to take all of it back, None where nothing was done."""

    people: list[Person] = field(default_factory=list)
    undo: UUID | None = None

    def add(self, person: Person, entry: UUID) -> None:
        self.people.append(person)
        self.undo = self.undo or entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonValues:
    """A person as a form gives them. `organisation` is its name, `roles` their parts in this
    programme today."""

    name: str
    name_native: str | None = None
    email: str | None = field(default=None, repr=False)
    country: str | None = None
    region: Region = Region.OTHER
    zone: str = "UTC"
    locale: str = "en"
    organisation: str | None = None
    position: Translated = field(default_factory=dict)
    group: StakeholderGroup | None = None
    gender: Gender = Gender.NOT_STATED
    gender_description: str | None = None
    languages: list[str] = field(default_factory=list)
    discreet: bool = False
    roles: frozenset[MembershipRole] = frozenset()


OWN: Final = tuple(
    one.name for one in fields(PersonValues) if one.name not in ("organisation", "roles")
)
"""Columns of the person's own row."""


def person_here(session: Session, actor: Actor, programme: Programme, uuid: UUID) -> Person:
    """Somebody of this programme, with their organisation. Raises NotFound."""
    found = session.scalar(
        select(Person)
        .where(Person.uuid == uuid, people_of(actor, programme.id))
        .options(joinedload(Person.organisation))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is nobody like that here.")
    return found


def roles_in(session: Session, programme: Programme, person: Person) -> list[Membership]:
    """Their parts in a programme, of today and of before."""
    return list(
        session.scalars(
            select(Membership)
            .where(Membership.programme_id == programme.id, Membership.person_id == person.id)
            .order_by(Membership.id)
        )
    )


def create_person(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    uuid: UUID,
    values: PersonValues,
) -> Person:
    """Somebody new in this programme, named by `uuid` from the start: sent twice it is one.

    Raises UserError beside the field that does not hold, AddressTaken naming who has it.
    """
    there = session.scalar(select(Person).where(Person.uuid == uuid))
    if there is not None:
        return person_here(session, actor, programme, uuid)
    if not values.roles:
        raise UserError("Choose at least one part in the programme.", field="roles")
    check_address_free(session, actor, programme, values.email)
    own = {name: getattr(values, name) for name in OWN}
    person = Person(
        key=free_key(session, values.email or search_form(values.name).partition("\n")[0]),
        uuid=uuid,
        organisation=organisation_named(session, now=now, programme=programme, name=values),
        created_at=now,
        changed_at=now,
        **own,
    )
    session.add(person)
    session.flush()
    for role in sorted(values.roles):
        session.add(_joining(programme, person, role))
    session.flush()
    changes = {name: [None, value] for name, value in plain_values(person).items() if value}
    changes["roles"] = [[], sorted(values.roles)]
    note(session, actor, now, programme, person, "created", changes)
    return person


def change_person(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    person: Person,
    version: int,
    values: PersonValues,
    swap_with: Person | None = None,
) -> UUID | None:
    """Bring somebody to `values`; gives how to undo it, None where nothing changed.

    With `swap_with` two people change addresses in one step: who has the new one gets the old.
    Raises StaleEdit if `version` is not the row's any more, UserError beside the field that does
    not hold, AddressTaken naming who has the address.
    """
    if person.version != version:
        raise StaleEdit("Someone else changed this person while you did.")
    before = plain_values(person)
    roles = _change_roles(session, actor, programme, person, values.roles)
    if values.email != person.email:
        _change_address(session, actor, now, programme, person, values.email, swap_with)
    for name in OWN:
        setattr(person, name, getattr(values, name))
    person.organisation = organisation_named(session, now=now, programme=programme, name=values)
    after = plain_values(person)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if roles:
        changes["roles"] = roles
    if not changes:
        return None
    person.changed_at = now
    _flush(session)
    return note(session, actor, now, programme, person, "changed", changes)


def check_address_free(
    session: Session,
    actor: Actor,
    programme: Programme,
    email: str | None,
    person: Person | None = None,
) -> Person | None:
    """Who else has this address and may change it with `person`: nobody. Raises AddressTaken."""
    if not email:
        return None
    owner = session.scalar(select(Person).where(Person.email == email))
    if owner is None or owner is person:
        return None
    seen = select(Person.id).where(Person.id == owner.id, people_of(actor, programme.id))
    if session.scalar(seen) is None:
        raise AddressTaken(
            "Somebody whom you do not see here has this address already; ask whoever runs this"
            " site.",
            owner=None,
        )
    raise AddressTaken(
        "%(name)s has this address already. Use another one, or join the two if they are one"
        " person.",
        owner=owner,
        name=owner.name,
    )


def may_change_address(session: Session, actor: Actor, person: Person) -> bool:
    """Whether an address may be changed: it opens whatever its owner runs, so that of who runs a
    programme is for those who coordinate it as well."""
    if person.id == actor.person_id:
        return True
    runs = session.scalars(
        select(Membership.programme_id).where(
            Membership.person_id == person.id,
            Membership.role.in_(RUNS_PROGRAMME),
            Membership.status == MembershipStatus.ACTIVE,
        )
    )
    return set(runs) <= actor.coordinates


def plain_values(person: Person) -> dict[str, Any]:
    """A person as the history keeps them."""
    found = {name: getattr(person, name) for name in OWN}
    found["organisation"] = dict(person.organisation.name) if person.organisation else None
    found["position"] = dict(found["position"] or {})
    return {name: value if value != {} else None for name, value in found.items()}


def organisation_named(
    session: Session, *, now: datetime, programme: Programme, name: PersonValues
) -> Organisation | None:
    """The organisation of that name in any language, however it is typed; a new one where there
    is none."""
    wanted = " ".join((name.organisation or "").split())
    if not wanted:
        return None
    line = search_form(wanted).partition("\n")[0]
    for one in session.scalars(
        select(Organisation)
        .where(Organisation.search.contains(line, autoescape=True))
        .order_by(Organisation.id)
    ):
        if line in one.search.split("\n"):
            return one
    language = (programme.languages or ["en"])[0]
    made = Organisation(
        key=free_key(session, line, Organisation),
        name={language: wanted},
        created_at=now,
        changed_at=now,
    )
    session.add(made)
    return made


def note(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    person: Person,
    action: str,
    changes: Mapping[str, Any],
) -> UUID:
    """Record what was done to a person; gives the entry's uuid."""
    return history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=programme,
        kind=KIND,
        uuid=person.uuid,
        action=action,
        changes=dict(changes),
    ).uuid


def refuse_last_coordinator(
    session: Session, programme: Programme, people: Collection[Person]
) -> None:
    """Raise UserError where nobody would be left to coordinate."""
    numbers = set(
        session.scalars(
            select(Membership.person_id).where(
                Membership.programme_id == programme.id,
                Membership.role == MembershipRole.COORDINATOR,
                Membership.status == MembershipStatus.ACTIVE,
            )
        )
    )
    if numbers and numbers <= {person.id for person in people}:
        raise UserError(
            "Nobody would be left to coordinate the programme; give somebody else that part first.",
            field="roles",
        )


def _change_roles(
    session: Session,
    actor: Actor,
    programme: Programme,
    person: Person,
    wanted: frozenset[MembershipRole],
) -> list[Any]:
    """What was and is, for the history; empty where it is the same. Parts that end stay as rows."""
    rows = {row.role: row for row in roles_in(session, programme, person)}
    active = {role for role, row in rows.items() if row.status is MembershipStatus.ACTIVE}
    if active == wanted:
        return []
    if not wanted:
        raise UserError(
            "Keep at least one part; to let somebody go, use “Leave the programme”.",
            field="roles",
        )
    if MembershipRole.COORDINATOR in active - wanted:
        refuse_last_coordinator(session, programme, [person])
    for role in wanted - active:
        row = rows.get(role)
        if row is None:
            session.add(_joining(programme, person, role))
        else:
            row.status, row.ends_on = MembershipStatus.ACTIVE, None
    for role in active - wanted:
        rows[role].status = MembershipStatus.LEFT
    return [sorted(active), sorted(wanted)]


def _change_address(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    person: Person,
    email: str | None,
    swap_with: Person | None,
) -> None:
    _check_may_change(session, actor, person)
    old = person.email
    try:
        check_address_free(session, actor, programme, email, person)
    except AddressTaken as error:
        other = error.owner
        if other is None or swap_with is None or other.id != swap_with.id:
            raise
        _check_may_change(session, actor, other)
        other.email, other.changed_at = None, now
        person.email = None
        _flush(session)
        person.email = email
        _flush(session)
        other.email = old
        note(session, actor, now, programme, other, "changed", {"email": [email, old]})
        revoke_links(session, now=now, person=other)
    revoke_links(session, now=now, person=person)


def _check_may_change(session: Session, actor: Actor, person: Person) -> None:
    if not may_change_address(session, actor, person):
        raise UserError(
            "%(name)s helps to run a programme that is not yours; they change their address"
            " themselves.",
            field="email",
            name=person.name,
        )


def _joining(programme: Programme, person: Person, role: MembershipRole) -> Membership:
    return Membership(programme=programme, person=person, role=role)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit("Someone else changed this person while you did.") from error
