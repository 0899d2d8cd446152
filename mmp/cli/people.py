"""`mmp people`: many people at once, from a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import click

from mmp.cli.problems import problems_as_lines
from mmp.cli.work import open_instance, warn_of_demo

ROLES = ("coordinator", "assistant", "mentor", "speaker", "guest")


@click.group("people", short_help="Read people from a spreadsheet.")
def people() -> None:
    """Read people from a spreadsheet."""


@people.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--programme", "slug", required=True, metavar="SLUG", help="Whose people they are.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="mentor",
    show_default=True,
    help="Their role where the file has no column for it.",
)
@problems_as_lines
def import_file(file: Path, slug: str, role: str) -> None:
    """Bring people from FILE (CSV or XLSX) into a programme: all of them, or nobody.

    The first row names the columns, in English, French or Arabic: name (or first name and last
    name), name native, email, country, region, zone, locale, organisation, position, group,
    gender, languages, discreet, role. Only name is needed; zone, region and locale follow from the
    country where it has but one zone. Empty cells leave what is there; the same file again changes
    nothing. Nobody is put on an event's list by this.
    """
    from mmp.models.enums import MembershipRole  # heavy: SQLAlchemy
    from mmp.services.people_import import plan_people, save_people, summary
    from mmp.services.programme_files import read_bytes

    data = read_bytes(file)
    with open_instance() as work:
        warn_of_demo(work)
        plan = plan_people(
            work.session, data=data, file=str(file), slug=slug, role=MembershipRole(role)
        )
        save_people(work.session, plan, actor=None, now=work.clock.now())
        counts = summary(plan.rows)
        lines = [str(planned) for planned in plan.rows if planned.action == "changed"]
    lines.extend(f"column “{title}”: not known; left out" for title in plan.ignored)
    lines.append(", ".join(f"{count} {action}" for action, count in counts.items() if count))
    for line in lines:
        click.echo(line)
