"""Every text that the code and the templates hold is translated."""

import re

import pytest

from mmp.adapters.translations import LANGUAGES, catalogue
from tests.web import catalogues

TRANSLATED = [language for language in LANGUAGES if language != "en"]
HINT = "run: python -m tests.web.catalogues, translate what is empty, then sync"


def test_there_is_something_to_translate() -> None:
    assert len(list(catalogues.extracted())) > 150
    assert TRANSLATED == ["ar", "fr"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_new_is_found(language: str) -> None:
    written = catalogues.read(language)
    new = [
        message.id for message in catalogues.extracted() if message.id and message.id not in written
    ]
    assert not new, HINT


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing(language: str) -> None:
    found = catalogues.read(language)
    for message in found:
        if not message.id:
            continue
        strings = message.string if message.pluralizable else [message.string]
        assert all(strings), f"{language} lacks {message.id!r}; {HINT}"
        assert not message.fuzzy, message.id
        if message.pluralizable:
            assert len(strings) == found.num_plurals
        else:
            wanted = set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", str(message.id)))
            assert wanted == set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", str(message.string)))


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_read_is_what_is_written(language: str) -> None:
    for message in catalogues.read(language):
        if message.id and not message.pluralizable:
            compiled = catalogue(language).gettext(str(message.id))
            assert compiled == message.string, "uv sync compiles the catalogues"


def test_arabic_counts_as_arabic_does() -> None:
    words = [
        catalogue("ar_JO").ngettext("%(count)s participant", "%(count)s participants", count)
        % {"count": count}
        for count in (0, 1, 2, 3, 10, 11, 99, 100, 103)
    ]
    assert words == [
        "لا أحد",
        "مشارك واحد",
        "مشاركان",
        "3 مشاركين",
        "10 مشاركين",
        "11 مشاركًا",
        "99 مشاركًا",
        "100 مشارك",
        "103 مشاركين",
    ]


@pytest.mark.parametrize(
    ("count", "words"),
    (
        (1, "شخص واحد"),
        (2, "شخصان"),
        (3, "3 أشخاص"),
        (13, "13 شخصًا"),
        (43, "43 شخصًا"),
        (100, "100 شخص"),
    ),
)
def test_arabic_counts_people_so_too(count: int, words: str) -> None:
    """CLDR's six forms: Babel's own rule would have 13 of what 100 are."""
    said = catalogue("ar").ngettext("%(count)s person", "%(count)s people", count)
    assert said % {"count": count} == words
