"""The outbox for coordinators: every mail of their programmes, as it went or would go now."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound
from mmp.core.mail import Site
from mmp.models import Mail, Person
from mmp.models.mail import MailState
from mmp.services import outbox as service
from mmp.services.outbox.views import MailDetail, is_private
from mmp.web import languages, outbox_words
from mmp.web.context import context, session
from mmp.web.door import door
from mmp.web.guards import actor, public, signed_in
from mmp.web.headers import FRAMED_MAIL, WITH_FRAME
from mmp.web.home import home
from mmp.web.outbox_choice import ACTS, Act, Chosen
from mmp.web.pages import pages

AT_ONCE = 50
_LARGEST = 2**31 - 1
"""What a database's number can be."""


@home.get("/outbox/")
@public
def outbox_anywhere() -> Response:
    """To the outbox in the reader's language."""
    answer = redirect(url_for("pages.outbox", language=languages.negotiated()))
    answer.vary.add("Accept-Language")
    return answer


@pages.get("/outbox/")
@signed_in
def outbox() -> str:
    """All mail of the programmes one coordinates, newest first."""
    who, chosen = _coordinator(), Chosen.of_address()
    found = service.mail_list(
        session(), actor=who, which=chosen.filter, before=_before(), limit=AT_ONCE + 1
    )
    mails = found[:AT_ONCE]
    counts = service.counts(session(), chosen.of_all_states, actor=who)
    return render_template(
        "outbox/list.html",
        mails=mails,
        chosen=chosen,
        counts=counts,
        useful=[(act, n) for act in ACTS.values() if (n := act.count(who, chosen, counts))],
        kinds=service.kinds(session(), actor=who),
        states=MailState,
        older=mails[-1].id if len(found) > AT_ONCE else None,
        newest=_before() is None,
        trouble=service.latest_trouble(session()),
        kept=context().mail_is_kept,
        **_shared(),
    )


@pages.get("/outbox/<uuid:uuid>/")
@signed_in
def outbox_mail(uuid: UUID) -> Response:
    """One mail with what became of it."""
    found = _detail(uuid)
    html = render_template(
        "outbox/mail.html",
        mail=found.mail,
        parts=found.rendered,
        unshown=found.unshown,
        acts=[act for act in ACTS.values() if act.can(found.mail)],
        done=service.mail_history(session(), uuid),
        came_back=service.came_back(session(), found.mail),
        **_shared(),
    )
    answer = make_response(html)
    answer.headers["Content-Security-Policy"] = WITH_FRAME
    return answer


@pages.get("/outbox/<uuid:uuid>/html")
@signed_in
def outbox_html(uuid: UUID) -> Response:
    """The HTML of a mail by itself, to be framed by its page."""
    found = _detail(uuid)
    if found.rendered is None:
        raise NotFound("There is no such mail.")
    answer = make_response(found.rendered.html)
    answer.headers.update(FRAMED_MAIL)
    return answer


@pages.route("/outbox/holds/", methods=["GET", "POST"])
@signed_in
def hold_mail() -> Response:
    """Keep mail back that waits."""
    return _act(ACTS["hold"])


@pages.route("/outbox/releases/", methods=["GET", "POST"])
@signed_in
def release_mail() -> Response:
    """Let held mail go."""
    return _act(ACTS["release"])


@pages.route("/outbox/retries/", methods=["GET", "POST"])
@signed_in
def retry_mail() -> Response:
    """Try mail again that failed or expired."""
    return _act(ACTS["retry"])


def _act(act: Act) -> Response:
    """GET says what would happen to the mails that the address chooses, POST does it. One mail's
    page has the buttons itself; of many nothing is touched that came after they were counted."""
    who, chosen = _coordinator(), Chosen.of_address()
    if request.method != "POST":
        mails = service.mail_list(session(), actor=who, which=act.within(chosen), limit=1)
        counted = service.counts(session(), act.within(chosen), actor=who)
        html = render_template(
            "outbox/act.html",
            act=act,
            chosen=chosen,
            count=sum(counted.values()),
            until=mails[0].id if mails else 0,
            **_shared(),
        )
        return make_response(html)
    count = act.do(session(), now=context().clock.now(), actor=who, which=chosen.filter)
    session().commit()
    flash(act.done(count))
    if chosen.mail is not None and count:
        return redirect(url_for("pages.outbox_mail", uuid=chosen.mail), 303)
    return redirect(url_for("pages.outbox", **chosen.values), 303)


def _coordinator() -> Person:
    """Who is asking, if they coordinate a programme and signed in with more than a link."""
    who = actor()
    if not who.coordinates:
        raise NotFound("There is no such page.")
    return session().get_one(Person, who.person_id)


def _detail(uuid: UUID) -> MailDetail:
    site = Site(context().base_url, secret=door().secret_key)
    return service.mail_detail(session(), actor=_coordinator(), uuid=uuid, site=site)


def _before() -> int | None:
    number = request.args.get("before", type=int)
    return number if number is not None and 0 < number <= _LARGEST else None


def _language(mail: Mail) -> str:
    return language_for(locale_for(mail.person))


def _shared() -> dict[str, Any]:
    return {"words": outbox_words, "is_private": is_private, "language_of_mail": _language}
