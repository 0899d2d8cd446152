"""Answering from the mail without signing in. The address is the secret; looking is harmless."""

from typing import Final
from uuid import UUID

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound, UserError
from mmp.models.enums import AnswerVia
from mmp.services import answers as service
from mmp.services.answers import Asked, Reply
from mmp.services.mine import OwnEvent
from mmp.web import clocks, languages
from mmp.web.context import context, session
from mmp.web.door import TRIES_BY_ADDRESS, door, limited
from mmp.web.forms import refuse
from mmp.web.guards import public
from mmp.web.headers import keep_secret
from mmp.web.mine_forms import ANSWERS, AnswerForm, answer_of
from mmp.web.pages import pages

_WORDS: Final = {"yes": "accepted", "maybe": "tentative", "no": "declined"}
"""Other words for answers in a mail's address."""


@pages.route("/answer/<uuid:uuid>/<token:token>/", methods=["GET", "POST"])
@public
def answer_from_mail(uuid: UUID, token: str) -> Response:
    """Where the links of a mail lead: GET shows the event and the buttons, POST answers. Who only
    looks, as scanners of mail do, changes nothing."""
    found = _asked(uuid, token)
    if found is None:
        return keep_secret(make_response(render_template("answers/gone.html"), 410))
    languages.use(g.language, locale_for(found.row.person))
    own = OwnEvent(found.event, found.row, None)
    form = AnswerForm() if request.method == "POST" else AnswerForm.of(own)
    if request.method == "POST" and found.is_open(context().clock.now()) and form.validate():
        try:
            _answer(found, form)
        except UserError as error:
            session().rollback()
            refuse(form, error)
        else:
            session().commit()
            here = url_for("pages.answer_from_mail", uuid=uuid, token=token, said=1)
            return keep_secret(redirect(here, 303))
    html = _page(found, own, form)
    return keep_secret(make_response(html, 422 if form.errors else 200))


def _asked(uuid: UUID, token: str) -> Asked | None:
    """Only wrong addresses are counted: a whole office may answer from behind one of its own."""
    try:
        return service.asked(session(), secret=door().secret_key, uuid=uuid, given=token)
    except NotFound:
        limited(TRIES_BY_ADDRESS)
        raise


def _answer(found: Asked, form: AnswerForm) -> None:
    partstat, where = ANSWERS[form.answer.data]
    service.record_answer(
        session(),
        now=context().clock.now(),
        participation=found.row,
        reply=Reply(partstat, where, form.note.data, form.seen.data),
        via=AnswerVia.LINK,
        actor=found.row.person,
    )


def _page(found: Asked, own: OwnEvent, form: AnswerForm) -> str:
    now = context().clock.now()
    asked = request.args.get("answer", "").lower()
    wanted, given = _WORDS.get(asked, asked), answer_of(own)
    meant = ("in_room", "online") if own.hybrid and wanted == "accepted" else (wanted,)
    return render_template(
        "answers/show.html",
        found=found,
        own=own,
        event=found.event,
        form=form,
        place=found.place,
        is_open=found.is_open(now),
        over=found.event.ends_at <= now,
        wanted=wanted,
        pending=wanted in ANSWERS and given not in meant,
        said="said" in request.args,
        zone=found.row.person.zone,
        now=now,
        clocks=clocks,
        answer_of=answer_of,
    )
