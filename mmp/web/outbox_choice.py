"""Which mails an address chooses, and what can be done about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import ngettext

from mmp.models import Mail, Person
from mmp.models.mail import MailState
from mmp.services import outbox as service
from mmp.services.outbox import Filter
from mmp.services.outbox.acting import HOLDABLE, ONCE_ONLY, RETRIABLE
from mmp.web.context import session
from mmp.web.labels import N_

_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Chosen:
    """A state, a kind, a programme and a part of a name, as they stand in the address; or one mail.
    `until` is the newest mail that was there when they were counted."""

    values: dict[str, Any]
    filter: Filter = field(repr=False)
    mail: UUID | None = None

    @classmethod
    def of_address(cls) -> "Chosen":
        """What is nonsense in it chooses nothing."""
        names = ("state", "kind", "programme", "person")
        given = {name: request.args.get(name, "").strip()[:200] for name in names}
        if given["state"] not in list(MailState):
            given["state"] = ""
        until = request.args.get("until", type=int)
        mail = _uuid(request.args.get("mail", ""))
        states = {MailState(given["state"])} if given["state"] else set()
        chosen = Filter(
            states=frozenset(states),
            kinds=frozenset(filter(None, [given["kind"]])),
            programme=given["programme"] or None,
            person=given["person"] or None,
            uuids=None if "mail" not in request.args else frozenset({mail} if mail else ()),
            until=until if until is None or 0 <= until <= _LARGEST else None,
        )
        return cls({name: value for name, value in given.items() if value}, chosen, mail)

    @property
    def of_all_states(self) -> Filter:
        return replace(self.filter, states=frozenset())


@dataclass(frozen=True, slots=True)
class Act:
    """One of the things that can be done. `view` is its page's endpoint."""

    name: str
    view: str
    button: str
    title: str
    explained: str
    states: tuple[MailState, ...]
    do: Callable[..., int]
    done: Callable[[int], str]

    def can(self, mail: Mail) -> bool:
        """Whether it can be done about this one."""
        return mail.state in self.states and (
            self.states is not RETRIABLE or mail.kind not in ONCE_ONLY
        )

    def within(self, chosen: Chosen) -> Filter:
        """Those of the chosen mails that it concerns."""
        wanted = frozenset(self.states) & (chosen.filter.states or frozenset(self.states))
        never = frozenset({UUID(int=0)})
        return replace(
            chosen.filter,
            states=wanted or frozenset(self.states),
            uuids=chosen.filter.uuids if wanted else never,
            without_kinds=ONCE_ONLY if self.states is RETRIABLE else frozenset(),
        )

    def count(self, who: Person, chosen: Chosen, counts: Mapping[MailState, int]) -> int:
        """How many of the chosen mails it concerns; `counts` are of these in all states."""
        if chosen.filter.states:
            counts = {state: counts.get(state, 0) for state in chosen.filter.states}
        if not any(counts.get(state) for state in self.states):
            return 0
        if self.states is RETRIABLE:
            counts = service.counts(session(), self.within(chosen), actor=who)
        return sum(counts.get(state, 0) for state in self.states)


def _held(count: int) -> str:
    return str(ngettext("%(num)d mail is held back.", "%(num)d mails are held back.", count))


def _released(count: int) -> str:
    return str(
        ngettext("%(num)d mail goes when it is due.", "%(num)d mails go when they are due.", count)
    )


def _retried(count: int) -> str:
    return str(ngettext("%(num)d mail goes again.", "%(num)d mails go again.", count))


ACTS: Mapping[str, Act] = {
    "hold": Act(
        "hold",
        "pages.hold_mail",
        N_("Hold back"),
        N_("Hold mail back"),
        N_(
            "What is held stays here until somebody lets it go. What is just being handed over "
            "may still go."
        ),
        HOLDABLE,
        service.hold_mails,
        _held,
    ),
    "release": Act(
        "release",
        "pages.release_mail",
        N_("Let it go"),
        N_("Let mail go"),
        N_("What is let go leaves when it is due, and at once where that has passed."),
        (MailState.HELD,),
        service.release_mails,
        _released,
    ),
    "retry": Act(
        "retry",
        "pages.retry_mail",
        N_("Try again"),
        N_("Try mail again"),
        N_(
            "Each leaves at once, the same mail as before: where it arrived after all, most mail "
            "programs show it once. Where an address was refused, mend it first."
        ),
        RETRIABLE,
        service.retry_mails,
        _retried,
    ),
}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
