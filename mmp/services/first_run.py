"""The first account of an installation, and its first programme."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.demo_files import FOLDER, NAMES
from mmp.adapters.passwords import Passwords
from mmp.core import zones
from mmp.core.errors import UserError
from mmp.core.programme_file.words import check_email
from mmp.models import Membership, Person, Programme, SignInLink
from mmp.models.enums import MembershipRole
from mmp.services import accounts, history
from mmp.services.handles import free_key
from mmp.services.outbox import enqueue
from mmp.services.sign_in import claim_link

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def make_first_account(
    session: Session,
    *,
    now: datetime,
    passwords: Passwords,
    link: SignInLink,
    name: str,
    email: str,
    zone: str,
    locale: str,
    password: str,
) -> Person:
    """The first account: who holds the link runs the machine, and so every programme on it.

    Somebody of this address who is known from a file keeps what is known. A test mail to oneself
    goes out. Raises UserError beside its field, NotFound where the link was used meanwhile.
    """
    try:
        email = check_email(email.strip())
    except UserError as error:
        raise UserError("Give an address like name@example.org.", field="email") from error
    person = session.scalar(select(Person).where(Person.email == email))
    if person is None:
        person = Person(
            key=free_key(session, email),
            name=" ".join(name.split()),
            email=email,
            zone=_known_zone(zone),
            locale=locale,
            created_at=now,
            changed_at=now,
        )
        accounts.refuse_weak(password, person)
        session.add(person)
        session.flush()
    accounts.set_password(session, now=now, passwords=passwords, person=person, password=password)
    claim_link(session, now=now, link=link)
    for programme in session.scalars(select(Programme)):
        _coordinate(session, programme, person)
    enqueue(
        session,
        now=now,
        kind="test",
        person=person,
        template="test",
        parameters={"asked_at": now},
        dedupe_key=f"test:{link.uuid}",
        urgent=True,
    )
    return person


def is_empty(session: Session) -> bool:
    """Whether there is no programme yet."""
    return session.scalar(select(Programme.id).limit(1)) is None


def start_empty(
    session: Session,
    *,
    now: datetime,
    actor: Person,
    name: str,
    slug: str,
    zone: str,
    language: str,
    languages: Sequence[str],
) -> Programme:
    """A programme without anything, coordinated by `actor`, whose name is in `language`.

    Raises UserError beside its field.
    """
    name, slug = " ".join(name.split()), slug.strip().lower()
    if not name:
        raise UserError("Give the programme a name.", field="name")
    if not _SLUG.fullmatch(slug):
        raise UserError(
            "Use small letters a to z, digits and hyphens, like “mentors-2027”.", field="slug"
        )
    if session.scalar(select(Programme.id).where(Programme.slug == slug)) is not None:
        raise UserError("There is one of that name already; give another.", field="slug")
    programme = Programme(
        slug=slug,
        name={language: name},
        languages=[*languages] or [language],
        zone=_known_zone(zone),
        created_at=now,
        changed_at=now,
    )
    session.add(programme)
    session.flush()
    _coordinate(session, programme, actor)
    history.record(
        session,
        now=now,
        actor=actor,
        programme=programme,
        kind="programme",
        uuid=programme.uuid,
        action="added",
    )
    return programme


def start_from_file(
    session: Session, *, now: datetime, actor: Person, data: bytes, file: str, store: Path
) -> Programme:
    """A programme from its file, coordinated by `actor`. Raises ProblemsFound with every fault."""
    from mmp.services.programme_files import import_programme  # heavy, and needed once

    done = import_programme(session, data=data, file=file, actor=actor, now=now, store=store)
    _coordinate(session, done.programme, actor)
    return done.programme


def start_demo(session: Session, *, now: datetime, actor: Person, store: Path) -> Programme:
    """The demo's programmes, coordinated by `actor`. Gives the main one."""
    from mmp.services.programme_files import import_programme  # heavy, and needed once

    made = []
    for name in NAMES:
        data = (FOLDER / name).read_bytes()
        done = import_programme(
            session, data=data, file=name, actor=actor, now=now, folder=FOLDER, store=store
        )
        _coordinate(session, done.programme, actor)
        made.append(done.programme)
    return made[0]


def _coordinate(session: Session, programme: Programme, person: Person) -> None:
    known = session.scalar(
        select(Membership).where(
            Membership.programme_id == programme.id,
            Membership.person_id == person.id,
            Membership.role == MembershipRole.COORDINATOR,
        )
    )
    if known is None:
        role = MembershipRole.COORDINATOR
        session.add(Membership(programme=programme, person=person, role=role))
        session.flush()


def _known_zone(zone: str) -> str:
    return zones.agreed_zone(zone)
