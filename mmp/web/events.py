"""An event's page, for everybody."""

from flask import render_template

from mmp.services import consents, programmes as service
from mmp.web import agenda, people
from mmp.web.context import context, session
from mmp.web.guards import public
from mmp.web.pages import pages


@pages.get("/programmes/<handle:slug>/events/<handle:key>/")
@public
def event(slug: str, key: str) -> str:
    """All that everybody may see of an event."""
    found = service.public_event(session(), slug, key)
    known = consents.naming(session(), found.programme, people.people_of(found))
    now = context().clock.now()
    before, after = service.public_neighbours(session(), found)
    return render_template(
        "events/show.html",
        event=found,
        programme=found.programme,
        contact=people.contact_of(found, known),
        agenda=agenda.days(found, known),
        recommendations=agenda.recommendations(found),
        zone_note=agenda.zone_note(found),
        before=before,
        after=after,
        documents=service.public_documents(session(), found.programme, found),
        now=now,
        over=found.ends_at <= now,
    )
