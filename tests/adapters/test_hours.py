"""Hours in words: on a page and in a mail they are the same."""

from datetime import date, datetime

import pytest
from babel import Locale
from flask import Flask

from mmp.adapters.hours import clock_interval
from mmp.adapters.renderer.times import lines_of
from mmp.core.when import When
from mmp.web import languages, when

DAY = (2026, 6, 18)
AMMAN = "Asia/Amman"


@pytest.mark.parametrize(
    ("locale", "starts", "ends", "words"),
    (
        ("en_GB", (13, 0), (15, 30), "13:00–15:30"),
        ("fr_FR", (9, 0), (14, 0), "09:00–14:00"),
        ("fr_DZ", (9, 0), (14, 0), "09:00–14:00"),
        ("ar_JO", (16, 0), (18, 0), "4:00–6:00 م"),
        ("ar_JO", (9, 0), (11, 30), "9:00–11:30 ص"),
        ("ar_JO", (10, 0), (14, 0), "10:00 ص – 2:00 م"),
        ("ar_MA", (10, 0), (14, 0), "10:00–14:00"),
        ("en_US", (10, 0), (14, 0), "10:00\u202fAM – 2:00\u202fPM"),
    ),
)
def test_hours_of_one_day(
    locale: str, starts: tuple[int, int], ends: tuple[int, int], words: str
) -> None:
    walls = (datetime(*DAY, *starts), datetime(*DAY, *ends))
    assert clock_interval(*walls, Locale.parse(locale)) == words


@pytest.mark.parametrize(
    ("language", "locale"), (("en", "en_GB"), ("ar", "ar_JO"), ("fr", "fr_FR"))
)
@pytest.mark.parametrize("hours", ((9, 11), (11, 13), (16, 18)))
def test_pages_and_mails_say_the_same(
    app: Flask, language: str, locale: str, hours: tuple[int, int]
) -> None:
    starts, ends = (datetime(*DAY, hour) for hour in hours)
    (line,) = lines_of(When.timed(starts, ends, AMMAN), Locale.parse(locale), AMMAN)
    with app.test_request_context():
        languages.use(language)
        assert when.clock_times(starts, ends) in line


@pytest.mark.parametrize(
    ("language", "locale", "words"),
    (
        ("en", "en_GB", "28–29 September 2026"),
        ("ar", "ar_JO", "28–29 أيلول 2026"),
        ("fr", "fr_FR", "28–29 septembre 2026"),
    ),
)
def test_pages_and_mails_say_the_same_of_days(
    app: Flask, language: str, locale: str, words: str
) -> None:
    first, last = date(2026, 9, 28), date(2026, 9, 29)
    assert lines_of(When.days(first, last, AMMAN), Locale.parse(locale), AMMAN) == [words]
    with app.test_request_context():
        languages.use(language)
        assert when.days(first, last).text == words
