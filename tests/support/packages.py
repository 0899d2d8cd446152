"""What the tests need beyond Python: the one list, and the way to get it.

`python -m tests.support.packages` installs what is missing where it may (root and apt-get) and
says in one line which tests are left out where it may not. With `CI=true` that line is an error.
Only the standard library is used here.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support import dovecot, postgres


def _has_noto() -> bool:
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))
    return any(next(folder.rglob("NotoNaskhArabic*"), None) for folder in folders)


SHELL = "chromium-headless-shell"
"""Debian's Chromium without its windows: the same pages for half the processor's time."""


def chromium() -> str | None:
    """The browser the tests drive; they never download one."""
    return next(filter(None, map(shutil.which, (SHELL, "chromium", "chromium-browser"))), None)


@dataclass(frozen=True)
class Package:
    """A Debian package, how to see whether its like is there, and which tests stand on it."""

    name: str
    present: Callable[[], bool]
    tests: str


PACKAGES = {
    package.name: package
    for package in (
        Package("postgresql", lambda: postgres.binaries() is not None, "those on PostgreSQL"),
        Package(SHELL, lambda: chromium() is not None, "those in a browser"),
        Package("dovecot-imapd", lambda: dovecot.binary() is not None, "those with a mailbox"),
        Package("fonts-noto-core", _has_noto, "those that look at Arabic letters"),
    )
}


def missing(names: Iterable[str] | None = None) -> list[Package]:
    """The packages among `names` (all, if not given) that this machine lacks."""
    wanted = PACKAGES if names is None else names
    return [PACKAGES[name] for name in wanted if not PACKAGES[name].present()]


def required() -> bool:
    """Whether nothing may be left out."""
    return os.environ.get("CI", "").lower() == "true"


def _install(packages: list[Package]) -> None:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    names = [package.name for package in packages]
    print(f"Installing {', '.join(names)} for the tests", flush=True)
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *names],
    ):
        done = subprocess.run(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:  # one broken source need not keep the others from delivering
            print(f"{' '.join(command)} failed:\n{done.stdout.strip()}", file=sys.stderr)


def _wanted() -> list[Package]:
    """What is missing; where every minute counts, the quicker browser beside a slower one."""
    wanted = missing()
    if required() and shutil.which(SHELL) is None and PACKAGES[SHELL] not in wanted:
        wanted.append(PACKAGES[SHELL])
    return wanted


def main() -> int:
    """Install what can be installed; 1 where something is left out that may not be."""
    may_install = os.geteuid() == 0 and shutil.which("apt-get") is not None
    if may_install and (wanted := _wanted()):
        _install(wanted)
    lacking = missing()
    if not lacking:
        return 0
    left_out = "; ".join(f"{package.tests} (no {package.name})" for package in lacking)
    remedy = "" if may_install else f": apt-get install {' '.join(p.name for p in lacking)}"
    print(f"Tests left out: {left_out}{remedy}", file=sys.stderr)
    return 1 if required() else 0


if __name__ == "__main__":
    sys.exit(main())
