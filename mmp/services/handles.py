"""Short names for people who are typed in without one."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Person


def free_key(session: Session, email: str) -> str:
    """A handle from the address's first half that nobody has."""
    plain = re.sub(r"[^a-z0-9]+", "-", email.partition("@")[0]).strip("-")[:70] or "person"
    taken = set(session.scalars(select(Person.key).where(Person.key.startswith(plain))))
    number = 1
    while (key := plain if number == 1 else f"{plain}-{number}") in taken:
        number += 1
    return key
