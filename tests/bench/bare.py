"""The least that could answer: a WSGI application that sends fixed octets, or 304."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY = Path(os.environ["MMP_BENCH_BODY"]).read_bytes()
HEADERS = [
    ("Content-Type", "text/calendar; charset=utf-8"),
    ("Content-Length", str(len(BODY))),
    ("ETag", '"bare"'),
]


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer 304 to any If-None-Match, else the octets."""
    if "HTTP_IF_NONE_MATCH" in environ:
        start_response("304 Not Modified", [("ETag", '"bare"')])
        return []
    start_response("200 OK", HEADERS)
    return [BODY]
