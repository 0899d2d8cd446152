"""18 June: a panellist who is also a mentor is one record with one calendar entry; two pairs
present their reflections; four recommendations, in English and Arabic."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.models import AgendaItem, Event, Mail, Person, Programme
from mmp.models.enums import CalendarDelivery, MembershipRole
from mmp.services import feeds, invitations
from mmp.services.demo import example_coordinator
from mmp.services.invitations import Choice
from mmp.services.outbox.sources import more_for
from tests.services.test_invitations import SITE, entry_of
from tests.services.test_pair_board import actor_for
from tests.web.desk import fill_in, sit_down
from tests.web.html import page

PAGE = "programmes/mmp26/events/june-meeting/"


def test_panellist_who_mentors_is_one_record_with_one_entry(
    demo: Session, client: FlaskClient, settings: Settings, clock: FixedClock
) -> None:
    (balkees,) = demo.scalars(select(Person).where(Person.name.contains("Mgadami"))).all()
    assert {membership.role.value for membership in balkees.memberships} == {"mentor", "speaker"}
    secret = settings.feed_secret
    feed = feeds.default_feed(demo, now=clock.now(), secret=secret, person=balkees)
    demo.commit()
    calendar: Any = Calendar.from_ical(
        client.get(f"/feeds/{feeds.token_of(secret, feed)}.ics").data
    )
    in_june = {
        str(entry["UID"]): str(entry["SUMMARY"])
        for entry in calendar.walk("VEVENT")
        if str(entry["DTSTART"].dt).startswith("2026-06-18")
    }
    assert sorted(in_june.values()) == [
        "Migration Management and Lived Realities",
        "Speaking: Experts’ panel",
    ]

    balkees.calendar_delivery = CalendarDelivery.BOTH
    balkees.email = "balkees@example.org"
    boss = example_coordinator(demo)
    event = demo.scalars(select(Event).where(Event.key == "june-meeting")).one()
    actor = actor_for(demo, boss)
    before = datetime(2026, 6, 1, 8, tzinfo=UTC)
    for role in (MembershipRole.SPEAKER, MembershipRole.MENTOR):
        choice = Choice(roles=frozenset({role}))
        invitations.invite(demo, actor=actor, now=before, event=event, choice=choice)
    mails = demo.scalars(select(Mail).where(Mail.person_id == balkees.id)).all()
    carried = [entry_of(more.calendar) for more in more_for(demo, mails, SITE).values()]
    assert sorted(entry["UID"] for entry in carried if entry) == sorted(in_june)


@pytest.mark.usefixtures("demo")
def test_two_pairs_present_and_four_recommendations_are_told(client: FlaskClient) -> None:
    english, arabic = (client.get(f"/{language}/{PAGE}").text for language in ("en", "ar"))
    assert english.count("a pair of mentors from") >= 2
    for title in (
        "Start from lived experience",
        "Support those who are nearest",
        "Make regular routes easy to understand",
        "Keep learning across the two regions",
    ):
        assert title in english
        assert title not in arabic
    assert "التوصيات" in arabic


def test_desk_shows_who_presented_before_and_keeps_a_fifth_recommendation(
    demo: Session, client: FlaskClient
) -> None:
    programme = demo.scalars(select(Programme).where(Programme.slug == "mmp26")).one()
    sit_down(client, demo, programme)
    editor = "/en/programmes/mmp26/events/june-meeting/agenda/"
    before = page(client, f"{editor}new/")
    assert "Who presented before" in before.text
    assert before.text.count("– presented") >= 2 * 2
    board = page(client, "/en/programmes/mmp26/pairs/").text
    assert board.count("Presented once") >= 2
    item = demo.scalars(
        select(AgendaItem).where(AgendaItem.recommendations.any()).order_by(AgendaItem.id)
    ).first()
    assert item is not None
    assert len(item.recommendations) == 4
    status, _found = fill_in(
        client,
        f"{editor}{item.uuid}/said/recommendations/new/",
        more={"title-en": "Meet in person too", "title-ar": "التقوا وجهًا لوجه أيضًا"},
    )
    assert status == 200
    assert "Meet in person too" in client.get(f"/en/{PAGE}").text
    assert "التقوا وجهًا لوجه أيضًا" in client.get(f"/ar/{PAGE}").text
