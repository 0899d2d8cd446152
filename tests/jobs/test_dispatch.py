"""What is due goes once, whatever happens in between."""

from datetime import timedelta
from email import message_from_bytes, policy
from threading import Barrier, BrokenBarrierError, Thread
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.event import listen
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.adapters.mailer import MemoryMailer, Outgoing
from mmp.core.mail import Link, Outcome, Reason, Result, Stage, token
from mmp.models import Event, Mail, MailAttempt, Person
from mmp.models.enums import EventStatus
from mmp.models.mail import MailState
from mmp.services import outbox
from tests.jobs.conftest import SITE, Enqueue, MakeWorker
from tests.support.factories import MADE_AT, Factory

pytestmark = pytest.mark.both_databases

REFUSED = Outcome(Result.PUT_OFF, Stage.RCPT, 451, "4.7.1 later")
AWAY = Outcome(Result.UNREACHABLE, Stage.CONNECT, None, "Connection refused")
NOT_LET_IN = Outcome(Result.STOPPED, Stage.AUTH, 535, "5.7.8 bad credentials")


def reread(session: Session, mail: Mail) -> Mail:
    session.rollback()
    session.refresh(mail)
    return mail


def test_what_is_due_goes_and_what_is_not_stays(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, clock: FixedClock
) -> None:
    now, tomorrow = enqueue(), enqueue(due_at=clock.now() + timedelta(days=1))
    session.commit()
    mailer = MemoryMailer()
    worker = make_worker(mailer)
    assert worker.run() == tomorrow.due_at
    assert reread(session, now).state is MailState.SENT
    assert (now.reason, now.ended_at) == (Reason.ACCEPTED, clock.now())
    assert tomorrow.state is MailState.DUE
    assert [sent.recipient for sent in mailer.sent] == [now.person.email]
    (attempt,) = now.attempts
    assert (attempt.code, attempt.worker) == (250, worker.liveness.owner)
    clock.advance(timedelta(days=1))
    assert worker.run() is None
    assert reread(session, tomorrow).state is MailState.SENT


def test_mail_goes_to_a_new_address_but_where_it_has_one_of_its_own(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, factory: Factory
) -> None:
    reader = factory.person(email="old@example.org")
    waiting = enqueue(person=reader)
    notice = enqueue(person=reader, parameters={"asked_at": MADE_AT, outbox.GOES_TO: reader.email})
    session.commit()
    make_worker(MemoryMailer(lambda _mail: REFUSED)).run()  # its octets are kept from now on
    reader.email = "new@example.org"
    waiting.next_at = notice.next_at = waiting.due_at
    session.commit()
    mailer = MemoryMailer()
    make_worker(mailer).run()
    went = {
        one.message_id: (one.recipient, one.recipient in one.octets.decode()) for one in mailer.sent
    }
    assert went == {
        reread(session, waiting).message_id: ("new@example.org", True),
        notice.message_id: ("old@example.org", True),
    }


def test_urgent_mail_overtakes(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, clock: FixedClock
) -> None:
    early = clock.now() - timedelta(hours=1)
    slow = [enqueue(due_at=early) for _ in range(3)]
    fast = enqueue(urgent=True)
    session.commit()
    mailer = MemoryMailer()
    make_worker(mailer, batch=2).run()
    assert [sent.recipient for sent in mailer.sent] == [mail.person.email for mail in (fast, *slow)]


def test_a_rolled_back_cause_leaves_no_mail(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker
) -> None:
    enqueue()
    session.rollback()
    mailer = MemoryMailer()
    assert make_worker(mailer).run() is None
    assert not mailer.sent


def test_the_token_is_in_the_mail_and_never_in_the_row(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, engine: Engine
) -> None:
    link = uuid4()
    parameters = {"link": Link("/{language}/sign-in/links/{token}/", ("sign-in", link))}
    mail = enqueue(kind="sign_in", template="sign_in", parameters=parameters)
    session.commit()
    secret = token(SITE.secret, "sign-in", link)
    mailer = MemoryMailer()
    make_worker(mailer).run()
    message = message_from_bytes(mailer.sent[0].octets, policy=policy.default)
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert f"https://mmp.example.org/en/sign-in/links/{secret}/" in body.get_content()
    reread(session, mail)
    assert mail.octets
    kept = mail.octets.replace(b"=\r\n", b"")
    assert b"sign-in/links/" in kept
    with engine.connect() as connection:
        everything = str(connection.execute(text("SELECT * FROM mail")).all())
    for part in (kept, everything.encode()):
        assert secret.encode() not in part


def test_octets_are_frozen_by_the_first_attempt(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, clock: FixedClock
) -> None:
    mail = enqueue()
    session.commit()
    answers = iter((REFUSED, None))
    tried: list[Outgoing] = []

    def answer(outgoing: Outgoing) -> Outcome | None:
        tried.append(outgoing)
        return next(answers)

    worker = make_worker(MemoryMailer(answer))
    worker.run()
    reread(session, mail).person.name = "Another Name"
    mail.template = "no such template"
    session.commit()
    clock.advance(timedelta(minutes=2))
    worker.run()
    assert reread(session, mail).state is MailState.SENT
    assert tried[0] == tried[1]
    assert mail.message_id == tried[0].message_id == f"<{mail.uuid}@mmp.example.org>"


def test_a_new_address_gets_the_mail_and_the_old_one_does_not(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, clock: FixedClock
) -> None:
    mail = enqueue()
    session.commit()
    worker = make_worker(MemoryMailer(lambda _: REFUSED))
    worker.run()
    frozen = reread(session, mail).message_id
    mail.person.email = "new@example.org"
    session.commit()
    clock.advance(timedelta(minutes=2))
    worker.mailer = mailer = MemoryMailer()
    worker.run()
    assert [(sent.recipient, sent.message_id) for sent in mailer.sent] == [
        ("new@example.org", frozen)
    ]
    assert b"To: Person 1 <new@example.org>\r\n" in mailer.sent[0].octets


def test_commit_before_next(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, engine: Engine
) -> None:
    """When the second mail leaves, the first is marked where everybody sees it."""
    first, second = enqueue(), enqueue()
    session.commit()
    numbers = [first.id, second.id]
    seen: list[list[MailState]] = []

    def look(_: Outgoing) -> None:
        with Session(engine) as other:
            found = other.scalars(select(Mail.state).where(Mail.id.in_(numbers)).order_by(Mail.id))
            seen.append(list(found))

    make_worker(MemoryMailer(look)).run()
    assert seen == [
        [MailState.LEASED, MailState.LEASED],
        [MailState.SENT, MailState.LEASED],
    ]


def test_octets_are_kept_before_any_of_a_batch_leaves(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, engine: Engine
) -> None:
    for _ in range(3):
        enqueue()
    session.commit()
    unfrozen: list[int | None] = []

    def count_unfrozen(_: Outgoing) -> None:
        with Session(engine) as other:
            none = Mail.octets.is_(None)
            unfrozen.append(other.scalar(select(func.count()).select_from(Mail).where(none)))

    make_worker(MemoryMailer(count_unfrozen)).run()
    assert unfrozen == [0, 0, 0]


def test_pre_send_check_of_a_mail_cancelled_after_its_claim(
    session: Session,
    enqueue: Enqueue,
    make_worker: MakeWorker,
    engine: Engine,
    clock: FixedClock,
) -> None:
    _, second = enqueue(), enqueue()
    session.commit()
    number = second.id

    def cancel_second(_: Outgoing) -> None:
        with Session(engine) as other:
            mail = other.get_one(Mail, number)
            assert mail.state is MailState.LEASED
            assert outbox.cancel(other, now=clock.now(), mail=mail, reason="by_coordinator")
            other.commit()

    mailer = MemoryMailer(cancel_second)
    make_worker(mailer).run()
    assert len(mailer.sent) == 1
    assert reread(session, second).state is MailState.CANCELLED
    assert second.reason == "by_coordinator"
    assert not second.attempts


def test_pre_send_check_of_a_mail_cancelled_while_it_is_written(
    session: Session,
    enqueue: Enqueue,
    make_worker: MakeWorker,
    engine: Engine,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail = enqueue()
    session.commit()
    number, compose = mail.id, outbox.compose

    def cancel_meanwhile(*args: object, **values: object) -> outbox.Contents:
        with Session(engine) as other:
            found = other.get_one(Mail, number)
            outbox.cancel(other, now=clock.now(), mail=found, reason="superseded")
            other.commit()
        return compose(*args, **values)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(outbox, "compose", cancel_meanwhile)
    mailer = MemoryMailer()
    make_worker(mailer).run()
    assert not mailer.sent
    assert reread(session, mail).state is MailState.CANCELLED
    assert mail.octets is None


def test_one_connection_writes_and_notes_in_turn(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker
) -> None:
    """The second batch is kept while mails of the first still leave."""
    mails = [enqueue() for _ in range(32)]
    session.commit()
    mailer = MemoryMailer()
    make_worker(mailer).run()
    assert len({mail.message_id for mail in mailer.sent}) == len(mailer.sent) == len(mails)
    assert {len(reread(session, mail).attempts) for mail in mails} == {1}


def test_owner_fence_a_worker_without_its_lease_marks_nothing(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, engine: Engine
) -> None:
    mail = enqueue()
    session.commit()
    number = mail.id

    def lose_it(_: Outgoing) -> Outcome:
        with Session(engine) as other:
            other.execute(update(Mail).where(Mail.id == number).values(lease_owner="another"))
            other.commit()
        return REFUSED

    make_worker(MemoryMailer(lose_it)).run()
    assert reread(session, mail).state is MailState.LEASED
    assert (mail.lease_owner, mail.tries) == ("another", 0)
    assert [attempt.code for attempt in mail.attempts] == [451], "what happened is known anyway"


def test_pre_send_check_of_a_mail_that_another_worker_has_by_now(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, engine: Engine
) -> None:
    _, second = enqueue(), enqueue()
    session.commit()
    number = second.id

    def take_second(_: Outgoing) -> None:
        with Session(engine) as other:
            other.execute(update(Mail).where(Mail.id == number).values(lease_owner="another#0"))
            other.commit()

    mailer = MemoryMailer(take_second)
    make_worker(mailer).run()
    assert len(mailer.sent) == 1
    assert reread(session, second).lease_owner == "another#0"
    assert not second.attempts


def test_pre_send_check_of_a_mail_whose_lease_has_run_out(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, engine: Engine
) -> None:
    """It goes, but not before it is leased anew."""
    _, second = enqueue(), enqueue()
    session.commit()
    number = second.id
    leases: list[float | None] = []

    def end_lease_of_second(_: Outgoing) -> None:
        with Session(engine) as other:
            leases.append(other.get_one(Mail, number).lease_until)
            if len(leases) == 1:
                other.execute(update(Mail).where(Mail.id == number).values(lease_until=1.0))
                other.commit()

    mailer = MemoryMailer(end_lease_of_second)
    make_worker(mailer).run()
    assert len(mailer.sent) == 2
    assert leases[-1] != 1.0
    assert reread(session, second).state is MailState.SENT


def test_pre_send_check_of_an_event_cancelled_and_an_address_changed_meanwhile(
    session: Session,
    factory: Factory,
    enqueue: Enqueue,
    make_worker: MakeWorker,
    engine: Engine,
) -> None:
    event = factory.event(factory.programme())
    enqueue()
    about, moving = enqueue(event=event), enqueue()
    session.commit()
    number, person = event.id, moving.person_id

    def change(_: Outgoing) -> None:
        with Session(engine) as other:
            cancelled = {"status": EventStatus.CANCELLED, "cancelled_at": MADE_AT}
            other.execute(update(Event).where(Event.id == number).values(cancelled))
            other.execute(update(Person).where(Person.id == person).values(email="new@example.org"))
            other.commit()

    mailer = MemoryMailer(change)
    make_worker(mailer).run()
    assert [sent.recipient for sent in mailer.sent][1:] == ["new@example.org"]
    assert b"<new@example.org>" in mailer.sent[1].octets
    assert reread(session, about).reason == Reason.EVENT_CANCELLED


def test_two_workers_send_nothing_twice(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, factory: Factory
) -> None:
    person = factory.person()
    for _ in range(60):
        enqueue(person=person)
    session.commit()
    start = Barrier(2)

    def meet(outgoing: Outgoing) -> None:
        if not start.broken and not mailers[0].sent and not mailers[1].sent:
            try:
                start.wait(0.5)
            except BrokenBarrierError:
                start.abort()

    mailers = [MemoryMailer(meet), MemoryMailer(meet)]
    workers = [make_worker(mailer, batch=3) for mailer in mailers]
    threads = [Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [outgoing.message_id for mailer in mailers for outgoing in mailer.sent]
    assert len(sent) == len(set(sent)) == 60
    assert all(mailer.sent for mailer in mailers)
    session.rollback()
    assert session.scalar(select(func.count()).where(Mail.state == MailState.SENT)) == 60


def test_backoff_grows_and_ends(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, clock: FixedClock
) -> None:
    mail = enqueue()
    session.commit()
    worker = make_worker(MemoryMailer(lambda _: REFUSED))
    for minutes in (1, 5, 15, 60, 240):
        worker.run()
        wait = reread(session, mail).next_at - clock.now()
        assert timedelta(minutes=0.8 * minutes) <= wait <= timedelta(minutes=1.2 * minutes)
        assert mail.state is MailState.DUE
        clock.set(mail.next_at)
    worker.run()
    assert reread(session, mail).state is MailState.FAILED
    assert (mail.reason, mail.tries, len(mail.attempts)) == (Reason.GAVE_UP, 6, 6)


def test_trouble_of_the_relay_charges_nobody(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, clock: FixedClock
) -> None:
    mails = [enqueue() for _ in range(3)]
    session.commit()
    now = 0.0
    mailer = MemoryMailer(lambda _: AWAY)
    worker = make_worker(mailer, monotonic=lambda: now)
    worker.run()
    for mail in mails:
        assert reread(session, mail).state is MailState.DUE
        assert (mail.tries, mail.next_at) == (0, mail.due_at)
    assert session.scalar(select(func.count(MailAttempt.id))) == 1, "the others were not tried"
    assert outbox.latest_trouble(session) is not None
    mailer.answer = None
    worker.run()
    assert not mailer.sent, "it rests"
    now = 31.0
    worker.run()
    assert len(mailer.sent) == 3
    session.rollback()
    assert outbox.latest_trouble(session) is None


def test_our_own_fault_stops_the_worker_and_is_told(
    session: Session,
    enqueue: Enqueue,
    make_worker: MakeWorker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mail = enqueue()
    session.commit()
    now = 0.0
    mailer = MemoryMailer(lambda _: NOT_LET_IN)
    worker = make_worker(mailer, monotonic=lambda: now)
    worker.run()
    assert reread(session, mail).tries == 0
    trouble = outbox.latest_trouble(session)
    assert trouble is not None
    assert (trouble.result, trouble.code) == (Result.STOPPED, 535)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    now = 60.0
    worker.run()
    assert len(reread(session, mail).attempts) == 1
    now = 901.0
    mailer.answer = None
    worker.run()
    assert reread(session, mail).state is MailState.SENT


def test_one_bad_address_fails_alone(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker
) -> None:
    bad, good = enqueue(), enqueue()
    session.commit()
    address = bad.person.email
    unknown = Outcome(Result.ADDRESS_REFUSED, Stage.RCPT, 550, "5.1.1 unknown")
    mailer = MemoryMailer(lambda sent: unknown if sent.recipient == address else None)
    make_worker(mailer).run()
    assert reread(session, bad).state is MailState.FAILED
    assert bad.reason == Reason.ADDRESS_REFUSED
    assert good.state is MailState.SENT


@pytest.mark.parametrize("email", (None, "a b@example.org", "x@example.org\r\nBcc: y@z.org"))
def test_nobody_to_write_to(
    session: Session, factory: Factory, enqueue: Enqueue, make_worker: MakeWorker, email: str | None
) -> None:
    mail = enqueue(person=factory.person(email=email))
    session.commit()
    mailer = MemoryMailer()
    make_worker(mailer).run()
    assert not mailer.sent
    assert reread(session, mail).reason in (Reason.NO_ADDRESS, Reason.ADDRESS_REFUSED)
    assert mail.ended_at is not None


def test_a_cancelled_event_is_not_announced_but_its_cancellation_is(
    session: Session, factory: Factory, enqueue: Enqueue, make_worker: MakeWorker
) -> None:
    programme = factory.programme()
    event = factory.event(programme, status=EventStatus.CANCELLED, cancelled_at=MADE_AT)
    moved = enqueue(event=event, programme=programme, kind="event_moved")
    told = enqueue(
        event=event,
        programme=programme,
        kind="event_cancelled",
        template="event_cancelled",
        parameters={},
    )
    session.commit()
    make_worker().run()
    assert reread(session, moved).state is MailState.CANCELLED
    assert moved.reason == Reason.EVENT_CANCELLED
    assert told.state is MailState.SENT
    assert told.subject == "Cancelled: Event 2"


def test_what_comes_too_late_does_not_come(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, clock: FixedClock
) -> None:
    half_an_hour = clock.now() + timedelta(minutes=30)
    late, refused = enqueue(expires_at=half_an_hour), enqueue(expires_at=clock.now())
    soon = enqueue(expires_at=clock.now() + timedelta(seconds=20))
    session.commit()
    mailer = MemoryMailer(lambda _: REFUSED)
    worker = make_worker(mailer)
    worker.run()
    assert reread(session, refused).state is MailState.EXPIRED
    assert not refused.attempts
    assert soon.state is MailState.EXPIRED, "the next attempt would come too late"
    clock.advance(timedelta(minutes=31))
    mailer.answer = None
    worker.run()
    assert reread(session, late).state is MailState.EXPIRED
    assert late.reason == Reason.TOO_LATE
    assert not mailer.sent


def test_a_template_that_breaks_is_put_off_and_told(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = enqueue(parameters={}), enqueue()
    session.commit()
    make_worker().run()
    assert reread(session, broken).state is MailState.DUE
    assert broken.tries == 1
    assert "asked_at" in broken.attempts[0].text
    assert sound.state is MailState.SENT
    assert "cannot be written" in caplog.text
    assert "example.org" not in caplog.text


def test_a_reader_who_is_erased_meanwhile(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, engine: Engine
) -> None:
    mail = enqueue()
    session.commit()
    person = mail.person_id

    def erase(_: Outgoing) -> None:
        with Session(engine) as other:
            other.execute(text("DELETE FROM person WHERE id = :id"), {"id": person})
            other.commit()

    make_worker(MemoryMailer(erase)).run()
    session.rollback()
    assert session.scalar(select(func.count(Person.id))) == 0
    assert session.scalar(select(func.count(MailAttempt.id))) == 0


def test_a_stopping_worker_gives_back_what_it_holds(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker
) -> None:
    mails = [enqueue() for _ in range(3)]
    session.commit()
    mailer = MemoryMailer(lambda _: worker.stopping.set())
    worker = make_worker(mailer)
    worker.run()
    states = sorted(reread(session, mail).state for mail in mails)
    assert states == [MailState.DUE, MailState.DUE, MailState.SENT]


def test_an_idle_worker_writes_nothing(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, engine: Engine, clock: FixedClock
) -> None:
    enqueue(due_at=clock.now() + timedelta(days=1))
    session.commit()
    worker = make_worker()
    worker.run()
    said: list[str] = []
    listen(engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    worker.run()
    assert said
    assert not [statement for statement in said if "UPDATE" in statement]
