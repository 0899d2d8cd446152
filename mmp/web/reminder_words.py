"""Reminders in words: rules, whom they are for, and lines of the plan with their reasons."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _, ngettext
from markupsafe import Markup

from mmp.core.reminders import Rule, Step
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models.enums import (
    AttendanceForm,
    DeliveryState,
    EventForm,
    MembershipRole,
    Partstat,
    ReminderPreset,
)
from mmp.services.reminders import PlanLine, Skipped, reason_words, step_words
from mmp.web import texts, when
from mmp.web.labels import N_, label
from mmp.web.texts import isolate, isolated

_NAMES = {
    "pack": N_("What is good to know, for those who travel"),
    "week": N_("A first reminder"),
    "day": N_("The day before"),
    "hour": N_("The link, just before"),
    "thanks": N_("Thanks afterwards"),
    "chase": N_("Asking for an answer"),
}
PRESETS = {
    ReminderPreset.STANDARD: (
        N_("All that helps"),
        N_("A week, a day and an hour before, thanks afterwards; who is silent is asked."),
    ),
    ReminderPreset.CALM: (
        N_("Only what is needed"),
        N_("A day and an hour before; who is silent is asked once."),
    ),
    ReminderPreset.NONE: (
        N_("None by itself"),
        N_("Nothing goes but the reminders you add."),
    ),
}
STATES = {
    DeliveryState.PLANNED: N_("Planned"),
    DeliveryState.HELD: N_("Held back"),
    DeliveryState.QUEUED: N_("On its way"),
    DeliveryState.SENT: N_("Handed over"),
    DeliveryState.CANCELLED: N_("Called off"),
    DeliveryState.SUPERSEDED: N_("Planned anew"),
    DeliveryState.SKIPPED: N_("Left out"),
    DeliveryState.EXPIRED: N_("Expired"),
    DeliveryState.FAILED: N_("Failed"),
    DeliveryState.SUPPRESSED: N_("Not wanted there"),
}


def presets() -> list[tuple[ReminderPreset, str, str]]:
    """Each set of rules with its name and one sentence."""
    return [(preset, _(name), _(sentence)) for preset, (name, sentence) in PRESETS.items()]


def name(rule: Rule | str) -> Markup:
    """What a rule is called; one of a programme's own by its subject."""
    key = rule if isinstance(rule, str) else rule.key
    if key in _NAMES:
        return isolate(_(_NAMES[key]))
    if isinstance(rule, Rule) and rule.subject:
        return texts.shown(rule.subject)
    return isolate(_("A reminder of your own"))


def timing(rule: Rule) -> Markup:
    """“1 day before it begins, again every 7 days, 3 times in all”."""
    words = _distance(rule)
    if rule.every_days and rule.most > 1:
        every = ngettext("again every %(num)d day", "again every %(num)d days", rule.every_days)
        most = ngettext("%(num)d time in all", "%(num)d times in all", rule.most)
        words = _(", ").join([words, every, most])
    return isolate(words[:1].upper() + words[1:])


def _distance(rule: Rule) -> str:
    if rule.offset == 0:
        moments = {"start": _("when it begins"), "end": _("when it ends")}
        return str(moments.get(rule.anchor, _("right after the invitation")))
    code = f"{'before' if rule.offset < 0 else 'after'}_{rule.anchor}"
    step = {"code": code, "n": abs(rule.offset), "unit": rule.unit}
    return step_words(step, texts.language())


def audience(rule: Rule) -> Markup:
    """Whom it is for: “everyone who has not declined”, or what they must be."""
    limits = [
        (kind, values)
        for kind, values in (
            (MembershipRole, rule.roles),
            (Partstat, rule.answers),
            (AttendanceForm, rule.forms),
        )
        if values
    ]
    if not limits:
        words = _("to everyone who has not declined")
    else:
        ticked = (_either(kind, values) for kind, values in limits)
        words = _("to those with: %(limits)s", limits=_(", ").join(ticked))
    if rule.event_forms:
        forms = _either(EventForm, rule.event_forms)
        words = _("%(words)s, at events: %(forms)s", words=words, forms=forms)
    return isolate(words)


def _either(kind: Iterable[Any], values: Collection[str]) -> str:
    words = [_("“%(word)s”", word=label(one)) for one in kind if one.value in values]
    return str(_(" or ").join(words))


def state(value: DeliveryState) -> Markup:
    """What became of a line."""
    return isolate(_(STATES[value]))


def reason(word: str | None) -> Markup:
    """Why it ended, or why there is none."""
    return isolate(reason_words(word, texts.language())) if word else Markup()


def steps(why: Iterable[Step], *, first: bool = True, own: bool = False) -> list[Markup]:
    """How a line came to its time, step by step; the `first` is what the rule itself says. `own`:
    the line is the reader's."""
    taken = list(why)[0 if first else 1 :]
    words = (step_words(step, texts.language(), own=own) for step in taken)
    return [isolate(one[:1].upper() + one[1:]) for one in words if one]


def at(instant: datetime, zone: str) -> Markup:
    """A moment on somebody's own clock, with its zone."""
    return isolate(when.moment_in_words(instant, zone) + _(", ")) + when.zone_name(zone, instant)


def person_name(line: PlanLine | Skipped) -> Markup:
    """In the page's script, if they gave it so."""
    native = line.name_native if texts.language() == "ar" else None
    return isolated(native or line.name)


@dataclass(frozen=True, slots=True)
class Row:
    """Lines of the plan that are alike but for their people."""

    event_key: str
    title: Translated
    when: When | None
    rule: str
    due_at: datetime
    zone: str
    state: DeliveryState
    reason: str | None
    why: tuple[Step, ...]
    lines: Sequence[PlanLine]


def rows(lines: Iterable[PlanLine]) -> list[Row]:
    """Lines with the same reminder at the same hour of the same clocks, together."""
    found: dict[Any, list[PlanLine]] = defaultdict(list)
    for line in lines:
        alike = (line.event_key, line.rule, line.due_at, line.zone, line.state, line.reason)
        found[*alike, repr(line.why)].append(line)
    return [
        Row(
            those[0].event_key,
            those[0].title,
            those[0].when,
            those[0].rule,
            those[0].due_at,
            those[0].zone,
            those[0].state,
            those[0].reason,
            those[0].why,
            those,
        )
        for those in found.values()
    ]


def groups(found: Iterable[Row]) -> list[list[Row]]:
    """Rows of the same reminder of the same event, together."""
    together: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in found:
        together[row.event_key, row.rule].append(row)
    return list(together.values())


def left_out(skipped: Iterable[Skipped]) -> list[tuple[list[str], str, list[Skipped]]]:
    """Who is left out: the keys of the rules, the reason in a word, and the people. What leaves the
    same people out of several stands there once."""
    found: dict[tuple[str, str], list[Skipped]] = defaultdict(list)
    for one in skipped:
        found[one.reason, one.rule].append(one)
    alike: dict[Any, tuple[list[str], str, list[Skipped]]] = {}
    for (why, rule), those in found.items():
        people = (why, frozenset(one.person_uuid for one in those))
        alike.setdefault(people, ([], why, those))[0].append(rule)
    return list(alike.values())
