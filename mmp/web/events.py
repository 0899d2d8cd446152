"""An event's page, for everybody."""

from flask import render_template

from mmp.services import programmes as service
from mmp.web import agenda, people
from mmp.web.context import context, session
from mmp.web.guards import public
from mmp.web.pages import pages


@pages.get("/programmes/<handle:slug>/events/<handle:key>/")
@public
def event(slug: str, key: str) -> str:
    """All that everybody may see of an event."""
    found = service.public_event(session(), slug, key)
    mentors = service.mentor_ids(session(), found.programme, people.people_of(found))
    now = context().clock.now()
    before, after = service.public_neighbours(session(), found)
    return render_template(
        "events/show.html",
        event=found,
        programme=found.programme,
        agenda=agenda.days(found, mentors),
        recommendations=agenda.recommendations(found),
        zone_note=agenda.zone_note(found),
        before=before,
        after=after,
        documents=service.public_documents(session(), found.programme, found),
        now=now,
        over=found.ends_at <= now,
    )
