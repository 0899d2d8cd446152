"""The settings: read once, at start, from the environment and the instance folder.

A bad value stops the start with one clear line. Secrets come from the environment or are made
once into the instance folder, readable by its owner alone.
"""

import os
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mmp.core.errors import SettingsError
from mmp.core.mail import BadHeader, sendable

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
MINIMUM_SECRET = 32
DIFFERENT_CHARACTERS = 10
"""In a random secret of that length there are more."""
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~-]+)*/?")
CLOCK_FILE = "clock.json"
SERVED_AT_FILE = "served_at"
SECRET_FILES = {"MMP_SECRET_KEY": "secret_key", "MMP_FEED_SECRET": "feed_secret"}
"""Where in the instance folder a secret is kept that the environment does not give."""
PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent if (PACKAGE.parent / "pyproject.toml").is_file() else None
ASSETS = CHECKOUT or PACKAGE
"""Where templates/ and static/ lie: beside mmp/ in a checkout, inside it in a wheel."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside. Secrets stay out of `repr`."""

    instance: Path
    database_url: str = field(repr=False)
    base_url: str
    mail_url: str = field(repr=False)
    mail_from: str | None
    """The address that mails come from, if one is set for the whole installation."""
    imap_url: str | None = field(repr=False)
    """The mailbox that answers and bounces are taken from, if there is one."""
    authserv_id: str | None
    """The mail server whose Authentication-Results are believed (RFC 8601)."""
    trusted_proxies: tuple[str, ...]
    log: str
    """In which form it is written: `text` or `json`."""
    secret_key: str = field(repr=False)
    feed_secret: str = field(repr=False)

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        instance: Path | None = None,
        served_at: str | None = None,
    ) -> "Settings":
        """Read and check every setting. Raises SettingsError.

        `instance` wins over MMP_INSTANCE. Without MMP_BASE_URL the base URL is `served_at`, else
        where the instance was served last.
        """
        environ = os.environ if environ is None else environ
        folder = _instance_folder(environ, instance)
        return cls(
            instance=folder,
            database_url=_database_url(environ.get("MMP_DATABASE_URL", ""), folder),
            base_url=_base_url(environ.get("MMP_BASE_URL") or served_at or _served_at(folder)),
            mail_url=_mail_url(environ.get("MMP_MAIL_URL", ""), folder),
            mail_from=_mail_from(environ.get("MMP_MAIL_FROM", "")),
            imap_url=_imap_url(environ.get("MMP_IMAP_URL", "")),
            authserv_id=_authserv_id(environ.get("MMP_MAIL_AUTHSERV_ID", "")),
            trusted_proxies=_trusted_proxies(environ.get("MMP_TRUSTED_PROXIES", "")),
            log=_log(environ.get("MMP_LOG", "")),
            secret_key=_secret(environ, "MMP_SECRET_KEY", folder),
            feed_secret=_secret(environ, "MMP_FEED_SECRET", folder),
        )

    @property
    def https(self) -> bool:
        """Whether people reach the site by HTTPS, so that cookies may be Secure."""
        return self.base_url.startswith("https:")

    @property
    def hidden(self) -> tuple[str, ...]:
        """What no log may hold: the secrets, and the passwords within addresses."""
        addresses = (self.database_url, self.mail_url, self.imap_url or "")
        passwords = {urlsplit(address).password or "" for address in addresses}
        passwords |= {unquote(password) for password in passwords}
        return tuple(filter(None, (self.secret_key, self.feed_secret, *passwords)))

    @property
    def documents(self) -> Path:
        """The folder of uploaded documents, each named by its SHA-256."""
        return self.instance / "documents"

    @property
    def served_at_file(self) -> Path:
        """Where the base URL is kept at which the instance was served last."""
        return self.instance / SERVED_AT_FILE

    @property
    def clock_file(self) -> Path:
        """Where a demo keeps its time; an instance without this file is a real one."""
        return self.instance / CLOCK_FILE


def _instance_folder(environ: Mapping[str, str], instance: Path | None) -> Path:
    named = instance or (Path(environ["MMP_INSTANCE"]) if environ.get("MMP_INSTANCE") else None)
    if named is None:
        named = CHECKOUT / "instance" if CHECKOUT else _prefix(PACKAGE) / "var" / "mmp-instance"
    if re.search(r"[?\x00-\x1f]", str(named)):  # SQLite's address would end there
        raise SettingsError(
            "MMP_INSTANCE: a folder without ? and control characters in its name, not %(folder)s.",
            folder=ascii(str(named)),
        )
    try:
        folder = named.expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's data is in the database
    except (OSError, RuntimeError) as error:  # RuntimeError: ~ of nobody known
        raise SettingsError(
            "MMP_INSTANCE: the folder %(folder)s cannot be made (%(why)s); name one that can.",
            folder=named,
            why=getattr(error, "strerror", None) or error,
        ) from error
    return folder


def _prefix(package: Path) -> Path:
    """What a wheel was installed into, as Flask finds it: also a user's own ~/.local."""
    if package.is_relative_to(sys.prefix):
        return Path(sys.prefix)
    # PREFIX/lib/python3.11/site-packages/mmp
    return package.parents[3] if package.parents[2].name == "lib" else package.parent


def _database_url(value: str, folder: Path) -> str:
    if not value:
        return f"sqlite:///{folder / 'mmp.sqlite3'}"
    # Both spellings are common; SQLAlchemy wants the driver named.
    value = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", value)
    # In memory, every process and thread would have a database of its own.
    good = re.match(r"sqlite:///(?!:memory:|file:).+|postgresql\+psycopg://.+", value)
    if not good or not _port_is_number(value):
        raise SettingsError(
            "MMP_DATABASE_URL: give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
        )
    if value.startswith("postgresql") and not find_spec("psycopg"):
        raise SettingsError(
            "MMP_DATABASE_URL: PostgreSQL needs one more package: pip install 'mmp[postgres]'."
        )
    if value.startswith("sqlite"):
        # Relative to the instance, as Flask-SQLAlchemy has it, whatever folder one is in.
        return f"sqlite:///{folder / value.removeprefix('sqlite:///')}"
    return value


def _port_is_number(url: str) -> bool:
    """Whether the port, if there is one, is a number."""
    try:
        urlsplit(url).port  # noqa: B018  # reading it is the check
    except ValueError:
        return False
    return True


def _base_url(value: str) -> str:
    # Links and calendar entries are made of it: only what every program takes as a URI.
    valid = bool(_BASE_URL.fullmatch(value))
    try:
        parts = urlsplit(value)
        valid = valid and parts.scheme in ("http", "https") and bool(parts.hostname)
        valid = valid and not (parts.query or parts.fragment or parts.username)
        valid = valid and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(
            "MMP_BASE_URL: give the address people use, like https://mmp.example.org "
            "(other scripts as xn--), not %(value)s.",
            value=ascii(value),
        )
    return value.rstrip("/")


def _served_at(folder: Path) -> str:
    try:
        return (folder / SERVED_AT_FILE).read_text("ascii").strip() or DEFAULT_BASE_URL
    except (OSError, UnicodeDecodeError):
        return DEFAULT_BASE_URL


def _mail_url(value: str, folder: Path) -> str:
    if not value:
        return f"dir:{folder / 'mail'}"
    if value.startswith("dir:") and value != "dir:":
        # Relative to the instance, whatever folder one is in.
        return f"dir:{folder / Path(value.removeprefix('dir:')).expanduser()}"
    if not _is_mail_server(value):
        raise SettingsError(
            "MMP_MAIL_URL: give dir:FOLDER, smtp://HOST, smtps://HOST or smtp+starttls://HOST, "
            "with %40 and %2F for @ and / in a password."
        )
    return value


def _is_mail_server(url: str) -> bool:
    if re.search(r"[\s\x00-\x1f]", url) or not _port_is_number(url):
        return False
    parts = urlsplit(url)
    # What stands behind the host would be ignored: better told than lost.
    plain = parts.path in ("", "/") and not (parts.query or parts.fragment)
    return parts.scheme in ("smtp", "smtps", "smtp+starttls") and bool(parts.hostname) and plain


def _imap_url(value: str) -> str | None:
    if not value:
        return None
    # IMAP takes names and passwords in ASCII; what stands behind the folder would be ignored.
    parts = urlsplit(value if _port_is_number(value) else "")
    known = parts.scheme in ("imap", "imap+starttls", "imaps")
    whole = parts.hostname and parts.username and parts.password
    plain = re.fullmatch("[ -~]+", unquote(value)) and not (parts.query or parts.fragment)
    if not (known and whole and plain):
        raise SettingsError(
            "MMP_IMAP_URL: give imaps://USER:PASSWORD@HOST or imap+starttls://USER:PASSWORD@HOST, "
            "with /FOLDER behind it if it is not INBOX, and %40 and %2F for @ and / in a name or "
            "password."
        )
    return value


def _authserv_id(value: str) -> str | None:
    name = value.strip().lower()
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        raise SettingsError(
            "MMP_MAIL_AUTHSERV_ID: give the name your mail server writes first into "
            "Authentication-Results, like mx.example.org."
        )
    return name or None


def _mail_from(value: str) -> str | None:
    try:
        return sendable(value.strip()) if value.strip() else None
    except BadHeader as error:
        raise SettingsError(
            "MMP_MAIL_FROM: give one plain address, like mentors@example.org."
        ) from error


def _log(value: str) -> str:
    form = value.strip() or "text"
    if form not in ("text", "json"):
        raise SettingsError("MMP_LOG: give text or json.")
    return form


def _trusted_proxies(value: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part.strip())) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(
            "MMP_TRUSTED_PROXIES: give addresses or networks with commas between, like "
            "127.0.0.1,10.0.0.0/8."
        ) from error


def _secret(environ: Mapping[str, str], name: str, folder: Path) -> str:
    value = environ.get(name, "")
    path = folder / SECRET_FILES[name]
    if value and (len(value) < MINIMUM_SECRET or len(set(value)) < DIFFERENT_CHARACTERS):
        raise SettingsError(
            "%(name)s: give at least %(length)d random characters, or none to have them made.",
            name=name,
            length=MINIMUM_SECRET,
        )
    if not value:
        value = _kept_secret(name, path)
        if len(value) < MINIMUM_SECRET:
            raise SettingsError(
                "%(name)s: %(path)s holds no secret any more: restore it from a backup, or remove "
                "the file to have a new one made.",
                name=name,
                path=path,
            )
    return value


def _kept_secret(name: str, path: Path) -> str:
    try:
        if not path.exists():
            _make_secret(path)
        return path.read_text("ascii").strip()
    except UnicodeDecodeError:
        return ""
    except OSError as error:
        raise SettingsError(
            "%(name)s: %(path)s cannot be read or made (%(why)s); mend it or set %(name)s.",
            name=name,
            path=path,
            why=error.strerror,
        ) from error


def _make_secret(path: Path) -> None:
    # Written whole under another name and linked into place: two processes that start at once
    # agree on one secret, and neither reads half of it.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
