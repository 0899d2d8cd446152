"""The worklist: mail that came in and waits for a coordinator, and what can be done about it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import NotFound, UserError
from mmp.services import inbound as service
from mmp.services.permissions import Actor
from mmp.web import outbox_words, worklist_words
from mmp.web.context import context, session
from mmp.web.door import onward
from mmp.web.errors import sentence
from mmp.web.guards import actor, signed_in
from mmp.web.pages import pages


@pages.get("/worklist/")
@signed_in
def worklist() -> str:
    """What waits, what came in besides, and the addresses that mail does not go to."""
    who = _coordinator()
    tasks, count = service.open_tasks(session(), actor=who)
    return render_template(
        "worklist/show.html",
        tasks=tasks,
        more=count - len(tasks),
        handled=service.handled(session(), actor=who),
        suppressed=service.suppressed(session(), actor=who),
        words=outbox_words,
        said=worklist_words,
    )


@pages.post("/worklist/<uuid:uuid>/answer")
@signed_in
def apply_answer(uuid: UUID) -> Response:
    """Take an answer all the same."""
    who, now = _coordinator(), context().clock.now()
    try:
        service.apply_answer(session(), actor=who, now=now, uuid=uuid)
    except NotFound:
        raise
    except UserError as error:
        return _back(sentence(error))
    session().commit()
    return _back(_("The answer was taken."))


@pages.post("/worklist/<uuid:uuid>/place")
@signed_in
def put_on_list(uuid: UUID) -> Response:
    """Put the writer on the list, with the answer they gave."""
    who, now = _coordinator(), context().clock.now()
    try:
        row = service.put_on_list(session(), actor=who, now=now, uuid=uuid)
    except NotFound:
        raise
    except UserError as error:
        return _back(sentence(error))
    session().commit()
    assert row.person is not None  # who is on the list is somebody
    return _back(_("%(name)s is on the list now.", name=row.person.name))


@pages.post("/worklist/<uuid:uuid>/done")
@signed_in
def mark_done(uuid: UUID) -> Response:
    """Nothing else is to be done."""
    who, now = _coordinator(), context().clock.now()
    service.mark_done(session(), actor=who, now=now, uuid=uuid)
    session().commit()
    return _back(_("It is off the list."))


@pages.post("/suppressed-addresses/<uuid:uuid>/lifting")
@signed_in
def lift_suppression(uuid: UUID) -> Response:
    """Let mail go to an address again."""
    who, now = _coordinator(), context().clock.now()
    person = service.lift(session(), actor=who, now=now, uuid=uuid)
    session().commit()
    flash(_("Mail goes to %(name)s again.", name=person.name))
    return onward(request.form.get("next"), "pages.worklist")


def _coordinator() -> Actor:
    """Who is asking, if they coordinate a programme and signed in with more than a link."""
    who = actor()
    if not who.coordinates:
        raise NotFound("There is no such page.")
    return who


def _back(said: str) -> Response:
    flash(said)
    return redirect(url_for("pages.worklist"), 303)
