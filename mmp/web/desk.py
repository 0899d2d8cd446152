"""The desk of those who run a programme: its year with what is not done yet, and its months."""

from collections.abc import Mapping

from flask import current_app, redirect, render_template, url_for
from flask_babel import gettext as _, ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from mmp.core.preparation import Gap, Todo
from mmp.core.zones import day_in_zone
from mmp.models import Event, Poll
from mmp.models.enums import Precision
from mmp.services import desk as service, pair_board
from mmp.services.attendance import over_the_year
from mmp.services.balance import members
from mmp.services.desk import Preparation
from mmp.services.polls import is_open
from mmp.services.waiting import waiting
from mmp.web import month as months, pair_board_words
from mmp.web.balance_picture import balance
from mmp.web.context import context, session
from mmp.web.guards import actor, planner
from mmp.web.labels import N_, language_name
from mmp.web.pages import pages
from mmp.web.texts import isolate
from mmp.web.timeline import timeline

_MENDED_IN = {
    Gap.DAY: "pages.edit_event",
    Gap.UNPUBLISHED: "pages.edit_event",
    Gap.AGENDA: "pages.edit_agenda",
    Gap.LIST: "pages.participants",
    Gap.INVITATIONS: "pages.invitations",
    Gap.ANSWERS: "pages.participants",
    Gap.JOIN_LINK: "pages.edit_event",
    Gap.GROUPS: "pages.edit_agenda",
    Gap.GROUPS_DRAFT: "pages.edit_agenda",
    Gap.LANGUAGE: "pages.edit_event",
    Gap.DOCUMENTS: "pages.uploads",
}

_GROUPS = (Gap.GROUPS, Gap.GROUPS_DRAFT)


@pages.get("/programmes/<handle:slug>/desk/")
@planner
def desk(slug: str) -> str:
    """The programme's year for those who run it: next things first, drafts among them."""
    now = context().clock.now()
    programme = service.planned_programme(session(), actor(), slug)
    events = service.planned_events(session(), actor(), programme)
    found = service.preparation(session(), now=now, programme=programme, events=events)
    today = day_in_zone(now, programme.zone)
    left = waiting(session(), actor=actor(), now=now, programme_id=programme.id)
    return render_template(
        "desk/show.html",
        programme=programme,
        timeline=timeline(programme, events, now),
        todos={event.key: _todos(slug, event, found) for event in events},
        answers={event.key: _answers(found.get(event.id)) for event in events},
        pairs=pair_board.check_ins(session(), actor(), now=now, programme=programme),
        pair_words=pair_board_words,
        balance=balance(members(session(), actor(), programme, today)),
        attended=over_the_year(session(), programme, now=now),
        mails=left.mails,
        moved=left.moved,
        around=around,
        may_add="pages.new_event" in current_app.view_functions,
    )


@pages.get("/programmes/<handle:slug>/desk/month/")
@planner
def desk_this_month(slug: str) -> Response:
    """To the month of today."""
    programme = service.planned_programme(session(), actor(), slug)
    today = day_in_zone(context().clock.now(), programme.zone)
    return redirect(url_for("pages.desk_month", slug=slug, month=f"{today:%Y-%m}"))


@pages.get("/programmes/<handle:slug>/desk/month/<month>/")
@planner
def desk_month(slug: str, month: str) -> str:
    """One month as a calendar; each event on its days in its own zone."""
    programme = service.planned_programme(session(), actor(), slug)
    events = service.planned_events(session(), actor(), programme)
    first = months.first_day(month)
    return render_template(
        "desk/month.html",
        programme=programme,
        month=months.month_of(programme, events, first),
        around=around,
        today=day_in_zone(context().clock.now(), programme.zone),
    )


def around(slug: str, key: str) -> list[tuple[str, str, str]]:
    """The pages around an event: endpoint, words, address."""
    places = (
        ("pages.edit_event", _("The event itself")),
        ("pages.edit_agenda", _("Agenda")),
        ("pages.participants", _("People")),
        ("pages.invitations", _("Invitations")),
        ("pages.attendance", _("Attendance")),
        ("pages.uploads", _("Documents")),
        ("pages.reminders", _("Reminders")),
        ("pages.messages", _("Messages")),
    )
    part = actor().part_in(slug)
    hidden = set() if part and part.programme_id in actor().coordinates else {"pages.messages"}
    return [
        (endpoint, words, url_for(endpoint, slug=slug, key=key))
        for endpoint, words in places
        if endpoint in current_app.view_functions and endpoint not in hidden
    ]


def _answers(found: Preparation | None) -> str:
    if found is None or not found.listed:
        return ""
    return str(ngettext("%(num)d person on the list", "%(num)d people on the list", found.listed))


def _todos(
    slug: str, event: Event, found: Mapping[int, Preparation]
) -> list[tuple[Markup, str | None, tuple[str, str] | None]]:
    """What is left to do, in words, each with where it is done, and what finds a day."""
    prepared = found.get(event.id)
    lines: list[tuple[Markup, str | None, tuple[str, str] | None]] = []
    poll = prepared.poll if prepared else None
    fixed = event.precision in (Precision.TIMED, Precision.DAYS)
    if poll and fixed and is_open(poll, context().clock.now()):
        where, words = _day_found_by(slug, event, poll)
        lines.append((isolate(words), where, None))
    for todo in prepared.todos if prepared else ():
        endpoint = _MENDED_IN[todo.gap]
        known = endpoint in current_app.view_functions
        path = url_for(endpoint, slug=slug, key=event.key) if known else None
        if prepared and todo.gap in _GROUPS and len(prepared.ungrouped) == 1:
            uuid = prepared.ungrouped[0]
            path = url_for("pages.breakout_board", slug=slug, key=event.key, uuid=uuid)
        found_by = _day_found_by(slug, event, poll) if todo.gap is Gap.DAY else None
        lines.append((isolate(words_of(todo)), path, found_by))
    return lines


def _day_found_by(slug: str, event: Event, poll: Poll | None) -> tuple[str, str]:
    """Where a day is found: in the poll that asks for it, else in a search."""
    if poll is None:
        return url_for("pages.find_slots", slug=slug, key=event.key), str(_("Find a time"))
    words = _("A poll is open") if is_open(poll, context().clock.now()) else _("The poll is closed")
    return url_for("pages.poll", slug=slug, key=event.key, uuid=poll.uuid), str(words)


def words_of(todo: Todo) -> str:
    """One thing left to do."""
    if todo.gap is Gap.LANGUAGE:
        return str(_("Texts missing: %(language)s", language=language_name(todo.language)))
    return str(_counted(todo) if todo.count else _(_WORDS[todo.gap]))


_WORDS = {
    Gap.DAY: N_("The day is not fixed"),
    Gap.UNPUBLISHED: N_("Not published"),
    Gap.AGENDA: N_("No agenda"),
    Gap.LIST: N_("Nobody is on the list"),
    Gap.INVITATIONS: N_("Invitations not sent"),
    Gap.JOIN_LINK: N_("No join link"),
    Gap.DOCUMENTS: N_("No documents"),
}


def _counted(todo: Todo) -> str:
    count = todo.count
    match todo.gap:
        case Gap.INVITATIONS:
            return str(
                ngettext(
                    "%(num)d person is not invited yet", "%(num)d people are not invited yet", count
                )
            )
        case Gap.GROUPS:
            return str(
                ngettext(
                    "Break-out groups not made yet",
                    "Groups of %(num)d break-outs not made yet",
                    count,
                )
            )
        case Gap.GROUPS_DRAFT:
            return str(
                ngettext(
                    "Break-out groups not applied yet",
                    "Groups of %(num)d break-outs not applied yet",
                    count,
                )
            )
    return str(
        ngettext("%(num)d person has not answered", "%(num)d people have not answered", count)
    )
