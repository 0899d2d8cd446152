"""Times in words, as each language writes them."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from mmp.adapters.renderer.times import lines_of, locale_of
from mmp.core.when import When
from mmp.web import clocks, event_words, languages, when

NOON = datetime(2026, 6, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    (
        ("Europe/Stockholm", "heure de Stockholm (UTC+2)"),
        ("Asia/Amman", "heure d’Amman (UTC+3)"),
        ("Africa/Cairo", "heure du Caire (UTC+3)"),
        ("Europe/Helsinki", "heure d’Helsinki (UTC+3)"),
        ("Asia/Hong_Kong", "heure de Hong Kong (UTC+8)"),
        ("Europe/Athens", "heure d’Athènes (UTC+3)"),
        ("UTC", "UTC"),
    ),
)
def test_french_says_whose_time_it_is(app: Flask, zone: str, words: str) -> None:
    with app.test_request_context():
        languages.use("fr")
        assert when.zone_name(zone, NOON) == words


@pytest.mark.parametrize(
    ("language", "words"),
    (("en", "13:00–15:30"), ("fr", "13:00–15:30"), ("ar", "1:00–3:30 م")),
)
def test_hours_of_one_day_stand_close(app: Flask, language: str, words: str) -> None:
    with app.test_request_context():
        languages.use(language)
        assert when.clock_times(datetime(2026, 6, 18, 13), datetime(2026, 6, 18, 15, 30)) == words


def test_over_midnight_each_day_stands_once(app: Flask) -> None:
    late = When.timed(datetime(2026, 10, 25, 23, 30), datetime(2026, 10, 26, 0, 45), "Asia/Amman")
    long = When.timed(datetime(2026, 10, 25, 9), datetime(2026, 10, 27, 17), "Asia/Amman")
    with app.test_request_context():
        languages.use("en")
        assert event_words.time_in_words(late).striptags() == (
            "Sunday, 25 October 2026, 23:30 – 26 October 00:45, Amman time (UTC+3)"
        )
        assert event_words.time_in_words(long).striptags() == (
            "25–27 October 2026, 25 October 09:00 – 27 October 17:00, Amman time (UTC+3)"
        )
        span = long.span()
        assert span.starts_at is not None
        own = clocks.reading(span.starts_at, span.ends_at, "Europe/Stockholm")
        assert own.full_day == "25–27 October 2026"


@pytest.mark.parametrize("minutes", (45, 60))
def test_an_end_that_seems_to_come_first_is_explained(app: Flask, minutes: int) -> None:
    starts = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    ends = starts + timedelta(minutes=minutes)
    with app.test_request_context():
        languages.use("en")
        reading = clocks.reading(starts, ends, "Europe/London")
        words = f"01:30–{'01:15' if minutes == 45 else '01:30'} (the clocks go back in between)"
        assert reading.times == words
    when_ = When.timed(datetime(2026, 10, 25, 3, 30), datetime(2026, 10, 25, 4, 15), "Asia/Amman")
    lines = lines_of(when_, locale_of("en"), "Europe/London")
    assert "01:30–01:15 (the clocks go back in between)" in lines[0]
    assert "clocks" not in lines[1]
