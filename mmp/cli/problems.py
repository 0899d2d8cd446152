"""How a refused file is told: one line for each fault, as compilers do it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import click

from mmp.core.errors import ProblemsFound

MOST_LINES = 50

P = ParamSpec("P")


def problems_as_lines(command: Callable[P, None]) -> Callable[P, None]:
    """Say each fault of a file as `FILE:LINE: path: how to mend it`, and exit with status 2."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except ProblemsFound as found:
            for problem in found.problems[:MOST_LINES]:
                click.echo(str(problem), err=True)
            if more := len(found.problems) - MOST_LINES:
                if more > 0:
                    click.echo(f"and {more} more", err=True)
            click.get_current_context().exit(2)

    return wrapper
