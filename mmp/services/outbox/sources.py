"""What some kinds of mail say beyond their parameters, read when they leave.

A kind names its source once, where its module is imported. A source reads for a whole batch of
mails, so that a hundred reminders cost as many statements as one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from mmp.core.mail import Attachment, CalendarPart, Site
from mmp.models import Mail


@dataclass(frozen=True, slots=True)
class Personal:
    """A text that differs from reader to reader. All else is rendered once for many readers."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class More:
    """What one mail is given beside its parameters.

    `values` go to the template: hashable ones, texts of one reader alone as `Personal`. With `void`
    (a short word) the mail is not to go any more: it ends as cancelled, for that reason.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    calendar: CalendarPart | None = None
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    void: str | None = None


Source = Callable[[Session, Sequence[Mail], Site], Mapping[int, More]]
"""Gives for each mail, by its `id`, what it says more; one that it leaves out says nothing more."""

_SOURCES: dict[str, Source] = {}
ABOUT_CANCELLED_EVENTS = {"event_cancelled"}
"""Kinds that go although, or because, their event is cancelled."""


def source_for(*kinds: str) -> Callable[[Source], Source]:
    """Register the decorated function for these kinds of mail."""

    def register(source: Source) -> Source:
        for kind in kinds:
            _SOURCES[kind] = source
        return source

    return register


def more_for(session: Session, mails: Sequence[Mail], site: Site) -> dict[int, More]:
    """What each of the mails says beyond its parameters, by `id`; one call to each source."""
    from mmp.services import mail_sources  # noqa: F401  # they stand on the outbox

    found: dict[int, More] = {}
    for source in set(map(_SOURCES.get, {mail.kind for mail in mails})) - {None}:
        assert source is not None  # just taken out
        those = [mail for mail in mails if _SOURCES.get(mail.kind) is source]
        found.update(source(session, those, site))
    return found
