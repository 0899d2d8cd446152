"""What a mail is about, as JSON in its row and as values for its template.

Instants, times as people agreed them, texts in several languages and links keep their kind; links
and texts become the reader's when the mail is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mmp.core.texts import Translated
from mmp.core.when import When


@dataclass(frozen=True, slots=True)
class Link:
    """A page of this site: `path` may hold `{language}` and, for a secret address, `{token}`.

    `token` names what the token is derived from: its purpose and an id. The row keeps only these.
    """

    path: str
    token: tuple[str, UUID] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A text in several languages, of which the reader gets theirs."""

    text: Translated


def pack(value: Any) -> Any:
    """A value as JSON. Raises TypeError for what `unpack` could not give back."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        if any(not isinstance(key, str) or key.startswith("$") for key in value):
            raise TypeError("parameters are named by words")
        return {key: pack(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [pack(part) for part in value]
    return _pack_known(value)


def _pack_known(value: Any) -> dict[str, Any]:
    match value:
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a wall time needs its zone: pass a When")
            return {"$at": value.isoformat()}
        case date():
            return {"$day": value.isoformat()}
        case When():
            return {"$when": _pack_when(value)}
        case Words():
            return {"$words": dict(value.text)}
        case Link():
            source = value.token and [value.token[0], str(value.token[1])]
            return {"$link": value.path, "$token": source}
    raise TypeError(f"a mail cannot keep a {type(value).__name__}")


def unpack(
    value: Any,
    *,
    link: Callable[[str, tuple[str, str] | None], Any],
    words: Callable[[Translated], Any],
) -> Any:
    """What `pack` was given, with links as full addresses and texts in the reader's language."""
    if isinstance(value, list):
        return [unpack(part, link=link, words=words) for part in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$at": str(at)}:
            return datetime.fromisoformat(at)
        case {"$day": str(day)}:
            return date.fromisoformat(day)
        case {"$when": dict(when)}:
            return _unpack_when(when)
        case {"$words": dict(text)}:
            return words(text)
        case {"$link": str(path), "$token": source}:
            return link(path, (source[0], source[1]) if source else None)
    return {key: unpack(part, link=link, words=words) for key, part in value.items()}


_WALL, _DAYS = ("starts_local", "ends_local"), ("first_day", "last_day")


def _pack_when(when: When) -> dict[str, str]:
    packed = {"precision": when.precision, "zone": when.zone}
    for name in _WALL + _DAYS:
        if (moment := getattr(when, name)) is not None:
            packed[name] = moment.isoformat()
    return packed


def _unpack_when(packed: dict[str, str]) -> When:
    walls = {name: datetime.fromisoformat(packed[name]) for name in _WALL if name in packed}
    days = {name: date.fromisoformat(packed[name]) for name in _DAYS if name in packed}
    return When(packed["precision"], packed["zone"], **walls, **days)  # type: ignore[arg-type]  # walls and days apart
