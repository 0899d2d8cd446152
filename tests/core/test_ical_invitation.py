"""REQUEST and CANCEL as other programs read them, alone and inside a mail."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from typing import Any

import ics
import pytest
import vobject
from hypothesis import given
from icalendar import Calendar

from mmp.core.ical import Entry, Party, render_cancel, render_download, render_request
from mmp.core.mail import CalendarPart, Draft, Mailbox, build
from tests.core.ical_entries import HOSTILE, TALK, at, unfolded

US = Party("MMP 2026", "meetings@example.org")
LINA = Party("Lina Haddad", "lina@example.org")


def request(entry: Entry = TALK, attendee: Party = LINA) -> bytes:
    return render_request(entry, organizer=US, attendee=attendee)


def read(octets: bytes) -> tuple[Any, Any]:
    calendar: Any = Calendar.from_ical(octets)
    return calendar, calendar.walk("VEVENT")[0]


def test_a_request_asks_one_person_and_names_nobody_else() -> None:
    calendar, event = read(request(replace(TALK, sequence=3)))
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("REQUEST", TALK.uid, 3)
    assert event["ORGANIZER"] == "mailto:meetings@example.org"
    assert event["ORGANIZER"].params["CN"] == "MMP 2026"
    assert event["ATTENDEE"] == "mailto:lina@example.org"
    assert dict(event["ATTENDEE"].params) == {
        "CN": "Lina Haddad",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }


def test_the_entry_is_that_of_the_download() -> None:
    """Zone and all: only who asks, who is asked and the method are added."""
    ours = set(unfolded(request(at(datetime(2026, 10, 22, 14), "Europe/Stockholm"))))
    theirs = set(unfolded(render_download(at(datetime(2026, 10, 22, 14), "Europe/Stockholm"))))
    added = {line.partition(":")[0].partition(";")[0] for line in ours - theirs}
    assert added == {"METHOD", "ORGANIZER", "ATTENDEE"}
    assert theirs < ours


@pytest.mark.parametrize("whole", (True, False))
def test_a_cancel_says_whether_it_is_for_all(whole: bool) -> None:
    entry = replace(TALK, sequence=4, alarm_minutes=10)
    octets = render_cancel(entry, organizer=US, attendee=LINA, whole=whole)
    calendar, event = read(octets)
    assert (calendar["METHOD"], event["SEQUENCE"]) == ("CANCEL", 4)
    assert event.get("STATUS") == ("CANCELLED" if whole else None)
    assert event["ATTENDEE"] == "mailto:lina@example.org"
    assert b"VALARM" not in octets


@pytest.mark.parametrize("zone", ("Asia/Amman", "Europe/Stockholm", "Africa/Casablanca"))
def test_other_programs_read_the_same_hours(zone: str) -> None:
    entry = at(datetime(2026, 10, 25, 14, 30), zone)
    octets = request(entry)
    assert isinstance(entry.starts, datetime)
    by_vobject = vobject.readOne(octets.decode()).vevent
    assert by_vobject.dtstart.value.astimezone(UTC) == entry.starts
    assert by_vobject.attendee.value == "mailto:lina@example.org"
    by_ics = next(iter(ics.Calendar(octets.decode()).events))
    assert by_ics.begin.datetime.astimezone(UTC) == entry.starts
    assert by_ics.organizer.email == "meetings@example.org"


def test_whole_days_stay_days() -> None:
    entry = replace(TALK, starts=date(2026, 9, 28), ends=date(2026, 9, 30), zone=None)
    _, event = read(request(entry))
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (entry.starts, entry.ends)


@given(name=HOSTILE, text=HOSTILE)
def test_no_text_adds_a_property(name: str, text: str) -> None:
    entry = replace(TALK, summary=text, description=text, location=text)
    octets = request(entry, Party(name, "lina@example.org"))
    _, event = read(octets)
    assert event["ATTENDEE"] == "mailto:lina@example.org"
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded(octets)]
    assert names.count("ATTENDEE") == names.count("ORGANIZER") == 1
    assert all(len(line) <= 75 for line in octets.split(b"\r\n"))
    assert set(names) <= {
        *("BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "TZID", "DTSTART"),
        *("TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE", "UID", "DTSTAMP", "CREATED"),
        *("LAST-MODIFIED", "SEQUENCE", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS"),
        *("TRANSP", "ORGANIZER", "ATTENDEE"),
    }


@pytest.mark.parametrize("address", ("", "lina", "a@b.c\r\nX:1", "a:b@c.d", "a@b,c@d"))
def test_an_address_that_could_break_a_line_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Party("", address)


def test_both_parts_of_a_mail_hold_the_same_octets() -> None:
    octets = request(replace(TALK, summary='الاجتماع; "one", two\nthree'))
    mail = build(
        Draft(
            message_id="<1@example.org>",
            date=TALK.changed_at,
            sender=Mailbox(US.name, US.address),
            to=Mailbox(LINA.name, LINA.address),
            subject="Invitation",
            text="Words",
            html="<p>Words</p>",
            locale="ar",
            calendar=CalendarPart("REQUEST", octets),
        )
    )
    message: Any = message_from_bytes(mail, policy=policy.default)
    parts = {part.get_content_type(): part for part in message.walk()}
    assert parts["text/calendar"].get_param("method") == read(octets)[0]["METHOD"]
    assert parts["text/calendar"]["Content-Transfer-Encoding"] == "base64"
    found = {kind: parts[kind].get_payload(decode=True) for kind in parts}
    assert found["text/calendar"] == found["application/ics"] == octets
    assert parts["application/ics"].get_filename() == "invite.ics"
    assert list(parts)[-2:] == ["text/calendar", "application/ics"]
    assert message["From"].addresses[0].addr_spec == "meetings@example.org"
