"""A programme's own page: its year."""

from flask import render_template

from mmp.core.zones import day_in_zone
from mmp.services import programmes as service
from mmp.web.context import context, session
from mmp.web.guards import public
from mmp.web.pages import pages
from mmp.web.timeline import timeline


@pages.get("/programmes/<handle:slug>/")
@public
def programme(slug: str) -> str:
    """The programme's year as a timeline."""
    found = service.public_programme(session(), slug)
    now = context().clock.now()
    return render_template(
        "programmes/show.html",
        programme=found,
        timeline=timeline(found, service.public_events(session(), [found]), now),
        today=day_in_zone(now, found.zone),
        documents=service.public_documents(session(), found),
    )
