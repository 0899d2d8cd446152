"""The reminders of a programme or of one event: which there are, switched off, held, put back.
Without a `key` in the address the programme's are meant."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.models import Event, Programme
from mmp.models.enums import ReminderPreset
from mmp.services import desk, reminders as service
from mmp.services.permissions import planned_programmes
from mmp.services.reminders import InForce
from mmp.web import reminder_words as words
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.reminder_forms import PresetForm

EVENT = "/programmes/<handle:slug>/events/<handle:key>/reminders"
PROGRAMME = "/programmes/<handle:slug>/reminders"


@pages.get(f"{EVENT}/")
@pages.get(f"{PROGRAMME}/")
@planner
def reminders(slug: str, key: str | None = None) -> str:
    """The rules in words."""
    programme, event = owner(slug, key)
    held = service.holds(session(), programme=programme)
    here = event.id if event else None
    return render_template(
        "reminders/rules.html",
        **page_of(programme, event),
        rules=service.effective_rules(session(), programme=programme, event=event),
        held={row.rule for row in held if row.event_id in (here, None) and row.rule},
        held_here={row.rule for row in held if row.event_id == here},
        presets=words.presets(),
        form=PresetForm(formdata=None, data={"preset": programme.reminder_preset.value}),
        confirm=ConfirmForm(formdata=None),
    )


@pages.post(f"{PROGRAMME}/preset")
@planner
def choose_preset(slug: str) -> Response:
    """Begin from another set of rules."""
    programme, _event = owner(slug, None)
    form = PresetForm()
    if form.validate_on_submit():
        service.choose_preset(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=programme,
            preset=ReminderPreset(form.preset.data),
        )
        session().commit()
        flash(_("Kept. What is planned follows it from now on."))
    return redirect(url_for("pages.reminders", slug=slug), 303)


@pages.post(f"{EVENT}/rules/<handle:rule>/switch")
@pages.post(f"{PROGRAMME}/rules/<handle:rule>/switch")
@planner
def switch_rule(slug: str, rule: str, key: str | None = None) -> Response:
    """Switch one off or on again."""
    programme, event, found = one_rule(slug, key, rule)
    active = request.form.get("active") == "y"
    return _done(
        slug,
        key,
        lambda: service.switch_rule(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=programme,
            event=event,
            key=found.rule.key,
            active=active,
            version=found.version,
        ),
        _("It is switched on.") if active else _("It is switched off."),
    )


@pages.post(f"{EVENT}/rules/<handle:rule>/reset")
@pages.post(f"{PROGRAMME}/rules/<handle:rule>/reset")
@planner
def reset_rule(slug: str, rule: str, key: str | None = None) -> Response:
    """Let what it replaced be in force again."""
    programme, event, found = one_rule(slug, key, rule)
    return _done(
        slug,
        key,
        lambda: service.reset_rule(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=programme,
            event=event,
            key=found.rule.key,
            version=found.version,
        ),
        _("It is as it was before."),
    )


@pages.post(f"{EVENT}/hold")
@pages.post(f"{EVENT}/rules/<handle:rule>/hold")
@pages.post(f"{PROGRAMME}/rules/<handle:rule>/hold")
@planner
def hold_reminders(slug: str, rule: str | None = None, key: str | None = None) -> Response:
    """Keep reminders back, or let them go."""
    if rule is None:
        programme, event = owner(slug, key)
    else:
        programme, event, _found = one_rule(slug, key, rule)
    release = request.form.get("release") == "y"
    verb = service.release if release else service.hold
    return _done(
        slug,
        key,
        lambda: verb(
            session(),
            actor=actor(),
            now=context().clock.now(),
            programme=programme,
            event=event,
            rule=rule,
        ),
        _("They go again when they are due.") if release else _("They are held back."),
    )


def owner(slug: str, key: str | None) -> tuple[Programme, Event | None]:
    """The programme of the address, and the event where it names one. Raises NotFound."""
    if key is not None:
        event = desk.planned_event(session(), actor(), slug, key)
        return event.programme, event
    programme = session().scalar(
        select(Programme).where(Programme.slug == slug, planned_programmes(actor()))
    )
    if programme is None:
        raise NotFound("There is no such programme.")
    return programme, None


def one_rule(slug: str, key: str | None, rule: str) -> tuple[Programme, Event | None, InForce]:
    """A rule in force there. Raises NotFound."""
    programme, event = owner(slug, key)
    for found in service.effective_rules(session(), programme=programme, event=event):
        if found.rule.key == rule:
            return programme, event, found
    raise NotFound("There is no such reminder.")


def page_of(programme: Programme, event: Event | None) -> dict[str, Any]:
    """What the page around reminders asks for."""
    key = event.key if event else None
    return {"programme": programme, "event": event, "key": key, "around": around, "words": words}


def _done(slug: str, key: str | None, act: Any, said: str) -> Response:
    """Do it and say so, or say why not; back to the list either way."""
    try:
        act()
        session().commit()
    except UserError as error:
        session().rollback()
        said = sentence(error)
    flash(said)
    return redirect(url_for("pages.reminders", slug=slug, key=key), 303)
