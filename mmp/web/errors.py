"""Errors as pages: what went wrong and what to do about it, in the reader's language."""

import re
from typing import Final

from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from mmp.core.errors import UserError
from mmp.web import languages
from mmp.web.context import session
from mmp.web.headers import secure
from mmp.web.labels import N_

_STATUS = {"not_found": 404, "stale": 409}
_WORDS = {
    400: (
        N_("This request cannot be read"),
        N_("Go back, load the page again and try once more."),
    ),
    404: (
        N_("There is nothing here"),
        N_("The address may be mistyped, or what it showed is not public."),
    ),
    405: (N_("That cannot be done here"), N_("Go back and follow the links of the page.")),
    409: (N_("This was changed by someone else"), N_("Load the page again to see how it is now.")),
    413: (N_("That is too large"), N_("Send a smaller file or a shorter text.")),
    429: (N_("Too many requests"), N_("Wait a minute, then try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("It has been noted. Try again in a while; nothing was changed."),
    ),
}
_BROKEN_LINK: Final = (
    N_("This link leads nowhere"),
    N_("Was it copied whole? Sign in, or answer the mail: that reaches your coordinator."),
)
_FROM_MAILS = re.compile(r"/[a-z]+/(answer|talks|wishes|polls|sign-in/links|unsubscribe)/")
"""Where links of mails lead: of one cut short not even the address is known."""


def install(app: Flask) -> None:
    """Let every error end in a page."""
    app.register_error_handler(UserError, _user_error)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(HTTPException, _http_error)


def sentence(error: UserError) -> str:
    """What the error tells the person, in the language of the page."""
    return str(_(error.message, **error.values))


def _user_error(error: UserError) -> Response:
    status = _STATUS.get(error.code, 400)
    return _page(status, Response(status=status), sentence_of=error)


def _overtaken(error: StaleDataError | IntegrityError) -> Response:
    """Somebody wrote the same rows at the same moment. The view is asked once more: now it reads
    what they wrote, and says so beside what was typed, or finds a thing sent twice already made."""
    session().rollback()
    if g.get("overtaken"):
        if isinstance(error, IntegrityError):
            raise error  # not of the moment, then: a fault of ours
        return _page(409, Response(status=409))
    g.overtaken = True
    for file in request.files.values():
        file.stream.seek(0)
    try:
        return current_app.make_response(current_app.dispatch_request())
    except (UserError, HTTPException, StaleDataError, IntegrityError) as again:
        return current_app.make_response(current_app.handle_user_exception(again))


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, MethodNotAllowed) and (above := _page_above()):
        return secure(Response(status=303, headers={"Location": above}))
    answer = Response(status=error.code, headers=dict(error.get_headers()))
    if isinstance(error, InternalServerError) or (error.code or 500) >= 500:
        return _page(500, answer)
    return _page(error.code or 500, answer)


def _page_above() -> str:
    """Where a form lies that was sent to this address, which is none to look at: whoever loads it
    again, or asks for it in another language, comes there. Empty where there is none."""
    above = f"{request.path.rstrip('/').rpartition('/')[0]}/"
    if request.method not in ("GET", "HEAD") or request.url_rule is not None:
        return ""
    try:
        current_app.create_url_adapter(request).match(above, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return ""
    return request.script_root + above


def _page(status: int, answer: Response, sentence_of: UserError | None = None) -> Response:
    if request.path.startswith(("/feeds/", "/static/")):
        answer.content_type = "text/plain; charset=utf-8"
        answer.data = f"{status}\n"
        return secure(answer)
    languages.use(languages.of_path())
    title, remedy = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
    cut = status == 404 and _FROM_MAILS.match(request.path) is not None
    if cut:
        (title, remedy), sentence_of = _BROKEN_LINK, None
    answer.content_type = "text/html; charset=utf-8"
    answer.data = render_template(
        "errors/error.html",
        status=status,
        title=_(title),
        remedy=_(remedy),
        sentence=sentence(sentence_of) if sentence_of else "",
        cut=cut,
    )
    answer.headers["Cache-Control"] = "no-store"
    return secure(answer)
