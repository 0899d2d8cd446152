"""The board of pairs in words: states with their thresholds, and what was done to a pair."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from flask_babel import gettext as _, ngettext
from markupsafe import Markup, escape

from mmp.core.nudging import MOST, Refusal, Refused
from mmp.core.pair_health import NEAR, NEW, QUIET, Because, Health, Judged
from mmp.models import HistoryEntry, Pair, Person
from mmp.services.pair_board import PairLine, Plenaries, Together
from mmp.web import clocks, texts, when
from mmp.web.labels import N_

HEALTH = {
    Health.CHECK_IN: N_("Needs a check-in"),
    Health.EARLY: N_("Too early to tell"),
    Health.ON_TRACK: N_("On track"),
}
_DONE = {
    "created": N_("Became a pair"),
    "ended": N_("Ended"),
    "joined": N_("Became a trio"),
    "handed_over": N_("Changed hands"),
    "taken_back": N_("Taken back"),
    "nudged": N_("Asked how it is going"),
}


def health_name(health: Health) -> str:
    """A state."""
    return str(_(HEALTH[health]))


def why(judged: Judged) -> str:
    """Why a pair is in its state, with the number that decides."""
    days = ngettext("%(num)d day", "%(num)d days", judged.quiet_for)
    words = ""
    match judged.because:
        case Because.PLANNED:
            words = _("The next talk is agreed.")
        case Because.NEW:
            words = _("New: no talk yet, after %(days)s of %(most)s.", days=days, most=NEW)
        case Because.NEVER:
            words = _("No talk yet, after %(days)s; %(most)s are usual.", days=days, most=NEW)
        case Because.QUIET:
            words = _("Last talk %(days)s ago; more than %(most)s.", days=days, most=QUIET)
        case Because.PLENARY:
            soon = ngettext("%(num)d day", "%(num)d days", judged.plenary_in or 0)
            words = _("Plenary in %(days)s, and no talk since the last one.", days=soon)
        case Because.TALKED:
            words = _("Last talk %(days)s ago; up to %(most)s is fine.", days=days, most=QUIET)
    return str(words)


def resting(until: date) -> str:
    """What a break means for the board."""
    day = when.long_day(until)
    return str(_("The programme rests until %(day)s: these days do not count.", day=day))


def thresholds() -> list[tuple[str, str]]:
    """Each state with the rule by which it is given."""
    return [
        (
            health_name(Health.ON_TRACK),
            _(
                "A talk in the last %(quiet)s days, or one agreed within the next %(quiet)s days"
                " and before the next plenary.",
                quiet=QUIET,
            ),
        ),
        (
            health_name(Health.CHECK_IN),
            _(
                "No talk for more than %(quiet)s days; none at all %(new)s days after the pair"
                " began; or a plenary in %(near)s days or less, and no talk since the last one.",
                quiet=QUIET,
                new=NEW,
                near=NEAR,
            ),
        ),
        (
            health_name(Health.EARLY),
            _("No talk yet, and the pair began less than %(new)s days ago.", new=NEW),
        ),
    ]


def between(plenaries: Plenaries) -> Markup:
    """Which plenaries the states are measured by."""
    if plenaries.next is None:
        return texts.isolate(_("No plenary is fixed; only the days since the last talk count."))
    day = when.days_of(plenaries.next).text
    title = texts.shown(plenaries.next.title)
    return Markup(_("The next plenary is “%(title)s”, %(day)s.")) % {  # noqa: S704  escaped by %
        "title": title,
        "day": texts.isolate(day),
    }


def refusal_words(refused: Refused) -> str:
    """Why a pair cannot be asked now, and from when on it can."""
    words = ""
    match refused.why:
        case Refusal.BREAK:
            words = _("The programme rests; pairs are left in peace.")
        case Refusal.FORTNIGHT:
            words = _("Asked less than two weeks ago.")
        case Refusal.SEASON:
            words = _("Asked %(most)s times this season, which is enough.", most=MOST)
    if refused.until is None:
        return str(words)
    return f"{words} {_('Possible again from %(day)s.', day=when.long_day(refused.until))}"


def local_times(people: Iterable[Person], now: datetime) -> list[tuple[Person, str, Markup, str]]:
    """What time it is for each: the clock, its zone, and the day where the days differ."""
    found = [(person, clocks.now_at(now, person.zone)) for person in people]
    several = len({reading.day for _person, reading in found}) > 1
    return [
        (person, reading.times, reading.zone, reading.full_day if several else "")
        for person, reading in found
    ]


def names(people: Iterable[Person]) -> Markup:
    """“Erik & Lina”."""
    return escape(" & ").join(texts.name_of(person) for person in people)


def plain_names(line: PairLine) -> str:
    """The same where no markup can stand."""
    return " & ".join(person.name for person in line.people)


def together(one: Together) -> Markup:
    """With whom somebody was in a pair, where and when."""
    until = f"–{one.ends_on.year}" if one.ends_on and one.ends_on.year != one.starts_on.year else ""
    return Markup("{} ({}, <bdi>{}</bdi>)").format(
        texts.name_of(one.partner), texts.shown(one.programme), f"{one.starts_on.year}{until}"
    )


def done(entry: HistoryEntry) -> str:
    """What was done, by whom."""
    words = str(_(_DONE[entry.action])) if entry.action in _DONE else entry.action
    if entry.actor is None:
        return words
    return str(_("%(what)s: %(name)s", what=words, name=entry.actor.name))


def details(entry: HistoryEntry, people: Mapping[str, Person]) -> list[Markup]:
    """What the history keeps of one change, in sentences."""
    changes = entry.changes
    lines: list[Markup] = []
    for name, sentence in (
        ("left", _("%(who)s left.")),
        ("joined", _("%(who)s came.")),
    ):
        key = next((str(one) for one in changes.get(name, ()) if one), "")
        if key in people:
            lines.append(Markup(sentence) % {"who": texts.name_of(people[key])})  # noqa: S704  escaped by %
    for name, sentence in (
        ("starts_on", _("From %(day)s.")),
        ("ends_on", _("Last day: %(day)s.")),
        ("day", _("Day: %(day)s.")),
    ):
        if day := changes.get(name, [None, None])[1]:
            lines.append(texts.isolate(sentence % {"day": when.long_day(date.fromisoformat(day))}))
    if reason := changes.get("end_reason", [None, None])[1]:
        lines.append(Markup(_("Reason: %(reason)s")) % {"reason": texts.isolated(reason)})  # noqa: S704
    if count := changes.get("talks_cancelled", [None, 0])[1]:
        lines.append(
            escape(ngettext("%(num)d talk was cancelled.", "%(num)d talks were cancelled.", count))
        )
    if "told" in changes:
        lines.append(escape(_("They were told by mail.")))
    to = [people[key] for key in changes.get("to", [None, []])[1] or () if key in people]
    if to:
        lines.append(Markup(_("A mail went to %(names)s.")) % {"names": names(to)})  # noqa: S704
    return lines


def end_lines(pair: Pair, ends_on: str, reason: str) -> list[tuple[str, str, str]]:
    """The end of a pair as it is now beside what was typed."""
    theirs = pair.ends_on.isoformat() if pair.ends_on else ""
    return [
        (_("Last day"), theirs, ends_on),
        (_("Why"), pair.end_reason or "", reason),
    ]
