"""A worker's connection to the database."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.core.mail import Outcome, Result, Stage
from mmp.jobs.marks import Hand, Mark, attempt_of
from mmp.jobs.results import after, mark_of
from mmp.models import Mail
from mmp.models.mail import MailState


def test_what_is_given_back_waits_for_nothing_that_was_begun(
    session: Session, engine: Engine, enqueue: Callable[..., Mail], clock: FixedClock
) -> None:
    """A worker that is stopped while the next mails are being kept lets go of them all the same."""
    mail = enqueue()
    session.commit()
    with closing(Hand(sessionmaker(engine), engine, "worker#0")) as hand:
        assert hand.claim(now=clock.now(), limit=5) == [mail.id]
        hand.keep([_written(mail, clock)], [])
        hand.give_back()
    session.expire_all()
    assert (mail.state, mail.lease_owner) == (MailState.DUE, None)


def _written(mail: Mail, clock: FixedClock) -> dict[str, Any]:
    words = dict.fromkeys(("message_id", "sender", "address", "subject"), "x@example.org")
    return {"id": mail.id, "frozen_at": clock.now(), "octets": b"x", "parameters": {}, **words}


def test_one_hand_keeps_nothing_of_another_s(
    session: Session, engine: Engine, enqueue: Callable[..., Mail], clock: FixedClock
) -> None:
    mail = enqueue()
    session.commit()
    with closing(Hand(sessionmaker(engine), engine, "worker#0")) as hand:
        hand.claim(now=clock.now(), limit=5)
        session.execute(update(Mail).values(lease_owner="another"))
        session.commit()
        if going := hand.keep([_written(mail, clock)], []):
            going.result()
        assert hand.look([mail.id]) == {}
    session.expire_all()
    assert mail.octets is None


def test_what_was_written_before_the_answer_got_lost_is_written_once(
    session: Session, engine: Engine, enqueue: Callable[..., Mail], clock: FixedClock
) -> None:
    """The database went away after its commit: the same is asked again."""
    mails = [enqueue(), enqueue()]
    session.commit()
    outcome = Outcome(Result.SENT, Stage.DOT, 250, "OK")
    attempts = [attempt_of(outcome, worker="worker#0", now=clock.now()) for _ in mails]
    marks = [
        Mark(mail.id, mark_of(mail, after(mail, outcome, clock.now())), attempt)
        for mail, attempt in zip(mails, attempts, strict=True)
    ]
    with closing(Hand(sessionmaker(engine), engine, "worker#0")) as hand:
        hand.claim(now=clock.now(), limit=5)
        assert hand.mark(marks) == [True, True]
        assert hand.mark(marks) == [False, False]
    session.expire_all()
    assert [(mail.state, len(mail.attempts)) for mail in mails] == [(MailState.SENT, 1)] * 2
