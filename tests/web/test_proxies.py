"""X-Forwarded-* counts only where it comes from a proxy that was named."""

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

from mmp.web.proxies import TrustedProxies


@Request.application
def _told(request: Request) -> Response:
    return Response(f"{request.remote_addr} {request.url}")


@pytest.mark.parametrize(
    ("remote", "told"),
    (
        ("10.1.2.3", "203.0.113.7 https://mmp.example.org/en/"),
        ("::1", "203.0.113.7 https://mmp.example.org/en/"),
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
                "X-Forwarded-Host": "mmp.example.org",
            }
        ),
        environ_overrides={"REMOTE_ADDR": remote},
    ).get_environ()
    body, _, _ = run_wsgi_app(TrustedProxies(_told, ["10.0.0.0/8", "::1/128"]), environ)
    assert b"".join(body).decode() == told
