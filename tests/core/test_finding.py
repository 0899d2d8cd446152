"""Names are found however they are typed."""

import pytest

from mmp.core.finding import MOST_WORDS, search_form, search_form_of, wanted_words


@pytest.mark.parametrize(
    ("typed", "names"),
    (
        ("zoe", ("Zoé Bien",)),
        ("ZOÉ bien", ("Zoe Bien",)),
        ("alkhatib", ("Rania Al-Khatib",)),
        ("al khatib", ("Rania Al-Khatib",)),
        ("soren", ("Søren Ågård",)),
        ("agard", ("Søren Ågård",)),
        ("lukasz", ("Łukasz Nowak",)),
        ("strasse", ("Ida Straße",)),
        ("احمد", ("Ahmad", "أَحْمَد الخطيب")),
        ("فاطمه", ("Fatima", "فاطمة")),
        ("ليلي", ("Layla", "ليلى")),
        ("haddad lina", ("Lina Haddad",)),
    ),
)
def test_found(typed: str, names: tuple[str, ...]) -> None:
    kept = search_form(*names)
    assert wanted_words(typed)
    assert all(word in kept for word in wanted_words(typed))


def test_names_do_not_run_into_each_other() -> None:
    assert "berglund" not in search_form("Ann Berg", "Lundin")
    assert search_form("Eva", None, "") == "eva"


def test_texts_in_several_languages() -> None:
    assert "مفوضيه" in search_form_of({"en": "UNHCR", "ar": "مفوضية"})


def test_what_is_looked_for_is_kept_short() -> None:
    assert wanted_words("  ") == []
    assert len(wanted_words("a " * 500)) == MOST_WORDS
