"""What `mmp doctor` looks at. Every check says what it found and, where it is bad, how to mend it.

Nothing here shows a password: addresses of databases and mail servers are named by kind only.
"""

import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from mmp.adapters import dumps, revisions
from mmp.adapters.clock import FileClock
from mmp.adapters.database import db
from mmp.config import SECRET_FILES, Settings
from mmp.core import zones
from mmp.core.errors import UserError

TZDATA = (2026, 6)
"""The first package whose Rabat is right after 20 September 2026, as everywhere else."""
LITTLE_ROOM = 500 * 10**6
NO_ROOM = 50 * 10**6


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    level: Literal["ok", "warn", "FAIL"]
    text: str


def of_program() -> Iterator[Finding]:
    """The versions of what runs here."""
    names = ("SQLAlchemy", "icalendar", "Flask", "waitress")
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    yield Finding("ok", f"mmp {version('mmp')}, Python {platform.python_version()}, {libraries}")


def of_zones() -> Iterator[Finding]:
    """The time zone data: the package's, recent, and really in use."""
    package = version("tzdata")
    try:
        data = zones.tz_version()
    except RuntimeError as error:
        yield Finding("FAIL", f"time zones: {error}. Import mmp before anything resets TZPATH.")
        return
    offset = zones.to_wall(zones.to_utc(datetime(2026, 9, 28), "UTC"), "Africa/Casablanca")
    if tuple(int(part) for part in package.split(".")[:2]) < TZDATA or offset.utcoffset():
        yield Finding("FAIL", f"time zones: tzdata {package} is old: pip install -U tzdata")
    else:
        yield Finding("ok", f"time zones: IANA {data}, from tzdata {package}")


def of_instance(settings: Settings) -> Iterator[Finding]:
    """The instance folder: writable, its secrets its owner's alone, room on the disk."""
    folder = settings.instance
    try:
        with tempfile.TemporaryFile(dir=folder):
            yield Finding("ok", f"instance: {folder}")
    except OSError as error:
        yield Finding(
            "FAIL",
            f"instance: {folder} cannot be written to ({error.strerror}): give it to the user "
            "that mmp runs as, or name another folder with MMP_INSTANCE.",
        )
    for name in SECRET_FILES.values():
        path = folder / name
        if path.exists() and path.stat().st_mode & 0o077:
            yield Finding("FAIL", f"instance: others can read {path}: chmod 600 {path}")
    free = shutil.disk_usage(folder).free
    level: Literal["ok", "warn", "FAIL"] = (
        "FAIL" if free < NO_ROOM else "warn" if free < LITTLE_ROOM else "ok"
    )
    advice = "" if level == "ok" else ": make room, or backups and then saving will fail"
    yield Finding(level, f"disk: {free / 10**9:.1f} GB free{advice}")


def of_database(settings: Settings) -> Iterator[Finding]:
    """The database: there, answering, set up, migrated. Needs an application context."""
    kind = dumps.kind_of(settings.database_url)
    file = dumps.sqlite_file(settings.database_url)
    if kind == "sqlite" and not file.exists():
        yield Finding("FAIL", f"database: {file} is missing: mmp db upgrade makes it")
        return
    with db.engine.connect() as connection:

        def ask(question: str) -> str:
            return str(connection.exec_driver_sql(question).scalar())

        if kind == "postgresql":
            yield Finding("ok", f"database: PostgreSQL {ask('SHOW server_version')}")
        else:
            yield Finding("ok", f"database: SQLite {sqlite3.sqlite_version}, {file}")
            if ask("PRAGMA journal_mode") != "wal":
                yield Finding(
                    "FAIL", "database: no WAL, so readers wait for writers: use a local disk"
                )
            if ask("PRAGMA foreign_keys") != "1":
                yield Finding("FAIL", "database: foreign keys are off: use another SQLite library")
            if (sound := ask("PRAGMA quick_check(1)")) != "ok":
                yield Finding("FAIL", f"database: damaged ({sound}): mmp restore FILE --force")
    try:
        revisions.require_head()
    except revisions.NotMigrated as error:
        yield Finding("FAIL", f"migrations: {error}")
    else:
        yield Finding("ok", f"migrations: at revision {revisions.head()}, as this mmp needs it")


def of_mail(settings: Settings) -> Iterator[Finding]:
    """How mail leaves, by kind only: the setting holds a password."""
    kind, _, rest = settings.mail_url.partition(":")
    if kind == "dir":
        level: Literal["ok", "warn"] = "ok" if settings.clock_file.exists() else "warn"
        yield Finding(level, f"mail: none is sent, only kept in {rest}: set MMP_MAIL_URL to send")
    elif kind == "smtp" and not _is_loopback(urlsplit(settings.mail_url).hostname):
        yield Finding("warn", "mail: by SMTP without TLS: use smtps:// or smtp+starttls://")
    else:
        yield Finding("ok", f"mail: by {kind}")


def of_mailbox(settings: Settings) -> Iterator[Finding]:
    """Where answers come in, by kind only: the setting holds a password."""
    url = urlsplit(settings.imap_url or "")
    if not url.scheme:
        yield Finding("ok", "answers: by mmp mail receive alone (MMP_IMAP_URL names a mailbox)")
    elif url.scheme == "imap" and not _is_loopback(url.hostname):
        yield Finding("warn", "answers: by IMAP without TLS: use imaps:// or imap+starttls://")
    else:
        yield Finding("ok", f"answers: by {url.scheme}")


def of_address(settings: Settings) -> Iterator[Finding]:
    """The address in links and feeds: what phones can reach, and nobody can overhear."""
    host = urlsplit(settings.base_url).hostname
    if settings.https:
        yield Finding("ok", f"address: {settings.base_url}")
    elif _is_loopback(host):
        yield Finding(
            "ok", f"address: {settings.base_url}, for this machine alone (MMP_BASE_URL changes it)"
        )
    else:
        yield Finding(
            "warn",
            f"address: {settings.base_url} can be overheard, secret feed addresses too: "
            "put HTTPS before it and set MMP_BASE_URL",
        )


def of_clock(settings: Settings) -> Iterator[Finding]:
    """Which time it is here."""
    clock = FileClock(settings.clock_file)
    try:
        now = f"{clock.now():%Y-%m-%d %H:%M} UTC"
    except UserError as error:
        yield Finding("FAIL", f"clock: {error}")
        return
    yield Finding("ok", f"clock: {now}{', in this demo' if clock.shifted else ''}")


def guarded(check: Callable[[], Iterator[Finding]], subject: str) -> Iterator[Finding]:
    """The check's findings; whatever it stumbles over becomes one."""
    try:
        yield from check()
    except Exception as error:  # what goes wrong is what is looked for
        cause = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        yield Finding("FAIL", f"{subject}: {cause.splitlines()[0]}")


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
