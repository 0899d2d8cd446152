"""Programmes to look at."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web import rows
from tests.web.html import Page, pages_below

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from mmp.adapters.clock import FixedClock
    from mmp.config import Settings
    from mmp.models import Feed, Programme

DEMO = Path(__file__).resolve().parent.parent.parent / "mmp/demo"


@pytest.fixture
def year(session: "Session", settings: "Settings") -> "Programme":
    """A programme that has something of everything."""
    return rows.whole_year(session, settings.documents)


@pytest.fixture
def own_feed(year: "Programme", session: "Session", settings: "Settings") -> "Feed":
    """A mentor's own feed."""
    return rows.own_feed(session, rows.mentor(session), settings.feed_secret)


@pytest.fixture
def own_page(own_feed: "Feed", settings: "Settings") -> str:
    """The path of its page, in English."""
    from mmp.services.feeds import page_address

    return page_address("", settings.feed_secret, own_feed, "en")


@pytest.fixture
def demo(session: "Session", settings: "Settings", clock: "FixedClock") -> None:
    """The two programmes of the demo."""
    from mmp.services.programme_files import import_programme

    for file in sorted(DEMO.glob("*.yaml")):
        import_programme(
            session,
            data=file.read_bytes(),
            file=file.name,
            actor=None,
            now=clock.now(),
            folder=file.parent,
            store=settings.documents,
        )
    session.commit()


@pytest.fixture
def demo_pages(demo: None, client: "FlaskClient") -> dict[str, Page]:
    """Every Arabic page that can be reached from the list of the demo's programmes."""
    return pages_below(client, "/ar/")


@pytest.fixture
def empty(session: "Session") -> "Programme":
    """A programme without a single event."""
    return rows.many_events(session, 0)
