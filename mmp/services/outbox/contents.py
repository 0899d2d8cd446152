"""What a mail says, read from the rows as they are at that moment."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mmp.adapters.renderer import Gaps, Moulded, Rendered, language_for, mould
from mmp.adapters.translations import catalogue, in_every_language, locale_for
from mmp.core.mail import (
    UNSUBSCRIBE,
    BadHeader,
    Draft,
    Link,
    Mailbox,
    Secret,
    Site,
    both,
    build,
    message_id,
    one_line,
    pack,
    secret_for,
    sendable,
    unpack,
    unsubscribe_headers,
    unsubscribe_path,
)
from mmp.core.texts import Translated, pick
from mmp.models import Event, Mail, Membership, Person
from mmp.models.enums import EventForm, EventStatus, MembershipRole, MembershipStatus
from mmp.services.events import when_of
from mmp.services.outbox.mailboxes import address_of, sender_name, sender_of, shown_name
from mmp.services.outbox.sources import More, Personal, more_for

WAY_OUT = "way_out"
"""The parameter of an optional mail that names no programme, with the uuid of that programme."""


class NoUsableAddress(Exception):
    """The reader has no address that mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A mail ready to be frozen. `octets` hold stand-ins where secret tokens go; `links` are those
    with tokens that no parameter names, to be kept with the mail's parameters."""

    subject: str = field(repr=False)
    octets: bytes = field(repr=False)
    message_id: str
    sender: str = field(repr=False)
    address: str = field(repr=False)
    links: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What a mail may say of its event, in the reader's language."""

    title: str
    when: Any
    place: str
    join_link: str | None
    page: str | None


@dataclass(frozen=True, slots=True)
class Readings:
    """What is read for many mails at once, and what they share."""

    site: Site
    more: Mapping[int, More]
    coordinators: Mapping[int, tuple[Mailbox, ...]]
    """By programme, of those that have no address for answers."""
    facts: dict[tuple[int, str], EventFacts] = field(default_factory=dict)
    """By event and language."""

    @classmethod
    def of(cls, session: Session, mails: Sequence[Mail], *, site: Site) -> "Readings":
        """A few statements, however many mails. Raises whatever a source raises."""
        without = {
            mail.programme.id for mail in mails if mail.programme and not mail.programme.reply_to
        }
        return cls(site, more_for(session, mails, site), _coordinators(session, without))


def compose(
    session: Session, mail: Mail, *, site: Site, now: datetime, readings: Readings | None = None
) -> Contents:
    """Write a mail to its reader and build its octets, dated `now`.

    Raises NoUsableAddress, BadHeader for a sender that is none, and whatever the renderer raises.
    """
    person = mail.person
    try:
        address = sendable(address_of(mail) or "")
    except BadHeader as error:
        raise NoUsableAddress(str(error)) from error
    readings = readings or Readings.of(session, [mail], site=site)
    more = readings.more.get(mail.id, More())
    moulded, words = _moulded_mail(mail, readings)
    sender = sender_of(mail, site)
    identity = mail.message_id or message_id(mail.uuid, sender.address)
    subject = moulded.subject(words)
    text, html = moulded.octets(words)
    draft = Draft(
        message_id=identity,
        date=now,
        sender=sender,
        to=Mailbox(shown_name(person), address),
        reply_to=_reply_to(mail, readings),
        subject=subject,
        text=text,
        html=html,
        locale=language_for(locale_for(person)),
        headers=(*more.headers, *_way_out(mail, site)),
        calendar=more.calendar,
        attachments=more.attachments,
    )
    links = {
        name: pack(value)
        for name, value in more.values.items()
        if isinstance(value, Link) and value.token
    }
    return Contents(subject, build(draft), identity, sender.address, address, links)


def rendered_mail(session: Session, mail: Mail, *, site: Site) -> Rendered:
    """What the mail would say now, with stand-ins for secret tokens."""
    moulded, words = _moulded_mail(mail, Readings.of(session, [mail], site=site))
    return moulded.rendered(words)


def _moulded_mail(mail: Mail, readings: Readings) -> tuple[Moulded, dict[str, str]]:
    """The mail as it is for all its readers, and what fills its gaps for this one."""
    site, person, gaps = readings.site, mail.person, Gaps()
    language = language_for(locale_for(person))

    def link(path: str, source: tuple[str, str] | None) -> str:
        address = site.base_url + path.replace("{language}", language)
        if not source:
            return address
        stand_in = secret_for(site.secret, mail.uuid, *source).stand_in
        return gaps.cut(address.replace("{token}", stand_in))

    def words(text: Translated) -> str:
        return pick(text, language)

    def own(value: Any) -> Any:
        if isinstance(value, Personal):
            return gaps.cut(value.text)
        return unpack(pack(value), link=link, words=words) if isinstance(value, Link) else value

    values: dict[str, Any] = {
        "name": gaps.cut(shown_name(person)),
        "programme": words(mail.programme.name) if mail.programme else None,
        "event": _facts_of(mail.event, readings, language) if mail.event else None,
        "base_url": site.base_url,
        "page": None,
        "optional": mail.optional,
        **unpack(mail.parameters, link=link, words=words),
        **{name: own(value) for name, value in readings.more.get(mail.id, More()).values.items()},
    }
    if person.discreet:
        values |= _quiet(values, link, words)
    moulded = mould(
        mail.template, locale=locale_for(person), zone=person.zone, parameters=values, gaps=gaps
    )
    return moulded, gaps.words


def _quiet(values: Mapping[str, Any], link: Any, words: Any) -> dict[str, Any]:
    """What a discreet reader's mail says instead, whatever it was when it was put in: the hours.

    Where it was written for one already nothing changes."""
    event = values.get("event")
    found: dict[str, Any] = {"programme": None}
    if event is None:
        return found
    when = event["when"] if isinstance(event, Mapping) else event.when
    facts = {
        "title": words(in_every_language("Meeting")),
        "when": when,
        "place": "",
        "join_link": None,
    }
    known: dict[str, Any] = {"inviter": None, "roles": [], "within": None, "agenda": ()}
    known |= {"old_place": None, "note": None}
    return found | {
        **{name: value for name, value in known.items() if name in values},
        "event": {**facts, "page": None},
        "page": link("/{language}/home/", None),
    }


def secrets_in(mail: Mail, *, site: Site, links: Mapping[str, Any] = {}) -> list[Secret]:
    """The secret tokens that the mail needs on its way out: of its parameters, and of the `links`
    of its `Contents` as long as they are not kept with these."""
    sources = {*_sources(mail.parameters), *_sources(links)}
    if (programme := _left_by(mail)) is not None:
        sources.add((UNSUBSCRIBE, both(mail.person.uuid, programme[0])))
    return [secret_for(site.secret, mail.uuid, purpose, of) for purpose, of in sorted(sources)]


def _way_out(mail: Mail, site: Site) -> tuple[tuple[str, str], ...]:
    """The headers of mail that its reader need not get, with a stand-in for the token."""
    programme = _left_by(mail)
    if programme is None:
        return ()
    uuid, slug = programme
    of = both(mail.person.uuid, uuid)
    path = unsubscribe_path(
        language_for(locale_for(mail.person)),
        person=mail.person.uuid,
        slug=slug,
        token=secret_for(site.secret, mail.uuid, UNSUBSCRIBE, of).stand_in,
    )
    return unsubscribe_headers(site.base_url + path)


def _left_by(mail: Mail) -> tuple[UUID, str] | None:
    """The programme that the way out of a mail is of, and what its address calls it: by number,
    where the mail names none."""
    if not mail.optional:
        return None
    if mail.programme is not None:
        return mail.programme.uuid, mail.programme.slug
    number = mail.parameters.get(WAY_OUT)
    return (UUID(number), number) if number else None


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


def _facts_of(event: Event, readings: Readings, language: str) -> EventFacts:
    known = readings.facts.get((event.id, language))
    if known is None:
        known = readings.facts[event.id, language] = _facts(event, readings.site, language)
    return known


def _facts(event: Event, site: Site, language: str) -> EventFacts:
    comma = "، " if language == "ar" else ", "
    place = [pick(part, language) for part in (event.venue, event.address, event.city)]
    online = catalogue(language).gettext("Online") if event.form is EventForm.ONLINE else ""
    return EventFacts(
        title=pick(event.title, language),
        when=when_of(event),
        place=comma.join(part for part in place if part) or online,
        join_link=event.join_link,
        page=_page(event, site, language),
    )


def _page(event: Event, site: Site, language: str) -> str | None:
    """The event's public page; pair talks and drafts have none."""
    if event.pair_id is not None or event.status is EventStatus.DRAFT:
        return None
    return f"{site.base_url}/{language}/programmes/{event.programme.slug}/events/{event.key}/"


def _reply_to(mail: Mail, readings: Readings) -> tuple[Mailbox, ...]:
    """Whom an answer reaches: the programme's address, else its coordinators."""
    if mail.programme is None:
        return ()
    if mail.programme.reply_to:
        return (Mailbox(sender_name(mail), mail.programme.reply_to),)
    return readings.coordinators.get(mail.programme.id, ())


def _coordinators(session: Session, programmes: Set[int]) -> dict[int, tuple[Mailbox, ...]]:
    found: dict[int, tuple[Mailbox, ...]] = {}
    if programmes:
        rows = session.execute(_COORDINATORS, {"programmes": sorted(programmes)})
        for programme, name, email in rows:
            if email:
                box = Mailbox(one_line(name), email)
                found[programme] = (*found.get(programme, ()), box)
    return found


_COORDINATORS = (
    select(Membership.programme_id, Person.name, Person.email)
    .select_from(Person)
    .join(Membership, Membership.person_id == Person.id)
    .where(
        Membership.programme_id.in_(bindparam("programmes", expanding=True)),
        Membership.role == MembershipRole.COORDINATOR,
        Membership.status == MembershipStatus.ACTIVE,
        Person.email.is_not(None),
    )
    .order_by(Person.key)
)
