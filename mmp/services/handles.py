"""Short names for people and organisations that are typed in without one."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Organisation, Person


def free_key(session: Session, text: str, of: type[Person | Organisation] = Person) -> str:
    """A handle from a name or an address's first half that nobody has."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.partition("@")[0]).strip("-")[:70]
    plain = plain or of.__tablename__
    taken = set(session.scalars(select(of.key).where(of.key.startswith(plain))))
    number = 1
    while (key := plain if number == 1 else f"{plain}-{number}") in taken:
        number += 1
    return key
