"""Writing one reminder: its words, its numbers, and how a real person would read it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from mmp.core.errors import StaleEdit, UserError
from mmp.core.mail import Site
from mmp.core.reminders import Occasion, Rule
from mmp.models import Event, Participation, Person, Programme
from mmp.models.enums import EventStatus
from mmp.services import reminders as service
from mmp.services.events import when_of
from mmp.services.permissions import named_people
from mmp.services.reminders import InForce
from mmp.services.taking_part import TAKING_PART
from mmp.web import messages_words, reminder_words as words
from mmp.web.context import context, session
from mmp.web.door import door
from mmp.web.forms import refuse
from mmp.web.guards import actor, planner
from mmp.web.labels import language_name
from mmp.web.pages import pages
from mmp.web.reminder_forms import RuleForm, rule_of
from mmp.web.reminders import EVENT, PROGRAMME, one_rule, owner, page_of


@pages.route(f"{EVENT}/rules/new/", methods=["GET", "POST"])
@pages.route(f"{PROGRAMME}/rules/new/", methods=["GET", "POST"])
@planner
def new_rule(slug: str, key: str | None = None) -> Response:
    """A reminder of one's own."""
    programme, event = owner(slug, key)
    form = RuleForm()
    if not form.is_submitted():
        form.key.data = service.free_key(session(), programme)
    return _answer(programme, event, form, None)


@pages.route(f"{EVENT}/rules/<handle:rule>/", methods=["GET", "POST"])
@pages.route(f"{PROGRAMME}/rules/<handle:rule>/", methods=["GET", "POST"])
@planner
def edit_rule(slug: str, rule: str, key: str | None = None) -> Response:
    """One that is in force, for the programme or for this event alone."""
    programme, event, found = one_rule(slug, key, rule)
    form = RuleForm()
    if not form.is_submitted():
        form.fill(found.rule, found.version)
    form.key.data = rule
    return _answer(programme, event, form, found)


def _answer(
    programme: Programme, event: Event | None, form: RuleForm, found: InForce | None
) -> Response:
    """Show the form, save it, or show what somebody would read."""
    if not form.validate_on_submit():
        return _page(programme, event, form, found)
    slug, key = programme.slug, event.key if event else None
    if "preview" in request.form:
        return _page(programme, event, form, found, seen=True)
    try:
        _save(programme, event, form, found)
        session().commit()
    except IntegrityError:  # the same form, sent twice at once
        session().rollback()
    except UserError as error:
        session().rollback()
        programme, event = owner(slug, key)
        if isinstance(error, StaleEdit):
            return _page(programme, event, form, _now_in_force(programme, event, form), stale=True)
        if error.field not in form and error.field:
            error.field = error.field.partition("-")[0]
        refuse(form, error)
        return _page(programme, event, form, found)
    flash(_("The reminder is kept."))
    return redirect(url_for("pages.reminders", slug=slug, key=key), 303)


def _save(programme: Programme, event: Event | None, form: RuleForm, found: InForce | None) -> None:
    details = form.details(active=found.rule.active if found else True)
    common: dict[str, Any] = {
        "actor": actor(),
        "now": context().clock.now(),
        "programme": programme,
        "event": event,
        "details": details,
    }
    key = form.key.data or ""
    if found is None and not key.startswith("own-"):
        key = service.free_key(session(), programme)
    try:
        service.save_rule(
            session(), **common, key=key[:40], version=form.seen_version() if found else None
        )
    except StaleEdit:
        if found is not None:
            raise
        # Somebody else has just added one under this key.
        free = service.free_key(session(), programme)
        service.save_rule(session(), **common, key=free, version=None)


def _now_in_force(programme: Programme, event: Event | None, form: RuleForm) -> InForce | None:
    rules = service.effective_rules(session(), programme=programme, event=event)
    return next((one for one in rules if one.rule.key == form.key.data), None)


def _page(
    programme: Programme,
    event: Event | None,
    form: RuleForm,
    found: InForce | None,
    *,
    seen: bool = False,
    stale: bool = False,
) -> Response:
    sample = event or _next_event(programme)
    people = _people(sample) if sample else []
    form.offer(people)
    reads = None
    if seen and sample is not None:
        try:
            reads = _reads(sample, people, form)
        except UserError as error:
            error.field = (error.field or "text").partition("-")[0]
            refuse(form, error)
    version = form.version.data
    if stale:
        version = "" if found is None or found.version is None else str(found.version)
    html = render_template(
        "reminders/rule.html",
        **page_of(programme, event),
        form=form,
        version=version,
        found=found,
        sample=sample,
        people=people,
        reads=reads,
        theirs=_differences(form, found.rule) if stale and found else [],
        placeholders=messages_words.placeholders(of_event=True),
    )
    return make_response(html, 409 if stale else 422 if form.errors else 200)


def _reads(sample: Event, people: Sequence[Person], form: RuleForm) -> dict[str, Any] | None:
    """What one person would read, when it would go, and to how many."""
    person = form.reader(list(people))
    details = form.details(active=True)
    service.check_rule(details)
    rule = rule_of(form.key.data or "own", details)
    now = context().clock.now()
    foreseen = service.foresee(session(), now=now, event=sample, rules=[rule])
    going = [one[rule.key] for one in foreseen.values() if one[rule.key].reason is None]
    if person is None:
        return {"going": len(going), "mail": None}
    own = foreseen.get(person.id, {}).get(rule.key)
    site = Site(context().base_url, secret=door().secret_key)
    occasion = Occasion.of(when) if (when := when_of(sample)) else None
    nominal = occasion.nominal(rule, invited_at=now) if occasion else None
    mail = service.preview(
        session(), now=nominal or now, event=sample, person=person, rule=rule, site=site
    )
    return {"going": len(going), "mail": mail, "person": person, "own": own}


def _next_event(programme: Programme) -> Event | None:
    """The next one, else the last one: to show what a reminder would say."""
    now = context().clock.now()
    common = select(Event).where(
        Event.programme_id == programme.id,
        Event.pair_id.is_(None),
        Event.status == EventStatus.PUBLISHED,
        Event.starts_at.is_not(None),
        Event.participations.any(),
    )
    ahead = common.where(Event.ends_at > now).order_by(Event.starts_at).limit(1)
    return session().scalar(ahead) or session().scalar(
        common.order_by(Event.starts_at.desc()).limit(1)
    )


def _people(event: Event) -> list[Person]:
    listed = select(Participation.person_id).where(
        Participation.event_id == event.id, Participation.entry.in_(TAKING_PART)
    )
    seen = named_people(actor(), event.programme_id)
    return list(
        session().scalars(select(Person).where(Person.id.in_(listed), seen).order_by(Person.name))
    )


def _differences(form: RuleForm, theirs: Rule) -> list[tuple[str, str, str]]:
    """What was saved meanwhile beside what was typed."""
    mine = rule_of(theirs.key, form.details(active=theirs.active))
    lines = [
        (_("When"), words.timing(theirs).striptags(), words.timing(mine).striptags()),
        (_("For"), words.audience(theirs).striptags(), words.audience(mine).striptags()),
    ]
    for field in (form.subject, form.text):
        before = getattr(theirs, field.name)
        for code in dict.fromkeys([*before, *field.typed]):
            name = f"{field.label.text} ({language_name(code)})"
            lines.append((name, before.get(code, ""), field.typed.get(code, "")))
    return [line for line in lines if line[1] != line[2]] or lines[:1]
