"""A mentor in Amman offers her partner in Stockholm three times; he picks one from the mail."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.core.mail import Site
from mmp.models import Event, Mail, Pair, Person
from mmp.models.enums import MembershipRole, Strength
from mmp.services import feeds
from mmp.services.outbox import contents
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.web.html import Page, page

NOW = datetime(2026, 10, 19, 8, 0, tzinfo=UTC)
TIMES = (("2026-10-24", "18:00"), ("2026-10-26", "18:00"), ("2026-10-30", "23:30"))
"""By the clock of Amman. Stockholm's goes back on 25 October."""


class World:
    """Two pairs, a coordinator, an assistant; a browser for each; their mails and feeds."""

    def __init__(self, app: Flask, session: Session, settings: Settings) -> None:
        self.app, self.session, self.settings = app, session, settings
        make = Factory(session)
        programme = make.programme(slug="here")
        self.lina = make.person(
            programme, name="Lina Haddad", zone="Asia/Amman", country="JO", email="l@example.org"
        )
        self.erik = make.person(programme, name="Erik Lund", email="e@example.org")
        self.others = [
            make.person(programme, name="Omar Saleh", zone="Asia/Amman"),
            make.person(programme, name="Eva Berg"),
            make.person(programme, MembershipRole.ASSISTANT),
            make.person(programme, MembershipRole.COORDINATOR),
        ]
        self.pair: Pair = make.pair(programme, self.lina, self.erik)
        make.pair(programme, *self.others[:2])
        session.commit()

    def browser(self, person: Person | None) -> FlaskClient:
        client = self.app.test_client()
        if person is not None:
            sign_in(client, self.session, person, strength=Strength.STRONG, now=NOW)
        return client

    def mail(self, kind: str, person: Person) -> str:
        """The text of the newest mail of this kind, as it arrives."""
        self.session.expire_all()
        mail = self.session.scalars(
            select(Mail).where(Mail.kind == kind, Mail.person_id == person.id).order_by(Mail.id)
        ).all()[-1]
        site = Site("", None, self.settings.secret_key)
        text = contents.rendered_mail(self.session, mail, site=site).text
        for one in contents.secrets_in(mail, site=site):
            text = text.replace(one.stand_in, one.token)
        return " ".join(text.split())

    def entries(self, person: Person) -> list[Any]:
        """What their calendar program gets."""
        secret = self.settings.feed_secret
        feed = feeds.default_feed(self.session, now=NOW, secret=secret, person=person)
        self.session.commit()
        octets = self.app.test_client().get(f"/feeds/{feeds.token_of(secret, feed)}.ics").data
        calendar: Any = Calendar.from_ical(octets)
        return list(calendar.walk("VEVENT"))


@pytest.fixture
def world(app: Flask, session: Session, settings: Settings, clock: FixedClock) -> World:
    clock.set(NOW)
    return World(app, session, settings)


def test_offered_in_amman_picked_in_stockholm(
    world: World, session: Session, clock: FixedClock
) -> None:
    ours = f"/en/pairs/{world.pair.uuid}/"
    lina = world.browser(world.lina)
    fields = page(lina, ours).fields
    typed = {name: fields[name] for name in ("csrf_token", "uuid", "seen")}
    for number, (day, time) in enumerate(TIMES, start=1):
        typed |= {f"day{number}": day, f"time{number}": time}
    typed |= {"minutes": "60", "where": "https://meet.example/ours", "topic": "What we fear"}
    for _twice in range(2):
        assert lina.post(f"{ours}offers/", data=typed).status_code == 303
    shown = " ".join(page(lina, ours).text.split())
    assert "You have offered" in shown
    for hours in ("18:00–19:00", "17:00–18:00", "16:00–17:00", "21:30–22:30"):
        assert hours in shown, hours

    mail = world.mail("talk_offered", world.erik)
    for words in ("24 October 2026, 17:00", "26 October 2026, 16:00", "30 October 2026, 21:30"):
        assert words in mail
    assert "Stockholm time (UTC+2)" in mail
    assert "Stockholm time (UTC+1)" in mail
    links = re.findall(r"/en/talks/\S+", mail)
    assert len(links) == 3

    nobody = world.browser(None)
    for _scanner in range(3):
        for link in links:
            assert nobody.get(link).status_code == 200
            assert nobody.head(link).status_code == 200
    assert session.scalars(select(Event)).all() == []
    asked = page(nobody, links[1])
    assert "Lina Haddad" in asked.text
    assert "16:00–17:00" in asked.text
    found = nobody.post(links[1], data={"csrf_token": asked.fields["csrf_token"]})
    assert found.status_code == 303
    assert "Your talk is fixed" in page(nobody, links[1]).text
    late = nobody.post(links[0], data={"csrf_token": asked.fields["csrf_token"]})
    assert late.status_code == 409
    assert "picked just before" in late.text

    (talk,) = session.scalars(select(Event)).all()
    assert talk.starts_at == datetime(2026, 10, 26, 15, tzinfo=UTC)
    assert "26 October 2026, 16:00" in world.mail("talk_fixed", world.erik)
    fixed = world.mail("talk_fixed", world.lina)
    assert "26 October 2026, 18:00" in fixed
    assert "Amman time (UTC+3)" in fixed
    assert "26 October 2026, 16:00–17:00, Stockholm time (UTC+1)" in fixed, "her partner’s too"
    for person in (world.lina, world.erik):
        (entry,) = world.entries(person)
        assert entry["DTSTART"].dt.astimezone(UTC) == talk.starts_at
        assert str(entry["UID"]) == talk.uid
        assert "https://meet.example/ours" in entry.to_ical().decode()

    _nobody_else_knows(world, talk, links[1])

    erik = world.browser(world.erik)
    clock.set(datetime(2026, 10, 26, 17, tzinfo=UTC))
    log = f"{ours}log/?talk={talk.uuid}"
    assert log.replace("&", "&amp;") in page(erik, ours).links
    form = page(erik, log).fields
    assert (form["day"], form["minutes"], form["topic"]) == ("2026-10-26", "60", "What we fear")
    assert form["consent"] == "no"
    assert erik.post(log, data=form | {"consent": "named"}).status_code == 303
    for person in (world.erik, world.lina):
        text = page(world.browser(person), ours).text
        assert "What we fear" in text
        assert "Not to be quoted." in text  # Lina has not said
    _nobody_else_knows(world, talk, links[1])


def _nobody_else_knows(world: World, talk: Event, link: str) -> None:
    for person in world.others:
        browser = world.browser(person)
        for path in (
            f"pairs/{world.pair.uuid}/",
            f"pairs/{world.pair.uuid}/log/",
            f"pairs/talks/{talk.uuid}/time/",
            f"pairs/talks/{talk.uuid}/cancellation",
            f"my/events/{talk.uuid}/",
            f"programmes/here/events/{talk.key}/",
        ):
            assert browser.get(f"/en/{path}").status_code == 404, path
        for path in ("home/", "agenda/", "month/2026-10/", "programmes/here/"):
            text = page(browser, f"/en/{path}").text
            assert "What we fear" not in text
            assert "Talk: Lina" not in text
        assert world.entries(person) == []
    stranger = world.browser(None)
    assert stranger.get(re.sub(r"/[^/]+/$", "/" + "x" * 43 + "/", link)).status_code == 404


def test_she_moves_it_and_he_cancels(world: World, session: Session) -> None:
    ours = f"/en/pairs/{world.pair.uuid}/"
    lina, erik = world.browser(world.lina), world.browser(world.erik)
    fields = page(lina, ours).fields
    typed = {name: fields[name] for name in ("csrf_token", "uuid", "seen")}
    day = {"day1": "2026-10-24", "time1": "18:00", "minutes": "45"}
    assert lina.post(f"{ours}offers/", data=typed | day).status_code == 303
    open_page: Page = page(erik, ours)
    time = next(
        values["value"]
        for tag, values in open_page.tags
        if tag == "button" and values.get("name") == "time"
    )
    pick = {"csrf_token": open_page.fields["csrf_token"], "time": time}
    assert erik.post(f"{ours}talks/", data=pick).status_code == 303
    (talk,) = session.scalars(select(Event)).all()

    move = f"/en/pairs/talks/{talk.uuid}/time/"
    mine, theirs = page(lina, move).fields, page(erik, move).fields
    assert (mine["day"], mine["time"]) == ("2026-10-24", "18:00")
    assert theirs["time"] == "17:00"
    for one in (lina, erik):  # whoever offered it
        assert "18:00" in page(one, move).text
        assert "17:00" in page(one, move).text
    assert lina.post(move, data=mine | {"day": "2026-10-28"}).status_code == 303
    stale = erik.post(move, data=theirs | {"time": "09:15"})
    assert stale.status_code == 409
    assert "09:15" in Page(stale.text).fields["time"]
    assert "28 October 2026" in stale.text
    moved = world.mail("event_moved", world.erik)
    assert "24 October 2026, 17:00" in moved
    assert "28 October 2026, 16:00" in moved

    ending = f"/en/pairs/talks/{talk.uuid}/cancellation"
    assert erik.post(ending, data=page(erik, ending).fields).status_code == 303
    assert "28 October 2026, 18:00" in world.mail("event_cancelled", world.lina)
    session.expire_all()
    assert talk.sequence == 2
    assert [str(entry["STATUS"]) for entry in world.entries(world.lina)] == ["CANCELLED"]
