"""The outbox and who may look into it."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.event import listen
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.errors import NotFound
from mmp.core.mail import Link, Reason, Site, token
from mmp.models import Event, Mail, Person, Programme
from mmp.models.enums import MembershipRole
from mmp.models.mail import MailState
from mmp.services import outbox
from mmp.services.outbox import Filter
from tests.support.factories import Factory

SITE = Site("https://mmp.example.org", secret="a secret for the tests alone")

Put = Callable[..., Mail]


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def put(session: Session, make: Factory, clock: FixedClock) -> Put:
    def put(person: Person | None = None, *, key: str = "", **values: object) -> Mail:
        defaults: dict[str, object] = {
            "kind": "test",
            "template": "test",
            "parameters": {"asked_at": clock.now()},
        }
        return outbox.enqueue(
            session,
            now=clock.now(),
            person=person or make.person(),
            dedupe_key=key or str(uuid4()),
            **defaults | values,  # type: ignore[arg-type]  # as the test says
        )

    return put


def test_the_same_key_is_the_same_mail(session: Session, put: Put, clock: FixedClock) -> None:
    first = put(key="moved:7:2")
    session.commit()
    assert put(key="moved:7:2", kind="another") is first
    outbox.cancel(session, now=clock.now(), mail=first, reason="superseded")
    assert put(key="moved:7:2").state is MailState.CANCELLED
    assert session.scalar(select(func.count(Mail.id))) == 1


def test_two_transactions_with_one_key(session: Session, put: Put, make: Factory) -> None:
    """Where the database lets two write at once, the second finds the first one's mail."""
    person = make.person()
    session.commit()
    put(person, key="x")
    session.commit()
    with Session(session.get_bind()) as other:
        mail = outbox.enqueue(
            other,
            now=person.created_at,
            kind="test",
            person=other.get_one(Person, person.id),
            template="test",
            parameters={},
            dedupe_key="x",
        )
        assert mail.kind == "test"
        assert mail.parameters != {}


def test_hold_release_and_cancel(session: Session, put: Put, clock: FixedClock) -> None:
    mail = put()
    assert outbox.hold(session, mail=mail)
    assert (mail.state, mail.reason) == (MailState.HELD, Reason.BY_COORDINATOR)
    assert not outbox.hold(session, mail=mail)
    assert outbox.release(session, mail=mail)
    assert (mail.state, mail.reason) == (MailState.DUE, None)
    assert not outbox.release(session, mail=mail)
    assert outbox.cancel(session, now=clock.now(), mail=mail, reason="person_left")
    assert (mail.state, mail.reason, mail.ended_at) == (
        MailState.CANCELLED,
        "person_left",
        clock.now(),
    )
    assert not outbox.cancel(session, now=clock.now(), mail=mail, reason="again")
    assert mail.reason == "person_left"


def test_cancel_all_of_an_event(
    session: Session, put: Put, make: Factory, clock: FixedClock
) -> None:
    programme = make.programme()
    event, other = make.event(programme), make.event(programme)
    mine = [put(event=event, kind=kind) for kind in ("reminder", "event_moved", "event_cancelled")]
    put(event=other)
    stopped = outbox.cancel_all(
        session,
        now=clock.now(),
        reason="event_cancelled",
        event=event,
        kinds={"reminder", "event_moved"},
    )
    session.expire_all()
    assert stopped == 2
    assert [mail.state for mail in mine] == ["cancelled", "cancelled", "due"]
    with pytest.raises(ValueError, match="person or an event"):
        outbox.cancel_all(session, now=clock.now(), reason="x")


@pytest.mark.parametrize(
    ("sender", "reply_to", "expected"),
    (
        ("desk@example.org", "mentors@example.org", "desk@example.org"),
        (None, "mentors@example.org", "mentors@example.org"),
        (None, None, "mmp@mmp.example.org"),
    ),
)
def test_who_writes_and_who_is_answered(
    session: Session,
    put: Put,
    make: Factory,
    clock: FixedClock,
    sender: str | None,
    reply_to: str | None,
    expected: str,
) -> None:
    programme = make.programme(name={"en": "MMP", "ar": "برنامج الإرشاد"}, reply_to=reply_to)
    coordinator = make.person(programme, MembershipRole.COORDINATOR)
    reader = make.person(name="Lina", name_native="لينا", locale="ar_JO")
    mail = put(reader, programme=programme)
    site = Site(SITE.base_url, sender, SITE.secret)
    contents = outbox.compose(session, mail, site=site, now=clock.now())
    message = message_from_bytes(contents.octets, policy=policy.default)
    assert message["From"].addresses[0].addr_spec == contents.sender == expected
    assert message["From"].addresses[0].display_name == "برنامج الإرشاد"
    assert message["To"].addresses[0].display_name == "لينا"
    assert message["Reply-To"].addresses[0].addr_spec == (reply_to or coordinator.email)
    assert message["Content-Language"] == "ar"
    assert contents.message_id == f"<{mail.uuid}@{expected.partition('@')[2]}>"


@pytest.fixture
def two_programmes(make: Factory) -> tuple[Programme, Person, Programme, Person]:
    """Each with its coordinator."""
    here, there = make.programme(), make.programme()
    return (
        here,
        make.person(here, MembershipRole.COORDINATOR),
        there,
        make.person(there, MembershipRole.COORDINATOR),
    )


def test_a_coordinator_sees_the_mail_of_their_programmes(
    session: Session,
    put: Put,
    make: Factory,
    two_programmes: tuple[Programme, Person, Programme, Person],
) -> None:
    here, coordinator, there, other = two_programmes
    mentor = make.person(here)
    mine, general, foreign = put(mentor, programme=here), put(mentor), put(mentor, programme=there)
    elsewhere = put(make.person(there))
    seen = outbox.mail_list(session, actor=coordinator)
    assert list(seen) == [general, mine]
    assert set(outbox.mail_list(session, actor=other)) == {foreign, elsewhere}
    assert not outbox.mail_list(session, actor=mentor)
    assert list(
        outbox.mail_list(session, actor=coordinator, which=Filter(programme=here.slug))
    ) == [mine]
    assert list(outbox.mail_list(session, actor=coordinator, before=general.id)) == [mine]
    sent = Filter(states=frozenset({MailState.SENT}))
    assert not outbox.mail_list(session, actor=coordinator, which=sent)
    for mail in (foreign, elsewhere):
        with pytest.raises(NotFound):
            outbox.mail_detail(session, actor=coordinator, uuid=mail.uuid, site=SITE)
    with pytest.raises(NotFound):
        outbox.mail_detail(session, actor=mentor, uuid=mine.uuid, site=SITE)


def test_a_list_takes_one_statement(
    session: Session,
    put: Put,
    make: Factory,
    two_programmes: tuple[Programme, Person, Programme, Person],
) -> None:
    here, coordinator, *_ = two_programmes
    for _ in range(5):
        put(make.person(here), programme=here, event=make.event(here))
    session.commit()
    coordinator = session.get_one(Person, coordinator.id)
    said: list[str] = []
    listen(session.get_bind(), "before_cursor_execute", lambda *call: said.append(call[2]))
    for mail in outbox.mail_list(session, actor=coordinator):
        assert mail.person.name
        assert mail.event is not None
        assert mail.event.title
    assert len(said) == 1


def test_nobody_is_shown_a_token(
    session: Session,
    put: Put,
    make: Factory,
    clock: FixedClock,
    two_programmes: tuple[Programme, Person, Programme, Person],
) -> None:
    here, coordinator, *_ = two_programmes
    link = uuid4()
    mail = put(
        make.person(here),
        kind="sign_in",
        template="sign_in",
        parameters={"link": Link("/{language}/sign-in/links/{token}/", ("sign-in", link))},
    )
    unsent = outbox.mail_detail(session, actor=coordinator, uuid=mail.uuid, site=SITE).rendered
    contents = outbox.compose(session, mail, site=SITE, now=clock.now())
    mail.octets = contents.octets
    session.flush()
    frozen = outbox.mail_detail(session, actor=coordinator, uuid=mail.uuid, site=SITE).rendered
    assert unsent
    assert frozen
    assert unsent.subject == frozen.subject == "Your sign-in link"
    for shown in (unsent.text, unsent.html, frozen.text, frozen.html):
        assert "https://mmp.example.org/en/sign-in/links/…/" in shown
        assert token(SITE.secret, "sign-in", link) not in shown
    assert unsent.text.strip() == frozen.text.strip()


def test_of_a_pairs_talks_only_that_mail_went(
    session: Session,
    put: Put,
    make: Factory,
    two_programmes: tuple[Programme, Person, Programme, Person],
) -> None:
    here, coordinator, *_ = two_programmes
    lina, erik = make.person(here), make.person(here)
    talk: Event = make.event(here, pair=make.pair(here, lina, erik))
    for values in ({"kind": "talk_offered"}, {"kind": "event_moved", "event": talk}):
        mail = put(lina, programme=here, **values)
        detail = outbox.mail_detail(session, actor=coordinator, uuid=mail.uuid, site=SITE)
        assert detail.mail is mail
        assert detail.rendered is None


def test_times_are_those_of_the_outbox(session: Session, put: Put, clock: FixedClock) -> None:
    later = clock.now() + timedelta(days=2)
    mail = put(due_at=later)
    assert (mail.due_at, mail.next_at, mail.created_at) == (later, later, clock.now())
    assert mail.message_id is None
