"""A message to some of the people: who gets it, what each reads, and that it goes once."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.policy import default
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.mail import Site
from mmp.core.when import When
from mmp.models import (
    Document,
    DocumentFile,
    Event,
    HistoryEntry,
    Mail,
    Message,
    OptOut,
    Person,
    Programme,
)
from mmp.models.enums import (
    AttendanceForm,
    Entry,
    EventForm,
    MembershipRole,
    MembershipStatus,
    Partstat,
    Region,
    Strength,
)
from mmp.models.mail import MailState
from mmp.services import messages, outbox, permissions, sessions
from mmp.services.messages import Choice, WhyNot, Words
from tests.support.factories import MADE_AT, Factory

NOW = datetime(2026, 6, 19, 8, tzinfo=UTC)
SITE = Site("https://mmp.example.org", secret="a secret for the tests alone")
HELLO = Words(subject={"en": "Before we meet"}, text={"en": "Bring a photo."})


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here", name={"en": "Year of Mentors"})


@pytest.fixture
def amman(make: Factory, here: Programme) -> Event:
    when = When.timed(datetime(2026, 9, 28, 9), datetime(2026, 9, 28, 17), "Asia/Amman")
    return make.event(
        here, when, key="amman", title={"en": "Second gathering"}, form=EventForm.HYBRID
    )


@pytest.fixture
def kerstin(session: Session, make: Factory, here: Programme) -> permissions.Actor:
    person = make.person(here, MembershipRole.COORDINATOR, name="Kerstin Berg")
    return actor(session, person)


def actor(session: Session, person: Person) -> permissions.Actor:
    _, token = sessions.start(session, now=NOW, person=person, strength=Strength.STRONG)
    return permissions.actor_of(session, now=NOW, token=token)


def draft(
    session: Session,
    kerstin: permissions.Actor,
    programme: Programme,
    event: Event | None = None,
    words: Words = HELLO,
    uuid: UUID | None = None,
) -> Message:
    return messages.write_draft(
        session,
        actor=kerstin,
        now=NOW,
        programme=programme,
        event=event,
        uuid=uuid or uuid4(),
        words=words,
    )


def names(session: Session, programme: Programme, event: Event | None, **ticked: str) -> list[str]:
    choice = Choice(**{name: frozenset(values.split()) for name, values in ticked.items()})
    lines = messages.audience(session, programme=programme, event=event, choice=choice)
    return [line.person.name for line in lines if line.why_not is None]


def document(
    session: Session, programme: Programme, event: Event | None, key: str, **files: bytes
) -> Document:
    row = Document(
        key=key,
        title={"en": key},
        programme=programme,
        event=event,
        created_at=MADE_AT,
        changed_at=MADE_AT,
    )
    session.add(row)
    for language, octets in files.items():
        file = DocumentFile(
            document=row,
            language=language,
            filename=f"{key}-{language}.pdf",
            media_type="application/pdf",
            size=len(octets),
            sha256=sha256(octets).hexdigest(),
        )
        session.add(file)
    session.flush()
    return row


def test_what_is_ticked_narrows(
    session: Session, make: Factory, here: Programme, amman: Event
) -> None:
    anna = make.person(here, name="Anna", region=Region.EUROPE, country="SE")
    omar = make.person(here, name="Omar", region=Region.MENA, country="JO")
    make.person(here, MembershipRole.GUEST, name="Zoe", region=Region.EUROPE, country="FR")
    pair = make.pair(here, anna, omar)
    make.participation(amman, anna, form=AttendanceForm.IN_ROOM)
    make.participation(amman, omar, form=AttendanceForm.ONLINE, partstat=Partstat.TENTATIVE)
    assert names(session, here, None) == ["Anna", "Omar", "Zoe"]
    assert names(session, here, None, roles="mentor") == ["Anna", "Omar"]
    assert names(session, here, None, roles="mentor", regions="mena") == ["Omar"]
    assert names(session, here, None, countries="FR JO") == ["Omar", "Zoe"]
    assert names(session, here, None, pairs=str(pair.uuid)) == ["Anna", "Omar"]
    assert names(session, here, None, people=str(anna.uuid)) == ["Anna"]
    assert names(session, here, amman) == ["Anna", "Omar"]
    assert names(session, here, amman, answers="TENTATIVE") == ["Omar"]
    assert names(session, here, amman, forms="in_room") == ["Anna"]


def test_who_does_not_get_it_and_why(
    session: Session, make: Factory, here: Programme, amman: Event
) -> None:
    people = {name: make.person(here, name=name) for name in "ABCDEFG"}
    speaker = make.person(name="Speaker")
    make.role(make.item(amman), person=speaker)
    for name, person in people.items():
        answer = Partstat.DECLINED if name == "B" else Partstat.ACCEPTED
        entry = Entry.WAITING if name == "C" else Entry.INVITED
        make.participation(amman, person, partstat=answer, entry=entry)
    people["D"].email = None
    outbox.suppress(session, now=NOW, address=people["E"].email or "")
    session.add(OptOut(person_id=people["F"].id, programme_id=here.id, since=NOW))
    for membership in people["G"].memberships:
        membership.status = MembershipStatus.LEFT
    session.flush()
    lines = messages.audience(session, programme=here, event=amman, choice=Choice())
    assert {line.person.name: line.why_not for line in lines} == {
        "A": None,
        "B": WhyNot.DECLINED,
        "C": WhyNot.NOT_ON_LIST,
        "D": WhyNot.NO_ADDRESS,
        "E": WhyNot.SUPPRESSED,
        "F": WhyNot.OPTED_OUT,
        "G": WhyNot.LEFT,
        "Speaker": None,
    }
    assert names(session, here, amman, answers="DECLINED") == ["B"]
    assert names(session, here, amman, people=str(people["C"].uuid)) == ["C"]


def test_it_goes_once(
    session: Session, make: Factory, here: Programme, kerstin: permissions.Actor
) -> None:
    anna = make.person(here, name="Anna")
    uuid = uuid4()
    message = draft(session, kerstin, here, uuid=uuid)
    assert draft(session, kerstin, here, uuid=uuid) is message
    for _ in range(2):
        sent = messages.send_message(
            session, actor=kerstin, now=NOW, message=message, version=message.version
        )
        assert sent == 2  # Anna, and who wrote it
    assert len(session.scalars(select(Mail)).all()) == 2
    with pytest.raises(StaleEdit):
        messages.change_draft(
            session, actor=kerstin, now=NOW, message=message, version=message.version, words=HELLO
        )
    with pytest.raises(UserError, match="a sent message stays"):
        messages.delete_draft(session, actor=kerstin, now=NOW, message=message)
    outcome = messages.outcome_of(session, message)
    assert (outcome.mails, outcome.waiting) == (2, 2)
    newcomer = make.person(here)
    assert messages.fate_of(session, message, newcomer).why_not is WhyNot.NOT_CHOSEN
    mail = messages.fate_of(session, message, anna).mail
    assert mail is not None
    assert (mail.state, mail.optional) == (MailState.DUE, True)
    actions = session.scalars(
        select(HistoryEntry.action).where(HistoryEntry.subject_uuid == uuid)
    ).all()
    assert actions == ["created", "sent"]


def test_a_changed_draft_is_looked_at_again(
    session: Session, here: Programme, kerstin: permissions.Actor
) -> None:
    message = draft(session, kerstin, here)
    seen = message.version
    later = NOW + timedelta(minutes=1)
    words = Words(subject={"en": "Other"}, text={"en": "Words"})
    messages.change_draft(
        session, actor=kerstin, now=later, message=message, version=seen, words=words
    )
    with pytest.raises(StaleEdit):
        messages.send_message(session, actor=kerstin, now=later, message=message, version=seen)
    with pytest.raises(StaleEdit):
        messages.change_draft(
            session, actor=kerstin, now=later, message=message, version=seen, words=HELLO
        )
    assert message.subject == {"en": "Other"}


def test_nobody_is_no_audience(
    session: Session, here: Programme, amman: Event, kerstin: permissions.Actor
) -> None:
    message = draft(session, kerstin, here, amman)
    with pytest.raises(UserError, match="Nobody would get it"):
        messages.send_message(
            session, actor=kerstin, now=NOW, message=message, version=message.version
        )


@pytest.mark.parametrize(
    ("subject", "text", "field"),
    (
        ({}, {"en": "Words"}, "subject"),
        ({"en": "Words"}, {}, "text"),
        ({"en": "Words"}, {"ar": "{{ nmae }}"}, "text-ar"),
        ({"en": "{{ when }}"}, {"en": "Words"}, "subject-en"),
        ({"en": "x" * 201}, {"en": "Words"}, "subject"),
    ),
)
def test_what_cannot_be_sent_is_refused_beside_its_field(
    session: Session,
    here: Programme,
    kerstin: permissions.Actor,
    subject: dict[str, str],
    text: dict[str, str],
    field: str,
) -> None:
    with pytest.raises(UserError) as caught:
        draft(session, kerstin, here, words=Words(subject=subject, text=text))
    assert caught.value.field == field


def test_each_reads_it_in_their_language_and_zone(
    session: Session, make: Factory, here: Programme, amman: Event, kerstin: permissions.Actor
) -> None:
    anna = make.person(here, name="Anna", zone="Europe/Stockholm")
    omar = make.person(
        here, name="Omar", name_native="عمر", locale="ar_JO", zone="Asia/Amman", country="JO"
    )
    make.pair(here, anna, omar)
    for person in (anna, omar):
        make.participation(amman, person)
    words = Words(
        subject={"en": "{{ event }}", "ar": "قبل اللقاء"},
        text={
            "en": "Dear {{ name }}, {{ when }}. {{ partner }} comes. {{ answer_link }}",
            "ar": "عزيزي {{ name }}، {{ when }}.",
        },
    )
    message = draft(session, kerstin, here, amman, words)
    lines = {line.person.name: line for line in messages.would_get(session, message)}
    seen = {
        name: messages.preview(session, now=NOW, message=message, line=line, site=SITE)
        for name, line in lines.items()
    }
    assert seen["Anna"].subject == "Second gathering"
    assert "Dear Anna, Monday, 28 September 2026, 08:00" in seen["Anna"].text
    assert "Stockholm time (UTC+2)" in seen["Anna"].text
    assert "Omar comes" in seen["Anna"].text
    assert "/en/answer/" in seen["Anna"].text
    assert "…/" in seen["Anna"].text  # the token itself is shown to nobody
    assert 'dir="rtl"' in seen["Omar"].html
    assert "عزيزي عمر" in seen["Omar"].text
    assert session.scalars(select(Mail)).all() == []


def test_marks_of_markdown_are_set_in_html_and_stay_as_typed_in_text(
    session: Session, make: Factory, here: Programme, amman: Event, kerstin: permissions.Actor
) -> None:
    person = make.person(here, name="Anna *the* <b>")
    make.participation(amman, person)
    typed = (
        "Dear {{ name }},\n**please** [answer]({{ answer_link }}) or {{ answer_link }}.\n\n"
        "- one\n- two"
    )
    message = draft(session, kerstin, here, amman, Words(subject={"en": "A"}, text={"en": typed}))
    (line,) = messages.would_get(session, message)
    seen = messages.preview(session, now=NOW, message=message, line=line, site=SITE)
    assert "**please** [answer](https://" in seen.text
    assert "- one\n- two" in seen.text
    for html in (
        "Dear Anna *the* &lt;b&gt;,<br>",
        "<strong>please</strong>",
        'rel="noopener noreferrer">answer</a> or <a href="https://',
        "<li>one</li>",
    ):
        assert html in seen.html
    messages.send_message(session, actor=kerstin, now=NOW, message=message, version=message.version)
    mail = session.scalars(select(Mail)).one()
    octets = outbox.compose(session, mail, site=SITE, now=NOW).octets
    parts = {
        part.get_content_type(): part.get_content()
        for part in message_from_bytes(octets, policy=default).walk()
        if not part.is_multipart()
    }
    assert "<strong>please</strong>" in parts["text/html"]
    assert "**please**" in parts["text/plain"]


def test_a_discreet_reader_gets_a_neutral_mail(
    session: Session, make: Factory, here: Programme, amman: Event, kerstin: permissions.Actor
) -> None:
    layla = make.person(here, name="Layla", discreet=True)
    make.participation(amman, layla)
    paper = document(session, here, amman, "pack", en=b"%PDF-1")
    words = Words(
        subject={"en": "Year of Mentors"},
        text={"en": "{{ event }}"},
        attachments=[paper.uuid],
    )
    message = draft(session, kerstin, here, amman, words)
    (line,) = messages.would_get(session, message)
    seen = messages.preview(session, now=NOW, message=message, line=line, site=SITE)
    told = f"{seen.subject}{seen.text}{seen.html}"
    assert seen.subject == "A message for you"
    for word in ("Year of Mentors", "Second gathering", "pack", "2026"):
        assert word not in told
    messages.send_message(session, actor=kerstin, now=NOW, message=message, version=message.version)
    mail = session.scalars(select(Mail)).one()
    octets = outbox.compose(session, mail, site=SITE, now=NOW).octets
    assert b"pack" not in octets
    assert b"Year" not in octets
    found = messages.received(
        session, actor(session, layla), now=NOW, uuid=message.uuid, base_url=SITE.base_url
    )
    assert found.said.text == "Second gathering"
    stranger = actor(session, make.person(here))
    with pytest.raises(NotFound):
        messages.received(session, stranger, now=NOW, uuid=message.uuid, base_url="")


def test_documents_go_along_in_the_readers_language(
    session: Session, make: Factory, here: Programme, kerstin: permissions.Actor, tmp_path: Path
) -> None:
    arabic = "أهلًا\n"
    for octets in (b"%PDF-en", arabic.encode()):
        (tmp_path / sha256(octets).hexdigest()).write_bytes(octets)
    paper = document(session, here, None, "guide", en=b"%PDF-en", ar=arabic.encode())
    paper.files[1].media_type = "text/plain"
    make.person(here, name="Omar", locale="ar", key="omar")
    make.person(here, name="Pierre", locale="fr", key="pierre")
    words = Words(subject={"en": "A guide"}, text={"en": "Read it."}, attachments=[paper.uuid])
    message = draft(session, kerstin, here, words=words)
    messages.send_message(session, actor=kerstin, now=NOW, message=message, version=message.version)
    site = Site(SITE.base_url, secret=SITE.secret, documents=tmp_path)
    files = {}
    for mail in session.scalars(select(Mail)):
        octets = outbox.compose(session, mail, site=site, now=NOW).octets
        parsed = message_from_bytes(octets, policy=policy.default)
        (part,) = parsed.iter_attachments()
        files[mail.person.key] = (part.get_filename(), part.get_content())
    assert files["omar"] == ("guide-ar.pdf", arabic)  # its mail names the encoding
    assert files["pierre"] == ("guide-en.pdf", b"%PDF-en")


def test_attachments_have_a_limit_and_an_owner(
    session: Session, make: Factory, here: Programme, amman: Event, kerstin: permissions.Actor
) -> None:
    large = [
        document(session, here, None, f"part-{number}", en=bytes([number]) * (2 << 20))
        for number in range(2)
    ]
    words = Words(subject={"en": "A"}, text={"en": "B"}, attachments=[row.uuid for row in large])
    with pytest.raises(UserError, match=r"Together these are 4\.0 MB, and 3 MB is the most"):
        draft(session, kerstin, here, words=words)
    elsewhere = document(session, make.programme(), None, "theirs", en=b"x")
    for foreign in (elsewhere, document(session, here, amman, "of-event", en=b"x")):
        words = Words(subject={"en": "A"}, text={"en": "B"}, attachments=[foreign.uuid])
        with pytest.raises(UserError, match="is not there any more"):
            draft(session, kerstin, here, words=words)


def test_after_the_event_was_called_off_what_waited_does_not_go(
    session: Session, make: Factory, here: Programme, amman: Event, kerstin: permissions.Actor
) -> None:
    make.participation(amman, make.person(here))
    message = draft(session, kerstin, here, amman)
    messages.send_message(session, actor=kerstin, now=NOW, message=message, version=message.version)
    mail = session.scalars(select(Mail)).one()
    amman.cancelled_at = NOW + timedelta(minutes=1)
    session.flush()
    assert messages.message_source(session, [mail], SITE)[mail.id].void == "event_cancelled"
    amman.cancelled_at = NOW - timedelta(days=1)
    session.flush()
    assert messages.message_source(session, [mail], SITE)[mail.id].void is None
