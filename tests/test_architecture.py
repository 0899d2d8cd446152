"""House rules that neither the linter nor import-linter can see."""

import ast
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


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


def _unexplained(path: Path) -> Iterator[int]:
    """The lines of imports in functions for which no comment gives a reason."""
    imports = sorted(
        {(node.lineno, node.end_lineno or 0) for node in _imports_in_functions(_tree(path))}
    )
    explained = _comments(path) if imports else set()
    for first, last in imports:
        if explained & set(range(first - 1, last + 1)):
            explained.add(last)  # one reason may stand for a block of imports
        else:
            yield first


def test_imports_in_functions_say_why() -> None:
    silent = [f"{_name(path)}:{line}" for path in FILES for line in _unexplained(path)]
    assert not silent, "say why these imports are not at the top"


def test_only_the_clock_asks_for_the_time() -> None:
    asked = [
        f"{_name(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in FILES
        if _name(path) != "mmp/adapters/clock.py"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {attribute for _, attribute in ASKS_FOR_THE_TIME}
        and (ast.unparse(node.value).rsplit(".", 1)[-1], node.attr) in ASKS_FOR_THE_TIME
    ]
    assert not asked, "take `now` as an argument"


def test_nothing_but_the_edges_catches_everything() -> None:
    broad = [
        f"{_name(path)}:{node.lineno}"
        for path in FILES
        if not _name(path).startswith(MAY_CATCH_EVERYTHING)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or {"Exception", "BaseException"}
            & {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
        )
    ]
    assert not broad, "name the errors that are expected"


def test_browsers_may_restore_what_was_typed() -> None:
    """A field that switches this off comes back empty on the way back. Nothing typed is lost where
    the field is only read, or where the page's address holds it (the search in a live list)."""
    templates = ROOT / "templates"
    off = {
        path.relative_to(templates).as_posix()
        for path in templates.rglob("*.html")
        if 'autocomplete="off"' in path.read_text()
    }
    assert off == {"people_desk/list.html", "subscribe/_ways.html"}
