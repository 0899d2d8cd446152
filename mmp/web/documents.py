"""Documents, sent so that a browser never takes them for a page of this site."""

from uuid import UUID

from flask import Response, send_file

from mmp.core.errors import NotFound
from mmp.services import documents as service
from mmp.web.context import context, session
from mmp.web.guards import actor, public
from mmp.web.pages import pages

_OPENED_IN_PLACE = {"application/pdf", "text/plain", "image/png", "image/jpeg"}


@pages.get("/documents/<uuid:uuid>/<filename>")
@public
def document(uuid: UUID, filename: str) -> Response:
    """One file of a document its reader may see. The name in the address is for people; the UUID
    finds it."""
    file, for_everybody = service.readable_file(session(), actor(), uuid)
    path = context().documents / file.sha256
    if not path.is_file():
        raise NotFound("This document is not here any more.")
    answer = send_file(
        path,
        mimetype=file.media_type,
        as_attachment=file.media_type not in _OPENED_IN_PLACE,
        download_name=file.filename,
        etag=file.sha256,
        conditional=True,
    )
    if not for_everybody:
        answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
