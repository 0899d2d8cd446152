"""The mails of a message: what each says is read when it leaves."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import locale_for
from mmp.core.mail import Link, Reason, Site, secret_for
from mmp.core.mail.placeholders import used_in
from mmp.models import Document, Mail, Message, Participation, Person
from mmp.services.answers import answer_link
from mmp.services.answers.mails import PURPOSE
from mmp.services.messages.attaching import attachments, file_for
from mmp.services.messages.words import Said, may_answer, partners_of, said
from mmp.services.outbox import ABOUT_CANCELLED_EVENTS, More, Personal, source_for

KIND: Final = "message"
ABOUT_CANCELLED_EVENTS.add(KIND)  # what to do instead may be said of an event that is off


def dedupe_key(message: UUID, person: UUID) -> str:
    """One message goes to one person once."""
    return f"{KIND}:{message}:{person}"


def own_page(message: Message) -> Link:
    """Where its reader finds it, signed in."""
    return Link(f"/{{language}}/home/messages/{message.uuid}/")


@source_for(KIND)
def message_source(session: Session, mails: Sequence[Mail], site: Site) -> Mapping[int, More]:
    """Text and attachments; void where it is thrown away, or its event was cancelled since."""
    messages = _messages(session, {UUID(mail.parameters["message"]) for mail in mails})
    listed = _listed(session, messages.values(), {mail.person_id for mail in mails})
    partners = _partners(session, messages.values(), {mail.person_id for mail in mails})
    clock = session.info.get("clock")
    kept: dict[tuple[UUID, str], Any] = {}
    found = {}
    for mail in mails:
        message = messages.get(UUID(mail.parameters["message"]))
        if message is None or _called_off_since(message):
            found[mail.id] = More(void=Reason.EVENT_CANCELLED if message else "not_true_any_more")
            continue
        if mail.person.discreet:
            found[mail.id] = quiet(message)
            continue
        language = language_for(locale_for(mail.person))
        if (message.uuid, language) not in kept:
            kept[message.uuid, language] = attachments(
                message.attachments, language, site.documents
            )
        own = listed.get((message.event_id, mail.person_id))
        more = letter(
            message,
            mail.person,
            now=clock.now() if clock else mail.due_at,
            participation=own,
            partners=partners.get((message.id, mail.person_id), ()),
            mail=mail,
            site=site,
        )
        found[mail.id] = More(values=more, attachments=kept[message.uuid, language])
    return found


def quiet(message: Message) -> More:
    """For a discreet reader: that there is one, and where it is read after signing in."""
    values = {"quiet": True, "page": own_page(message), "answer": None}
    return More(
        values={
            **values,
            "subject": "",
            "text": "",
            "html": "",
            "text_language": "",
            "attached": (),
        }
    )


def letter(
    message: Message,
    person: Person,
    *,
    now: datetime,
    participation: Participation | None,
    partners: Collection[Person],
    mail: Mail,
    site: Site,
) -> dict[str, Any]:
    """What the template is given."""
    asks = "answer_link" in _used(message) and may_answer(message, participation, now)
    link, address = None, ""
    if asks and participation is not None:
        link = answer_link(participation)
        address = _with_stand_in(link, person, mail, site)
    words = said(
        message,
        person,
        now=now,
        base_url=site.base_url,
        participation=participation,
        partners=partners,
        answer_link=address,
    )
    language = language_for(locale_for(person))
    files = [file_for(one, language) for one in message.attachments if one.files]
    return {
        "quiet": False,
        "page": None,
        "answer": link,
        "subject": _text(words, words.subject),
        "text": _text(words, words.text),
        "html": _text(words, words.html),
        "text_language": words.language,
        "attached": tuple(file.filename for file in files),
    }


def _text(words: Said, text: str) -> Any:
    return Personal(text) if words.personal else text


def _with_stand_in(link: Link, person: Person, mail: Mail, site: Site) -> str:
    """The token is filled in on the way out."""
    assert link.token is not None  # it is an answer's
    stand_in = secret_for(site.secret, mail.uuid, PURPOSE, str(link.token[1])).stand_in
    path = link.path.replace("{language}", language_for(locale_for(person)))
    return site.base_url + path.replace("{token}", stand_in)


def _called_off_since(message: Message) -> bool:
    event = message.event
    if event is None or event.cancelled_at is None or message.sent_at is None:
        return False
    return event.cancelled_at > message.sent_at


def _used(message: Message) -> frozenset[str]:
    texts = (*message.subject.values(), *message.text.values())
    return frozenset().union(*map(used_in, texts))


def _messages(session: Session, wanted: Collection[UUID]) -> dict[UUID, Message]:
    rows = session.scalars(
        select(Message)
        .where(Message.uuid.in_(wanted))
        .options(
            joinedload(Message.programme),
            joinedload(Message.event),
            selectinload(Message.attachments).selectinload(Document.files),
        )
    )
    return {row.uuid: row for row in rows}


def _listed(
    session: Session, messages: Collection[Message], people: Collection[int]
) -> dict[tuple[int | None, int], Participation]:
    events = {message.event_id for message in messages if message.event_id is not None}
    if not events:
        return {}
    rows = session.scalars(
        select(Participation).where(
            Participation.event_id.in_(events), Participation.person_id.in_(people)
        )
    )
    return {(row.event_id, row.person_id): row for row in rows}


def _partners(
    session: Session, messages: Collection[Message], people: Collection[int]
) -> dict[tuple[int, int], list[Person]]:
    return {
        (message.id, number): those
        for message in messages
        if "partner" in _used(message)
        for number, those in partners_of(session, message.programme_id, people).items()
    }
