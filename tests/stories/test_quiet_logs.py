"""Nothing that is logged holds a mail address or a token, whatever happens, however loud it is."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters import logs
from mmp.adapters.clock import FixedClock
from mmp.adapters.database import db, engine_options
from mmp.adapters.mailer import mailer_for
from mmp.adapters.scheduler import liveness_for
from mmp.config import Settings
from mmp.core.mail import Site
from mmp.jobs.dispatch import Dispatcher
from mmp.models import Event, Mail, Person
from mmp.models.enums import MembershipRole
from mmp.services import feeds, inbound, outbox
from tests.jobs.relay import relay
from tests.support.door import sign_in
from tests.support.factories import Factory

SECRETS = ("a secret key for the tests alone", "a feed secret for the tests alone")
SHAPES = Path(__file__).resolve().parents[1] / "core/inbound/shapes"
ADDRESS = re.compile(r"[^\s<>()@]+@[^\s<>()@]+\.\w+|%40")
TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")


@pytest.fixture(params=logs.FORMATS)
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """All that is logged, at the loudest, in either form."""
    stream, root = io.StringIO(), logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("", "mmp", "sqlalchemy", "werkzeug")}
    handler = logs.set_up(request.param, stream=stream)
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


class Scene:
    """Two who get mail, and a coordinator."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.make = make = Factory(session)
        self.here = make.programme(slug="here", reply_to="office@bridges.example.org")
        self.lina = make.person(self.here, name="Lina Haddad", email="lina@bridges.example.org")
        self.omar = make.person(self.here, name="Omar Said", email="omar@gone.example.org")
        self.chief = make.person(self.here, MembershipRole.COORDINATOR, email="cora@example.org")
        self.event = make.event(self.here, key="one")
        session.commit()

    def put(self, person: Person, now: Any) -> Mail:
        return outbox.enqueue(
            self.session,
            now=now,
            kind="test",
            person=person,
            template="test",
            parameters={"asked_at": now},
            dedupe_key=f"test:{person.key}",
            programme=self.here,
            optional=True,
        )


def test_no_address_and_no_token_is_logged(
    app: Flask,
    live_url: str,
    settings: Settings,
    session: Session,
    clock: FixedClock,
    log: io.StringIO,
) -> None:
    scene = Scene(session)
    secrets = {*SECRETS, "hunter2-and-more"}
    secrets |= _signs_in(app, scene, clock)
    secrets |= _polls_a_feed(live_url, scene, clock)
    _sends_mail(settings, scene, clock)
    _takes_mail(scene, clock)
    _meets_an_error(app, live_url, scene)
    text = log.getvalue()
    for one in ("POST /en/sign-in/", "RCPT", "Error in GET", "IntegrityError", "Traceback"):
        assert one in text, one  # all of it was there to be logged
    assert "(address)" in text
    assert "(token)" in text
    leaks = [secret for secret in secrets if secret in text]
    assert not leaks
    assert not ADDRESS.findall(text)
    assert not TOKEN.findall(text)


def _signs_in(app: Flask, scene: Scene, clock: FixedClock) -> set[str]:
    """Asks for a link and uses it; gives its token and the cookie's."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/en/sign-in/", data={"email": scene.lina.email})
    logging.getLogger("werkzeug").info('"POST /en/sign-in/?email=%s"', scene.lina.email)
    mail = scene.session.scalars(select(Mail).where(Mail.kind == "sign_in")).one()
    (secret,) = outbox.secrets_in(mail, site=Site("", secret=SECRETS[0]))
    client.post(f"/en/sign-in/links/{secret.token}/")
    sign_in(client, scene.session, scene.chief)
    with client.session_transaction() as cookie:
        carried = str(cookie["sign_in"])
    logging.getLogger("werkzeug").info("Cookie: sign_in=%s", carried)
    client.get("/en/outbox/?person=Lina")
    return {secret.token, carried}


def _polls_a_feed(live_url: str, scene: Scene, clock: FixedClock) -> set[str]:
    """As a calendar program does, through a server that logs every address."""
    session = scene.session
    feed = feeds.default_feed(session, now=clock.now(), secret=SECRETS[1], person=scene.lina)
    session.commit()
    tokens = {feeds.token_of(SECRETS[1], feed, kind) for kind in ("feed", "page")}
    for path in (feeds.feed_address("", SECRETS[1], feed), "/feeds/" + "x9Y" * 14 + "z.ics"):
        with suppress(HTTPError), urlopen(live_url + path):
            pass
    with urlopen(live_url + feeds.page_address("", SECRETS[1], feed, "en")):
        pass
    return tokens


def _sends_mail(settings: Settings, scene: Scene, clock: FixedClock) -> None:
    """One is taken, one refused with words that name it, and then the relay refuses us."""
    session = scene.session
    engine = create_engine(settings.database_url, **engine_options(settings.database_url))
    with relay() as server:
        worker = Dispatcher(
            sessions=sessionmaker(engine),
            mailer=mailer_for(f"smtp://127.0.0.1:{server.port}"),
            clock=clock,
            site=Site("https://bridges.example.org", secret=SECRETS[0]),
            liveness=liveness_for(engine, settings.instance),
        )
        server.answers["RCPT"] = lambda to: (
            f"550 5.1.1 <{to}> RCPT no such user" if ("omar" in to) else None
        )
        for person in (scene.lina, scene.omar):
            scene.put(person, clock.now())
        session.commit()
        worker.run()
        states = {mail.person.name: mail.state for mail in session.scalars(select(Mail))}
        assert states == {"Lina Haddad": "sent", "Omar Said": "failed"}
        server.answers["MAIL"] = lambda who: f"550 5.7.1 {who} may not send at RCPT"
        scene.put(scene.chief, clock.now())
        session.commit()
        clock.advance(timedelta(minutes=1))
        worker.run()
        worker.liveness.end()
    engine.dispose()


def _takes_mail(scene: Scene, clock: FixedClock) -> None:
    for path in sorted(SHAPES.glob("*.eml")):
        inbound.receive(scene.session, now=clock.now(), octets=path.read_bytes())
    inbound.receive(scene.session, now=clock.now(), octets=b"From: x@y.example.org\r\n\r\n\xff")
    scene.session.commit()


def _meets_an_error(app: Flask, live_url: str, scene: Scene) -> None:
    """A page that breaks with everything in its message, by its own fault and the database's."""
    app.testing = False  # so that it ends in a page and a line of the log, as elsewhere
    for breaks in (_breaks, _breaks_the_database):
        app.view_functions["health.healthz"] = breaks
        with pytest.raises(HTTPError):
            urlopen(f"{live_url}/healthz?email={scene.lina.email}")
    logging.getLogger("mmp").warning(
        "smtps://mmp:hunter2-and-more@mail.example.org refused %s",
        scene.lina.email,
        extra={"person": scene.lina.email, "event": Event},
    )


def _breaks() -> str:
    raise RuntimeError("lina@bridges.example.org has " + "Ab1_" * 10 + "xyz")


def _breaks_the_database() -> str:
    session = db.session()
    rows = session.scalars(select(Person)).all()
    rows[0].email = rows[1].email
    try:
        session.flush()
    except IntegrityError as error:
        raise ValueError(f"Key (email)=({rows[1].email}) already exists") from error
    return ""
