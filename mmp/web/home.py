"""The front door: to the language the browser asks for."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mmp.models import Programme
from mmp.services import programmes as service
from mmp.web import languages
from mmp.web.context import context, session
from mmp.web.guards import public
from mmp.web.headers import secure
from mmp.web.pages import pages
from mmp.web.timeline import Entry, Order, glance

Line = tuple[Programme, Entry | None, Entry | None]
"""A programme with its coming event, or else its last one that is over."""

home = Blueprint("home", __name__)
home.after_request(secure)


@home.get("/")
@public
def front() -> Response:
    """To the list of programmes, in the reader's language."""
    answer = redirect(url_for("pages.programmes", language=languages.negotiated()))
    answer.vary.add("Accept-Language")
    return answer


@pages.get("/")
@public
def programmes() -> str:
    """Every programme with its coming event."""
    found = service.public_programmes(session())
    now = context().clock.now()
    events = {event.programme_id: event for event in service.public_glimpses(session(), now)}
    lines = [
        (programme, *glance([events[programme.id]] if programme.id in events else [], now))
        for programme in found
    ]
    coming = sorted((line for line in lines if line[1]), key=_coming)
    over = sorted((line for line in lines if not line[1]), key=_last, reverse=True)
    return render_template("programmes/index.html", programmes=[*coming, *over])


def _coming(line: Line) -> Order:
    _, entry, _ = line
    assert entry is not None  # sorted apart
    return entry.order


def _last(line: Line) -> tuple[Order, ...]:
    _, _, entry = line
    return (entry.order,) if entry else ()
