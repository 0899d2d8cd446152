"""A message before it goes, as each reader will see it, and after, with what became of it; and as
its reader finds it on a page of their own."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from mmp.adapters.renderer import Rendered, language_for
from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound, UserError
from mmp.core.mail import Site
from mmp.models import Message
from mmp.models.enums import MessageState
from mmp.services import messages as service
from mmp.services.messages import Choice, Fate, Line
from mmp.web import messages_words as words, outbox_words
from mmp.web.context import context, session
from mmp.web.door import door
from mmp.web.errors import sentence
from mmp.web.forms import ConfirmForm
from mmp.web.guards import actor, coordinator, signed_in
from mmp.web.headers import FRAMED_MAIL, WITH_FRAME
from mmp.web.messages import PROGRAMME, page_of
from mmp.web.pages import pages


@pages.get(f"{PROGRAMME}/<uuid:uuid>/")
@coordinator
def message(slug: str, uuid: UUID) -> Response:
    """A draft: who gets it and how it looks. A sent one: what became of it."""
    found = service.message_of(session(), actor(), slug, uuid)
    return _draft(found) if found.state is MessageState.DRAFT else _sent(found)


@pages.get(f"{PROGRAMME}/<uuid:uuid>/html")
@coordinator
def message_html(slug: str, uuid: UUID) -> Response:
    """The mail of one reader by itself, to be framed."""
    found = service.message_of(session(), actor(), slug, uuid)
    line = service.line_for(service.would_get(session(), found), _person())
    if line is None:
        raise NotFound("There is no such mail.")
    answer = make_response(_preview(found, line).html)
    answer.headers.update(FRAMED_MAIL)
    return answer


@pages.post(f"{PROGRAMME}/<uuid:uuid>/sending")
@coordinator
def send_message(slug: str, uuid: UUID) -> Response:
    """Let it go, once."""
    found = service.message_of(session(), actor(), slug, uuid)
    version = request.form.get("version", 0, type=int)
    back = redirect(url_for("pages.message", slug=slug, uuid=uuid), 303)
    try:
        sent = service.send_message(
            session(),
            actor=actor(),
            now=context().clock.now(),
            message=found,
            version=version,
        )
    except UserError as error:
        session().rollback()
        flash(sentence(error))
        return back
    session().commit()
    flash(ngettext("It goes to %(num)d person.", "It goes to %(num)d people.", sent))
    return back


@pages.get("/home/messages/<uuid:uuid>/")
@signed_in
def own_message(uuid: UUID) -> str:
    """A message to oneself, with its documents."""
    found = service.received(
        session(),
        actor(),
        now=context().clock.now(),
        uuid=uuid,
        base_url=context().base_url,
    )
    language = language_for(actor().locale)
    files = [
        (document, service.file_for(document, language))
        for document in found.message.attachments
        if document.files
    ]
    return render_template("messages/own.html", message=found.message, said=found.said, files=files)


def _draft(found: Message) -> Response:
    lines = service.would_get(session(), found)
    line = service.line_for(lines, _person())
    choice = Choice.of(found.audience)
    pairs = service.pairs_of(session(), found.programme) if choice.pairs else []
    people = [one.person for one in lines]
    answer = make_response(
        render_template(
            "messages/draft.html",
            **page_of(found.programme, found.event),
            message=found,
            going=[one for one in lines if one.why_not is None],
            left_out=[one for one in lines if one.why_not is not None],
            audience=words.audience(choice, pairs, people, of_event=found.event is not None),
            missing=words.missing(found, lines),
            line=line,
            mail=_preview(found, line) if line else None,
            code=language_for(locale_for(line.person)) if line else "en",
            files=_files(found, line),
            confirm=ConfirmForm(formdata=None),
        )
    )
    answer.headers["Content-Security-Policy"] = WITH_FRAME
    return answer


def _sent(found: Message) -> Response:
    outcome = service.outcome_of(session(), found)
    people = service.audience(
        session(), programme=found.programme, event=found.event, choice=Choice()
    )
    asked = _person()
    person = next((one.person for one in people if one.person.uuid == asked), None)
    fate = service.fate_of(session(), found, person) if person else None
    html = render_template(
        "messages/sent.html",
        **page_of(found.programme, found.event),
        message=found,
        outcome=outcome,
        went=_by_name(outcome.fates, went=True),
        left_out=_by_name(outcome.fates, went=False),
        people=[one.person for one in people],
        fate=fate,
        mails=outbox_words,
        language_of=language_for,
    )
    return make_response(html)


def _by_name(fates: Any, *, went: bool) -> list[Fate]:
    return [fate for fate in fates if (fate.why_not is None) is went]


def _files(found: Message, line: Line | None) -> list[Any]:
    if line is None or line.person.discreet:
        return []
    language = language_for(locale_for(line.person))
    return [service.file_for(one, language) for one in found.attachments if one.files]


def _preview(found: Message, line: Line) -> Rendered:
    site = Site(context().base_url, secret=door().secret_key)
    now = context().clock.now()
    return service.preview(session(), now=now, message=found, line=line, site=site)


def _person() -> UUID | None:
    try:
        return UUID(request.args.get("person", ""))
    except ValueError:
        return None
