"""The log of a pair: that they talked, how long, about what, and whether it may be quoted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mmp.core.errors import StaleEdit, UserError
from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, Person, TalkConsent, TalkLog
from mmp.models.enums import AttributionConsent
from mmp.services import history
from mmp.services.pair_talks.offering import one_at_a_time

LONGEST: Final = 24 * 60
"""Minutes."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What one member writes down. `day` is theirs; `consent` is for what they said themselves."""

    day: date
    minutes: int
    topic: str = ""
    consent: AttributionConsent = AttributionConsent.NO


def log_talk(
    session: Session,
    *,
    now: datetime,
    actor: Person,
    pair: Pair,
    uuid: UUID,
    entry: LogEntry,
    talk: Event | None = None,
    version: int | None = None,
) -> TalkLog:
    """Write down a talk, a planned one or another; the pair shares one entry per talk.

    The same `uuid` or the same `talk` is the same entry, which `version` changes; the consent is
    only the actor's. Raises StaleEdit where the partner changed it since `version`, UserError with
    the field `day`, `minutes` or `topic`.
    """
    one_at_a_time(session, pair)
    _check(entry, actor, pair, now, talk)
    known = session.scalar(
        select(TalkLog)
        .where(
            TalkLog.pair_id == pair.id,
            or_(TalkLog.uuid == uuid, *([TalkLog.event_id == talk.id] if talk else [])),
        )
        .execution_options(populate_existing=True)
    )
    topic = " ".join(entry.topic.split()) or None
    if known is None and session.scalar(select(TalkLog.id).where(TalkLog.uuid == uuid)):
        raise UserError("Load the page again and try once more.")  # another pair's entry
    if known is None:
        known = TalkLog(
            uuid=uuid,
            pair=pair,
            event=talk,
            day=entry.day,
            minutes=entry.minutes,
            topic=topic,
            created_at=now,
            changed_at=now,
        )
        session.add(known)
        action = "logged"
    elif (known.day, known.minutes, known.topic) == (entry.day, entry.minutes, topic):
        action = "confirmed"
    elif version != known.version:
        raise StaleEdit("Your partner has logged this talk too, in other words.")
    else:
        known.day, known.minutes, known.topic = entry.day, entry.minutes, topic
        known.changed_at = now
        action = "changed"
    _consent(known, actor, entry.consent, now)
    session.flush()
    # The topic is the pair's own, and stays out of what others may read.
    history.record(
        session,
        now=now,
        actor=actor,
        programme=pair.programme,
        kind="talk_log",
        uuid=known.uuid,
        action=action,
        changes={"day": entry.day.isoformat(), "minutes": entry.minutes},
    )
    return known


def _check(entry: LogEntry, actor: Person, pair: Pair, now: datetime, talk: Event | None) -> None:
    if talk is not None and (talk.starts_at or talk.ends_at) > now:
        raise UserError("This talk is still to come.", field="day")
    if entry.day > day_in_zone(now, actor.zone):
        raise UserError("Give the day on which you talked; this one is still to come.", field="day")
    if entry.day < pair.starts_on:
        raise UserError("You were no pair yet on that day.", field="day")
    if not 1 <= entry.minutes <= LONGEST:
        raise UserError("Write a number of minutes, like 45.", field="minutes")
    if len(entry.topic) > 300:
        raise UserError("Say it in 300 letters at most.", field="topic")


def _consent(log: TalkLog, actor: Person, consent: AttributionConsent, now: datetime) -> None:
    for said in log.consents:
        if said.person_id == actor.id:
            said.consent, said.said_at = consent, now
            return
    log.consents.append(TalkConsent(person=actor, consent=consent, said_at=now))
