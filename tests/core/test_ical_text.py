import unicodedata

import pytest
from hypothesis import example, given

from mmp.core.ical.text import clean, escape, is_uri, single_line
from mmp.core.ical.writer import fold
from tests.core.ical_entries import HOSTILE, unescape


@given(HOSTILE)
def test_clean_text_holds_nothing_icalendar_cannot_carry(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned.splitlines() == cleaned.split("\n") or not cleaned
    assert not [c for c in cleaned if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert cleaned.encode().decode() == cleaned
    assert "\n" not in single_line(text)
    assert "\t" not in single_line(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    (
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\u2028b\u2029c\x85d\ve", "a\nb\nc\nd\ne"),
        ("\ufeffname\x00\x07\ud83d ", "name"),
        ("one\ttwo", "one\ttwo"),
        ("\u200fالحوار\u200e", "\u200fالحوار\u200e"),
    ),
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_single_line_keeps_words_apart() -> None:
    assert single_line(" Opening\r\n\tand  welcome\n") == "Opening and welcome"


@given(HOSTILE.map(clean))
@example(r"C:\New folder\notes, drafts; \\n")
def test_text_is_escaped_once(text: str) -> None:
    assert unescape(escape(text)) == text


@given(HOSTILE.map(clean))
@example("ن" * 300)
@example("e\u0301" * 100)
@example("\\" * 200)
@example("👩‍👩‍👧‍👦" * 30)
@example("\u0301" * 100)
def test_folded_lines_are_short_and_read_back(text: str) -> None:
    line = "SUMMARY:" + escape(text)
    pieces = fold(line).split("\r\n ")
    octets = [len(piece.encode()) for piece in pieces]
    assert octets[0] <= 75
    assert all(0 < count <= 74 for count in octets[1:])
    assert "".join(pieces) == line


@pytest.mark.parametrize("unit", ("👩‍👩‍👧‍👦", "e\u0301", "🤝🏽", r"\n", "❤️", "نّ"))
@pytest.mark.parametrize("shift", range(30))
def test_no_fold_inside_what_shows_as_one_character(unit: str, shift: int) -> None:
    line = "SUMMARY:" + "x" * shift + unit * 20
    for piece in fold(line).split("\r\n ")[1:]:
        assert piece.startswith(unit)


def test_a_line_is_filled() -> None:
    assert [len(piece) for piece in fold("x" * 200).split("\r\n ")] == [75, 74, 51]
    assert fold("x" * 75) == "x" * 75


@pytest.mark.parametrize(
    ("text", "right"),
    (
        ("https://video.example/j/1?pwd=a;b,c&d=%D8%A3#e", True),
        ("tel:+46701234567", True),
        ("https://video.example/a b", False),
        ("https://video.example/\r\nATTENDEE:mailto:a@b.example", False),
        ("https://video.example/\n", False),
        ("https://video.example/أ", False),
        ("video.example/1", False),
        ("", False),
    ),
)
def test_links_stay_in_their_line(text: str, right: bool) -> None:
    assert is_uri(text) is right
