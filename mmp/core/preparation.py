"""What of a coming event is not done yet."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Gap(StrEnum):
    """One thing left to do, in the order in which it is done."""

    DAY = "day"
    """The day is not fixed."""
    UNPUBLISHED = "unpublished"
    AGENDA = "agenda"
    LIST = "list"
    """Nobody is on the list."""
    INVITATIONS = "invitations"
    """`count` people of the list were not invited; 0 where nobody was."""
    ANSWERS = "answers"
    """`count` people have not answered."""
    JOIN_LINK = "join_link"
    GROUPS = "groups"
    """`count` break-outs of the agenda have no groups yet, though there are people for them."""
    GROUPS_DRAFT = "groups_draft"
    """The groups of `count` break-outs are a draft that was never applied."""
    LANGUAGE = "language"
    """Texts are missing in `language`."""
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Todo:
    """A gap, with how many it concerns or the language it is in."""

    gap: Gap
    count: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a coming event. `texts` are those that should be in every language."""

    day_fixed: bool
    published: bool
    online: bool
    join_link: bool
    agenda_items: int
    listed: int
    unanswered: int
    documents: int
    invited: int
    """Those of the list who need no invitation any more: they have one, or have said no."""
    texts: Collection[Mapping[str, str]]
    without_groups: int = 0
    """Break-outs of which nobody has made groups."""
    groups_in_draft: int = 0
    """Break-outs whose groups were made and not applied."""


def todos(facts: Facts, languages: Iterable[str]) -> list[Todo]:
    """What is left to do, first things first. `languages` are the programme's."""
    checks = (
        (not facts.day_fixed, Todo(Gap.DAY)),
        (not facts.published, Todo(Gap.UNPUBLISHED)),
        (not facts.agenda_items, Todo(Gap.AGENDA)),
        (not facts.listed, Todo(Gap.LIST)),
        (_invites(facts), Todo(Gap.INVITATIONS, count=_uninvited(facts))),
        (facts.unanswered > 0, Todo(Gap.ANSWERS, count=facts.unanswered)),
        (facts.online and not facts.join_link, Todo(Gap.JOIN_LINK)),
        (_seats(facts, facts.without_groups), Todo(Gap.GROUPS, count=facts.without_groups)),
        (_seats(facts, facts.groups_in_draft), Todo(Gap.GROUPS_DRAFT, count=facts.groups_in_draft)),
        *(
            (True, Todo(Gap.LANGUAGE, language=language))
            for language in missing_languages(facts.texts, languages)
        ),
        (not facts.documents, Todo(Gap.DOCUMENTS)),
    )
    return [todo for holds, todo in checks if holds]


def _invites(facts: Facts) -> bool:
    """Whether there are people who could be invited."""
    return facts.published and facts.day_fixed and facts.invited < facts.listed


def _seats(facts: Facts, break_outs: int) -> bool:
    """Whether there are break-outs, and people to sit in them."""
    return break_outs > 0 and facts.listed > 0


def _uninvited(facts: Facts) -> int:
    return facts.listed - facts.invited if facts.invited else 0


def missing_languages(texts: Iterable[Mapping[str, str]], languages: Iterable[str]) -> list[str]:
    """The languages in which one of these texts is missing; an empty text is missing nowhere."""
    written = [text for text in texts if any(text.values())]
    return [language for language in languages if any(not text.get(language) for text in written)]
