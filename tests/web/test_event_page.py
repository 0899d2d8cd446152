"""An event, as everybody may see it: all that is public and nothing else."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import GuidingQuestion, Programme
from tests.web import rows
from tests.web.html import Page, page, pages_below

EVENTS = "/en/programmes/year-2026/events/"


@pytest.fixture
def june(client: FlaskClient, year: Programme) -> Page:
    return page(client, EVENTS + "june/")


def test_what_there_is(june: Page) -> None:
    text = " ".join(june.text.split())
    for words in (
        "Online meetings, no. 4",
        "Thursday, 18 June 2026 13:00–15:30, Stockholm time (UTC+2)",
        "Lived realities",
        "Supported by Example Institute",
        "Ann Holm host@example.org",
        "What do we owe each other?",
        "All times are Stockholm time (UTC+2).",
        "Global Compact for Migration, objective 21",
        "Jordan 3",
        "First gathering before 18 June 2026",
    ):
        assert words in text
    assert "mailto:host@example.org" in june.links
    assert EVENTS.removesuffix("/") + "/october/" in june.links
    assert EVENTS + "june.ics" not in june.links  # it is over
    assert "/en/programmes/year-2026/subscribe/" in june.links


def test_markdown_is_rendered_and_html_stays_text(june: Page) -> None:
    assert "<em>summer</em>" in june.source
    assert "&lt;b&gt;break&lt;/b&gt;" in june.source


def test_the_agenda_tells_times_rooms_and_roles(june: Page) -> None:
    text = " ".join(june.text.split())
    assert "13:00–13:15 Opening Host Ann Holm, Director" in text
    assert "Presenting a pair of mentors from Sweden and Jordan" in text
    assert "Reporting a mentor from Jordan" in text
    assert "Speaking Martha Gill, Practitioner a participant" in text
    assert "At the same time Tension 1 Room 1 Tension 2 Room 2" in text


def test_what_is_said_is_quoted_as_consented(june: Page) -> None:
    text = " ".join(june.text.split())
    assert "Said with a name. Martha Gill" in text
    assert "Said without a name. a participant" in text
    assert "Never to be shown." not in text
    assert "Shared as a pair. a pair of mentors from Sweden and Jordan" in text
    assert "Shared by no one in particular. a pair of mentors 13:45" in text


def test_what_is_open_to_few_is_not_shown(june: Page) -> None:
    assert "Briefing" not in june.text


def test_public_documents_only(june: Page) -> None:
    assert "Report" in june.text
    assert "Kept inside" not in june.text


@pytest.mark.parametrize("language", ("en", "ar", "fr"))
def test_no_page_tells_what_it_must_not(
    client: FlaskClient, year: Programme, language: str
) -> None:
    pages = pages_below(client, f"/{language}/")
    assert len(pages) == 11  # with the two of the door
    for path, found in pages.items():
        for secret in (
            rows.SECRET_LINK,
            "meet.example",
            rows.MENTOR,
            rows.PARTNER,
            rows.DISCREET,
            "Known to few",
            "Not decided yet",
            "Talk of a pair",
        ):
            assert secret not in found.source, f"{path} tells {secret}"


@pytest.mark.parametrize(
    "path",
    (
        EVENTS + "draft/",
        EVENTS + "talk/",
        EVENTS + "none/",
        EVENTS + "%00/",
        EVENTS + "%ff/",
        EVENTS + "a" * 200 + "/",
        EVENTS + "draft.ics",
        EVENTS + "talk.ics",
        EVENTS + "october.ics",
        "/en/programmes/none/",
        "/en/programmes/none/subscribe/",
        "/en/programmes/none/events/june/",
        "/de/",
        "/en/documents/00000000-0000-0000-0000-000000000000/a.pdf",
        "/en/documents/nonsense/a.pdf",
        "/en/feeds/nonsense-nonsense-nonsense/",
    ),
)
def test_not_found(client: FlaskClient, year: Programme, path: str) -> None:
    assert (
        "There is" in page(client, path, 404).text
        or "does not exist" in page(client, path, 404).text
    )


def test_a_cancelled_event_says_so(client: FlaskClient, year: Programme) -> None:
    found = page(client, EVENTS + "called-off/")
    assert "This event does not take place." in found.text
    assert not [link for link in found.links if link.endswith(".ics")]


def test_only_what_lies_ahead_goes_into_a_calendar(
    client: FlaskClient, year: Programme, clock: FixedClock
) -> None:
    assert EVENTS + "december.ics" in page(client, EVENTS + "december/").links
    clock.advance(timedelta(days=200))
    assert EVENTS + "december.ics" not in page(client, EVENTS + "december/").links


def test_a_lone_question_has_no_number(
    client: FlaskClient, year: Programme, session: Session
) -> None:
    alone = page(client, EVENTS + "june/")
    assert ("p", {"class": "question"}) in alone.tags
    assert ("ol", {"class": "questions"}) not in alone.tags
    event = next(row for row in year.events if row.key == "june")
    event.guiding_questions.append(GuidingQuestion(position=1, text={"en": "And what then?"}))
    session.commit()
    assert ("ol", {"class": "questions"}) in page(client, EVENTS + "june/").tags


def test_size_and_kind_of_a_file_stand_apart_as_the_language_does(
    client: FlaskClient, year: Programme
) -> None:
    assert "PDF، 1 كيلوبايت" in page(client, EVENTS.replace("/en/", "/ar/") + "june/").text


def test_a_month_offers_no_download(client: FlaskClient, year: Programme) -> None:
    found = page(client, EVENTS + "october/")
    assert "October 2026, day to be announced" in found.text
    assert not [link for link in found.links if link.endswith(".ics")]
    assert EVENTS + "june/" in found.links  # the one before
    assert EVENTS + "draft/" not in found.links  # the one after is none of the reader's business


def test_links_lead_somewhere(client: FlaskClient, year: Programme) -> None:
    for found in pages_below(client, "/en/").values():
        for link in found.links:
            if link.startswith("/"):
                assert client.get(link, buffered=True).status_code == 200, link
