"""The desk: the year with what is not done yet, and the month as a calendar."""

import re
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.core.when import When
from mmp.models import Break, Programme, TalkLog
from mmp.models.breakouts import Breakout
from mmp.models.enums import (
    AgendaKind,
    BreakKind,
    EventForm,
    EventStatus,
    MembershipRole,
    Partstat,
)
from tests.support.factories import MADE_AT, Factory, timed
from tests.web.desk import sit_down
from tests.web.html import page

PATH = "/en/programmes/here/desk/"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here", name={"en": "Here"})


def words(client: FlaskClient, path: str) -> str:
    return " ".join(page(client, path).text.split())


def test_what_is_not_done_yet_stands_in_words(
    client: FlaskClient, session: Session, make: Factory, here: Programme
) -> None:
    make.event(
        here,
        When.month(2026, 10, "Europe/Stockholm"),
        title={"en": "Later"},
        status=EventStatus.DRAFT,
    )
    ready = make.event(
        here,
        timed(datetime(2026, 9, 28, 9)),
        key="ready",
        title=dict.fromkeys(("en", "ar", "fr"), "Ready"),
        join_link="https://x.example/1",
    )
    make.item(ready, title=dict.fromkeys(("en", "ar", "fr"), "Opening"))
    for partstat in (Partstat.NEEDS_ACTION, Partstat.NEEDS_ACTION, Partstat.ACCEPTED):
        make.participation(ready, make.person(here), partstat=partstat)
    make.event(here, timed(datetime(2026, 3, 1, 9)), title={"en": "Long ago"})
    sit_down(client, session, here)
    text = words(client, PATH)
    ready_words, _title, later = text.partition("Later")
    assert "3 people on the list" in ready_words
    assert "2 people have not answered" in ready_words
    assert "No documents" in ready_words
    for none in ("No agenda", "No join link", "The day is not fixed", "Texts missing"):
        assert none not in ready_words
    assert "Find a time" not in ready_words
    assert "Find a time" in later
    later, _title, over = later.partition("Past")
    for gap in (
        *("The day is not fixed", "Not published", "No agenda", "Nobody is on the list"),
        *("No join link", "Texts missing: Arabic", "Texts missing: French", "No documents"),
    ):
        assert gap in later
    assert "Long ago" in over
    assert "No agenda" not in over
    assert text.index("Ready") < text.index("Past")


def test_links_lead_to_where_it_is_done(
    client: FlaskClient, session: Session, make: Factory, here: Programme
) -> None:
    make.event(here, timed(datetime(2026, 9, 28, 9)), key="autumn", status=EventStatus.DRAFT)
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    links = page(client, PATH).links
    for place in ("agenda", "people", "documents"):
        path = f"/en/programmes/here/events/autumn/{place}/"
        assert path in links
        assert client.get(path).status_code == 200
    assert "/en/programmes/here/events/autumn/" not in links  # a draft has no public page


def test_groups_that_are_not_made_lead_to_their_board(
    client: FlaskClient, session: Session, make: Factory, here: Programme
) -> None:
    event = make.event(here, timed(datetime(2026, 9, 28, 9)), key="autumn")
    make.participation(event, make.person(here))
    item = make.item(event, datetime(2026, 9, 28, 9), kind=AgendaKind.BREAK_OUT)
    gone = make.item(event, datetime(2026, 9, 28, 10), kind=AgendaKind.BREAK_OUT)
    gone.status, gone.cancelled_at = EventStatus.CANCELLED, MADE_AT
    sit_down(client, session, here)
    board = f"/en/programmes/here/events/autumn/agenda/{item.uuid}/groups/"
    desk = page(client, PATH)
    assert "Break-out groups not made yet" in desk.text
    assert board in desk.links
    groups = Breakout(
        agenda_item=item, draft={"groups": [["x"]]}, created_at=MADE_AT, changed_at=MADE_AT
    )
    session.add(groups)
    session.commit()
    assert "Break-out groups not applied yet" in page(client, PATH).text
    groups.applied_at = MADE_AT
    session.commit()
    assert "Break-out groups" not in page(client, PATH).text


def test_talks_of_pairs_are_not_on_the_desk(
    client: FlaskClient, session: Session, make: Factory, here: Programme
) -> None:
    pair = make.pair(here, make.person(here), make.person(here))
    make.event(here, timed(datetime(2026, 9, 2, 9)), title={"en": "Just us"}, pair=pair)
    sit_down(client, session, here)
    for path in (PATH, f"{PATH}month/2026-09/"):
        assert "Just us" not in page(client, path).text


def test_an_empty_year_says_what_to_do(
    client: FlaskClient, session: Session, here: Programme
) -> None:
    sit_down(client, session, here)
    assert "Begin with an event" in words(client, PATH)


class TestMonth:
    @pytest.fixture(autouse=True)
    def autumn(self, session: Session, make: Factory, here: Programme) -> None:
        make.event(
            here,
            When.days(date(2026, 9, 26), date(2026, 9, 29), "Asia/Amman"),
            title={"en": "Gathering"},
            form=EventForm.IN_PERSON,
        )
        make.event(here, timed(datetime(2026, 9, 28, 14), 60, "Asia/Amman"), title={"en": "Call"})
        make.event(here, timed(datetime(2026, 9, 7, 22), 120), title={"en": "Until midnight"})
        make.event(here, When.month(2026, 9, "Asia/Amman"), title={"en": "Some day"})
        here.breaks.append(
            Break(
                key="b",
                kind=BreakKind.OTHER,
                name={"en": "Quiet week"},
                starts_on=date(2026, 8, 30),
                ends_on=date(2026, 9, 2),
            )
        )
        session.commit()

    def test_days_bands_and_zones(
        self, client: FlaskClient, session: Session, here: Programme
    ) -> None:
        sit_down(client, session, here)
        found = page(client, f"{PATH}month/2026-09/")
        text = " ".join(found.text.split())
        assert "In this month, day not fixed: Some day" in text
        assert "Call 14:00–15:00, Amman time (UTC+3)" in text
        assert text.count("Gathering") == 4  # written once a week, told to ears every day
        assert text.count("Until midnight") == 1
        assert text.count("Quiet week") == 3  # the table begins on 31 August
        assert {f"{PATH}month/2026-08/", f"{PATH}month/2026-10/"} <= set(found.links)

    def test_weeks_begin_as_the_reader_is_used_to(
        self, client: FlaskClient, session: Session, here: Programme
    ) -> None:
        sit_down(client, session, here)
        for language, first, last in (("en", "Mon", "Sun"), ("ar", "السبت", "الجمعة")):
            found = page(client, f"/{language}/programmes/here/desk/month/2026-09/")
            heads = re.findall(r'<th scope="col">(.*?)</th>', found.source)
            assert (heads[0], heads[-1]) == (first, last)

    @pytest.mark.parametrize("month", ("2026-13", "2026-00", "26-01", "0001-01", "٢٠٢٦-٠٩", "x"))
    def test_what_is_no_month_is_not_there(
        self, client: FlaskClient, session: Session, here: Programme, month: str
    ) -> None:
        sit_down(client, session, here)
        assert client.get(f"{PATH}month/{month}/").status_code == 404

    def test_today_leads_to_its_month(
        self, client: FlaskClient, session: Session, here: Programme
    ) -> None:
        sit_down(client, session, here)
        assert client.get(f"{PATH}month/").location == f"{PATH}month/2026-06/"


class TestPairs:
    """The clock stands at 19 June; of each pair the last talk was so many days ago."""

    @pytest.fixture(autouse=True)
    def pairs(self, session: Session, make: Factory, here: Programme) -> None:
        for names, began, days in (
            (("Lina", "Erik"), date(2026, 2, 1), (date(2026, 3, 1), date(2026, 5, 1))),
            (("Nour", "Anna"), date(2026, 2, 1), (date(2026, 6, 10), date(2026, 5, 1))),
            (("Omar", "Zoe"), date(2026, 2, 1), ()),
            (("Late", "Comer"), date(2026, 6, 12), ()),
        ):
            people = [make.person(here, name=name) for name in names]
            pair = make.pair(here, *people, starts_on=began)
            for day in days:
                session.add(
                    TalkLog(
                        pair=pair,
                        day=day,
                        minutes=30,
                        topic="Secret words",
                        created_at=MADE_AT,
                        changed_at=MADE_AT,
                    )
                )
        make.pair(here, make.person(here, name="Gone"), ends_on=date(2026, 5, 1))
        session.commit()

    def test_who_needs_a_check_in_by_the_rule_of_the_board(
        self, client: FlaskClient, session: Session, here: Programme
    ) -> None:
        sit_down(client, session, here)
        text = words(client, PATH)
        assert "2 pairs need a check-in" in text
        shown = text.split("Pairs that need a check-in")[1]
        assert "Omar & Zoe No talk logged yet" in shown
        assert "Lina & Erik 1 May 2026 Last talk 49 days ago; more than 42." in shown
        assert "What pairs say and note stays with them." in text
        for hidden in ("Secret", "Gone", "30 min", "Nour", "Late"):
            assert hidden not in text
        rests = date(2026, 5, 10), date(2026, 6, 10)
        here.breaks.append(Break(key="b", name={"en": "B"}, starts_on=rests[0], ends_on=rests[1]))
        session.commit()
        shown = words(client, PATH)
        assert "1 pair needs a check-in" in shown, "days of a break do not count"
        here.breaks[0].ends_on = date(2026, 6, 30)
        session.commit()
        assert "check-in" not in words(client, PATH), "nobody is asked in a break"

    def test_assistants_are_told_nothing(
        self, client: FlaskClient, session: Session, here: Programme
    ) -> None:
        sit_down(client, session, here, MembershipRole.ASSISTANT)
        text = words(client, PATH)
        for hidden in ("Lina", "check-in", "Last talked"):
            assert hidden not in text
