"""The way out of what one need not get (RFC 2369, section 3.2; RFC 8058): one address per person
and programme, which works without signing in."""

from uuid import UUID

from mmp.core.mail.tokens import token

UNSUBSCRIBE = "unsubscribe"
"""The purpose of these tokens."""


def both(person: UUID, programme: UUID) -> str:
    """What such a token is derived from."""
    return f"{person}:{programme}"


def unsubscribe_token(secret: str, *, person: UUID, programme: UUID) -> str:
    """The token of this person's way out of this programme's reminders and messages."""
    return token(secret, UNSUBSCRIBE, both(person, programme))


def unsubscribe_path(language: str, *, person: UUID, slug: str, token: str) -> str:
    """Where it leads; `slug` is the programme's."""
    return f"/{language}/unsubscribe/{person}/{slug}/{token}/"


def unsubscribe_headers(address: str) -> tuple[tuple[str, str], ...]:
    """The headers by which mail programs offer it with one press."""
    return (
        ("List-Unsubscribe", f"<{address}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
