"""Answering a poll: from the mail without signing in, or from one's own pages."""

from typing import Any
from uuid import UUID

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.polls import clocks_change
from mmp.services import polls as service
from mmp.services.polls import Asked
from mmp.web import clocks, languages
from mmp.web.context import context, session
from mmp.web.door import TRIES_BY_ADDRESS, door, limited
from mmp.web.errors import sentence
from mmp.web.forms import refuse
from mmp.web.guards import actor, public, signed_in
from mmp.web.headers import keep_secret
from mmp.web.pages import pages
from mmp.web.polls_forms import VOTES, VotesForm, ticked


@pages.route("/polls/<uuid:uuid>/<token:token>/", methods=["GET", "POST"])
@public
def poll_from_mail(uuid: UUID, token: str) -> Response:
    """Where the link of a mail leads: GET shows the times, POST answers. Who only looks, as
    scanners of mail do, changes nothing."""
    try:
        found = service.asked_by_link(session(), secret=door().secret_key, uuid=uuid, given=token)
    except NotFound:
        limited(TRIES_BY_ADDRESS)
        raise
    if found is None:
        return keep_secret(make_response(render_template("polls/gone.html"), 410))
    languages.use(g.language, locale_for(found.guest.person))
    here = url_for("pages.poll_from_mail", uuid=uuid, token=token)
    return keep_secret(_answered(found, here, "account/base.html"))


@pages.route("/my/polls/<uuid:uuid>/", methods=["GET", "POST"])
@signed_in
def own_poll(uuid: UUID) -> Response:
    """The same for who is signed in."""
    found = service.own_asked(session(), actor=actor(), uuid=uuid)
    return _answered(found, url_for("pages.own_poll", uuid=uuid), "mine/base.html")


def _answered(asked: Asked, here: str, layout: str) -> Response:
    """The page, or after an answer the way back to it."""
    now = context().clock.now()
    values: dict[str, Any] = {"layout": layout, "here": here}
    if request.method == "GET":
        return _page(asked, VotesForm.of(asked), **values)
    form = VotesForm()
    if not form.validate():
        return _page(asked, form, 422, **values)
    try:
        service.answer(session(), now=now, asked=asked, given=form.given(asked))
    except StaleEdit as error:
        session().rollback()
        return _page(asked, form, 409, told=sentence(error), **values)
    except UserError as error:
        session().rollback()
        if error.field is None:
            return _page(asked, form, 409, told=sentence(error), **values)
        refuse(form, error)
        return _page(asked, form, 422, **values)
    session().commit()
    return redirect(f"{here}?said=1", 303)


def _page(asked: Asked, form: VotesForm, status: int = 200, **values: Any) -> Response:
    person, now = asked.guest.person, context().clock.now()
    shifted = {
        one.slot.id
        for one in asked.slots
        if clocks_change(person.zone, one.slot.zone, now, one.starts_at)
    }
    html = render_template(
        "polls/answer.html",
        asked=asked,
        event=asked.event,
        form=form,
        words_of=VOTES,
        chosen=lambda one: _chosen(asked, one),
        readings=lambda one: clocks.both(one.starts_at, one.ends_at, person.zone, one.slot.zone),
        reading=clocks.reading,
        shifted=shifted,
        zone=person.zone,
        is_open=asked.is_open(now),
        said="said" in request.args,
        **values,
    )
    return make_response(html, status)


def _chosen(asked: Asked, one: Any) -> Any:
    """What stands ticked: what was sent, else what was answered to the hour that it has now."""
    if request.method == "POST":
        return ticked(one.slot.uuid)
    voted = asked.votes.get(one.slot.id)
    return voted.vote if voted and voted.starts_at == one.starts_at else None
