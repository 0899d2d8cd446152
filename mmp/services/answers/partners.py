"""Who had said yes and does not come after all: their partner hears of it, once, without the
reason; also where a coordinator took them off the list.

A pair travels to meet. What the answer's note says is for coordinators; the partner gets the fact,
and the way to another time. Where one of the pair is discreet the mail names nobody and nothing.
A no to the pair's own talk, as calendars send it, is told whatever was said before: without it
somebody would wait alone.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mmp.core.mail import Link, Site, Words
from mmp.models import Event, Mail, Pair, PairMember, Participation, Person
from mmp.models.enums import EventStatus, Partstat
from mmp.services import outbox
from mmp.services.outbox import More, source_for
from mmp.services.taking_part import TAKING_PART

KIND: Final = "partner_away"
TAKEN_OFF_FOR: Final = timedelta(minutes=10)
"""How long the mail about who was taken off waits: that can be undone."""
_SAID_YES: Final = (Partstat.ACCEPTED, Partstat.TENTATIVE)


def tell_partners(
    session: Session, *, now: datetime, row: Participation, was: Partstat
) -> Sequence[Person]:
    """Tell the partners who are on the list of an event ahead and have not said no themselves;
    gives whom. Nobody where the giver of this answer had not said that they come, or maybe, unless
    it is their own talk."""
    expected = was in _SAID_YES or row.event.pair_id is not None
    if not expected or row.partstat is not Partstat.DECLINED:
        return []
    return _tell(session, now, row, due_at=now)


def tell_partners_of_removal(
    session: Session, *, now: datetime, row: Participation
) -> Sequence[Person]:
    """The same of who had said yes and is taken off the list; `row` is still there. The mail says
    what a no's says, and waits until that can hardly be undone any more."""
    if row.partstat not in _SAID_YES or row.entry not in TAKING_PART:
        return []
    return _tell(session, now, row, due_at=now + TAKEN_OFF_FOR)


def _tell(
    session: Session, now: datetime, row: Participation, *, due_at: datetime
) -> Sequence[Person]:
    event = row.event
    if not _is_ahead(event, now):
        return []
    mine, other, theirs = aliased(PairMember), aliased(PairMember), aliased(Participation)
    own = event.pair_id is not None
    found = session.execute(
        select(Pair, Person)
        .join(mine, mine.pair_id == Pair.id)
        .join(other, other.pair_id == Pair.id)
        .join(Person, Person.id == other.person_id)
        .join(theirs, theirs.person_id == Person.id)
        .where(
            Pair.id == event.pair_id if own else Pair.programme_id == event.programme_id,
            mine.person_id == row.person_id,
            other.person_id != row.person_id,
            *(part.ends_on.is_(None) for part in (Pair, mine, other)),
            theirs.event_id == event.id,
            theirs.entry.in_(TAKING_PART),
            theirs.partstat != Partstat.DECLINED,
            Person.email.is_not(None),
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
    ).all()
    quiet = row.person.discreet or any(person.discreet for _pair, person in found)
    for pair, person in found:
        native = {"ar": row.person.name_native} if row.person.name_native else {}
        outbox.enqueue(
            session,
            now=now,
            kind=KIND,
            person=person,
            template=KIND,
            # A talk that was moved may be declined again.
            dedupe_key=f"{KIND}:{row.uuid}:{person.uuid}" + f":{event.time_version}" * own,
            due_at=due_at,
            expires_at=event.starts_at or event.ends_at,
            # Its name would stand in the sender and at the foot.
            programme=None if quiet else event.programme,
            event=None if quiet else event,
            parameters={
                "neutral": quiet,
                "talk": own,
                "partner": None if quiet else Words({"en": row.person.name, **native}),
                "who": str(row.person.uuid),
                "meeting": str(event.uuid),
                "page": Link(f"/{{language}}/pairs/{pair.uuid}/"),
            },
        )
    return [person for _pair, person in found]


@source_for(KIND)
def still_away(session: Session, mails: Sequence[Mail], site: Site) -> Mapping[int, More]:
    """Nothing more is said; who says yes again or is put back before the mail leaves, of them
    nothing is, nor to a reader who does not come either."""
    events = {UUID(mail.parameters["meeting"]) for mail in mails}
    rows = session.execute(
        select(Event.uuid.label("event"), Person.uuid.label("person"))
        .join(Participation, Participation.event_id == Event.id)
        .join(Person, Person.id == Participation.person_id)
        .where(Event.uuid.in_(events), Participation.partstat != Partstat.DECLINED)
    )
    coming = {(row.event, row.person) for row in rows}
    return {mail.id: More(void="not_true_any_more") for mail in mails if not _holds(mail, coming)}


def _holds(mail: Mail, coming: Collection[tuple[UUID, UUID]]) -> bool:
    """Whether the reader comes and who they are told of does not."""
    event, away = UUID(mail.parameters["meeting"]), UUID(mail.parameters["who"])
    return (event, away) not in coming and (event, mail.person.uuid) in coming


def _is_ahead(event: Event, now: datetime) -> bool:
    return event.status is EventStatus.PUBLISHED and (event.starts_at or event.ends_at) > now
