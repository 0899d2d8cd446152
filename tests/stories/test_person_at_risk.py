"""Story 7: a discreet mentor's name is searched for wherever anybody can look.

Every address that is known, or that a page leads to, is opened as everybody; every mail is read,
every file taken apart. It grows by itself: a new route that nobody reaches here fails the test.
"""

import email
import email.policy
import html
import io
import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any
from urllib.parse import unquote, urlsplit
from zipfile import ZipFile, is_zipfile

import openpyxl  # type: ignore[import-untyped]
import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from mmp.adapters import logs
from mmp.adapters.clock import FixedClock
from mmp.adapters.database import CLOCK, db
from mmp.app import create_app
from mmp.config import PACKAGE, Settings
from mmp.models import Feed, Message
from mmp.models.enums import FeedKind, MembershipRole, Strength
from mmp.services import feeds
from tests.stories.at_risk import SPELLINGS, AtRisk
from tests.support.databases import Databases
from tests.support.door import NOW, sign_in
from tests.support.kept import engine_for

FIXED = {
    "language": ("en", "ar"),
    "slug": ("here", "there"),
    "key": ("past", "meeting"),
    "month": ("2026-06", "2026-10"),
    "rule": ("week",),
    "filename": ("paper.txt",),
}
UNREACHED = {
    "static": "no page",
    "home.front": "leads to a language",
    "home.outbox_anywhere": "leads to a language",
    "pages.first_run": "before there is anybody",
    "pages.first_programme": "before there is anything",
    "pages.sign_in_link": "the secret of its reader",
    "health.readyz": "says whether a worker runs",
    "pages.answer_from_mail": "the secret of its reader",
    "pages.pick_from_mail": "the secret of its reader",
    "pages.poll_from_mail": "the secret of its reader",
    "pages.sign_in_code": "on the way in",
    "pages.end_codes": "of who has codes",
    "pages.import_columns": "needs a file; coordinators alone",
    "pages.import_rows": "needs a file; coordinators alone",
    "pages.import_summary": "needs a file; coordinators alone",
    "pages.undo_import": "needs a file; coordinators alone",
    "pages.take_people_apart": "needs two records that were joined; coordinators alone",
    "pages.pair_dates": "asked by a script of a pair's own page; names nobody",
    "pages.confirm_address": "the secret of its reader",
    "pages.keep_address": "the secret of its reader",
    "pages.unsubscribe": "the secret of its reader",
    "pages.wishes_from_mail": "the secret of its reader",
}
"""Routes that this test does not open, and why."""
OPENED_BY_NAME = 1
"""Of addresses that differ in what is asked for behind the “?”, so many of one page are opened."""
LINK = re.compile(r"""(?:href|src|action)=["']([^"']+)["']""")
FORBIDDEN = (
    "nobody",
    *(f"here {role}" for role in MembershipRole if role != MembershipRole.COORDINATOR),
    "there coordinator",
    "there mentor",
    "coordinator by a link",
)
ALLOWED = ("here coordinator", "partner", "hidden")
IN_ARABIC = ("here mentor",)
"""Who reads every page in Arabic too, where names stand in their own script: the one who sees most
of the pages on which they could."""
MAILS_WITHOUT = {
    "test": "asked for by hand, says the hour alone",
    "sign_in": "says nothing but the link",
    "new_address": "of its reader's address alone",
    "reminders_overdue": "to coordinators alone",
    "pair_changed": "to the pair alone",
    "pair_introduced": "to the pair alone",
    "pair_nudge": "to the pair alone",
    "partner_away": "to the pair alone",
    "seat_free": "of its reader alone",
    "waiting": "of its reader alone",
}
"""Templates of mails that are not in this programme's outbox, and why they need not."""
SECRETS = {
    "MMP_SECRET_KEY": "a secret key for the tests alone",
    "MMP_FEED_SECRET": "a feed secret for the tests alone",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scene(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtRisk]:
    """One for all tests here: they only look."""
    instance = tmp_path_factory.mktemp("instance")
    with databases.database("sqlite", instance) as url:
        settings = Settings.load(SECRETS | {"MMP_DATABASE_URL": url}, instance=instance)
        engine = engine_for(url)
        with Session(engine, info={CLOCK: FixedClock(NOW)}) as session:
            yield AtRisk(session, settings)
        engine.dispose()


@pytest.fixture(scope="module")
def app(scene: AtRisk) -> Iterator[Flask]:
    app = create_app(scene.settings, clock=FixedClock(NOW))
    # Thousands of pages are refused, and nobody reads here how.
    short = DictLoader({"errors/error.html": "{{ status }}"})
    assert app.jinja_env.loader is not None
    app.jinja_env.loader = ChoiceLoader([short, app.jinja_env.loader])
    app.extensions["mmp.door"].limits.enabled = False
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    stream, root, ours = io.StringIO(), logging.getLogger(), logging.getLogger("mmp")
    before = root.level, ours.level
    handler = logs.set_up("text", stream=stream)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before[0])
    ours.setLevel(before[1])


class Walk:
    """Opens whatever it comes to hear of, as somebody."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.reached: set[str] = set()
        self.asked: dict[str, set[str]] = defaultdict(set)
        self.found: dict[str, str] = {}
        self.broken: list[str] = []
        self.arabic = False
        self.logged = ""

    def open(self, paths: Iterator[str] | set[str]) -> None:
        waiting = sorted(set(paths))
        while waiting:
            path = waiting.pop()
            if path in self.found or not self._is_wanted(path):
                continue
            answer = self.client.get(path)
            answer.get_data()
            answer.close()
            self.found[path] = ""
            if answer.status_code >= 500 and path != "/readyz":
                self.broken.append(path)
            if answer.status_code != 200:
                leads = answer.location or ""
                if leads and "/sign-in/" not in leads and "/proof/" not in leads:
                    self.reached.add(self._matched(path)[0])
                    waiting.append(urlsplit(leads).path)
                continue
            self.reached.add(self._matched(path)[0])
            self.found[path] = legible(answer.data, answer.content_type or "")
            self.found[path] += unquote(str(answer.headers))
            if (answer.content_type or "").startswith("text/html"):
                waiting += self._links(answer.text)

    def _links(self, text: str) -> list[str]:
        found = (html.unescape(link).partition("#")[0] for link in LINK.findall(text))
        return [link for link in found if link.startswith("/") and not link.startswith("/fr/")]

    def _is_wanted(self, path: str) -> bool:
        """Each page as often as it differs; no style, no script, nothing that is only sent to."""
        parts = urlsplit(path)
        asked = self.asked[parts.path]
        endpoint, values = self._matched(path)
        if path.startswith("/ar/") and not self.arabic:
            return False
        if endpoint in ("", "static") or values.get("month", "2026-10") not in FIXED["month"]:
            return False
        if parts.query not in asked and len(asked) >= OPENED_BY_NAME:
            return False
        asked.add(parts.query)
        return True

    def _matched(self, path: str) -> tuple[str, Mapping[str, Any]]:
        return matched(self.app, urlsplit(path).path)


@cache
def matched(app: Flask, path: str) -> tuple[str, Mapping[str, Any]]:
    try:
        return app.url_map.bind("").match(path, "GET")
    except HTTPException:
        return "", {}


def known_addresses(app: Flask) -> set[str]:
    """What can be asked for without knowing a number of a row."""
    found = set()
    adapter = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.arguments <= set(FIXED):
            continue
        values: list[dict[str, str]] = [{}]
        for name in sorted(rule.arguments):
            values = [known | {name: value} for known in values for value in FIXED[name]]
        found |= {adapter.build(rule.endpoint, one) for one in values}
    return {path for path in found if not path.startswith("/static/")}


def legible(data: bytes, content_type: str) -> str:
    """All that can be read in an answer, whatever it is packed in."""
    if is_zipfile(io.BytesIO(data)):
        if "spreadsheet" in content_type:
            book = openpyxl.load_workbook(io.BytesIO(data))
            return "\n".join(
                str(value)
                for sheet in book.worksheets
                for row in sheet.iter_rows(values_only=True)
                for value in (sheet.title, *row)
            )
        with ZipFile(io.BytesIO(data)) as packed:
            parts = [
                name + packed.read(name).decode(errors="replace") for name in packed.namelist()
            ]
            return "\n".join(parts)
    text = data.decode(errors="replace")
    return html.unescape(unquote(re.sub(r"\r?\n[ \t]", "", text)))


def legible_mail(octets: bytes) -> str:
    """A mail with its heads and parts decoded."""
    mail = email.message_from_bytes(octets, policy=email.policy.default)
    heads = [f"{name}: {value}" for part in mail.walk() for name, value in part.items()]
    bodies = [
        legible(
            bytes(part.get_payload(decode=True) or b""),
            part.get_content_type(),
        )
        for part in mail.walk()
        if not part.is_multipart()
    ]
    return "\n".join([*heads, *bodies])


def spelled(text: str) -> list[str]:
    """The spellings that stand in a text."""
    folded = text.casefold()
    return [one for one in SPELLINGS if one in folded]


def come_in(walk: Walk, scene: AtRisk, who: str) -> None:
    if who == "nobody":
        return
    strength = Strength.LINK if who == "coordinator by a link" else Strength.STRONG
    people = scene.readers | {
        "coordinator by a link": scene.chief,
        "hidden": scene.hidden,
        "partner": scene.partner,
    }
    sign_in(walk.client, scene.session, people[who], strength=strength, confirmed=True)


def own_tokens(scene: AtRisk, who: str) -> set[str]:
    """The secret addresses of a reader's own calendars."""
    person = scene.readers.get(who)
    if person is None:
        return set()
    session, secret = scene.session, scene.settings.feed_secret
    feed = feeds.add_feed(session, now=NOW, secret=secret, person=person, name="Mine")
    rows: list[Feed] = [feed]
    if who == "here assistant":
        rows.append(
            feeds.add_feed(
                session,
                now=NOW,
                secret=secret,
                person=person,
                name="All",
                kind=FeedKind.COORDINATOR,
                programme=scene.here,
            )
        )
    session.commit()
    paths = {urlsplit(feeds.feed_address("", secret, row)).path for row in rows}
    return paths | {urlsplit(feeds.page_address("", secret, row, "en")).path for row in rows}


class Walks:
    """Each reader's walk, taken once."""

    def __init__(self, app: Flask, scene: AtRisk) -> None:
        self.app, self.scene = app, scene
        messages = scene.session.scalars(select(Message.uuid)).all()
        self.start = known_addresses(app) | {f"/en/home/messages/{uuid}/" for uuid in messages}
        self._taken: dict[str, Walk] = {}

    def of(self, who: str) -> Walk:
        if who not in self._taken:
            paths = self.start if who in ALLOWED else self.known
            walk = self._taken[who] = Walk(self.app)
            walk.arabic = who in IN_ARABIC
            come_in(walk, self.scene, who)
            with everything_logged() as log:
                walk.open(paths | own_tokens(self.scene, who))
            walk.logged = log.getvalue()
        return self._taken[who]

    @cached_property
    def known(self) -> set[str]:
        """Whatever those who may see them came to hear of."""
        found = {path for who in ALLOWED for path in self.of(who).found}
        return found | {path.replace("/en/", "/ar/", 1) for path in found}


@pytest.fixture(scope="module")
def walks(app: Flask, scene: AtRisk) -> Walks:
    return Walks(app, scene)


@pytest.mark.parametrize("who", FORBIDDEN)
def test_nobody_finds_a_discreet_mentor(walks: Walks, who: str) -> None:
    walk = walks.of(who)
    leaks = [
        f"{who}: {path}: {found}" for path, text in walk.found.items() if (found := spelled(text))
    ]
    assert not leaks, "\n".join(leaks)
    assert not spelled(walk.logged)
    assert not walk.broken


@pytest.mark.parametrize("who", ALLOWED)
def test_no_log_tells_of_a_discreet_mentor(walks: Walks, who: str) -> None:
    walk = walks.of(who)
    assert spelled("\n".join(walk.found.values())), "they would not be found anywhere"
    assert not spelled(walk.logged)
    assert not walk.broken


def test_every_page_is_opened(app: Flask, walks: Walks) -> None:
    reached = {one for who in ALLOWED for one in walks.of(who).reached}
    got = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    unreached = sorted(got - reached - set(UNREACHED))
    assert unreached == [], "let somebody reach them, or say why not"


def test_no_mail_tells_of_a_discreet_mentor(scene: AtRisk) -> None:
    mine = {scene.hidden.id, scene.chief.id, scene.partner.id}
    leaks = [
        f"{mail.kind} to {mail.person.name}: {found}"
        for mail, octets in scene.letters
        if mail.person_id not in mine and (found := spelled(legible_mail(octets)))
    ]
    assert not leaks, "\n".join(leaks)
    templates = {path.stem for path in (PACKAGE.parent / "templates/mail").glob("[!_]*.txt")}
    written = {mail.template for mail, _octets in scene.letters}
    assert templates - written - set(MAILS_WITHOUT) == set()


def test_what_is_mailed_to_a_discreet_mentor_tells_nothing(scene: AtRisk) -> None:
    """Their mailbox is seen by others: neither partner nor programme nor meeting."""
    told = ("erik lund", "meeting in october", "lighthouses", "programme 1")
    for mail, octets in scene.letters:
        if mail.person is scene.hidden:
            text = legible_mail(octets).casefold()
            assert not [one for one in told if one in text], f"{mail.kind}\n{text}"
