"""What a mail says, read from the rows as they are at that moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.renderer import Rendered, language_for, render
from mmp.adapters.translations import direction
from mmp.core.mail import (
    BadHeader,
    Draft,
    Mailbox,
    Secret,
    Site,
    build,
    message_id,
    one_line,
    secret_for,
    sendable,
    unpack,
)
from mmp.core.texts import Translated, pick
from mmp.models import Event, Mail, Membership, Person, Programme
from mmp.models.enums import EventStatus, MembershipRole, MembershipStatus
from mmp.services.events import when_of
from mmp.services.outbox.sources import More, Personal, more_for


class NoUsableAddress(Exception):
    """The reader has no address that mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A mail ready to be frozen. `octets` hold stand-ins where secret tokens go."""

    rendered: Rendered = field(repr=False)
    octets: bytes = field(repr=False)
    message_id: str
    sender: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What a mail may say of its event, in the reader's language."""

    title: str
    when: Any
    place: str
    join_link: str | None
    page: str | None


def compose(session: Session, mail: Mail, *, site: Site, now: datetime) -> Contents:
    """Render a mail for its reader and build its octets, dated `now`.

    Raises NoUsableAddress, BadHeader for a sender that is none, and whatever the renderer raises.
    """
    person = mail.person
    try:
        address = sendable(person.email or "")
    except BadHeader as error:
        raise NoUsableAddress(str(error)) from error
    more = more_for(session, [mail], site).get(mail.id, More())
    rendered = rendered_mail(session, mail, site=site, more=more)
    sender = Mailbox(_sender_name(mail, person), _sender(mail, site))
    identity = mail.message_id or message_id(mail.uuid, sender.address)
    octets = build(
        Draft(
            message_id=identity,
            date=now,
            sender=sender,
            to=Mailbox(_shown_name(person), address),
            reply_to=_reply_to(session, mail, site),
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            locale=language_for(person.locale),
            headers=more.headers,
            calendar=more.calendar,
            attachments=more.attachments,
        )
    )
    return Contents(rendered, octets, identity, sender.address, address)


def rendered_mail(
    session: Session, mail: Mail, *, site: Site, more: More | None = None
) -> Rendered:
    """What the mail would say now, with stand-ins for secret tokens."""
    more = more or more_for(session, [mail], site).get(mail.id, More())
    person = mail.person
    language = language_for(person.locale)

    def link(path: str, source: tuple[str, str] | None) -> str:
        stand_in = secret_for(site.secret, mail.uuid, *source).stand_in if source else ""
        return site.base_url + path.replace("{language}", language).replace("{token}", stand_in)

    def words(text: Translated) -> str:
        return pick(text, language)

    given = unpack(mail.parameters, link=link, words=words)
    values = {
        "name": _shown_name(person),
        "programme": words(mail.programme.name) if mail.programme else None,
        "event": _facts(mail.event, site, language) if mail.event else None,
        "base_url": site.base_url,
        "page": None,
        **given,
        **{name: _plain(value) for name, value in more.values.items()},
    }
    return render(mail.template, locale=person.locale, zone=person.zone, parameters=values)


def _plain(value: Any) -> Any:
    return value.text if isinstance(value, Personal) else value


def secrets_in(mail: Mail, *, site: Site) -> list[Secret]:
    """The secret tokens that the mail needs on its way out."""
    return [
        secret_for(site.secret, mail.uuid, purpose, of)
        for purpose, of in sorted(set(_sources(mail.parameters)))
    ]


def _sources(packed: Any) -> Iterator[tuple[str, str]]:
    if isinstance(packed, Mapping):
        if packed.get("$token"):
            purpose, of = packed["$token"]
            yield purpose, of
        for part in packed.values():
            yield from _sources(part)
    elif isinstance(packed, list):
        for part in packed:
            yield from _sources(part)


def _shown_name(person: Person) -> str:
    """In the reader's own script, if they gave it and are written to in it."""
    native = direction(language_for(person.locale)) == "rtl" and person.name_native
    return one_line(native or person.name)


def _facts(event: Event, site: Site, language: str) -> EventFacts:
    comma = "، " if language == "ar" else ", "
    place = [pick(part, language) for part in (event.venue, event.address, event.city)]
    return EventFacts(
        title=pick(event.title, language),
        when=when_of(event),
        place=comma.join(part for part in place if part),
        join_link=event.join_link,
        page=_page(event, site, language),
    )


def _page(event: Event, site: Site, language: str) -> str | None:
    """The event's public page; pair talks and drafts have none."""
    if event.pair_id is not None or event.status is EventStatus.DRAFT:
        return None
    return f"{site.base_url}/{language}/programmes/{event.programme.slug}/events/{event.key}/"


def _sender(mail: Mail, site: Site) -> str:
    """The installation's own address if it is set, for the mail server lets us write from that
    one; else the programme's, else an address at the site."""
    reply_to = mail.programme.reply_to if mail.programme else None
    return sendable(site.sender or reply_to or site.own_address)


def _sender_name(mail: Mail, person: Person) -> str:
    name = pick(mail.programme.name, person.locale) if mail.programme else ""
    return one_line(name)


def _reply_to(session: Session, mail: Mail, site: Site) -> tuple[Mailbox, ...]:
    """Whom an answer reaches: the programme's address, else its coordinators."""
    programme = mail.programme
    if programme is None:
        return ()
    if programme.reply_to:
        return (Mailbox(_sender_name(mail, mail.person), programme.reply_to),)
    return tuple(
        Mailbox(one_line(name), email) for name, email in _coordinators(session, programme)
    )


def _coordinators(session: Session, programme: Programme) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Person.name, Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.programme_id == programme.id,
            Membership.role == MembershipRole.COORDINATOR,
            Membership.status == MembershipStatus.ACTIVE,
            Person.email.is_not(None),
        )
        .order_by(Person.key)
    )
    return [(name, email) for name, email in rows if email]
