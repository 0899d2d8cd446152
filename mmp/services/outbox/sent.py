"""Frozen octets, read back for people."""

from email import message_from_bytes, policy

from mmp.adapters.renderer import Rendered


def read_back(octets: bytes) -> Rendered:
    """Subject, text and HTML of a mail that was built here."""
    message = message_from_bytes(octets, policy=policy.default)
    bodies = {part.get_content_type(): part for part in message.walk()}
    text, html = (
        str(bodies[kind].get_content()).replace("\r\n", "\n") if kind in bodies else ""
        for kind in ("text/plain", "text/html")
    )
    return Rendered(str(message["Subject"] or ""), text, html)
