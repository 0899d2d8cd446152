"""The pages people read: one blueprint, whose hooks cost the feeds nothing."""

from typing import Any

from flask import Blueprint, g
from werkzeug.routing import BaseConverter

from mmp.web import languages
from mmp.web.headers import secure

pages = Blueprint("pages", __name__, url_prefix=languages.IN_PATH)
pages.after_request(secure)


class Handle(BaseConverter):
    """A short, stable handle in an address: what cannot be one is not looked up."""

    regex = "[A-Za-z0-9][A-Za-z0-9-]{0,79}"
    part_isolating = True


class Token(BaseConverter):
    """A secret in an address."""

    regex = "[A-Za-z0-9_-]{16,128}"
    part_isolating = True


@pages.url_value_preprocessor
def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    languages.use((values or {}).pop("language", "en"))


@pages.url_defaults
def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("language", g.get("language") or "en")
