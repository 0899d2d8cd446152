"""Texts of coordinators, filled in for one reader."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import aliased, object_session

from mmp.adapters.renderer import language_for, written_in
from mmp.adapters.renderer.times import lines_of
from mmp.adapters.translations import direction, locale_for
from mmp.core.mail import Site, one_line, secret_for
from mmp.core.mail.placeholders import fill, used_in
from mmp.core.reminders import Rule
from mmp.core.texts import pick
from mmp.models import Mail, Pair, PairMember, Person
from mmp.services.reminders.queueing import ANSWER, answer_link

if TYPE_CHECKING:
    from mmp.services.reminders.mails import Item


def own_texts(
    rule: Rule, item: "Item", row: Any, mail: Mail | None, *, site: Site
) -> tuple[str, str]:
    """Subject and text that a coordinator gave the rule, in the reader's language; empty where
    they gave none, and the text that comes with the key is sent."""
    if not rule.subject and not rule.text:
        return "", ""
    locale = locale_for(row.Person)
    language = language_for(locale)
    subject, text = pick(rule.subject, language), pick(rule.text, language)
    values = values_for(item, row, language)
    values["answer_link"] = shown_address(item, row, mail, site, language)
    if "partner" in used_in(subject) | used_in(text):
        values["partner"] = _partners(row, language)
    return one_line(fill(subject, values)), fill(text, values).strip()


def values_for(item: "Item", row: Any, language: str) -> dict[str, str]:
    """What placeholders mean for this reader, but for links of their own."""
    person = row.Person
    when = lines_of(item.when, written_in(locale_for(person)), person.zone) if item.when else []
    return {
        "name": _name(person, language),
        "event": item.title,
        "when": "; ".join(when),
        "place": item.place,
        "join_link": item.join_link or "",
        "page": item.page or "",
        "programme": pick(row.Event.programme.name, language),
        "days_left": str(max(item.days, 0)),
        "group": item.group,
        "question": item.question,
    }


def shown_address(item: "Item", row: Any, mail: Mail | None, site: Site, language: str) -> str:
    """Where the reader answers, with the stand-in for its token, which is filled in on the way out;
    without a mail with dots. Empty for who has answered."""
    if not item.asks:
        return ""
    link = answer_link(row.Participation.uuid)
    stand_in = "…"
    if mail is not None:
        purpose, of = ANSWER, str(row.Participation.uuid)
        stand_in = secret_for(site.secret, mail.uuid, purpose, of).stand_in
    path = link.path.replace("{language}", language).replace("{token}", stand_in)
    return site.base_url + path


def _partners(row: Any, language: str) -> str:
    """Who is in a pair with the reader in this programme; nobody who is discreet."""
    session = object_session(row.Person)
    assert session is not None  # just read
    mine, other = aliased(PairMember), aliased(PairMember)
    people = session.scalars(
        select(Person)
        .join(other, other.person_id == Person.id)
        .join(mine, mine.pair_id == other.pair_id)
        .join(Pair, Pair.id == mine.pair_id)
        .where(
            mine.person_id == row.Person.id,
            other.person_id != row.Person.id,
            Pair.programme_id == row.Event.programme_id,
            *(part.ends_on.is_(None) for part in (Pair, mine, other)),
            Person.discreet.is_(False),
        )
        .order_by(Person.name)
    )
    comma = "، " if language == "ar" else ", "
    return comma.join(_name(person, language) for person in people)


def _name(person: Person, language: str) -> str:
    native = direction(language) == "rtl" and person.name_native
    return native or person.name
