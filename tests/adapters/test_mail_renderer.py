"""Every mail in every language: whole, named zones, nothing left out and nothing let in."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract

from mmp.adapters.renderer import FOLDER, Gaps, Unwritable, mould, render
from mmp.adapters.translations import LANGUAGES
from mmp.core.when import When
from mmp.services.reminders.mails import Item

MEETING = When.timed(datetime(2026, 9, 27, 14), datetime(2026, 9, 27, 16), "Europe/Stockholm")
GATHERING = When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman")


@dataclass(frozen=True)
class Facts:
    title: str = "Water & <Earth>"
    when: When = MEETING
    place: str = "Amman"
    join_link: str = "https://meet.example.org/x"
    page: str = "https://mmp.example.org/en/programmes/p/events/e/"


EVENT = Facts()
GIVEN: dict[str, Any] = {
    "name": 'Lina "<b>" Haddad',
    "programme": "MMP 26",
    "event": EVENT,
    "base_url": "https://mmp.example.org",
    "page": "https://mmp.example.org/talks/",
}
ITEM = Item(
    delivery="one",
    key="day",
    title='The <all> "<b>" meeting',
    when=MEETING,
    place="Folkets hus",
    join_link="https://meet.example.org/4",
    page="https://mmp.example.org/en/programmes/mmp/events/4/",
    days=3,
    asks=True,
)
PARAMETERS: dict[str, dict[str, Any]] = {
    "reminder": {
        "item": ITEM,
        "subject": "",
        "text": "",
        "group": "Group 2, <Petra>",
        "question": "What is <missing>?",
        "answer": "https://mmp.example.org/en/answer/x/y/",
    },
    "digest": {
        "items": (ITEM, replace(ITEM, key="thanks", asks=False, text="<all> the best")),
        "answers": {"one": "https://mmp.example.org/en/answer/x/y/"},
    },
    "reminders_overdue": {"count": 3, "page": "https://mmp.example.org/en/programmes/mmp/"},
    "sign_in": {"link": "https://mmp.example.org/en/sign-in/links/token/"},
    "test": {"asked_at": datetime(2026, 6, 19, 8, tzinfo=UTC)},
    "account_changed": {
        "what": "password",
        "at": datetime(2026, 6, 19, 8, tzinfo=UTC),
        "account": "https://mmp.example.org/en/account/",
    },
    "new_address": {
        "what": "notice",
        "new": "<all>@new.example",
        "link": "https://mmp.example.org/en/address/x/stop/y/",
    },
    "event_moved": {"old": GATHERING, "new": MEETING},
    "event_cancelled": {"note": "Sorry <all>"},
    "talk_offered": {
        "partner": "Erik",
        "offers": [{"when": MEETING, "link": None}, {"when": MEETING, "link": "https://x.example"}],
    },
    "talk_fixed": {"partner": "Erik"},
    "partner_away": {"neutral": False, "partner": "Erik <all>"},
    "pair_nudge": {
        "neutral": False,
        "partner": "Erik <all>",
        "plenary": {"title": "The <all> meeting", "when": MEETING},
    },
    "pair_changed": {
        "what": "begun",
        "neutral": False,
        "partner": "Erik",
        "day": GATHERING,
        "leaver": "Ann <all>",
        "newcomer": "Omar",
        "to_leaver": False,
        "to_newcomer": False,
    },
    "pair_introduced": {
        "neutral": False,
        "partner": "Erik <all>",
        "day": GATHERING,
        "partners": [
            {
                "name": "Erik <all>",
                "position": "Head <all>",
                "organisation": None,
                "email": "erik@example.org",
                "clock": MEETING,
            }
        ],
    },
    "wishes_asked": {
        "neutral": False,
        "again": False,
        "about": "MMP <all>",
        "closes_at": datetime(2026, 6, 19, 8, tzinfo=UTC),
    },
    "waiting": {"place": 3},
    "seat_free": {},
}


def test_every_mail_is_text_and_html() -> None:
    names = {path.stem for path in FOLDER.iterdir() if not path.name.startswith("_")}
    assert names >= set(PARAMETERS)
    assert all((FOLDER / f"{name}.{kind}").exists() for name in names for kind in ("txt", "html"))


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("locale", (*LANGUAGES, "ar_JO", "fr-BE", "sv_SE", "nonsense"))
def test_every_mail_in_every_language(name: str, locale: str) -> None:
    mail = render(name, locale=locale, zone="Asia/Amman", parameters=GIVEN | PARAMETERS[name])
    arabic = locale.startswith("ar")
    assert f'dir="{"rtl" if arabic else "ltr"}"' in mail.html
    assert mail.subject
    assert "\n" not in mail.subject
    assert not re.search(r"\n{4}|(?<!--)[ \t]\n|%\(|\{\{", mail.text)
    assert "<b>" not in mail.html
    assert "<all>" not in mail.html
    assert "<Earth>" not in mail.html
    assert '"<b>"' in mail.text, "plain text is not escaped"
    for text in (mail.text, mail.html):
        assert "https://" in text


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("missing", ("name", "partner", "programme"))
def test_what_is_missing_is_an_error(name: str, missing: str) -> None:
    values = {key: value for key, value in (GIVEN | PARAMETERS[name]).items() if key != missing}
    if missing in GIVEN | PARAMETERS[name]:
        with pytest.raises(Unwritable, match="UndefinedError"):
            render(name, locale="en", zone="UTC", parameters=values)


@pytest.mark.parametrize(
    ("locale", "zone", "lines"),
    (
        (
            "en",
            "Asia/Amman",
            (
                "Sunday, 27 September 2026, 15:00–17:00, Amman time (UTC+3)",
                "Sunday, 27 September 2026, 14:00–16:00, Stockholm time (UTC+2)",
            ),
        ),
        (
            "en",
            "Europe/Brussels",
            ("Sunday, 27 September 2026, 14:00–16:00, Brussels time (UTC+2)",),
        ),
        (
            "ar_JO",
            "Asia/Amman",
            ("الأحد، 27 أيلول 2026، 3:00–5:00 م، بتوقيت عمّان (UTC+3)",),
        ),
        (
            "ar_MA",
            "Africa/Casablanca",
            ("27 شتنبر 2026",),
        ),
        (
            "en",
            "Pacific/Auckland",
            (
                "Monday, 28 September 2026, 01:00–03:00, Auckland time (UTC+13)",
                "Sunday, 27 September 2026, 14:00–16:00, Stockholm time (UTC+2)",
            ),
        ),
        (
            "fr",
            "America/New_York",
            ("dimanche 27 septembre 2026, 08:00–10:00, ",),
        ),
    ),
)
def test_times_name_their_zone(locale: str, zone: str, lines: tuple[str, ...]) -> None:
    parameters = GIVEN | {"old": GATHERING, "new": MEETING}
    text = render("event_moved", locale=locale, zone=zone, parameters=parameters).text
    for line in lines:
        assert line in text
    if zone == "Europe/Brussels":
        assert "Stockholm" not in text, "the same clocks need no second line"


def test_over_midnight_and_the_first_of_a_month() -> None:
    late = When.timed(datetime(2026, 7, 31, 23), datetime(2026, 8, 1, 1), "Europe/Paris")
    text = render(
        "event_moved",
        locale="fr",
        zone="Europe/Paris",
        parameters=GIVEN | {"old": late, "new": late},
    ).text
    assert "vendredi 31 juillet 2026, 23:00 – samedi 1er août 2026, 01:00" in text


def test_a_template_that_is_not_there() -> None:
    with pytest.raises(Unwritable, match="TemplateNotFound"):
        render("../secret", locale="en", zone="UTC", parameters=GIVEN)


def test_both_kinds_say_the_same() -> None:
    """Also, only the texts in HTML templates are collected for translation."""
    for text in FOLDER.glob("*.txt"):
        missing = _messages(text) - _messages(text.with_suffix(".html"))
        assert not missing, text.name


def _messages(path: Path) -> set[object]:
    with path.open("rb") as file:
        found = extract("jinja2", file, options={"trimmed": "true", "silent": "false"})
        return {message for _, message, _, _ in found}


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("locale", LANGUAGES)
def test_one_rendering_for_many_reads_as_one_for_each(name: str, locale: str) -> None:
    given = GIVEN | PARAMETERS[name]
    for reader in ('Lina "<b>" & Haddad', "Erik", "لينا"):
        gaps = Gaps()
        cut = given | {"name": gaps.cut(reader)}
        moulded = mould(name, locale=locale, zone="Asia/Amman", parameters=cut, gaps=gaps)
        whole = render(name, locale=locale, zone="Asia/Amman", parameters=given | {"name": reader})
        assert moulded.rendered(gaps.words) == whole
        again = mould(name, locale=locale, zone="Asia/Amman", parameters=cut, gaps=gaps)
        assert again is moulded


def test_no_words_are_no_gap() -> None:
    gaps = Gaps()
    assert not gaps.cut("")
    assert not gaps.words
