"""A reminder as a real person will see it, before anything is planned or sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from mmp.adapters.renderer import Rendered, language_for, render
from mmp.adapters.translations import direction, locale_for
from mmp.core.mail import Site
from mmp.core.mail.placeholders import check_all
from mmp.core.reminders import Rule
from mmp.core.texts import pick
from mmp.models import Event, Person
from mmp.services.breakouts.own_group import own_groups
from mmp.services.reminders.mails import item_of, read_one
from mmp.services.reminders.texts import shown_address


def preview(
    session: Session, *, now: datetime, event: Event, person: Person, rule: Rule, site: Site
) -> Rendered:
    """What the rule's mail would say to this person if it left at `now`; dots stand where their
    own token goes. Raises BadTemplate beside the text that does not hold."""
    check_all(rule.subject, field="subject")
    check_all(rule.text, field="text")
    row = read_one(session, event=event, person=person)
    groups = own_groups(session, {(person.id, event.id)})[person.id, event.id]
    item = item_of(row, site=site, now=now, rule=rule, groups=groups)
    language = language_for(locale_for(person))
    native = direction(language) == "rtl" and person.name_native
    programme = None if item.quiet else pick(event.programme.name, language)
    return render(
        "reminder",
        locale=locale_for(person),
        zone=person.zone,
        parameters={
            "name": native or person.name,
            "programme": programme,
            "base_url": site.base_url,
            "page": f"{site.base_url}/{language}/home/" if item.quiet else None,
            "item": item,
            "subject": item.subject,
            "text": item.text,
            "group": item.group,
            "question": item.question,
            "answer": shown_address(item, row, None, site, language) or None,
        },
    )
