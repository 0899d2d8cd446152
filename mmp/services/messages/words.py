"""What a message says to one reader: its placeholders filled in, in their language and zone."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, object_session

from mmp.adapters.markdown import as_words, numbers_apart, to_html
from mmp.adapters.renderer import language_for, written_in
from mmp.adapters.renderer.times import lines_of
from mmp.adapters.translations import direction, locale_for
from mmp.core.mail import one_line
from mmp.core.mail.placeholders import fill, used_in
from mmp.core.texts import pick_with_language
from mmp.models import Message, Pair, PairMember, Participation, Person
from mmp.models.enums import EventForm, EventStatus, Partstat
from mmp.services.breakouts.own_group import mail_words, own_groups
from mmp.services.events import when_of
from mmp.services.reminders.mails import days_until, place_of
from mmp.services.taking_part import TAKING_PART


@dataclass(frozen=True, slots=True)
class Said:
    """Subject, text for plain mail and as HTML, and the language they are in. `personal`: they hold
    words of this reader alone."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: Markup = field(repr=False)
    language: str
    personal: bool


def said(
    message: Message,
    person: Person,
    *,
    now: datetime,
    base_url: str,
    participation: Participation | None = None,
    partners: Collection[Person] = (),
    answer_link: str = "",
) -> Said:
    """The message as this person reads it. `answer_link` is an address, ready to be shown."""
    language = language_for(locale_for(person))
    subject, _subject_language = pick_with_language(message.subject, language)
    text, text_language = pick_with_language(message.text, language)
    used = used_in(subject) | used_in(text)
    if not used:
        html = to_html(text.strip(), breaks=True)
        words = numbers_apart(text.strip())
        return Said(one_line(subject), words, html, text_language, personal=False)
    values = {
        "name": name_of(person, language),
        "programme": pick_with_language(message.programme.name, language)[0],
        "partner": _listed([name_of(one, language) for one in partners], language),
        "page": f"{base_url}/{language}/programmes/{message.programme.slug}/",
        "answer_link": answer_link,
        **_of_event(message, person, participation, language, base_url, now),
        **_group(message, person, used, language),
    }
    filled = one_line(fill(subject, values)), numbers_apart(fill(text, values).strip())
    in_markdown = {name: as_words(value) if value else "" for name, value in values.items()}
    html = to_html(fill(text, in_markdown).strip(), breaks=True)
    return Said(*filled, html, text_language, personal=True)


def partners_of(
    session: Session, programme_id: int, people: Collection[int]
) -> Mapping[int, list[Person]]:
    """Who is in a pair with each of these people now, but nobody who is discreet; one statement."""
    found: dict[int, list[Person]] = defaultdict(list)
    mine, other = aliased(PairMember), aliased(PairMember)
    rows = session.execute(
        select(mine.person_id, Person)
        .join(other, other.pair_id == mine.pair_id)
        .join(Person, Person.id == other.person_id)
        .join(Pair, Pair.id == mine.pair_id)
        .where(
            mine.person_id.in_(people),
            other.person_id != mine.person_id,
            Pair.programme_id == programme_id,
            *(part.ends_on.is_(None) for part in (Pair, mine, other)),
            Person.discreet.is_(False),
        )
        .order_by(Person.name)
    )
    for number, person in rows:
        found[number].append(person)
    return found


def name_of(person: Person, language: str) -> str:
    """In the reader's own script, where the person gave it."""
    native = direction(language) == "rtl" and person.name_native
    return native or person.name


def may_answer(message: Message, participation: Participation | None, now: datetime) -> bool:
    """Whether an answer of theirs is still asked for or can be changed."""
    event = message.event
    if event is None or participation is None or participation.entry not in TAKING_PART:
        return False
    return event.status is EventStatus.PUBLISHED and event.ends_at > now


def _of_event(
    message: Message,
    person: Person,
    participation: Participation | None,
    language: str,
    base_url: str,
    now: datetime,
) -> dict[str, str]:
    event = message.event
    if event is None:
        return {}
    when = when_of(event)
    lines = lines_of(when, written_in(locale_for(person)), person.zone) if when else []
    joins = event.form is EventForm.ONLINE or (participation and participation.form == "online")
    if participation is not None and participation.partstat is Partstat.DECLINED:
        joins = False
    path = f"/{language}/programmes/{message.programme.slug}/events/{event.key}/"
    return {
        "event": pick_with_language(event.title, language)[0],
        "when": "; ".join(lines),
        "place": place_of(event, language),
        "join_link": (event.join_link or "") if joins else "",
        "page": base_url + path if event.status is not EventStatus.DRAFT else "",
        "days_left": str(max(days_until(event, person.zone, now), 0)),
    }


def _group(
    message: Message, person: Person, used: Collection[str], language: str
) -> dict[str, str]:
    """The reader's own group, looked up where a text tells of it."""
    session = object_session(person)
    if message.event_id is None or session is None or not {"group", "question"} & set(used):
        return {}
    own = own_groups(session, {(person.id, message.event_id)})
    group, question = mail_words(own.get((person.id, message.event_id), []), language)
    return {"group": group, "question": question}


def _listed(names: list[str], language: str) -> str:
    return ("، " if language == "ar" else ", ").join(names)
