"""Whatever can be typed or set is written down."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mmp.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = "\n".join(path.read_text() for path in DOCUMENTS)


def _commands(command: click.Command, name: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield name
        return
    for child, subcommand in command.commands.items():
        if not subcommand.hidden:
            yield from _commands(subcommand, f"{name} {child}")


def _settings() -> list[str]:
    return sorted(set(re.findall(r"\bMMP_[A-Z_]+\b", (ROOT / "mmp/config.py").read_text())))


def _targets() -> list[str]:
    return re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("command", list(_commands(main, "mmp")))
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"\b{re.escape(command)}\b", TEXT)


@pytest.mark.parametrize("setting", _settings())
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in TEXT


@pytest.mark.parametrize("target", _targets())
def test_every_make_target_is_documented(target: str) -> None:
    assert f"`make {target}`" in TEXT


def test_every_setting_in_the_documents_exists() -> None:
    assert set(re.findall(r"\bMMP_[A-Z_]+\b", TEXT)) <= set(_settings())


def test_every_make_target_in_the_documents_exists() -> None:
    assert set(re.findall(r"`make ([a-z-]+)", TEXT)) <= set(_targets())


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in DOCUMENTS
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text())
        if not (path.parent / link).exists()
    ]
    assert not broken
