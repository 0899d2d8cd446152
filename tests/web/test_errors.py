"""Errors are pages: in the reader's language, with the right status, without insides."""

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from mmp.core.errors import StaleEdit, UserError
from tests.web.html import page


@pytest.fixture
def broken(fresh_app: Flask) -> FlaskClient:
    """An application in which things go wrong on demand."""

    @fresh_app.get("/<language>/broken/<what>")
    def broken(language: str, what: str) -> str:
        if what == "user":
            raise UserError("There is no such programme.")
        if what == "stale":
            raise StaleEdit("There is no such event.")
        if what.isdigit():
            abort(int(what))
        raise RuntimeError("secret insides")

    fresh_app.testing = False
    fresh_app.config["PROPAGATE_EXCEPTIONS"] = False
    return fresh_app.test_client()


@pytest.mark.parametrize(
    ("what", "status"),
    (("400", 400), ("404", 404), ("413", 413), ("429", 429), ("503", 503), ("bug", 500)),
)
@pytest.mark.parametrize("language", ("en", "ar", "fr"))
def test_every_error_is_a_page(broken: FlaskClient, language: str, what: str, status: int) -> None:
    found = page(broken, f"/{language}/broken/{what}", status)
    assert dict(found.tags)["html"]["lang"] == language
    assert "secret insides" not in found.source
    if language == "ar":
        assert not found.latin_runs()


def test_what_people_can_mend_is_told(broken: FlaskClient) -> None:
    assert "There is no such programme." in page(broken, "/en/broken/user", 400).text
    assert "Ce programme n’existe pas." in page(broken, "/fr/broken/user", 400).text
    assert "لا توجد فعالية" in page(broken, "/ar/broken/stale", 409).text


def test_a_wrong_method_says_which_are_right(client: FlaskClient, database_url: str) -> None:
    answer = client.post("/en/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "That cannot be done here" in answer.text


def test_without_a_language_the_browser_decides(client: FlaskClient) -> None:
    answer = client.get("/nothing", headers={"Accept-Language": "ar"})
    assert answer.status_code == 404
    assert 'dir="rtl"' in answer.text


def test_wrong_feeds_get_a_plain_answer(client: FlaskClient, database_url: str) -> None:
    for path in ("/feeds/wrong.ics", "/feeds/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.content_type == "text/plain; charset=utf-8"


def test_too_large_a_form(app: Flask, client: FlaskClient, own_page: str) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 100
    answer = client.post(own_page + "addresses", data={"name": "x" * 500})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    (
        "answer/5f0c3b1e-8a57-4a6e-9d0a-0c2f7a1d9b11/abc/",
        "answer/5f0c3b1e-8a57-4a6e-9d0a-0c2f7a1d9b11/" + "a" * 43 + "/",
        "talks/5f0c3b1e-8a57/",
        "sign-in/links/",
        "unsubscribe/5f0c3b1e/",
        "wishes/5f0c3b1e-8a57-4a6e-9d0a-0c2f7a1d9b11/5f0c/",
        "polls/5f0c3b1e/",
    ),
)
def test_a_link_of_a_mail_cut_short_says_what_to_do(client: FlaskClient, path: str) -> None:
    found = page(client, "/en/" + path, 404)
    assert "Was it copied whole? Sign in, or answer the mail" in found.text
    assert "/en/sign-in/" in found.links
