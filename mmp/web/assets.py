"""Stylesheets and scripts: addressed by content, so that a browser may keep them for good."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

from mmp.web.guards import public
from mmp.web.headers import secure

_YEAR = 365 * 24 * 60 * 60


def install(app: Flask) -> None:
    """Serve `static` with the caching that its addresses allow."""
    app.view_functions["static"] = _serve
    app.add_template_global(asset, "asset")


def asset(filename: str) -> str:
    """The address of a file in static/, changing with its content."""
    return url_for("static", filename=filename, v=_version(filename))


@public
def _serve(filename: str) -> Response:
    response = current_app.send_static_file(filename)
    if request.args.get("v") == _version(filename):
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return secure(response)


def _version(filename: str) -> str:
    path = Path(current_app.static_folder or "", filename)
    return _hash(path, path.stat().st_mtime_ns)


@cache
def _hash(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
