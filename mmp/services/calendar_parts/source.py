"""The calendar part of a mail, and what an invitation says, read when the mail leaves."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import catalogue, locale_for
from mmp.core import ical
from mmp.core.mail import CalendarPart, Reason, Site, unpack
from mmp.core.texts import pick
from mmp.core.when import When
from mmp.models import Mail
from mmp.services.calendar_parts.agenda import Line, agenda_zone, agendas
from mmp.services.calendar_parts.parts import PART
from mmp.services.calendars import invited_entries
from mmp.services.outbox import ABOUT_CANCELLED_EVENTS, More, source_for
from mmp.services.outbox.mailboxes import reader_of, sender_of

KINDS: Final = (
    *("invitation", "invitation_cancelled", "item_moved", "item_cancelled"),
    *("event_moved", "event_cancelled", "event_restored", "talk_fixed"),
    *("waiting", "seat_free"),
)
"""The mails that may carry an entry."""
ABOUT_CANCELLED_EVENTS.update(("invitation_cancelled", "item_cancelled"))
_LONG: Final = timedelta(hours=24)


@source_for(*KINDS)
def read_parts(session: Session, mails: Sequence[Mail], site: Site) -> Mapping[int, More]:
    """What the mails carry. One whose reader is not to come any more is void. Two statements."""
    asked = [mail for mail in mails if _method(mail) == "REQUEST"]
    wanted = [(mail.person, mail.event_id) for mail in asked if mail.event_id is not None]
    entries = invited_entries(session, wanted, base_url=site.base_url)
    invitations = [mail for mail in asked if mail.kind == "invitation"]
    agenda = agendas(session, invitations)
    found = {}
    for mail in mails:
        values = _agenda(mail, agenda[mail.id]) if mail.id in agenda else {}
        if _method(mail) == "REQUEST":
            entry = entries.get((mail.person_id, mail.parameters[PART]["uid"]))
            if entry is None:
                found[mail.id] = More(values=values, void=Reason.SUPERSEDED)
                continue
            found[mail.id] = More(values=values, calendar=_request(mail, entry, site))
        elif _method(mail) == "CANCEL":
            found[mail.id] = More(calendar=_cancel(mail, site))
    return found


def _agenda(mail: Mail, lines: tuple[Line, ...]) -> dict[str, Any]:
    there = mail.event is not None and agenda_zone(mail, mail.event) != mail.person.zone
    return {"agenda": lines, "agenda_there": there}


def _method(mail: Mail) -> str | None:
    method: str | None = mail.parameters.get(PART, {}).get("method")
    return method


def _request(mail: Mail, entry: ical.Entry, site: Site) -> CalendarPart | None:
    if not mail.parameters[PART]["carried"]:
        return None
    parties = _parties(mail, site)
    if parties is None:
        return None
    agreed = mail.kind == "talk_fixed" or mail.parameters.get("agreed") is True
    return CalendarPart("REQUEST", ical.render_request(entry, **parties, agreed=agreed))


def _cancel(mail: Mail, site: Site) -> CalendarPart | None:
    language = language_for(locale_for(mail.person))
    part = unpack(
        mail.parameters[PART],
        link=lambda path, _token: path,
        words=lambda text: pick(text, language),
    )
    if not part["carried"]:
        return None
    starts, ends, zone = _times(part["when"], frame=part["frame"])
    words, quiet = catalogue(language).gettext, part["neutral"] or mail.person.discreet
    called = words("Meeting") if quiet else part["title"]
    title = words("Cancelled: %(title)s") % {"title": called}
    entry = ical.Entry(
        uid=part["uid"],
        sequence=part["sequence"],
        created_at=part["changed_at"],
        changed_at=part["changed_at"],
        summary=title,
        starts=starts,
        ends=ends,
        zone=zone,
        private=quiet,
    )
    parties = _parties(mail, site)
    if parties is None:
        return None
    octets = ical.render_cancel(entry, **parties, whole=part["whole"])
    return CalendarPart("CANCEL", octets)


def _times(when: When, *, frame: bool) -> tuple[Any, Any, str | None]:
    """As feeds write them: whole days for days, and for an event (`frame`) that lasts so long."""
    span = when.span()
    if when.starts_local is None or when.ends_local is None:
        assert when.first_day is not None  # only what has a day was ever mailed
        assert when.last_day is not None
        return when.first_day, when.last_day + timedelta(days=1), None
    starts, ends = when.starts_local.date(), when.ends_local.date()
    assert isinstance(span.starts_at, datetime)  # it is timed
    if frame and starts != ends and span.ends_at - span.starts_at >= _LONG:
        return starts, ends + timedelta(days=1), None
    return span.starts_at, span.ends_at, when.zone


def _parties(mail: Mail, site: Site) -> dict[str, ical.Party] | None:
    """Who asks, which is From, and who is asked. None where a calendar cannot hold the address:
    the words go without the entry."""
    sender, reader = sender_of(mail, site), reader_of(mail)
    try:
        return {
            "organizer": ical.Party(sender.name, sender.address),
            "attendee": ical.Party(reader.name, reader.address),
        }
    except ValueError:
        logging.getLogger(__name__).warning("mail %s goes without its entry", mail.uuid)
        return None
