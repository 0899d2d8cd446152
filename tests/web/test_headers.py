"""What every answer says to browsers about how to treat it."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mmp.app import create_app
from mmp.config import Settings
from mmp.models import Programme
from tests.web.html import page, pages_below

ROOT = Path(__file__).resolve().parents[2]
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize(
    "path",
    (
        "/",
        "/en/",
        "/en/programmes/year-2026/",
        "/ar/programmes/year-2026/events/june/",
        "/en/programmes/year-2026/subscribe/",
        "/en/nothing/",
        "/nothing",
        "/static/css/base.css",
    ),
)
def test_security_headers(client: FlaskClient, year: Programme, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Set-Cookie" not in headers


def test_hsts_with_https_only(settings: Settings) -> None:
    from dataclasses import replace

    app = create_app(replace(settings, base_url="https://mmp.example.org"))
    headers = app.test_client().get("/").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("language", ("en", "ar"))
def test_nothing_inline_and_nothing_from_elsewhere(
    client: FlaskClient, own_page: str, language: str
) -> None:
    pages = pages_below(client, f"/{language}/")
    pages[own_page] = page(client, own_page)
    for path, found in pages.items():
        for tag, attributes in found.tags:
            assert tag != "style", path
            assert "style" not in attributes, path
            assert not [name for name in attributes if name.startswith("on")], path
            if tag in ("script", "img"):
                assert attributes["src"].startswith("/static/"), path
            if attributes.get("rel") == "stylesheet":
                assert attributes["href"].startswith("/static/"), path
        assert "<script>" not in found.source


def test_assets_are_kept_for_good_under_their_hash(client: FlaskClient, year: Programme) -> None:
    (address, *_) = re.findall(r'href="(/static/[^"]+css[^"]*)"', page(client, "/en/").source)
    assert "immutable" in client.get(address, buffered=True).headers["Cache-Control"]
    for stale in (address.split("?")[0], address + "0"):
        assert client.get(stale, buffered=True).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ("/en/programmes/year-2026/", "/ar/programmes/year-2026/events/june/")
)
def test_a_first_visit_weighs_little(client: FlaskClient, year: Programme, path: str) -> None:
    answer = client.get(path)
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text))
    sizes = [len(client.get(file, buffered=True).data) for file in files]
    assert len(sizes) >= 4
    assert len(answer.data) + sum(sizes) <= 60_000


def test_pages_with_a_secret_address_are_kept_nowhere(client: FlaskClient, own_page: str) -> None:
    for path in (own_page, "/en/programmes/year-2026/subscribe/", "/en/feeds/revoked/"):
        headers = client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]
        assert 'name="robots"' in page(client, path).source


def test_feeds_open_no_session(app: Flask, client: FlaskClient, year: Programme) -> None:
    client.set_cookie("session", "whatever")
    for path in ("/feeds/year-2026.en.ics", "/feeds/wrong.ics"):
        with client:
            answer = client.get(path)
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
            from flask import session

            with pytest.raises(RuntimeError):
                session["anything"] = 1


def test_feeds_run_no_hooks_of_pages(app: Flask) -> None:
    assert set(app.after_request_funcs) == {"home", "pages"}
    assert set(app.url_value_preprocessors) == {"pages"}


def test_logs_of_web_servers_leave_out_every_address_with_a_secret(app: Flask) -> None:
    """By the patterns for nginx and Caddy that the README gives."""
    patterns = re.findall(r"\^(/\(\[a-z\]\+/\)\S+)", (ROOT / "README.md").read_text())
    assert len(patterns) == 2
    rules = {rule.rule for rule in app.url_map.iter_rules() if "token" in rule.arguments}
    secret = {re.sub("^/<[^>]+>/", "/en/", rule) for rule in rules}
    assert {rule for rule in secret if not all(re.match(one, rule) for one in patterns)} == set()
