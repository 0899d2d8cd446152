"""What the page before has just taken away, so that this one can offer to put it back."""

from uuid import UUID

from flask import request

from mmp.core.errors import NotFound
from mmp.models import Event, Programme
from mmp.services import desk
from mmp.services.desk import Removal
from mmp.web.context import session


def undone(of: Event | Programme, kind: str) -> Removal | None:
    """The removal that the address names (`?undo=...`); none where it names nothing of ours."""
    try:
        uuid = UUID(request.args.get("undo", ""))
        return desk.removal(session(), of=of, kind=kind, uuid=uuid)
    except (ValueError, NotFound):
        return None
