"""What others see of the reader, in their own words: nothing here can be changed yet."""

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from mmp.core.zones import day_in_zone
from mmp.models import AgendaRole
from mmp.services import mine as service
from mmp.services.mine import Seen
from mmp.web import clocks, people
from mmp.web.context import context, session
from mmp.web.guards import actor, signed_in
from mmp.web.own_pairs import Partner
from mmp.web.pages import pages
from mmp.web.texts import shown


@dataclass(frozen=True, slots=True)
class InPublic:
    """A role as everybody can read it on the page of an event."""

    event: Markup
    part: people.Part


@pages.get("/home/seen/")
@signed_in
def seen() -> str:
    """Each kind of reader with what they see, through the queries of the pages they look at."""
    now, who = context().clock.now(), actor()
    found = service.seen_by_others(session(), actor=who, now=now)
    return render_template(
        "mine/seen.html",
        seen=found,
        person=found.person,
        public=[_in_public(role, found) for role in found.roles],
        partner=next(iter(found.partners), None),
        as_partner=[
            Partner(
                found.person,
                clocks.now_at(now, who.zone),
                clocks.apart_words(partner.zone, who.zone, now),
            )
            for partner in found.partners[:1]
        ],
        helpers=service.helpers(session(), who),
    )


def _in_public(role: AgendaRole, found: Seen) -> InPublic:
    event = role.agenda_item.event
    day = day_in_zone(event.ends_at, event.zone)
    (part,) = people.parts([role], found.naming, day)
    return InPublic(shown(event.title), part)
