"""Addresses that refused mail for good: nothing goes there until someone lifts it."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mmp.models import SuppressedAddress
from mmp.services.outbox.queue import insert_into


def suppress(
    session: Session, *, now: datetime, address: str, code: str | None = None, text: str = ""
) -> bool:
    """Send nothing to `address` any more. Tells whether that is new; the first reason stays.
    `text` is what the server said, without addresses."""
    made = session.scalar(
        insert_into(session, SuppressedAddress)
        .values(uuid=uuid4(), address=address.lower(), since=now, code=code, text=text)
        .on_conflict_do_nothing(index_elements=["address"])
        .returning(SuppressedAddress.id)
    )
    return made is not None


def suppressed_among(session: Session, addresses: Collection[str]) -> set[str]:
    """Those of `addresses`, in lower case, that nothing goes to."""
    wanted = {address.lower() for address in addresses}
    return set(session.scalars(_SUPPRESSED, {"addresses": list(wanted)})) if wanted else set()


_SUPPRESSED = select(SuppressedAddress.address).where(
    SuppressedAddress.address.in_(bindparam("addresses", expanding=True))
)
