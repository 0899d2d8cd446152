"""Reading pages as a person, a browser or a critic would."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient

VOID = {"meta", "link", "input", "br", "img", "hr", "path", "rect", "circle"}
INLINE = {"a", "b", "bdi", "em", "h1", "span", "strong", "time"}
APART = {"bdi", "code", "style", "script"}


@dataclass
class Page(HTMLParser):
    """A page taken apart."""

    source: str
    links: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    marked: str = ""
    """The text without what is isolated or marked as another language."""

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []
        self.feed(self.source)

    def __hash__(self) -> int:
        return id(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if tag not in INLINE:
            self.text += " "
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "input" and "name" in values:
            chosen = values.get("type") != "radio" or "checked" in values
            if chosen:
                self.fields[values["name"]] = values.get("value", "")
        if tag not in VOID:
            foreign = "lang" in values and tag != "html"
            self._open.append((tag, tag in APART or foreign))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if any(tag in ("style", "script") for tag, _ in self._open):
            return
        self.text += data
        if not any(apart for _, apart in self._open):
            self.marked += data

    def latin_runs(self) -> list[str]:
        """Runs of Latin letters that nothing sets apart."""
        return re.findall(r"[A-Za-zÀ-ɏ]{2,}(?:[ ,.'’-]+[A-Za-zÀ-ɏ]+)*", self.marked)


def page(client: "FlaskClient", path: str, status: int = 200) -> Page:
    """Open a page."""
    answer = client.get(path)
    assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
    return Page(answer.text)


def pages_below(client: "FlaskClient", start: str) -> dict[str, Page]:
    """Every HTML page below `start` that links lead to."""
    found: dict[str, Page] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path in found or not path.startswith(start) or not path.endswith("/"):
            continue
        found[path] = page(client, path)
        waiting += found[path].links
    return found
