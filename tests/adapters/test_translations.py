"""In which locale somebody is written to."""

from dataclasses import dataclass

import pytest

from mmp.adapters.translations import locale_for


@dataclass
class Reads:
    locale: str
    languages: list[str]


@pytest.mark.parametrize(
    ("locale", "languages", "written"),
    (
        ("ar_JO", ["en"], "ar_JO"),
        ("ckb_IQ", ["ckb", "ar", "en"], "ar_IQ"),
        ("ber-DZ", ["ber", "fr_DZ"], "fr_DZ"),
        ("ckb_IQ", ["fr"], "fr"),
        ("ckb", ["ar"], "ar"),
        ("sv_SE", ["sv", "en", "fr"], "sv_SE"),
        ("sv_SE", ["sv"], "sv_SE"),
    ),
)
def test_who_reads_none_of_ours_gets_another_language_they_speak(
    locale: str, languages: list[str], written: str
) -> None:
    assert locale_for(Reads(locale, languages)) == written
