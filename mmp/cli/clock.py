"""`mmp clock`: show a demo's time, or move it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import click

from mmp.core.errors import UserError
from mmp.core.zones import to_utc, to_wall

START_OF_DAY = time(8)
"""What a day without an hour means: the time at which a demo begins its day."""
_STEP = re.compile(r"([+-])(?=\d)(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


@click.command(
    # -1d and -2h are times, not options
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
    short_help="Show a demo's time, or move it.",
)
@click.argument("when", required=False)
@click.option("--zone", default="UTC", metavar="AREA/CITY", help="Whose clocks WHEN means [UTC].")
def clock(when: str | None, zone: str) -> None:
    """Show the time a demo lives in, or move it to WHEN.

    WHEN is a step (+3d, -2h, +1w2d), a day and time (2026-09-27T08:00), a day (its 08:00) or now.
    A running demo goes on from there at once. A real instance lives in the world's time.
    """
    from mmp.adapters.clock import FileClock  # as late as the settings, for a quick --help
    from mmp.config import Settings  # read only when a command needs it

    its = FileClock(Settings.load().clock_file)
    if when is not None:
        if not its.shifted:
            raise UserError(
                "This instance is no demo: it lives in the world's time (%(file)s is missing).",
                file=its.path,
            )
        # A step goes from where the clock stands; anything else also mends an unreadable file.
        its.set(moment(when, zone, now=its.now() if is_step(when) else None))
    shown = to_wall(its.now(), zone)
    kind = "demo" if its.shifted else "the world's time: no demo"
    click.echo(f"{shown:%a %Y-%m-%d %H:%M:%S} {zone} ({kind})")


def is_step(text: str) -> bool:
    """Whether `text` says how far to move rather than where to."""
    return text.strip()[:1] in {"+", "-"}


def moment(text: str, zone: str = "UTC", *, now: datetime | None) -> datetime:
    """The instant (aware, UTC) that `text` means; a wall time without offset is one in `zone`.

    `now` is where a step starts from; without it steps are refused, as is everything else that is
    no time, with a UserError.
    """
    text = text.strip()
    try:
        if now is not None and (step := _STEP.fullmatch(text)):
            weeks, days, hours, minutes = (int(part or 0) for part in step.groups()[1:])
            by = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
            return now - by if step[1] == "-" else now + by
        if text == "now":
            from mmp.adapters.clock import SystemClock  # the one place that knows

            return SystemClock().now()
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return to_utc(datetime.combine(date.fromisoformat(text), START_OF_DAY), zone)
        if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):
            at = datetime.fromisoformat(text)
            return at.astimezone(UTC) if at.tzinfo else to_utc(at, zone)
    except (ValueError, OverflowError):
        pass
    steps = "+3d, " if now is not None else ""
    raise UserError(
        "%(text)s is no time: give %(steps)s2026-09-27T08:00, 2026-09-27 or now.",
        field="when",
        text=ascii(text),
        steps=steps,
    )
