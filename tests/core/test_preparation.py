"""What of a coming event is not done yet."""

from dataclasses import replace

import pytest

from mmp.core.preparation import Facts, Gap, Todo, missing_languages, todos

LANGUAGES = ("en", "ar", "fr")
DONE = Facts(
    day_fixed=True,
    published=True,
    online=True,
    join_link=True,
    agenda_items=1,
    listed=2,
    unanswered=0,
    invited=2,
    documents=1,
    texts=[{"en": "Talk", "ar": "حديث", "fr": "Exposé"}, {}],
)


def test_nothing_is_left() -> None:
    assert todos(DONE, LANGUAGES) == []


@pytest.mark.parametrize(
    ("change", "todo"),
    (
        ({"day_fixed": False}, Todo(Gap.DAY)),
        ({"published": False}, Todo(Gap.UNPUBLISHED)),
        ({"agenda_items": 0}, Todo(Gap.AGENDA)),
        ({"listed": 0, "invited": 0}, Todo(Gap.LIST)),
        ({"invited": 0}, Todo(Gap.INVITATIONS)),
        ({"listed": 5}, Todo(Gap.INVITATIONS, count=3)),
        ({"unanswered": 2}, Todo(Gap.ANSWERS, count=2)),
        ({"join_link": False}, Todo(Gap.JOIN_LINK)),
        ({"documents": 0}, Todo(Gap.DOCUMENTS)),
        ({"without_groups": 2}, Todo(Gap.GROUPS, count=2)),
        ({"groups_in_draft": 1}, Todo(Gap.GROUPS_DRAFT, count=1)),
        ({"texts": [{"en": "Talk", "fr": "Exposé"}]}, Todo(Gap.LANGUAGE, language="ar")),
    ),
)
def test_one_thing_is_left(change: dict[str, object], todo: Todo) -> None:
    assert todos(replace(DONE, **change), LANGUAGES) == [todo]  # type: ignore[arg-type]  # as Facts has it


def test_a_room_needs_no_link() -> None:
    assert todos(replace(DONE, online=False, join_link=False), LANGUAGES) == []


def test_without_people_no_groups_are_missed() -> None:
    nobody = replace(DONE, listed=0, invited=0, without_groups=1)
    assert todos(nobody, LANGUAGES) == [Todo(Gap.LIST)]


def test_first_things_first() -> None:
    gaps = [
        todo.gap
        for todo in todos(Facts(False, False, True, False, 0, 0, 0, 0, 0, [{"en": "A"}]), LANGUAGES)
    ]
    assert gaps == sorted(gaps, key=list(Gap).index)


def test_an_empty_text_is_missing_nowhere() -> None:
    assert missing_languages([{}, {"en": ""}], LANGUAGES) == []
    assert missing_languages([{"fr": "Exposé", "en": ""}], LANGUAGES) == ["en", "ar"]
