"""Texts of coordinators: words and a closed list of placeholders, nothing that runs."""

import pytest
from hypothesis import given, strategies as st

from mmp.core.mail.placeholders import PLACEHOLDERS, BadTemplate, check, fill, used_in


def test_placeholders_are_filled_in_once() -> None:
    text = "Dear {{ name }}, {{event}} is in {{  days_left }} days."
    check(text, field="text")
    values = {"name": "{{ event }}", "event": "الاجتماع", "days_left": "3"}
    assert fill(text, values) == "Dear {{ event }}, الاجتماع is in 3 days."
    assert used_in(text) == {"name", "event", "days_left"}
    assert fill("{{ place }}.", {}) == "."


@pytest.mark.parametrize(
    ("text", "says"),
    (
        ("{{ nmae }}", "There is no placeholder “nmae”; did you mean {{ name }}?"),
        ("{{ joinlink }}", "did you mean {{ join_link }}?"),
        ("{{ xyz }}", "There is no placeholder “xyz”. There are: name, event"),
        ("{{ event.programme.people }}", "There is no placeholder"),
        ("{{ name|upper }}", "There is no placeholder"),
        ("{{ ''.__class__ }}", "There is no placeholder"),
        ("{{}}", "There is no placeholder"),
        ("{% for x in range(9) %}x{% endfor %}", "no instructions"),
        ("{# a #}", "no instructions"),
        ("Dear {{ name", "A placeholder is not closed"),
        ("name }}", "A placeholder is not closed"),
        ("Dear {name},", "with two braces on each side"),
        ("Dear { naem },", "with two braces on each side"),
        ("x" * 4001, "Use at most 4000 letters."),
    ),
)
def test_whatever_else_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadTemplate, match=r".*") as caught:
        check(text, field="text-ar")
    assert says in str(caught.value)
    assert caught.value.field == "text-ar"


def test_single_braces_are_words() -> None:
    check("{some} and } {", field="text")
    assert fill("{name} and } {", {"name": "Rana"}) == "{name} and } {"


@given(st.text(alphabet="{}%# nameevt_.|", max_size=40))
def test_what_passes_leaves_no_braces(text: str) -> None:
    try:
        check(text, field="text")
    except BadTemplate:
        return
    filled = fill(text, dict.fromkeys(PLACEHOLDERS, "x"))
    assert "{{" not in filled
    assert "}}" not in filled
