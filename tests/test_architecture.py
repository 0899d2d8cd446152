"""House rules that neither the linter nor import-linter can see."""

import ast
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(
    path
    for path in (ROOT / "mmp").rglob("*.py")
    if "migrations" not in path.relative_to(ROOT).parts
)
MAY_CATCH_EVERYTHING = ("mmp/adapters/", "mmp/jobs/", "mmp/cli")
ASKS_FOR_THE_TIME = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
    ("time", "ctime"),
}

pytestmark = pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in FILES]
)


def _comments(path: Path) -> set[int]:
    with path.open("rb") as file:
        return {
            token.start[0]
            for token in tokenize.tokenize(file.readline)
            if token.type == tokenize.COMMENT
        }


def _imports_in_functions(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield node


def test_imports_in_functions_say_why(path: Path) -> None:
    tree = ast.parse(path.read_text())
    explained = _comments(path)
    imports = sorted({(node.lineno, node.end_lineno or 0) for node in _imports_in_functions(tree)})
    silent = []
    for first, last in imports:
        if explained & set(range(first - 1, last + 1)):
            explained.add(last)  # one reason may stand for a block of imports
        else:
            silent.append(first)
    assert not silent, f"say why these imports are not at the top: lines {silent}"


def test_only_the_clock_asks_for_the_time(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() == "mmp/adapters/clock.py":
        return
    asked = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and (ast.unparse(node.value).rsplit(".", 1)[-1], node.attr) in ASKS_FOR_THE_TIME
    ]
    assert not asked, f"take `now` as an argument: {asked}"


def test_nothing_but_the_edges_catches_everything(path: Path) -> None:
    if path.relative_to(ROOT).as_posix().startswith(MAY_CATCH_EVERYTHING):
        return
    broad = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or {"Exception", "BaseException"}
            & {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
        )
    ]
    assert not broad, f"name the errors that are expected: lines {broad}"
