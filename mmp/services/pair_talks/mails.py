"""The mails of pair talks, each to one member in their own language and hours.

Where somebody of the pair is discreet, they name neither people nor topic, place or programme: a
mailbox is seen by others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, object_session

from mmp.adapters.translations import LANGUAGES, catalogue, direction, in_every_language
from mmp.core.mail import Link, Words
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.core.zones import to_wall
from mmp.models import Event, Invitation, Pair, Person, TalkOffer
from mmp.models.enums import EventStatus
from mmp.services import outbox
from mmp.services.calendar_parts import PART, held_entries, part_for, who_wants
from mmp.services.events import when_of
from mmp.services.outbox.replacing import KNOWN, replace_waiting
from mmp.services.pair_talks.finding import partners, token_purpose


def is_neutral(pair: Pair) -> bool:
    """Whether what others may see of the pair's talks names nobody."""
    return any(member.person.discreet for member in pair.members)


def names(people: Iterable[Person]) -> Translated:
    """Names by language, in Arabic script where people gave them so."""
    people = list(people)
    return {
        language: ("، " if language == "ar" else ", ").join(
            (direction(language) == "rtl" and person.name_native) or person.name
            for person in people
        )
        for language in LANGUAGES
    }


def talk_title(pair: Pair) -> Translated:
    """What a talk is called: by its people, in the calendars of who is not discreet."""
    if is_neutral(pair):
        return in_every_language("Meeting")
    people = names(member.person for member in pair.members)
    return {
        language: catalogue(language).gettext("Talk: %(names)s") % {"names": people[language]}
        for language in LANGUAGES
    }


def tell_offered(
    session: Session, *, now: datetime, offer: TalkOffer, people: list[Person]
) -> None:
    """To each of `people`: the times, each with a link that picks it without signing in."""
    for person in people:
        link = (token_purpose(offer), person.uuid)
        _enqueue(
            session,
            now=now,
            pair=offer.pair,
            person=person,
            kind="talk_offered",
            key=f"{offer.uuid}",
            expires_at=offer.expires_at,
            urgent=True,
            parameters={
                "partner": _partner(offer.pair, [offer.offered_by]),
                "offers": [
                    {
                        "when": time.when,
                        "link": Link(f"/{{language}}/talks/{time.uuid}/{{token}}/", link),
                    }
                    for time in offer.times
                ],
                "place": None if is_neutral(offer.pair) else offer.place,
                "join_link": offer.join_link,
                "note": None if is_neutral(offer.pair) else offer.topic,
            },
        )


def tell_fixed(session: Session, *, now: datetime, talk: Event, pair: Pair, today: Any) -> None:
    """To everybody of the pair: when it is, who picked it included."""
    entries = _Entries.of(session, now, talk, pair)
    for member in pair.members:
        if others := partners(pair, member.person_id, today):
            _about(
                session,
                now=now,
                talk=talk,
                pair=pair,
                person=member.person,
                kind="talk_fixed",
                parameters={
                    "partner": _partner(pair, others),
                    "note": None if is_neutral(pair) else Words(talk.description),
                    **entries.given(member.person),
                },
            )


def tell_moved(
    session: Session,
    *,
    now: datetime,
    talk: Event,
    pair: Pair,
    people: list[Person],
    mover: Person | None,
    old: When,
) -> None:
    """To `people`: who moved it (None: a law did), from when to when; and to who moved it, if the
    talk came into their calendar by mail. Who has not got the mail of an earlier move gets one for
    both, or none where the talk is back where it was."""
    new = _when(talk)
    unheard = replace_waiting(session, now=now, event=talk, kinds=("event_moved",))
    entries = _Entries.of(session, now, talk, pair)
    for person in entries.and_holders(people):
        known = unheard.get(person.id, old)
        part = entries.given(person)
        if known.span() == new.span():
            continue
        _about(
            session,
            now=now,
            talk=talk,
            pair=pair,
            person=person,
            kind="event_moved",
            parameters={
                "old": _seen_from_theirs(known, pair, person),
                "new": _seen_from_theirs(new, pair, person),
                "mover": _partner(pair, [mover]) if mover and mover.id != person.id else None,
                KNOWN: known,
                **part,
            },
        )


def tell_cancelled(
    session: Session,
    *,
    now: datetime,
    talk: Event,
    pair: Pair,
    people: list[Person],
    canceller: Person | None = None,
) -> None:
    """To `people`: who cancelled it, if one of them did; and to that one, if the talk came into
    their calendar by mail. What has not gone yet of the talk stays here."""
    outbox.cancel_all(session, now=now, reason="event_cancelled", event=talk)
    entries = _Entries.of(session, now, talk, pair)
    for person in entries.and_holders(people):
        _about(
            session,
            now=now,
            talk=talk,
            pair=pair,
            person=person,
            kind="event_cancelled",
            parameters={
                "old": _seen_from_theirs(_when(talk), pair, person),
                "note": None,
                "canceller": _partner(pair, [canceller])
                if canceller and canceller.id != person.id
                else None,
                **entries.given(person),
            },
        )


@dataclass(slots=True)
class _Entries:
    """What each of the pair has of the talk in their calendar by mail."""

    now: datetime
    talk: Event
    pair: Pair
    held: dict[int, Invitation]
    wanting: set[int]

    @classmethod
    def of(cls, session: Session, now: datetime, talk: Event, pair: Pair) -> "_Entries":
        rows = held_entries(session, talk)
        held = {number: row for (number, uid), row in rows.items() if uid == talk.uid}
        for member in pair.members:
            if member.person_id not in held and talk.status is EventStatus.PUBLISHED:
                held[member.person_id] = Invitation(
                    person=member.person,
                    event=talk,
                    uid=talk.uid,
                    sequence=0,
                    in_calendar=False,
                    facts="",
                    told_at=now,
                )
        return cls(now, talk, pair, held, who_wants(session, [one.person for one in pair.members]))

    def given(self, person: Person) -> dict[str, Any]:
        """The part of a mail that brings the talk, or what became of it."""
        row = self.held.get(person.id)
        if row is None:
            return {}
        session = object_session(self.talk)
        assert session is not None  # the talk is a row
        session.add(row)
        part = part_for(
            row,
            now=self.now,
            event=self.talk,
            wanted=person.id in self.wanting,
            neutral=is_neutral(self.pair),
        )
        return {PART: part}

    def and_holders(self, people: list[Person]) -> list[Person]:
        """These people, and who has the talk by mail: their own doing does not reach it either."""
        numbers = {person.id for person in people}
        others = [
            row.person
            for row in self.held.values()
            if row.in_calendar and row.person_id not in numbers
        ]
        return [*people, *others]


def _when(talk: Event) -> When:
    found = when_of(talk)
    assert found is not None  # an event always has a time
    return found


def _seen_from_theirs(when: When, pair: Pair, person: Person) -> When:
    """The same hours by the clock of the other one of the pair, whoever proposed them, for a mail
    says them by the reader's anyway. Where that clock says them in doubt, and where a mail tells of
    nobody, they stay as they were agreed."""
    span = when.span()
    if is_neutral(pair) or span.starts_at is None:
        return when
    others = partners(pair, person.id, span.starts_at.date())
    zone = others[0].zone if others else when.zone
    starts = to_wall(span.starts_at, zone).replace(tzinfo=None)
    ends = to_wall(span.ends_at, zone).replace(tzinfo=None)
    if ends <= starts:
        return when
    seen = When.timed(starts, ends, zone)
    return seen if seen.span() == span else when


def _about(
    session: Session,
    *,
    now: datetime,
    talk: Event,
    pair: Pair,
    person: Person,
    kind: str,
    parameters: Mapping[str, Any],
) -> None:
    neutral = is_neutral(pair)
    facts = {
        "title": Words(in_every_language("Meeting") if neutral else talk.title),
        "when": _seen_from_theirs(_when(talk), pair, person),
        "place": "" if neutral else Words(talk.venue),
        "join_link": talk.join_link,
        "page": None,
    }
    _enqueue(
        session,
        now=now,
        pair=pair,
        person=person,
        kind=kind,
        key=f"{talk.uuid}:{talk.sequence}",
        event=talk,
        urgent=True,
        parameters={"event": facts, **parameters},
    )


def write_to_member(
    session: Session,
    *,
    now: datetime,
    pair: Pair,
    person: Person,
    kind: str,
    key: str,
    parameters: Mapping[str, Any],
    neutral: bool,
    **more: Any,
) -> None:
    """One mail to a member of a pair, who may have no address."""
    if person.email is None:
        return
    outbox.enqueue(
        session,
        now=now,
        kind=kind,
        person=person,
        template=kind,
        dedupe_key=key,
        # Its name would stand in the sender and at the foot.
        programme=None if neutral else pair.programme,
        parameters={**parameters, "page": Link(f"/{{language}}/pairs/{pair.uuid}/")},
        **more,
    )


def _enqueue(
    session: Session, *, pair: Pair, person: Person, kind: str, key: str, **more: Any
) -> None:
    key = f"{kind}:{key}:{person.uuid}"
    neutral = is_neutral(pair)
    write_to_member(session, pair=pair, person=person, kind=kind, key=key, neutral=neutral, **more)


def _partner(pair: Pair, people: list[Person]) -> Words:
    return Words(in_every_language("Your partner") if is_neutral(pair) else names(people))
