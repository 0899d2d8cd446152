"""`mmp outbox`: seeing mail, holding it, letting it go, trying it again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import SystemClock
from mmp.cli import main
from mmp.core.mail import Link, Reason, Result, Stage
from mmp.models import HistoryEntry, Mail, MailAttempt
from mmp.models.mail import MailState
from mmp.services import outbox
from mmp.services.sign_in import PURPOSE
from tests.cli.conftest import Mmp
from tests.support.factories import Factory

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)


class Scene:
    """Mail in every state, of two programmes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.make = Factory(session)
        self.here, self.there = (self.make.programme(slug=slug) for slug in ("here", "there"))
        self.lina = self.make.person(self.here, name="Lina Haddad", email="lina@example.org")
        self.omar = self.make.person(self.there, name="Omar Said", email="omar@example.org")
        self.waits = self.put()
        self.failed = self.put(state=MailState.FAILED, reason=Reason.ADDRESS_REFUSED)
        self.failed.message_id, self.failed.octets = "<one@here>", b"Subject: x\r\n\r\nThe words."
        self.failed.frozen_at, self.failed.tries = NOW, 5
        self.expired = self.put(
            state=MailState.EXPIRED, reason=Reason.TOO_LATE, expires_at=NOW + timedelta(days=1)
        )
        self.foreign = self.put(
            person=self.omar,
            programme=self.there,
            state=MailState.FAILED,
            reason=Reason.GAVE_UP,
            kind="invitation",
        )
        link = Link("/{language}/sign-in/links/{token}/", (PURPOSE, uuid4()))
        self.door = self.put(
            kind="sign_in",
            template="sign_in",
            parameters={"link": link},
            programme=None,
            state=MailState.EXPIRED,
            reason=Reason.TOO_LATE,
        )
        session.commit()

    def put(
        self, state: MailState = MailState.DUE, reason: str | None = None, **values: Any
    ) -> Mail:
        given: dict[str, Any] = {
            "kind": "test",
            "template": "test",
            "parameters": {"asked_at": NOW},
            "person": self.lina,
            "programme": self.here,
        }
        mail = outbox.enqueue(self.session, now=NOW, dedupe_key=str(uuid4()), **given | values)
        mail.state, mail.reason = state, reason
        mail.ended_at = NOW if reason else None
        return mail

    def state(self, mail: Mail) -> MailState:
        self.session.expire_all()
        return mail.state


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def test_list(scene: Scene, mmp: Mmp) -> None:
    everything = mmp("outbox", "list").stdout
    assert everything.count("\n") == 5
    assert "@example.org" not in everything
    assert f"failed     test              {scene.failed.uuid}  here  Lina Haddad" in everything
    assert "(address refused)" in everything

    def listed(*options: str) -> set[UUID]:
        found = json.loads(mmp("outbox", "list", "--json", *options).stdout)
        return {UUID(one["uuid"]) for one in found}

    assert listed("--state", "failed") == {scene.failed.uuid, scene.foreign.uuid}
    assert listed("--state", "failed", "--programme", "here") == {scene.failed.uuid}
    assert listed("--kind", "invitation") == {scene.foreign.uuid}
    for person in ("omar", "OMAR@example.org", scene.omar.key):
        assert listed("--person", person) == {scene.foreign.uuid}
    assert listed("--person", "%") == set()
    assert listed("--state", "failed", "--state", "due") == {
        mail.uuid for mail in (scene.failed, scene.foreign, scene.waits)
    }
    short = mmp("outbox", "list", "--limit", "2")
    assert short.stdout.count("\n") == 2
    assert "3 more" in short.stderr
    assert "No such mail." in mmp("outbox", "list", "--programme", "nowhere").stderr


def test_show_prints_no_token(scene: Scene, mmp: Mmp) -> None:
    scene.session.add(
        MailAttempt(
            mail_id=scene.failed.id,
            at=NOW,
            worker="w",
            result=Result.ADDRESS_REFUSED,
            stage=Stage.RCPT,
            code=550,
            text="5.1.1 No such user",
        )
    )
    scene.session.commit()
    text = mmp("outbox", "show", scene.failed.uuid).stdout
    assert "The words." in text
    assert "address refused at rcpt: 550 5.1.1 No such user" in text
    assert "message id: <one@here>" in text
    assert "to: lina@example.org" in text
    shown = json.loads(mmp("outbox", "show", "--json", scene.door.uuid).stdout)
    assert "/sign-in/links/…/" in shown["text"]
    missing = mmp("outbox", "show", uuid4())
    assert (missing.exit_code, missing.stderr) == (2, "mmp: There is no such mail.\n")


def test_hold_and_release(scene: Scene, mmp: Mmp, session: Session) -> None:
    nothing = mmp("outbox", "hold")
    assert nothing.exit_code == 2
    assert "Say which mails" in nothing.stderr
    assert "1 mails are held" in mmp("outbox", "hold", "--programme", "here").stdout
    assert scene.state(scene.waits) is MailState.HELD
    assert "0 mails" in mmp("outbox", "release", scene.failed.uuid).stdout
    assert "1 mails go" in mmp("outbox", "release", scene.waits.uuid).stdout
    assert scene.state(scene.waits) is MailState.DUE
    mmp("outbox", "hold", "--all")
    assert "1 mails go" in mmp("outbox", "release").stdout
    did = [entry.action for entry in session.scalars(select(HistoryEntry))]
    assert did == ["held", "released", "held", "released"]
    assert "held on the command line" in mmp("outbox", "show", scene.waits.uuid).stdout


def test_retry_explains_and_asks(scene: Scene, mmp: Mmp) -> None:
    command = ["outbox", "retry", "--programme", "here"]
    refused = CliRunner().invoke(main, command, input="n\n")
    assert refused.exit_code == 1
    assert "This concerns 2 mails." in refused.stdout
    assert "keeps its Message-ID" in refused.stdout
    assert scene.state(scene.failed) is MailState.FAILED
    accepted = CliRunner().invoke(main, command, input="y\n")
    assert "2 mails go again." in accepted.stdout
    assert scene.state(scene.failed) is MailState.DUE
    assert (scene.failed.message_id, scene.failed.tries) == ("<one@here>", 0)
    assert scene.failed.reason is None
    assert scene.failed.next_at <= SystemClock().now()
    assert scene.state(scene.expired) is MailState.DUE
    assert scene.expired.expires_at is None
    assert scene.state(scene.foreign) is MailState.FAILED
    assert "1 mails go again." in mmp("outbox", "retry", "--all", "--yes").stdout
    assert scene.state(scene.door) is MailState.EXPIRED
