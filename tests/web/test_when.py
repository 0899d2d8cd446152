"""Times in words, as each language writes them."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from mmp.web import languages, when

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
