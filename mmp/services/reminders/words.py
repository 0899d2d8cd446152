"""Why a line of the plan is when it is, and why somebody gets none, in a reader's language."""

from datetime import date, time

from babel.dates import format_date

from mmp.adapters.hours import clock
from mmp.adapters.renderer import locale_of
from mmp.adapters.renderer.times import city_of
from mmp.adapters.translations import catalogue, of_city
from mmp.core.reminders import Step


def step_words(step: Step, locale: str, *, own: bool = False) -> str:
    """A step of `Delivery.why` as a sentence without a full stop, for example “21:30 the evening
    before, because 02:00 is night in New York”; `own` where the reader is whom it is about."""
    code = str(step["code"])
    if code.startswith(("before_", "after_")):
        return _distance(step, locale)
    if code.startswith("night_") or code == "put_off":
        return _night(step, locale)
    if code.startswith("weekend"):
        return _weekend(step, locale, own=own)
    _ = catalogue(locale).gettext
    if code == "late":
        return _("sent late, once, because its time had passed when it was planned")
    if code == "enough_today":
        return _("the next morning, because people get no more than three such mails a day")
    return ""


def _distance(step: Step, locale: str) -> str:
    _, ngettext = catalogue(locale).gettext, catalogue(locale).ngettext
    n = int(step["n"])
    length = {
        "days": ngettext("%(n)s day", "%(n)s days", n),
        "hours": ngettext("%(n)s hour", "%(n)s hours", n),
        "minutes": ngettext("%(n)s minute", "%(n)s minutes", n),
    }[step["unit"]] % {"n": n}
    sentence = {
        "before_start": _("%(length)s before it begins"),
        "after_start": _("%(length)s after it has begun"),
        "before_end": _("%(length)s before it ends"),
        "after_end": _("%(length)s after it has ended"),
        "after_invited": _("%(length)s after the invitation"),
    }[step["code"]]
    if again := int(step.get("again", 0)):
        return _("%(sentence)s, reminder number %(number)s") % {
            "sentence": sentence % {"length": length},
            "number": again + 1,
        }
    return str(sentence % {"length": length})


def _night(step: Step, locale: str) -> str:
    _ = catalogue(locale).gettext
    values = {
        "at": _clock(step["at"], locale),
        "to": _clock(step["to"], locale) if "to" in step else "",
        "city": of_city(city_of(step["zone"], locale_of(locale)), locale),
    }
    if step["code"] == "night_kept":
        return _("%(at)s, although it is night in %(city)s: the morning would be too late") % values
    if step["code"] == "put_off":
        return _("%(to)s, because mail had not left in time and it was night in %(city)s") % values
    if step["code"] == "night_later":
        return _("%(to)s, because %(at)s is night in %(city)s") % values
    if step["same_day"]:
        return _("%(to)s the same evening, because %(at)s is night in %(city)s") % values
    return _("%(to)s the evening before, because %(at)s is night in %(city)s") % values


def _weekend(step: Step, locale: str, *, own: bool) -> str:
    _ = catalogue(locale).gettext
    values = {"day": _weekday(step["day"], locale), "to": _weekday(step["to"], locale)}
    if step["code"] == "weekend_kept":
        if own:
            return (
                _("%(day)s, although it is your weekend: the working day before has passed")
                % values
            )
        return (
            _("%(day)s, although it is their weekend: the working day before has passed") % values
        )
    if own:
        return _("%(to)s, because %(day)s is your weekend") % values
    return _("%(to)s, because %(day)s is their weekend") % values


def reason_words(reason: str, locale: str) -> str:
    """Why a line ended or there is none, in a short sentence; the word itself where it is none of
    ours."""
    _ = catalogue(locale).gettext
    return {
        "answer": _("The reminder is for people with another answer."),
        "answered": _("They have answered."),
        "applied": _("They have applied and are not on the list yet."),
        "waiting": _("They are on the waiting list."),
        "by_coordinator": _("It is held back."),
        "declined": _("They have declined."),
        "event_cancelled": _("The event is cancelled."),
        "event_draft": _("The event is a draft."),
        "event_form": _("The reminder is not for events of this form."),
        "form": _("The reminder is for people who take part in another way."),
        "left": _("They have left the programme."),
        "moved": _("The event was moved, and they were told."),
        "newer_reminder": _("A later reminder of the event went instead."),
        "no_address": _("They have no mail address."),
        "no_day_yet": _("The event has no day yet."),
        "not_invited": _("They have not been invited by mail yet."),
        "not_on_list": _("They are not on the list."),
        "not_true_any_more": _("It was not true any more when it was to leave."),
        "opted_out": _("They want no reminders of this programme."),
        "overdue": _("Mail did not leave for a while, and it came too late."),
        "past": _("Its time had passed when it was planned."),
        "restored from a backup": _("It is held since a backup was restored."),
        "role": _("The reminder is for people with another role."),
        "rule_gone": _("There is no such reminder any more."),
        "rule_off": _("The reminder is switched off."),
        "suppressed": _("Their address refuses mail."),
        "taken_off": _("They were taken off the list."),
        "talk": _("The reminder is not for talks of pairs."),
        "told_recently": _("They had heard of the event in the twelve hours before."),
        "too_late": _("It would have come too late."),
    }.get(reason, reason)


def _clock(written: str, locale: str) -> str:
    return clock(time.fromisoformat(written), locale_of(locale))


def _weekday(written: str, locale: str) -> str:
    day = date.fromisoformat(written)
    return str(format_date(day, "EEEE d MMMM", locale=locale_of(locale)))
