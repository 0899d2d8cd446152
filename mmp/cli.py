"""The `mmp` command. Heavy imports wait inside the commands that need them: `--help` is quick."""

import sys

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mmp")
def main() -> None:
    """Schedule and run cross-regional mentorship programmes and dialogues."""


if __name__ == "__main__":
    sys.exit(main())
