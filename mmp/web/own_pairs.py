"""What pages show of the reader's pairs: partners and how to reach them, clocks, the next talk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, Person, TalkLog, TalkOffer
from mmp.models.enums import EventStatus
from mmp.services import pair_talks
from mmp.web import clocks
from mmp.web.clocks import Reading
from mmp.web.context import session
from mmp.web.guards import actor


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner with what their clock shows now and how far it is from the reader's."""

    person: Person
    clock: Reading
    apart: list[str]


@dataclass(frozen=True, slots=True)
class Glance:
    """A pair at one glance. `log_uuid` names the entry that one tap would make."""

    pair: Pair
    partners: list[Partner]
    offer: TalkOffer | None
    last: TalkLog | None
    log_uuid: UUID

    @property
    def asked(self) -> bool:
        """Whether times are waiting for the reader's answer."""
        return self.offer is not None and self.offer.offered_by_id != actor().person_id


def glance(now: datetime) -> list[Glance]:
    """The reader's current pairs."""
    today = day_in_zone(now, actor().zone)
    pairs = pair_talks.own_pairs(session(), actor(), today=today)
    if not pairs:
        return []
    offers = pair_talks.open_offers(session(), pairs, now)
    logs = pair_talks.logs_of(session(), actor(), pairs)
    return [
        Glance(
            pair,
            partners(pair, now, today),
            offers.get(pair.id),
            pair_talks.latest_log(logs, pair),
            uuid4(),
        )
        for pair in pairs
    ]


def partners(pair: Pair, now: datetime, today: date) -> list[Partner]:
    """The others of the pair, with their clocks."""
    return [
        Partner(
            person,
            clocks.now_at(now, person.zone),
            clocks.apart_words(actor().zone, person.zone, now),
        )
        for person in pair_talks.partners(pair, actor().person_id, today)
    ]


def split(
    talks: Sequence[Event], logs: Sequence[TalkLog], now: datetime
) -> tuple[list[Event], list[Event]]:
    """Talks ahead, and those over that nobody has logged yet, latest first."""
    logged = {log.event_id for log in logs}
    ahead = [talk for talk in talks if talk.ends_at > now]
    over = [
        talk
        for talk in reversed(talks)
        if talk.ends_at <= now
        and talk.id not in logged
        and talk.status is not EventStatus.CANCELLED
    ]
    return ahead, over
