"""Signing in without going through the door, and the codes an authenticator would show."""

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.models import Person
from mmp.models.enums import Strength
from mmp.services import sessions

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
"""Where the tests' clock stands at first."""


def sign_in(
    client: FlaskClient,
    session: Session,
    person: Person,
    *,
    strength: Strength = Strength.STRONG,
    confirmed: bool = True,
    now: datetime = NOW,
) -> None:
    """Let `client` be signed in as `person`. Commits."""
    _, token = sessions.start(
        session, now=now, person=person, strength=strength, confirmed=confirmed
    )
    session.commit()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["sign_in"] = token


class Authenticator:
    """A phone that shows codes for a key."""

    def __init__(self, key: str) -> None:
        self.key = key.replace(" ", "")
        self.recovery_codes: list[str] = []

    def code(self, at: datetime | None = None, steps: int = 0) -> str:
        """The code shown at `at` (by default in the world's time), some half minutes later."""
        from passlib.totp import TOTP

        moment = (at or datetime.now(UTC)) + timedelta(seconds=30 * steps)
        return str(TOTP(key=self.key, format="base32").generate(moment).token)
