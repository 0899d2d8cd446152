"""What was changed, in words: the fields of an event and what they held."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from mmp.adapters.translations import direction
from mmp.core.event_changes import Effect, Remark, when_from
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models import Event, HistoryEntry, Programme
from mmp.models.enums import EventForm, EventStatus
from mmp.web import labels, texts, when as whens
from mmp.web.labels import N_

FIELD_WORDS = {
    "title": N_("Title"),
    "description": N_("Description"),
    "guiding_questions": N_("Guiding questions"),
    "when": N_("When"),
    "form": N_("Form"),
    "venue": N_("Venue"),
    "address": N_("Address"),
    "city": N_("City"),
    "country": N_("Country"),
    "join_link": N_("Link to join"),
    "theme": N_("Theme"),
    "series": N_("Series"),
    "number": N_("Number in its series"),
    "capacity": N_("Places"),
    "contact": N_("Contact"),
    "predecessors": N_("Builds on"),
    "status": N_("Status"),
    "reason": N_("What was said"),
    "copied_from": N_("Copied from"),
    "expected": N_("Expected"),
    "room": N_("Room"),
    "kind": N_("Kind"),
    "starts_at": N_("Start, in UTC"),
    "tz_version": N_("Time zone data"),
}
STATUS_WORDS = {
    EventStatus.DRAFT: N_("Draft"),
    EventStatus.PUBLISHED: N_("Published"),
    EventStatus.CANCELLED: N_("Cancelled"),
}
_ACTIONS = {
    ("event", "created"): N_("%(who)s made this event"),
    ("event", "copied"): N_("%(who)s made this event as a copy"),
    ("event", "changed"): N_("%(who)s changed this event"),
    ("event", "published"): N_("%(who)s published this event"),
    ("event", "cancelled"): N_("%(who)s cancelled this event"),
    ("event", "restored"): N_("%(who)s restored this event"),
    ("event", "law_of_time"): N_("%(who)s let this event follow a new law of time"),
    ("agenda_item", "law_of_time"): N_("%(who)s let “%(item)s” follow a new law of time"),
    ("event", "invited"): N_("%(who)s invited people by mail"),
    ("event", "deleted"): N_("%(who)s deleted this event"),
    ("event", "undeleted"): N_("%(who)s brought this event back"),
    ("agenda_item", "created"): N_("%(who)s added “%(item)s” to the agenda"),
    ("agenda_item", "changed"): N_("%(who)s changed “%(item)s” in the agenda"),
    ("agenda_item", "removed"): N_("%(who)s took “%(item)s” off the agenda"),
    ("agenda_item", "cancelled"): N_("%(who)s cancelled “%(item)s” in the agenda"),
    ("agenda_item", "reinstated"): N_("%(who)s restored “%(item)s” in the agenda"),
    ("agenda_item", "restored"): N_("%(who)s put “%(item)s” back into the agenda"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What handles mean: themes, series, people and events by theirs."""

    themes: Mapping[str, str] = field(default_factory=dict)
    series: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)


def names_in(
    programme: Programme, people: Mapping[str, str], events: Mapping[str, Translated]
) -> Names:
    """Those of a programme whose themes and series are loaded."""
    return Names(
        themes={row.key: texts.plain(row.title) for row in programme.themes},
        series={row.key: texts.plain(row.name) for row in programme.series},
        people=people,
        events={key: texts.plain(title) for key, title in events.items()},
    )


def field_name(name: str) -> str:
    """“Link to join”; of what no form knows its own name."""
    return str(_(FIELD_WORDS[name])) if name in FIELD_WORDS else name.replace("_", " ")


def status_name(status: EventStatus) -> str:
    """“Draft”."""
    return str(_(STATUS_WORDS[status]))


def value(name: str, found: Any, names: Names) -> Markup:
    """What a field held, as the history keeps it, in words."""
    if found is None or found in ("", [], {}):
        return Markup('<span class="quiet">{}</span>').format(_("nothing"))
    if name == "when" and isinstance(found, Mapping):
        return when_in_words(found)
    known: Mapping[str, Mapping[str, str]] = {
        "theme": names.themes,
        "series": names.series,
        "contact": names.people,
        "predecessors": names.events,
        "copied_from": names.events,
    }
    if name in known:
        keys = found if isinstance(found, list) else [found]
        unknown = _("A participant") if name == "contact" else None
        those = (str(known[name].get(str(key), unknown or key)) for key in keys)
        return escape(_(", ")).join(texts.isolated(word) for word in those)
    return _word(name, found)


def _word(name: str, found: Any) -> Markup:
    if name == "form" and found in set(EventForm):
        return texts.isolate(labels.label(EventForm(found)))
    if name == "status" and found in set(EventStatus):
        return texts.isolate(status_name(EventStatus(found)))
    if name == "country":
        return texts.isolate(labels.country(str(found)))
    if name == "starts_at":
        at = datetime.fromisoformat(str(found))
        return texts.isolate(whens.moment_in_words(at, "UTC") + _(", ") + "UTC")
    if isinstance(found, Mapping):
        return _in_languages(found)
    if isinstance(found, list):
        parts = [_word(name, part) for part in found]
        return Markup("<br>").join(parts)
    return texts.isolated(str(found))


def _in_languages(text: Mapping[str, Any]) -> Markup:
    return Markup("<br>").join(
        Markup('<span class="quiet small">{}</span> <span lang="{}" dir="{}">{}</span>').format(
            labels.language_name(code), code, direction(code), words
        )
        for code, words in text.items()
        if isinstance(words, str)
    )


def when_in_words(found: Mapping[str, Any]) -> Markup:
    """A time as the history keeps it."""
    try:
        return time_in_words(when_from(found))
    except (KeyError, ValueError, TypeError):
        return texts.isolated(" – ".join(str(part) for part in found.values()))


def time_in_words(time: When) -> Markup:
    """“Thursday, 18 June 2026, 13:00–15:30, Stockholm time (UTC+2)”."""
    days = texts.isolate(whens.full_days_of(time))
    if time.starts_local is None or time.ends_local is None:
        return days
    starts_at = time.span().starts_at
    assert starts_at is not None  # it is timed
    clock = texts.isolate(whens.clock_times(time.starts_local, time.ends_local))
    return escape(_(", ")).join([days, clock, whens.zone_name(time.zone, starts_at)])


def effect_in_words(effect: Effect) -> tuple[Markup, Markup]:
    """The local times before and after; empty where no hour is known."""

    def words(span: Any) -> Markup:
        if span is None:
            return Markup()
        starts, ends = (moment.replace(tzinfo=None) for moment in span)
        parts = [whens.full_days(starts, ends), whens.clock_times(starts, ends)]
        return escape(_(", ")).join(texts.isolate(part) for part in parts)

    return words(effect.before), words(effect.after)


def remark_in_words(remark: Remark) -> str:
    """What the clocks do at that hour, and what is therefore meant."""
    day = whens.long_day(remark.wall.date())
    starts = When.days(remark.wall.date(), remark.wall.date(), remark.zone).span().starts_at
    assert starts is not None  # whole days have one
    zone = whens.zone_name(remark.zone, starts).striptags()
    if remark.skipped:
        return str(
            _(
                "On %(day)s the clocks of %(zone)s skip %(time)s; it becomes %(meant)s.",
                day=day,
                zone=zone,
                time=whens.clock_time(remark.wall),
                meant=whens.clock_time(remark.meant),
            )
        )
    return str(
        _(
            "On %(day)s the clocks of %(zone)s show %(time)s twice; the first is meant.",
            day=day,
            zone=zone,
            time=whens.clock_time(remark.wall),
        )
    )


def past_in_words(time: whens.Whenever) -> Markup:
    """That the time set is over: a mistyped year does that."""
    if time.first_day != time.last_day:
        return texts.isolate(_("These days are over. Is the year right?"))
    return texts.isolate(_("This day is over. Is the year right?"))


def action(entry: HistoryEntry, event: Event) -> Markup:
    """Who did what, as one sentence."""
    who = texts.name_of(entry.actor) if entry.actor else texts.isolate(_("The programme file"))
    item = next((row for row in event.agenda if row.uuid == entry.subject_uuid), None)
    known = _ACTIONS.get((entry.subject_kind, entry.action), N_("%(who)s changed this event"))
    title = texts.shown(item.title) if item else Markup()
    return Markup(_(known)) % {"who": who, "item": title}  # noqa: S704  our own sentence, values escape


def changes(entry: HistoryEntry) -> list[tuple[str, list[Any]]]:
    """What an entry says changed, as far as it can be put in words."""
    return [
        (name, change)
        for name, change in entry.changes.items()
        if isinstance(change, list) and len(change) == 2 and name in FIELD_WORDS
    ]


def zone_of(effect: Effect, when: When) -> Markup:
    """The zone of those who live there, with its offset on the day of the event."""
    instant = effect.after[0] if effect.after else when.span().ends_at
    return whens.zone_name(effect.zone, instant)
