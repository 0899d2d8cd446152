"""Feeds for calendar programs: no session, no cookie, no negotiated language, hardly a write."""

from datetime import datetime
from typing import cast

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import OperationalError

from mmp.core.errors import NotFound
from mmp.services import calendars
from mmp.services.feeds import hash_token, note_poll
from mmp.web.context import context, session
from mmp.web.guards import public
from mmp.web.headers import secure
from mmp.web.kept_feeds import KeptFeed, KeptFeeds
from mmp.web.languages import IN_PATH

feeds = Blueprint("feeds", __name__)
MEDIA_TYPE = "text/calendar; charset=utf-8"


@feeds.get("/feeds/<token>.ics")
@public
def feed(token: str) -> Response:
    """A personal feed by its secret token, or a programme's public one by `slug.language`."""
    # A token has no dot, so the two never meet.
    slug, dot, language = token.rpartition(".")
    if dot:
        return _answer(token, calendars.find_public_reader(session(), slug, language))
    return _answer(hash_token(token), calendars.find_reader(session(), token))


@feeds.get(IN_PATH + "/programmes/<handle:slug>/events/<handle:key>.ics")
@public
def event_download(language: str, slug: str, key: str) -> Response:
    """One public event to put into a calendar by hand."""
    body = calendars.render_download(
        session(), slug, key, language=language, base_url=context().base_url
    )
    if body is None:
        raise NotFound("There is no such event, or its day is not fixed yet.")
    answer = Response(body, content_type=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}.ics"'
    return secure(answer)


def _answer(key: str, reader: calendars.Reader | None) -> Response:
    if reader is None:
        return Response("Not found\n", 404, content_type="text/plain; charset=utf-8")
    now = context().clock.now()
    _note_poll(reader, now)
    zipped = request.accept_encodings.quality("gzip") > 0
    store = cast(KeptFeeds, current_app.extensions["mmp.kept_feeds"])
    kept = store.get(key, reader, now)
    if kept is None or not (_is_known(kept, zipped) or kept.body):
        rendered = calendars.render_feed(session(), reader, now=now, base_url=context().base_url)
        kept = store.keep(key, reader, rendered, now)
    if _is_known(kept, zipped):
        answer = Response(status=304)
        del answer.headers["Content-Type"]
    else:
        answer = Response(kept.octets(zipped=zipped), content_type=MEDIA_TYPE)
        if zipped:
            answer.headers["Content-Encoding"] = "gzip"
    answer.headers["ETag"] = f'"{kept.etag_of(zipped=zipped)}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _is_known(kept: KeptFeed, zipped: bool) -> bool:
    """Whether the program has these octets already (RFC 9110, section 13.1.2)."""
    return request.if_none_match.contains_weak(kept.etag_of(zipped=zipped))


def _note_poll(reader: calendars.Reader, now: datetime) -> None:
    """A database that cannot be written to now can still be read: the next poll notes itself."""
    if reader.feed_id is None:
        return
    try:
        if note_poll(session(), now=now, feed_id=reader.feed_id, polled_at=reader.polled_at):
            session().commit()
    except OperationalError:
        session().rollback()
