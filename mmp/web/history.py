"""What was done in a programme, searched; and how long its data are kept."""

from datetime import date

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import UserError
from mmp.models import Person
from mmp.models.enums import RetainedKind
from mmp.services import desk, history_search as service, privacy
from mmp.services.history_search import Wanted
from mmp.web import change_words, history_words as words
from mmp.web.context import context, session
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator, planner
from mmp.web.pages import pages


@pages.get("/programmes/<handle:slug>/history/")
@planner
def programme_history(slug: str) -> str:
    """Who did what to whom, when."""
    programme = desk.planned_programme(session(), actor(), slug)
    page = max(request.args.get("page", 1, type=int), 1)
    wanted = _wanted()
    entries, more = service.find_history(session(), actor(), programme, wanted, page=page)
    coordinates = programme.id in actor().coordinates
    names = change_words.names_in(session(), programme, entries) if coordinates else {}
    kinds, actions = service.choices(session(), actor(), programme)
    return render_template(
        "privacy/history.html",
        programme=programme,
        wanted=wanted,
        entries=entries,
        subjects=words.subjects(session(), entries),
        kinds=kinds,
        actions=actions,
        page=page,
        more=more,
        words=words,
        reads_changes=coordinates,
        lines=lambda changes: change_words.lines(changes, actor().zone, names),
    )


@pages.route("/programmes/<handle:slug>/retention/", methods=["GET", "POST"])
@coordinator
def retention(slug: str) -> Response:
    """How long each kind of data is kept, and what goes next."""
    programme, now = desk.planned_programme(session(), actor(), slug), context().clock.now()
    form, faults, typed = ConfirmForm(), {}, {}
    if form.validate_on_submit():
        person = session().get_one(Person, actor().person_id)
        for kind in RetainedKind:
            typed[kind.value] = request.form.get(kind.value, "")
            try:
                privacy.keep_for(
                    session(),
                    now=now,
                    actor=person,
                    programme=programme,
                    kind=kind,
                    months=int(typed[kind.value]) if typed[kind.value].isdecimal() else -1,
                )
            except UserError as error:
                faults[kind.value] = sentence(error)
        if not faults:
            session().commit()
            flash(_("Saved."))
            return redirect(url_for("pages.retention", slug=slug), 303)
        session().rollback()
    html = render_template(
        "privacy/retention.html",
        programme=programme,
        kept=privacy.kept_in(session(), now=now, programme=programme),
        form=form,
        faults=faults,
        typed=typed,
        words=words,
    )
    return make_response(html, 422 if faults else 200)


def _wanted() -> Wanted:
    """What the address asks for; nonsense asks for nothing."""
    asked = {name: request.args.get(name, "")[:120] for name in ("text", "who", "kind", "action")}
    return Wanted(**asked, since=_day("since"), until=_day("until"))


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
