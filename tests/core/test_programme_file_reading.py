"""Reading programme files: nothing is guessed, and every fault is one line that helps."""

import pytest

from mmp.core.errors import ProblemsFound
from mmp.core.programme_file import Entries, Problems, Scalar, read_nodes
from mmp.core.programme_file.nodes import MAX_BYTES, MAX_DEPTH
from mmp.core.programme_file.values import read_value


def faults(data: bytes | str) -> list[str]:
    problems = Problems("p.yaml")
    read_nodes(data if isinstance(data, bytes) else data.encode(), problems)
    try:
        problems.raise_if_any()
    except ProblemsFound as found:
        return str(found).splitlines()
    return []


def test_scalars_stay_what_was_written() -> None:
    """YAML 1.1 would read 630, False, a date and 8 here."""
    problems = Problems("p.yaml")
    node = read_nodes(b"{at: 10:30, country: NO, day: 2026-01-01, number: 010}", problems)
    assert isinstance(node, Entries)
    assert [part.text for _, part in node.pairs if isinstance(part, Scalar)] == [
        "10:30",
        "NO",
        "2026-01-01",
        "010",
    ]


def test_every_node_knows_its_line() -> None:
    node = read_nodes(b"a: 1\nb:\n  c:\n    - x\n    - y\n", Problems("p.yaml"))
    assert isinstance(node, Entries)
    inner = node.get("b")
    assert isinstance(inner, Entries)
    listed = inner.get("c")
    assert listed is not None
    assert (node.pairs[1][0].line, inner.pairs[0][0].line, listed.line) == (2, 3, 4)


@pytest.mark.parametrize(
    ("data", "line", "mended_by"),
    (
        ("", 1, "begin with `mmp: 1`"),
        ("# only a comment\n", 1, "begin with `mmp: 1`"),
        ("a: {b: 1\nc: [", 2, "check the indentation, quotes and brackets"),
        ("a:\n\tb: 1\n", 2, "indent with spaces"),
        ("a: 1\nb: c: d\n", 2, "put a text that holds a colon in quotes"),
        ("a:\n  b: 1\n    c: 2\n", 3, "indent this line like its neighbours"),
        ("a: 1\nb: 2\na: 3\n", 3, "first in line 1; delete or rename one"),
        ("a: &x 1\n", 1, "The anchor &x stands here"),
        ("a: *x\n", 1, "The alias *x stands here"),
        ("a: !!int 1\n", 1, "The tag tag:yaml.org,2002:int stands here"),
        ("a: 1\n---\nb: 2\n", 2, "A second document begins here"),
        ("? [a, b]\n: c\n", 1, "A key must be one word"),
        ("a: b\x07c\n", 1, "A control character stands here"),
        (b"a: 1\nb: J\xf8rgen\n", 2, "save the file as YAML in UTF-8"),
        ("a: b".encode("utf-16"), 1, "save the file as YAML in UTF-8"),
        ("a: " + "[" * 100_000, 1, f"nested more than {MAX_DEPTH} deep"),
        ("a: " + "{a: " * 100_000, 1, f"nested more than {MAX_DEPTH} deep"),
        (b" " * (MAX_BYTES + 1), 1, "larger than 20 MB; split it"),
    ),
    ids=lambda value: str(value)[:20] if isinstance(value, str) else None,
)
def test_what_is_no_programme_file_is_told_in_one_line(
    data: bytes | str, line: int, mended_by: str
) -> None:
    (fault,) = faults(data)
    assert fault.startswith(f"p.yaml:{line}: ")
    assert mended_by in fault


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmp.core.programme_file.nodes.MAX_NODES", 10)
    assert faults("[" + "a, " * 20 + "]") == [
        "p.yaml:1: file: The file holds more than 10 values; split it."
    ]


def test_a_double_key_is_named_by_its_path() -> None:
    assert faults("people:\n  - a: 1\n    a: 2\n") == [
        "p.yaml:3: people/1/a: This key stands here twice, first in line 2; delete or rename one."
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_no_faults() -> None:
    data = b"\xef\xbb\xbfa: 1\r\nb: |\r\n  two\r\n  lines\r\n"
    node = read_nodes(data, Problems("p.yaml"))
    assert node is not None
    assert read_value(node) == {"a": 1, "b": "two\nlines\n"}


def test_values_without_a_field_are_read_as_json_reads_them() -> None:
    data = b"[1, -2.5, 1e3, true, null, ~, yes, 010, 0x1f, 2026-01-01, '1', \"true\", 1_000]"
    node = read_nodes(data, Problems("p.yaml"))
    assert node is not None
    assert read_value(node) == [
        *(1, -2.5, 1000.0, True, None, None),
        *("yes", "010", "0x1f", "2026-01-01", "1", "true", "1_000"),
    ]
