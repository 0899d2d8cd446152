"""Pages and feeds: parse, authorise, call one service, answer."""

from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect

from mmp.adapters.clock import Clock
from mmp.web import (
    account,
    agenda_edits,
    agenda_said,
    answer_lists,
    answers,
    assets,
    attendance,
    breakout_lists,
    breakout_meeting,
    breakout_notes,
    breakouts,
    breakouts_edit,
    dates,
    desk,
    documents as documents_,
    door,
    errors,
    event_edits,
    event_states,
    events,
    first_run,
    guards,
    health,
    history,
    home,
    invitations,
    languages,
    matching,
    matching_review,
    matching_wishes,
    messages,
    messages_sending,
    met,
    mine,
    new_address,
    outbox,
    own_calendars,
    own_hours,
    pair_board,
    pair_board_acts,
    pairs,
    participants,
    participants_many,
    people_desk,
    people_desk_edit,
    people_desk_hours,
    people_desk_join,
    people_desk_many,
    people_desk_privacy,
    people_import,
    people_import_rows,
    people_import_saving,
    poll_answers,
    polls,
    privacy,
    programmes,
    reminder_plans,
    reminder_rules,
    reminders,
    rendering,
    seen,
    sign_in,
    slots,
    subscribe,
    talks,
    time_law,
    unsubscribe,
    uploads,
    working_days,
    worklist,
)
from mmp.web.context import Context
from mmp.web.feeds import feeds
from mmp.web.kept_feeds import KeptFeeds
from mmp.web.pages import Handle, Token, pages
from mmp.web.proxies import BelowPath, TrustedProxies, path_of
from mmp.web.sessions import PageSessions

PAGES = (
    *(home, programmes, events, documents_, subscribe, sign_in, account, first_run),
    *(event_edits, event_states),
    *(people_import, people_import_rows, people_import_saving),
    *(people_desk, people_desk_edit, people_desk_hours, people_desk_join),
    *(people_desk_many, people_desk_privacy),
    *(pair_board, pair_board_acts, attendance),
    *(matching, matching_review, matching_wishes),
    *(dates, time_law, own_hours, own_calendars, working_days, slots, polls),
    *(breakouts, breakouts_edit, breakout_meeting, breakout_lists, breakout_notes, met),
    *(desk, agenda_edits, agenda_said, participants, participants_many, invitations, uploads),
    *(messages, messages_sending, reminders, reminder_rules, reminder_plans),
    *(mine, seen, pairs, talks, outbox, worklist, answers, answer_lists, unsubscribe),
    *(poll_answers,),
    *(privacy, new_address, history),
)
"""Imported for their views, which stand on the pages' blueprint."""


def install(
    app: Flask,
    *,
    clock: Clock,
    feed_secret: str,
    base_url: str,
    documents: Path,
    mail_is_kept: bool,
    trusted_proxies: tuple[str, ...],
) -> None:
    """Give the application its context, hooks and addresses."""
    app.extensions["mmp"] = Context(
        clock=clock,
        feed_secret=feed_secret,
        base_url=base_url,
        documents=documents,
        mail_is_kept=mail_is_kept,
    )
    app.extensions["mmp.kept_feeds"] = KeptFeeds()
    app.session_interface = PageSessions()
    # Pages with a secret address send no Referer, so that CSRF cannot ask for one; the token stays.
    app.config.update(WTF_CSRF_SSL_STRICT=False, WTF_CSRF_TIME_LIMIT=None)
    # A mail program that posts for its reader has no token of ours: the address has one.
    CSRFProtect(app).exempt(unsubscribe.unsubscribe)
    door.install(app, base_url=base_url)
    languages.install(app)
    rendering.install(app)
    errors.install(app)
    assets.install(app)
    app.add_template_global(guards.shown_actor, "actor")
    app.url_map.converters.update(handle=Handle, token=Token)
    app.register_blueprint(feeds)
    app.register_blueprint(health.health)
    app.register_blueprint(home.home)
    app.register_blueprint(pages)
    if path := path_of(base_url):
        app.config["SESSION_COOKIE_PATH"] = path
        app.wsgi_app = BelowPath(app.wsgi_app, path)  # type: ignore[method-assign]  # as below
    if trusted_proxies:
        app.wsgi_app = TrustedProxies(app.wsgi_app, trusted_proxies)  # type: ignore[method-assign]  # Flask's own way
