"""A mentor's own pages: home, agenda, months, an event; and the answer to an invitation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.core.errors import UserError
from mmp.core.zones import day_in_zone, to_utc
from mmp.models import Break, Person
from mmp.models.enums import AttendanceForm, DeliveryState, Partstat, Precision
from mmp.services import (
    answers,
    consents,
    matching,
    mine as service,
    polls,
    programmes,
    reminders,
)
from mmp.services.breakouts.own_group import OwnGroup
from mmp.services.documents import documents_of, own_documents
from mmp.services.mine import Fellow, OwnEvent, OwnPart, Reply
from mmp.services.reminders import PlanLine
from mmp.web import (
    agenda as agendas,
    clocks,
    month as month_,
    own_month as own_month_,
    own_pairs,
    people,
    reminder_words,
)
from mmp.web.breakout_meeting_words import group_name
from mmp.web.context import context, session
from mmp.web.forms import refuse
from mmp.web.guards import actor, signed_in
from mmp.web.mine_forms import ANSWERS, AnswerForm, answer_of
from mmp.web.pages import pages

SHOWN_UNANSWERED = SHOWN_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the agenda: an event, or a break of a programme."""

    day: date
    own: OwnEvent | None
    pause: Break | None


@dataclass(frozen=True, slots=True)
class Month:
    """The lines that begin in one month."""

    first: date
    lines: list[Line]


@pages.get("/home/")
@signed_in
def own_home() -> str:
    """What is next, whether one answered, who the partner is, which group: at a glance."""
    now, who = context().clock.now(), actor()
    events = service.own_events(session(), who, since=now)
    coming = service.coming(events, now)
    others = [one for one in events if one is not coming]
    waiting = [one for one in others if one.unanswered(now)][:SHOWN_UNANSWERED]
    ahead = [one for one in others if one not in waiting]
    parts: list[OwnPart] = []
    groups: list[OwnGroup] = []
    if coming:
        _own, parts, groups = service.with_parts(session(), who, coming.event.uuid)
        parts = [one for one in parts if not _is_over(one, now)]
        groups = [one for one in groups if one.reports or not _is_over(one, now)]
    return render_template(
        "mine/home.html",
        coming=coming,
        place=_place(coming),
        parts=parts,
        groups=groups,
        waiting=waiting,
        ahead=ahead[:SHOWN_AHEAD],
        pairs=own_pairs.glance(now),
        wishes=matching.waiting_for(session(), who, now=now),
        polls=polls.own_open(session(), actor=who, now=now),
        documents=own_documents(session(), who),
        reminder=_next_reminder(now),
        reminder_words=reminder_words,
        form=AnswerForm(formdata=None),
        desks=[part for part in who.parts.values() if part.programme_id in who.plans],
        **_shared(now),
    )


def _is_over(one: OwnPart | OwnGroup, now: datetime) -> bool:
    """At a glance counts what lies ahead: of a gathering of days, not the session of yesterday."""
    return one.item.ends_at is not None and one.item.ends_at <= now


def _next_reminder(now: datetime) -> PlanLine | None:
    """What comes next by mail."""
    person = session().get_one(Person, actor().person_id)
    lines = reminders.plan_of_person(session(), now=now, person=person, back=timedelta())
    return next((line for line in lines if line.state is DeliveryState.PLANNED), None)


@pages.get("/agenda/")
@signed_in
def own_agenda() -> str:
    """All one's events in the order of the clock, with the breaks between."""
    now, who = context().clock.now(), actor()
    events = service.own_events(session(), who)
    ahead = [one for one in events if one.event.ends_at > now]
    today = day_in_zone(now, who.zone)
    last = max([day_in_zone(one.event.ends_at, who.zone) for one in ahead], default=today)
    breaks = service.breaks_of(session(), who, today, last)
    return render_template(
        "mine/agenda.html",
        months=_by_month(ahead, breaks),
        past=[one for one in reversed(events) if one.event.ends_at <= now],
        **_shared(now),
    )


@pages.get("/month/")
@signed_in
def own_this_month() -> Response:
    """To the month of today, where one lives."""
    today = day_in_zone(context().clock.now(), actor().zone)
    return redirect(url_for("pages.own_month", month=f"{today:%Y-%m}"))


@pages.get("/month/<month>/")
@signed_in
def own_month(month: str) -> str:
    """One month of one's events, each on its days in one's own zone."""
    now, who = context().clock.now(), actor()
    first = month_.first_day(month)
    weeks = own_month_.days_shown(first)
    days = (weeks[0][0], weeks[-1][-1] + timedelta(days=1))
    since, until = (to_utc(datetime.combine(day, time()), who.zone) for day in days)
    events = service.own_events(session(), who, since=since, until=until)
    breaks = service.breaks_of(session(), who, *days)
    return render_template(
        "mine/month.html",
        month=own_month_.month_of(first, weeks, events, breaks, who.zone),
        today=day_in_zone(now, who.zone),
        **_shared(now),
    )


@pages.get("/my/events/<uuid:uuid>/")
@signed_in
def own_event(uuid: UUID) -> Response:
    """An event for who is on its list; a talk is on the page of its pair."""
    return _event_page(uuid)


@pages.post("/my/events/<uuid:uuid>/answer")
@signed_in
def own_answer(uuid: UUID) -> Response:
    """Take one's answer, from home or from the event's page."""
    form = AnswerForm()
    if form.validate():
        partstat, where = ANSWERS[form.answer.data]
        try:
            outcome = service.answer(
                session(),
                now=context().clock.now(),
                actor=actor(),
                uuid=uuid,
                reply=Reply(partstat, where, form.note.data, form.seen.data),
            )
        except UserError as error:
            session().rollback()
            refuse(form, error)
        else:
            session().commit()
            flash(_said(partstat, where, waits=outcome.place is not None))
            home = request.form.get("from") == "home"
            return redirect(
                url_for("pages.own_home") if home else url_for("pages.own_event", uuid=uuid), 303
            )
    return _event_page(uuid, form)


def _event_page(uuid: UUID, form: AnswerForm | None = None) -> Response:
    now, who = context().clock.now(), actor()
    own, parts, groups = service.with_parts(session(), who, uuid)
    form = form or AnswerForm.of(own)
    if own.event.pair is not None:
        return redirect(url_for("pages.pair", uuid=own.event.pair.uuid))
    event = programmes.public_event(session(), own.event.programme.slug, own.event.key)
    # Who takes part knows the mentors; nobody is named who does not want to be listed.
    known = replace(
        consents.naming(session(), event.programme, people.people_of(event)), mentors=frozenset()
    )
    listed = service.fellows(session(), who, event, [one.group.id for one in groups])
    html = render_template(
        "mine/event.html",
        own=own,
        place=_place(own),
        event=event,
        programme=event.programme,
        contact=people.contact_of(event, known),
        agenda=agendas.days(event, known),
        recommendations=agendas.recommendations(event),
        zone_note=agendas.zone_note(event),
        parts=parts,
        groups=groups if not own.cancelled else [],
        with_me=_with_me(listed, who.person_id),
        fellows=_groups(listed),
        documents=documents_of(session(), event),
        form=form,
        over=event.ends_at <= now,
        **_shared(now),
    )
    return make_response(html, 422 if form.errors else 200)


def _with_me(listed: Iterable[Fellow], person_id: int | None) -> dict[int, list[Person]]:
    """Who sits in one's own groups, of those who may be named."""
    found: dict[int, list[Person]] = {}
    for one in listed:
        for group in one.groups if one.person.id != person_id else ():
            found.setdefault(group, []).append(one.person)
    return found


def _place(own: OwnEvent | None) -> int | None:
    """One's place in the line of those who wait for a seat."""
    if own is None or own.answer is None or not own.waits:
        return None
    return answers.place_in_line(session(), own.answer, own.event.form)


def _shared(now: datetime) -> dict[str, object]:
    return {
        "now": now,
        "zone": actor().zone,
        "clocks": clocks,
        "answer_of": answer_of,
        "group_name": group_name,
        "notes_page": _notes_page,
    }


def _notes_page(own: OwnGroup) -> str:
    return url_for("pages.group_notes", uuid=own.group.uuid)


def _by_month(events: Iterable[OwnEvent], breaks: Iterable[Break]) -> list[Month]:
    """Events and breaks in order, by the month in which they begin where the reader lives."""
    lines = [Line(_day_of(one), one, None) for one in events]
    lines += [Line(row.starts_on, None, row) for row in breaks]
    lines.sort(key=lambda line: line.day)
    return [
        Month(first, list(those))
        for first, those in groupby(lines, key=lambda line: line.day.replace(day=1))
    ]


def _day_of(one: OwnEvent) -> date:
    event = one.event
    if event.starts_at is not None and event.starts_local is not None:
        return day_in_zone(event.starts_at, actor().zone)
    day = event.last_day if event.precision == Precision.MONTH else event.first_day
    return day or event.last_day or event.ends_at.date()


def _groups(people: Iterable[Fellow]) -> list[list[Fellow]]:
    """People as they stand in the list: a pair in one line, others alone."""
    groups: list[list[Fellow]] = []
    for one in people:
        if groups and one.pair is not None and groups[-1][0].pair == one.pair:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _said(partstat: Partstat, where: AttendanceForm | None, *, waits: bool) -> str:
    if waits:
        return str(_("You said yes. Every seat is taken, so you are on the waiting list."))
    if partstat is Partstat.DECLINED:
        return str(_("You said no. You can change your answer until it is over."))
    if partstat is Partstat.TENTATIVE:
        return str(_("You said maybe. Say yes or no once you know."))
    if where is AttendanceForm.IN_ROOM:
        return str(_("You said yes, in the room."))
    if where is AttendanceForm.ONLINE:
        return str(_("You said yes, online."))
    return str(_("You said yes."))
