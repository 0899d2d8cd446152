"""One address per language, and a switch that keeps the page."""

import re

import pytest
from flask.testing import FlaskClient

from mmp.models import Programme
from tests.web.html import Page, page

EVENT = "programmes/year-2026/events/june/"


@pytest.mark.parametrize(
    ("wanted", "language"),
    (("ar-JO,en;q=0.5", "ar"), ("fr", "fr"), ("sv", "en"), ("", "en"), ("de, fr;q=0.1", "fr")),
)
def test_the_front_door_follows_the_browser(
    client: FlaskClient, wanted: str, language: str
) -> None:
    answer = client.get("/", headers={"Accept-Language": wanted})
    assert answer.status_code == 302
    assert answer.location == f"/{language}/"
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("language", ("en", "ar", "fr"))
def test_the_switch_keeps_the_page(client: FlaskClient, year: Programme, language: str) -> None:
    found = page(client, f"/{language}/{EVENT}")
    html = dict(found.tags)["html"]
    assert html["lang"] == language
    assert html["dir"] == ("rtl" if language == "ar" else "ltr")
    for other in ("en", "ar", "fr"):
        assert f"/{other}/{EVENT}" in found.links
        assert f'hreflang="{other}" href="http://127.0.0.1:8000/{other}/{EVENT}"' in found.source


def test_dates_are_regional(client: FlaskClient, year: Programme) -> None:
    assert "28–29 أيلول 2026" in page(client, "/ar/programmes/year-2026/events/amman/").text
    assert "28–29 septembre 2026" in page(client, "/fr/programmes/year-2026/events/amman/").text
    french = " ".join(page(client, "/fr/programmes/year-2026/").text.split())  # thin spaces too
    assert "1er juillet – 31 août 2026" in french
    text = page(client, f"/ar/{EVENT}").text
    assert "1:00–3:30 م، بتوقيت ستوكهولم (UTC+2)" in text


def test_texts_that_fall_back_are_marked(client: FlaskClient, year: Programme) -> None:
    source = page(client, f"/ar/{EVENT}").source
    assert '<span lang="en" dir="ltr">What do we owe each other?</span>' in source
    assert '<div class="prose" lang="en" dir="ltr">' in source


def test_names_follow_the_script(client: FlaskClient, year: Programme) -> None:
    source = page(client, f"/ar/{EVENT}").source
    assert "<bdi>مارثا غيل</bdi>" in source
    assert "<bdi>Ann Holm</bdi>" in source
    assert "<bdi>Martha Gill</bdi>" in page(client, f"/fr/{EVENT}").source


def test_an_arabic_reader_sees_no_english_sentence(demo_pages: dict[str, Page]) -> None:
    assert len(demo_pages) > 10
    for path, found in demo_pages.items():
        assert not found.latin_runs(), path
        for _, attributes in found.tags:
            for name in ("aria-label", "title", "placeholder", "data-own", "data-copied"):
                words = re.sub(r"\{\w+\}", "", attributes.get(name, ""))
                assert not re.search(r"[A-Za-z]{3,}", words), f"{path}: {words}"


def test_an_arabic_reader_manages_a_calendar_without_english(
    client: FlaskClient, own_page: str
) -> None:
    found = page(client, own_page.replace("/en/", "/ar/"))
    assert not found.latin_runs()
