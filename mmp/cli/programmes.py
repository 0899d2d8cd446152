"""`mmp programme`: a whole programme from one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mmp.cli.problems import problems_as_lines
from mmp.cli.work import open_instance, warn_of_demo
from mmp.core.errors import UserError

if TYPE_CHECKING:
    from mmp.models import Programme
    from mmp.services.programme_files import Exported, Imported

MOST_ALIKE = 5


@click.group("programme", short_help="Read or write a programme as one file.")
def programmes() -> None:
    """Read or write a whole programme as one YAML file."""


@programmes.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@problems_as_lines
def import_file(file: Path) -> None:
    """Bring the database to what FILE says: all of it, or nothing if anything is wrong with it.

    Documents lie beside it, those of programme.yaml in programme.documents/. The same file again
    changes nothing.
    """
    from mmp.services.programme_files import import_programme, read_bytes  # heavy: SQLAlchemy

    data = read_bytes(file)
    with open_instance() as work:
        warn_of_demo(work)
        done = import_programme(
            work.session,
            data=data,
            file=str(file),
            actor=None,
            now=work.clock.now(),
            folder=file.parent,
            store=work.settings.documents,
        )
        lines = [*_said(done, done.programme)]
    for line in lines:
        click.echo(line)


def _said(done: Imported, programme: Programme) -> list[str]:
    lines = []
    if done.new:
        counts: dict[str, int] = {}
        for change in done.changes:
            section = change.path.partition("/")[0]
            counts[section] = counts.get(section, 0) + 1
        counts.pop("programme", None)
        what = ", ".join(_counted(count, section) for section, count in counts.items())
        lines.append(f"{programme.slug}: new" + (f", with {what}" if what else ""))
    else:
        lines.extend(_summed([str(change) for change in done.changes]))
        if not done.changes:
            lines.append(f"{programme.slug}: nothing to change")
    lines.extend(_summed([f"{path}: not in the file; kept as it is" for path in done.kept]))
    lines.extend(
        f"people/{handle}: in no role and named nowhere; not part of the programme"
        for handle in done.unused
    )
    lines.extend(done.warnings)
    return lines


def _summed(lines: list[str]) -> list[str]:
    """The lines; of many that say the same of things of one kind a few, and how many more."""
    alike: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        path, _, said = line.partition(": ")
        alike.setdefault((path.rpartition("/")[0], said), []).append(line)
    shown = []
    for (where, said), group in alike.items():
        shown.extend(group[:MOST_ALIKE])
        if more := len(group) - MOST_ALIKE:
            if more > 0:
                shown.append(f"{where}: {said}, {more} more")
    return shown


def _counted(count: int, section: str) -> str:
    if count == 1:
        section = "person" if section == "people" else section.removesuffix("s")
    return f"{count} {section}"


@programmes.command("export")
@click.argument("slug")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write this file, and the documents beside it; without it standard output gets the file.",
)
def export_file(slug: str, output: Path | None) -> None:
    """Write the programme SLUG as a file from which it can be imported anywhere."""
    from mmp.services.programme_files import export_programme  # heavy: SQLAlchemy

    with open_instance() as work:
        exported = export_programme(work.session, slug)
        if output is not None:
            _write(exported, output, work.settings.documents)
        elif exported.files:
            raise UserError(
                "Standard output cannot take this programme's documents; add --output FILE."
            )
    if output is None:
        click.echo(exported.text.encode(), nl=False)


def _write(exported: Exported, output: Path, store: Path) -> None:
    """The documents first: the file is never there without them."""
    from mmp.services.programme_files import write_files, write_whole  # heavy: SQLAlchemy

    write_files(exported, output.with_name(f"{output.stem}.documents"), store)
    write_whole(output, exported.text.encode())


@programmes.command("example")
def example() -> None:
    """Write a programme file in which everything is explained to standard output."""
    from mmp.config import ASSETS  # read only when a command needs it

    click.echo((ASSETS / "docs" / "programme-file.yaml").read_bytes(), nl=False)


@programmes.command("schema")
def schema() -> None:
    """Write the JSON Schema of programme files to standard output."""
    from mmp.services.programme_files import programme_schema  # heavy: SQLAlchemy

    click.echo(programme_schema().encode(), nl=False)
