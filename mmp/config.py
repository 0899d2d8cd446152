"""The settings: read once, at start, from the environment and the instance folder.

A bad value stops the start with one clear line. Secrets come from the environment or are made
once into the instance folder, readable by its owner alone.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from mmp.core.errors import SettingsError

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
MINIMUM_SECRET = 32
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
    trusted_proxies: tuple[str, ...]
    secret_key: str = field(repr=False)
    feed_secret: str = field(repr=False)

    @classmethod
    def load(
        cls, environ: Mapping[str, str] | None = None, *, instance: Path | None = None
    ) -> "Settings":
        """Read and check every setting; `instance` wins over MMP_INSTANCE. Raises SettingsError."""
        environ = os.environ if environ is None else environ
        folder = _instance_folder(environ, instance)
        return cls(
            instance=folder,
            database_url=_database_url(environ.get("MMP_DATABASE_URL", ""), folder),
            base_url=_base_url(environ.get("MMP_BASE_URL") or DEFAULT_BASE_URL),
            mail_url=_mail_url(environ.get("MMP_MAIL_URL", ""), folder),
            trusted_proxies=_trusted_proxies(environ.get("MMP_TRUSTED_PROXIES", "")),
            secret_key=_secret(environ, "MMP_SECRET_KEY", folder / "secret_key"),
            feed_secret=_secret(environ, "MMP_FEED_SECRET", folder / "feed_secret"),
        )

    @property
    def https(self) -> bool:
        """Whether people reach the site by HTTPS, so that cookies may be Secure."""
        return self.base_url.startswith("https:")

    @property
    def documents(self) -> Path:
        """The folder of uploaded documents, each named by its SHA-256."""
        return self.instance / "documents"


def _instance_folder(environ: Mapping[str, str], instance: Path | None) -> Path:
    named = instance or (Path(environ["MMP_INSTANCE"]) if environ.get("MMP_INSTANCE") else None)
    if named is None:
        # Flask's rule for instance folders: in the checkout, else below the prefix.
        named = CHECKOUT / "instance" if CHECKOUT else Path(_prefix()) / "var" / "mmp-instance"
    folder = named.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            "MMP_INSTANCE: the folder %(folder)s cannot be made (%(why)s); name one that can.",
            folder=folder,
            why=error.strerror,
        ) from error
    return folder


def _prefix() -> str:
    import sys  # only a wheel's default asks for it

    return sys.prefix


def _database_url(value: str, folder: Path) -> str:
    if not value:
        return f"sqlite:///{folder / 'mmp.sqlite3'}"
    # Both spellings are common; SQLAlchemy wants the driver named.
    value = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", value)
    if not re.match(r"^(sqlite:///.+|postgresql\+psycopg://.+)", value):
        raise SettingsError(
            "MMP_DATABASE_URL: give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
        )
    return value


def _base_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
        valid = valid and not (parts.query or parts.fragment or parts.username)
        valid = valid and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or re.search(r"[\s\x00-\x1f]", value):
        raise SettingsError(
            "MMP_BASE_URL: give the address people use, like https://mmp.example.org, not %(value)s.",
            value=ascii(value),
        )
    return value.rstrip("/")


def _mail_url(value: str, folder: Path) -> str:
    if not value:
        return f"dir:{folder / 'mail'}"
    if not re.match(r"^(dir:.+|smtps?://.+|smtp\+starttls://.+)", value):
        raise SettingsError(
            "MMP_MAIL_URL: give dir:FOLDER, smtp://HOST, smtps://HOST or smtp+starttls://HOST."
        )
    return value


def _trusted_proxies(value: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part.strip())) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(
            "MMP_TRUSTED_PROXIES: give addresses or networks with commas between, like "
            "127.0.0.1,10.0.0.0/8."
        ) from error


def _secret(environ: Mapping[str, str], name: str, path: Path) -> str:
    value = environ.get(name, "")
    if not value:
        value = _kept_secret(name, path)
    if len(value) < MINIMUM_SECRET:
        raise SettingsError(
            "%(name)s: give at least %(length)d random characters, or none to have them made.",
            name=name,
            length=MINIMUM_SECRET,
        )
    return value


def _kept_secret(name: str, path: Path) -> str:
    try:
        try:
            # Written whole under another name and linked into place: two processes that start at
            # once agree on one secret, and neither reads half of it.
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            if not path.exists():
                handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w") as file:
                    file.write(secrets.token_urlsafe(32))
                try:
                    os.link(draft, path)
                finally:
                    draft.unlink()
        except FileExistsError:
            pass
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            "%(name)s: %(path)s cannot be read or made (%(why)s); mend it or set %(name)s.",
            name=name,
            path=path,
            why=error.strerror,
        ) from error
