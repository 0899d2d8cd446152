"""What is wished of break-out groups, and what is said of each."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.texts import language_of
from mmp.models import Person
from mmp.models.breakouts import BreakoutGroup
from mmp.services import breakouts as service
from mmp.services.breakouts import Place, Settings
from mmp.web import breakouts_words as words
from mmp.web.breakouts import PATH
from mmp.web.breakouts_forms import (
    GroupForm,
    SettingsForm,
    differences,
    typed_group,
    typed_settings,
)
from mmp.web.context import context, session
from mmp.web.desk import around
from mmp.web.forms import refuse
from mmp.web.guards import actor, planner
from mmp.web.pages import pages
from mmp.web.texts import may_name


@pages.route(f"{PATH}/settings/", methods=["GET", "POST"])
@planner
def breakout_settings(slug: str, key: str, uuid: UUID) -> Response:
    """How many groups, what counts most, which rules, the question for all."""
    people, place = _people(slug, key, uuid)
    form = SettingsForm(**_typed(place, len(people)))
    settings = service.settings_of(place.breakout)
    form.offer(people, service.named_away(session(), settings, people))
    theirs = None
    if form.validate_on_submit():
        try:
            settings = form.settings()
            _known(settings, place, people)
            place = service.place_of(session(), actor(), slug, key, uuid, hold=True)
            service.save_settings(
                session(),
                actor=actor(),
                now=context().clock.now(),
                place=place,
                version=form.version.data or 0,
                settings=settings,
                question=form.question.data,
            )
        except StaleEdit:
            session().rollback()
            people, place = _people(slug, key, uuid)
            typed = _typed(place, len(people))
            theirs = differences({**typed, **_blank(typed)}, form)
            form.version.raw_data, form.version.data = None, typed["version"]
        except UserError as error:
            session().rollback()
            people, place = _people(slug, key, uuid)
            refuse(form, error)
        else:
            return _saved(place)
    named = [one for one in people if may_name(one)]
    return _page(
        "breakouts/settings.html", place, form, theirs, people=named, taking_part=len(people)
    )


@pages.route(f"{PATH}/<uuid:group>/", methods=["GET", "POST"])
@planner
def breakout_group(slug: str, key: str, uuid: UUID, group: UUID) -> Response:
    """One group: its question, who leads it and reports for it, where it meets."""
    people, place = _people(slug, key, uuid)
    row = _group(place, group)
    form = GroupForm(**typed_group(row))
    form.offer(row, people, _codes(place, people))
    theirs = None
    if form.validate_on_submit():
        try:
            values = form.values()
            service.save_group(
                session(),
                actor=actor(),
                now=context().clock.now(),
                place=place,
                group=row,
                version=form.version.data or 0,
                values=values,
            )
        except StaleEdit:
            theirs = differences(typed_group(row), form)
            form.version.raw_data, form.version.data = None, row.version
        except UserError as error:
            refuse(form, error)
        else:
            return _saved(place)
    return _page("breakouts/group.html", place, form, theirs, group=row)


def _people(slug: str, key: str, uuid: UUID) -> tuple[list[Person], Place]:
    place = service.place_of(session(), actor(), slug, key, uuid)
    return service.people_taking_part(session(), place.event), place


def _typed(place: Place, people: int) -> dict[str, Any]:
    breakout = place.breakout
    settings = service.settings_of(breakout, people)
    question = breakout.question if breakout else service.question_there(place)
    return typed_settings(settings, question, breakout.version if breakout else 0)


def _blank(typed: dict[str, Any]) -> dict[str, str]:
    """Weights that are the preset's, which the form leaves empty."""
    return {name: "" for name in words.WEIGHT_NAMES if name not in typed}


def _known(settings: Settings, place: Place, people: list[Person]) -> None:
    """Rules name people of the list, or who was in a rule before."""
    before = service.settings_of(place.breakout)
    known = {str(one.uuid) for one in people}
    known |= before.named
    if not known.issuperset(settings.facilitators):
        raise UserError("Choose people of the list.", field="facilitators")
    if not settings.named <= known:
        raise UserError("Choose people of the list.", field="rules")


def _group(place: Place, uuid: UUID) -> BreakoutGroup:
    groups = place.breakout.groups if place.breakout else []
    found = next((one for one in groups if one.uuid == uuid), None)
    if found is None:
        raise NotFound("There is no such group.")
    return found


def _codes(place: Place, people: list[Person]) -> list[str]:
    """Languages a room may have: of the programme, and of those who take part."""
    spoken = {language_of(code) for one in people for code in one.languages}
    return list(dict.fromkeys([*place.programme.languages, *sorted(spoken)]))


def _saved(place: Place) -> Response:
    session().commit()
    flash(_("Saved."))
    slug, key, uuid = place.programme.slug, place.event.key, place.item.uuid
    return redirect(url_for("pages.breakout_board", slug=slug, key=key, uuid=uuid), 303)


def _page(
    template: str,
    place: Place,
    form: Any,
    theirs: list[tuple[str, str, str]] | None,
    **more: Any,
) -> Response:
    html = render_template(
        template,
        programme=place.programme,
        event=place.event,
        item=place.item,
        breakout=place.breakout,
        settings=service.settings_of(place.breakout),
        form=form,
        theirs=theirs,
        words=words,
        around=around,
        **more,
    )
    return make_response(html, 409 if theirs else 422 if form.errors else 200)
