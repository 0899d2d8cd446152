"""Passwords and one-time codes, by Flask-Security as a library.

Its pages, hooks and sign-in links are not used: it stands on an application of its own, made when
somebody first gives a password, so that feeds neither load nor meet it.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from flask import Flask

ISSUER = "mmp"
_MEMORY_KIB, _ROUNDS, _LANES = 19 * 1024, 2, 1
"""Argon2id as the OWASP Password Storage Cheat Sheet has it: eight threads need 152 MB at most."""


class Passwords(Protocol):
    """Hashes and checks passwords, makes and checks one-time codes."""

    def hash(self, password: str) -> str:
        """What to store of a password."""

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether it is the password; without a stored one the same time passes, and it is not."""

    def new_secret(self) -> str:
        """A fresh secret for an authenticator, encrypted."""

    def setup(self, secret: str, name: str) -> tuple[str, str]:
        """The `otpauth:` address for an authenticator, and the key to type instead."""

    def counter_of(self, code: str, secret: str, after: int | None) -> int | None:
        """The half minute (UTC, since 1970) this code is of, if it is good now and of a later one
        than `after`."""


@dataclass(slots=True)
class _Holder:
    """What Flask-Security asks about whose code it is."""

    last: int | None


@dataclass
class ArgonPasswords:
    """Argon2id; codes by RFC 6238 of six digits, one half minute to either side.

    `now` is the world's time, for that is what authenticators live in, also beside a demo.
    Secrets of authenticators are encrypted with a key derived from `secret_key`.
    """

    secret_key: str = field(repr=False)
    now: Callable[[], datetime]

    def hash(self, password: str) -> str:
        from flask_security import hash_password  # see the module's docstring

        with self._app.app_context():
            return str(hash_password(_normal(password)))

    def matches(self, password: str, stored: str | None) -> bool:
        from flask_security import verify_password  # see the module's docstring

        with self._app.app_context():
            right = verify_password(_normal(password), stored or self._decoy)
        return bool(right) and stored is not None

    def new_secret(self) -> str:
        return str(self._codes.generate_totp_secret())

    def setup(self, secret: str, name: str) -> tuple[str, str]:
        return (
            self._codes.get_totp_uri(name, secret),
            self._codes.get_totp_pretty_key(secret).replace("-", " "),
        )

    def counter_of(self, code: str, secret: str, after: int | None) -> int | None:
        holder = _Holder(after)
        try:
            good = self._codes.verify_totp(code, secret, holder, window=30)
        except (ValueError, TypeError):  # the secret was encrypted with a key that is gone
            return None
        return holder.last if good else None

    @cached_property
    def _decoy(self) -> str:
        return self.hash("nobody's password")

    @property
    def _codes(self) -> Any:
        return self._app.extensions["security"].totp_factory

    @cached_property
    def _app(self) -> "Flask":
        from flask import Flask  # with Flask-Security: 50 ms and 12 MB
        from flask_security import Security, UserDatastore
        from flask_security.core import RoleMixin, UserMixin
        from flask_security.totp import Totp

        class OnceOnly(Totp):
            """Refuses a code that was taken before, which Flask-Security itself would not."""

            def __init__(self, secrets: Any, issuer: str) -> None:
                super().__init__(secrets, issuer)
                self._totp = self._totp.using(now=lambda: world().timestamp())

            def get_last_counter(self, user: Any) -> int | None:
                return user.last  # type: ignore[no-any-return]  # _Holder

            def set_last_counter(self, user: Any, tmatch: Any) -> None:
                user.last = tmatch.counter

        class User(UserMixin):
            """Asked for, never made."""

            fs_uniquifier = tf_totp_secret = tf_primary_method = ""
            mf_recovery_codes = None

        world = self.now
        app = Flask("mmp.passwords")
        app.config.update(
            SECRET_KEY=self._derived("flask-security"),
            SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # no password
            SECURITY_PASSWORD_SCHEMES=["argon2"],
            # No HMAC before it: passwords outlive a change of the secret key.
            SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
            SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
                "argon2__memory_cost": _MEMORY_KIB,
                "argon2__time_cost": _ROUNDS,
                "argon2__parallelism": _LANES,
            },
            SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,  # makes it build the codes' factory
            SECURITY_TOTP_SECRETS={1: self._derived("authenticators")},
            SECURITY_TOTP_ISSUER=ISSUER,
            SECURITY_FRESHNESS_GRACE_PERIOD=0,
        )
        # To init_app it would be lost.
        Security(app, UserDatastore(User, RoleMixin), register_blueprint=False, totp_cls=OnceOnly)
        return app

    def _derived(self, purpose: str) -> str:
        return hmac.new(self.secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _normal(password: str) -> str:
    """One spelling of what looks alike (NIST SP 800-63B, section 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
