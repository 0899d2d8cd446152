"""X-Forwarded-* counts only where it comes from a proxy that was named."""

from dataclasses import replace

import pytest
from flask import request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

from mmp.app import create_app
from mmp.config import Settings
from mmp.web.proxies import TrustedProxies


@Request.application
def _told(request: Request) -> Response:
    return Response(f"{request.remote_addr} {request.url}")


@pytest.mark.parametrize(
    ("remote", "told"),
    (
        ("10.1.2.3", "203.0.113.7 https://localhost/en/"),
        ("::1", "203.0.113.7 https://localhost/en/"),
        ("::ffff:10.1.2.3", "203.0.113.7 https://localhost/en/"),
        ("192.0.2.1", "192.0.2.1 http://localhost/en/"),
        ("", " http://localhost/en/"),
        ("nonsense", "nonsense http://localhost/en/"),
    ),
)
def test_who_is_believed(remote: str, told: str) -> None:
    environ = EnvironBuilder(
        "/en/",
        headers=Headers(
            {
                "X-Forwarded-For": "203.0.113.7",
                "X-Forwarded-Proto": "https",
                # Whose site this is, its base address says, and no header.
                "X-Forwarded-Host": "evil.example",
                "X-Forwarded-Port": "81",
                "X-Forwarded-Prefix": "/evil",
            }
        ),
        environ_overrides={"REMOTE_ADDR": remote},
    ).get_environ()
    body, _, _ = run_wsgi_app(TrustedProxies(_told, ["10.0.0.0/8", "::1/128"]), environ)
    assert b"".join(body).decode() == told


@pytest.mark.parametrize("left", ("", "/apps/mmp"))
def test_a_site_below_a_path(settings: Settings, left: str) -> None:
    """Whether the proxy takes the path off or leaves it on."""
    client = create_app(replace(settings, base_url="https://example.org/apps/mmp")).test_client()
    answer = client.get(f"{left}/")
    assert answer.location == "/apps/mmp/en/"
    answer = client.get(f"{left}/en/account/")
    assert answer.location == "/apps/mmp/en/sign-in/?next=/en/account/"
    answer = client.get(f"{left}/en/sign-in/")
    assert "Path=/apps/mmp" in answer.headers["Set-Cookie"]
    assert 'href="https://example.org/apps/mmp/ar/programmes/' not in answer.text
    assert 'href="/apps/mmp/en/"' in answer.text


def test_only_the_last_proxy_tells_where_a_request_comes_from(settings: Settings) -> None:
    """What a visitor has put before it does not count, so that limits cannot be walked around."""
    app = create_app(replace(settings, trusted_proxies=("127.0.0.1/32",)))
    seen = set()
    for claimed in ("1.1.1.1", "2.2.2.2"):
        with app.test_client() as client:
            client.get("/en/", headers={"X-Forwarded-For": f"{claimed}, 203.0.113.7"})
            seen.add(request.remote_addr)
    assert seen == {"203.0.113.7"}
