"""Writing YAML: pleasant to read, and no text is ever taken for something else."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given, strategies as st

from mmp.core.programme_file import Problems, emit, read_nodes
from mmp.core.programme_file.emitter import WIDTH
from mmp.core.programme_file.values import read_value, write_value

_REFUSED = {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160), 0xFFFE, 0xFFFF)}
SAFE = st.text().filter(_REFUSED.isdisjoint)
NASTY = st.sampled_from(
    (
        *("no", "NO", "y", "on", "~", "null", "10:30", "2026-01-01", "1_000", "0x1f", "1e3", ".5"),
        *(" leading", "trailing ", "- dash", "# hash", "a #b", "a: b", "a:", "{a}", "[a", "'", '"'),
        *("", "\n", "a\n", "a\n\nb", "\na", " a\nb", "a \nb", "a\tb\nc", "a\n b\nc", "---", "..."),
        *("%x", "@x", "`x", "*x", "&x", "!x", "|", ">", "?", ":", "<<", "=", "\ufeffa", "\u2028"),
        *(
            "لينا حداد",
            "🙂 ok",
            "a\u00a0: b",
            "L’eau",
            "x" * 300,
            "\\n",
            "a, b",
            "C:\\x",
            "a\u202eb",
        ),
    )
)
TEXTS = SAFE | NASTY
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXTS
    | st.booleans()
    | st.none()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3))
@example({"a": {"b": {"c": [[], {}, [[1]], [{"d": "x\ny"}]]}}})
def test_what_is_written_is_read_again(document: dict[str, Any]) -> None:
    problems = Problems("p.yaml")
    node = read_nodes(emit(document).encode(), problems)
    problems.raise_if_any()
    assert node is not None
    assert read_value(node) == document


@given(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS, max_size=3), min_size=1, max_size=3))
def test_other_parsers_read_the_same_texts(document: dict[str, Any]) -> None:
    assert yaml.safe_load(emit(document)) == document


@given(st.text(), st.text())
def test_whatever_a_text_holds_the_file_can_be_read(key: str, text: str) -> None:
    problems = Problems("p.yaml")
    read_nodes(emit(write_value({key or "a": {"b": text}})).encode(), problems)
    problems.raise_if_any()


def test_short_things_stand_on_one_line_and_long_ones_in_blocks() -> None:
    event = {
        "title": {"en": "Water", "fr": "L’eau"},
        "guiding_questions": ["What does a shared river ask of us?", "x" * WIDTH],
        "description": "Two\nlines",
        "agenda": {"opening": {"title": "a: b"}},
        "roles": [{"role": "host", "introduced_as": "y" * WIDTH}],
        "capacity": None,
        "people": [],
    }
    assert emit({"mmp": 1, "events": {"water": event, "work": {"title": "W"}}}) == (
        f"""\
mmp: 1

events:
  water:
    title: {{en: Water, fr: L’eau}}
    guiding_questions:
      - What does a shared river ask of us?
      - {"x" * WIDTH}
    description: |-
      Two
      lines
    agenda: {{opening: {{title: "a: b"}}}}
    roles:
      - role: host
        introduced_as: {"y" * WIDTH}
    capacity: null
    people: []

  work: {{title: W}}
"""
    )


@pytest.mark.parametrize("text", ("no", "10:30", "2026-05-20", "1.5", "~", "true", "0o17", "1:2:3"))
def test_a_text_that_looks_like_something_else_is_quoted(text: str) -> None:
    assert emit({"a": text}) == f'a: "{text}"\n'
