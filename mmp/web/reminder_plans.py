"""The plan: who gets what when, by whose clock, and why; why somebody did not; and one's own."""

from uuid import UUID

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from mmp.core.errors import NotFound
from mmp.core.mail import unsubscribe_path, unsubscribe_token
from mmp.models import Mail, OptOut, Person, Programme
from mmp.models.enums import DeliveryState
from mmp.services import reminders as service
from mmp.services.permissions import visible_people
from mmp.web import outbox_words, reminder_words as words
from mmp.web.context import context, session
from mmp.web.door import door
from mmp.web.guards import actor, planner, signed_in
from mmp.web.pages import pages
from mmp.web.reminders import EVENT, PROGRAMME, owner, page_of
from mmp.web.texts import language

AHEAD = (DeliveryState.PLANNED, DeliveryState.HELD, DeliveryState.QUEUED)


@pages.get(f"{PROGRAMME}/plan/")
@planner
def programme_plan(slug: str) -> str:
    """What goes in the next fourteen days."""
    programme, _event = owner(slug, None)
    now = context().clock.now()
    lines = service.plan_of_programme(session(), now=now, programme=programme, actor=actor())
    return render_template(
        "reminders/plan.html",
        **page_of(programme, None),
        ahead=words.rows(lines),
        rules={
            one.rule.key: one.rule
            for one in service.effective_rules(session(), programme=programme)
        },
    )


@pages.get(f"{EVENT}/plan/")
@planner
def event_plan(slug: str, key: str) -> str:
    """All about one event: what goes, what went, and who is left out."""
    programme, event = owner(slug, key)
    assert event is not None  # it is in the address
    now = context().clock.now()
    plan = service.plan_of_event(session(), now=now, event=event, actor=actor())
    return render_template(
        "reminders/plan.html",
        **page_of(programme, event),
        idle=plan.idle,
        ahead=words.rows(line for line in plan.lines if line.state in AHEAD),
        past=words.rows(line for line in plan.lines if line.state not in AHEAD),
        left_out=words.left_out(plan.skipped),
        rules={rule.key: rule for rule in plan.rules},
    )


@pages.get(f"{EVENT}/people/<uuid:uuid>/")
@planner
def why_not_reminded(slug: str, key: str, uuid: UUID) -> str:
    """Why one person got, gets or does not get each reminder of an event."""
    programme, event = owner(slug, key)
    assert event is not None  # it is in the address
    person = session().scalar(
        select(Person).where(Person.uuid == uuid, visible_people(actor(), programme.id))
    )
    if person is None:
        raise NotFound("There is no such person.")
    reads_mail = programme.id in actor().coordinates
    mails = (
        session().scalars(
            select(Mail)
            .where(Mail.person_id == person.id, Mail.event_id == event.id)
            .options(joinedload(Mail.event))
            .order_by(Mail.id.desc())
            .limit(100)
        )
        if reads_mail
        else ()
    )
    return render_template(
        "reminders/why.html",
        **page_of(programme, event),
        person=person,
        explained=service.explain(session(), now=context().clock.now(), event=event, person=person),
        mails=list(mails),
        mail_words=outbox_words,
        reads_mail=reads_mail,
    )


@pages.get("/home/reminders/")
@signed_in
def own_reminders() -> str:
    """What one will get and when, what came, and the way out."""
    now = context().clock.now()
    person = session().get_one(Person, actor().person_id)
    lines = service.plan_of_person(session(), now=now, person=person)
    rows = session().execute(
        select(Programme, OptOut.since)
        .outerjoin(OptOut, (OptOut.programme_id == Programme.id) & (OptOut.person_id == person.id))
        .where(Programme.id.in_(actor().programmes))
        .order_by(Programme.slug)
    )
    ways = [(row.Programme, row.since, _way_out(person, row.Programme)) for row in rows]
    return render_template(
        "reminders/own.html",
        ahead=[line for line in lines if line.state in AHEAD],
        past=[line for line in reversed(lines) if line.state is DeliveryState.SENT],
        ways=ways,
        words=words,
    )


def _way_out(person: Person, programme: Programme) -> str:
    given = unsubscribe_token(door().secret_key, person=person.uuid, programme=programme.uuid)
    return context().base_url + unsubscribe_path(
        language(), person=person.uuid, slug=programme.slug, token=given
    )
