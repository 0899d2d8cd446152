"""The year of a programme, as everybody may see it."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from mmp.adapters.clock import FixedClock
from mmp.models import Programme
from tests.web.html import page

YEAR = "/en/programmes/year-2026/"


def test_the_year_is_told_in_words(client: FlaskClient, year: Programme) -> None:
    text = " ".join(page(client, YEAR).text.split())
    assert "before 18 June 2026" in text
    assert "28–29 September 2026" in text
    assert "October 2026, day to be announced" in text
    assert "Online meetings, no. 4" in text
    assert "13:00–15:30, Stockholm time (UTC+2)" in text
    assert "1 July – 31 August 2026 Summer break" in text
    assert "August 2026 Proposals for themes" in text
    assert "Hosted by Example Institute" in text
    assert "English, Arabic and French" in text
    assert "Cancelled" in text


def test_what_is_past_next_and_ahead(client: FlaskClient, year: Programme) -> None:
    text = page(client, YEAR).text
    order = [text.index(word) for word in ("Past", "First gathering", "Ahead", "Second gathering")]
    assert order == sorted(order)
    before = text[: text.index("Second gathering")]
    assert before.rstrip().split("·")[-2].strip().endswith("In person and online")
    assert text.count("Next") == 1
    assert before.index("Next") > before.index("Ahead")


@pytest.mark.parametrize(
    ("now", "word"),
    (
        (datetime(2026, 9, 28, 7, tzinfo=UTC), "Now"),
        (datetime(2026, 9, 27, 7, tzinfo=UTC), "Next"),
        (datetime(2026, 10, 3, tzinfo=UTC), "Next"),
    ),
)
def test_the_coming_event_moves_with_time(
    client: FlaskClient, year: Programme, clock: FixedClock, now: datetime, word: str
) -> None:
    clock.set(now)
    text = page(client, YEAR).text
    assert word in text.split("Ahead")[1]


def test_a_month_that_is_over_announces_no_day(
    client: FlaskClient, year: Programme, clock: FixedClock
) -> None:
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    text = page(client, YEAR).text
    assert "October 2026" in text
    assert "to be announced" not in text


def test_drafts_and_talks_of_pairs_are_not_there(client: FlaskClient, year: Programme) -> None:
    text = page(client, YEAR).text
    assert "Not decided yet" not in text
    assert "Talk of a pair" not in text


def test_the_list_of_programmes(client: FlaskClient, year: Programme) -> None:
    listed = page(client, "/en/")
    assert YEAR in listed.links
    assert "Next: Second gathering, 28–29 September 2026" in " ".join(listed.text.split())


def test_an_empty_list_says_so(client: FlaskClient, database_url: str) -> None:
    assert "There is no programme here yet." in page(client, "/en/").text


def test_a_programme_without_events_says_what_to_do(client: FlaskClient, empty: Programme) -> None:
    assert "No event has been announced yet." in page(client, "/en/programmes/many-0/").text
