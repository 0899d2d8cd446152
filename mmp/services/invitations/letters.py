"""The mails about entries: what each says, and which older ones it makes idle."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.translations import in_every_language
from mmp.core.mail import Link, Reason, Words, pack, unpack
from mmp.models import AgendaItem, Event, Invitation, Mail, Participation, Person
from mmp.models.enums import EventForm, Partstat
from mmp.models.mail import WAITING, MailState
from mmp.services import outbox
from mmp.services.answers import KINDS as SEAT_KINDS, answer_link
from mmp.services.calendar_parts import PART, Facts, facts_of, neutral, news, page_of, title_told
from mmp.services.events import when_of
from mmp.services.outbox.replacing import KNOWN

KINDS: Final = ("invitation", "invitation_cancelled", "item_moved", "item_cancelled")
Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail about one entry, to one person."""

    kind: str
    template: str
    person: Person
    parameters: Parameters = field(repr=False)


def invitation(
    event: Event,
    person: Person,
    part: Mapping[str, Any],
    *,
    item: AgendaItem | None = None,
    roles: tuple[str, ...] = (),
    participation: Participation | None = None,
    inviter: str | None = None,
    again: bool = False,
    new_address: bool = False,
) -> Letter:
    """Asks someone to come, or to play a part; `again` where they had been taken off, `new_address`
    where they had been asked at another one."""
    parameters: Parameters = {
        "inviter": inviter,
        "again": again,
        "new_address": new_address,
        "roles": list(roles),
        "carried": part["carried"],
        "calendar_page": Link("/{language}/home/#calendar"),
        "answers": _answers(event, participation),
        "agreed": _agreed(event, participation),
    }
    if person.discreet:
        kept = {**parameters, "inviter": None, "roles": []}
        return Letter(
            "invitation",
            "invitation",
            person,
            {**kept, **neutral(when_of(item or event), {}), PART: part},
        )
    if item is not None:
        parameters |= {"event": _item_words(event, item), "within": Words(event.title)}
    return Letter("invitation", "invitation", person, {**parameters, PART: part})


def change(
    event: Event, item: AgendaItem, person: Person, known: Facts, part: Mapping[str, Any]
) -> Letter:
    """Tells who has a part in an item that it moved or is off."""
    facts = facts_of(event, item)
    template, parameters = news(known, facts)
    if facts["when"] is None:  # its time is open again
        template, parameters = "event_cancelled", {"old": known["when"], "note": None}
    kind = "item_cancelled" if template == "event_cancelled" else "item_moved"
    if person.discreet:
        parameters = neutral(facts["when"] or known["when"], parameters)
    else:
        parameters["event"] = _item_words(event, item)
    return Letter(kind, template, person, {**parameters, KNOWN: known, PART: part})


def event_change(event: Event, person: Person, known: Facts, part: Mapping[str, Any]) -> Letter:
    """Tells what became of the event where no verb has told it, as after an import."""
    kind, parameters = news(known, facts_of(event))
    if person.discreet:
        parameters = neutral(when_of(event), parameters)
    return Letter(kind, kind, person, {**parameters, KNOWN: known, PART: part})


def taken_off(
    event: Event,
    row: Invitation,
    known: Facts,
    part: Mapping[str, Any],
    *,
    address: str | None = None,
) -> Letter:
    """Tells someone that they are not asked any more, or that their item is gone; or, at an
    `address` that was theirs, that the entry is not for that one."""
    when, person = known["when"], row.person
    parameters: Parameters = {"of_item": row.uid != event.uid, "new_address": address is not None}
    if address is not None:
        parameters[outbox.GOES_TO] = address
    if person.discreet:
        parameters |= neutral(when, {})
    else:
        words = {
            "title": Words(title_told(row)),
            "when": when,
            "place": "",
            "join_link": None,
            "page": None,
        }
        parameters |= {"event": words, "page": page_of(event)}
    return Letter(
        "invitation_cancelled",
        "invitation_cancelled",
        person,
        {**parameters, KNOWN: known, PART: part},
    )


def send(
    session: Session, *, now: datetime, event: Event, row: Invitation, letter: Letter
) -> Mail | None:
    """Put a letter into the outbox, once for each SEQUENCE and what it tells; to who has an
    address."""
    if not letter.person.email:
        return None
    return outbox.enqueue(
        session,
        now=now,
        kind=letter.kind,
        person=letter.person,
        template=letter.template,
        parameters=letter.parameters,
        dedupe_key=f"{letter.kind}:{row.uuid}:{row.sequence}:{row.facts[:16]}",
        urgent=True,
        programme=None if letter.person.discreet else event.programme,
        event=event,
        expires_at=None if letter.kind == "invitation_cancelled" else event.ends_at,
    )


@dataclass(frozen=True, slots=True)
class Unsent:
    """The mails about entries of an event that have not gone, by person and UID."""

    mails: Mapping[tuple[int, str], list[Mail]]
    of_seats: Mapping[tuple[int, str], list[Mail]]
    """The mails of its waiting list, by person and kind."""

    @classmethod
    def of(cls, session: Session, event: Event) -> "Unsent":
        found: dict[tuple[int, str], list[Mail]] = defaultdict(list)
        of_seats: dict[tuple[int, str], list[Mail]] = defaultdict(list)
        kinds = (*KINDS, *SEAT_KINDS)
        rows = session.scalars(
            select(Mail)
            .where(Mail.event_id == event.id, Mail.kind.in_(kinds), Mail.state.in_(WAITING))
            .order_by(Mail.id)
            .execution_options(populate_existing=True)
        )
        for mail in rows:
            if outbox.GOES_TO in mail.parameters:
                continue  # whoever had that address hears no more
            if mail.kind in SEAT_KINDS:
                of_seats[mail.person_id, mail.kind].append(mail)
            else:
                found[mail.person_id, mail.parameters[PART]["uid"]].append(mail)
        return cls(found, of_seats)

    def take_along(self, row: Invitation, part: Mapping[str, Any]) -> bool:
        """Whether the mail that tells of the seat, or of waiting for one, brings the entry too."""
        kind = "seat_free" if part["method"] == "REQUEST" else "waiting"
        for mail in _unread(self.of_seats.get((row.person_id, kind), ())):
            mail.parameters = {**mail.parameters, **pack({PART: part})}
            return True
        return False

    def invitation(self, row: Invitation) -> Mail | None:
        """The invitation that surely nobody has read yet."""
        return next((one for one in self._unread(row) if one.kind == "invitation"), None)

    def withdraw(self, session: Session, *, now: datetime, row: Invitation) -> Facts | None:
        """Stop what waits; give what the reader still knows, if surely none of it was read."""
        unread = self._unread(row)
        known: Facts | None = None
        for mail in self.mails.get((row.person_id, row.uid), ()):
            outbox.cancel(session, now=now, mail=mail, reason=Reason.SUPERSEDED)
        for mail in unread:
            if KNOWN in mail.parameters and known is None:
                known = unpack(
                    mail.parameters[KNOWN], link=lambda path, _token: Link(path), words=Words
                )
        return known

    def _unread(self, row: Invitation) -> list[Mail]:
        return _unread(self.mails.get((row.person_id, row.uid), ()))


def _unread(mails: Iterable[Mail]) -> list[Mail]:
    return [one for one in mails if one.frozen_at is None and one.state is not MailState.LEASED]


def _item_words(event: Event, item: AgendaItem) -> Parameters:
    facts = facts_of(event, item)
    return {
        "title": Words(item.title),
        "when": facts["when"],
        "place": facts["place"],
        "join_link": None,
        "page": page_of(event),
    }


def _agreed(event: Event, row: Participation | None) -> bool:
    """Whether they have said yes, and how they come where that is a question."""
    if row is None or row.partstat is not Partstat.ACCEPTED:
        return False
    return event.form is not EventForm.HYBRID or row.form is not None


def _answers(event: Event, row: Participation | None) -> list[Parameters]:
    """Each answer with the address at which it is given without signing in."""
    if row is None:
        return []
    yes = [("accepted", "Yes")]
    if event.form is EventForm.HYBRID:
        yes = [("in_room", "Yes, in the room"), ("online", "Yes, online")]
    return [
        {
            "answer": answer,
            "words": Words(in_every_language(words)),
            "link": answer_link(row, f"?answer={answer}"),
        }
        for answer, words in (*yes, ("tentative", "Maybe"), ("declined", "No"))
    ]
