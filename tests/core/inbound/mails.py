"""Mails to read: the shapes of the common programs, and others made of them."""

from pathlib import Path

SHAPES = Path(__file__).parent / "shapes"


def shape(name: str, **instead: str) -> bytes:
    """A mail of the folder, some of its words replaced: `lina="omar"`."""
    octets = (SHAPES / f"{name}.eml").read_bytes()
    for old, new in instead.items():
        octets = octets.replace(old.encode(), new.encode())
    return octets


def answer(*lines: str, head: str = "", method: str = "REPLY", attendees: int = 1) -> bytes:
    """A plain answer with more lines in its event and its head, or other ones."""
    given = {line.split(":")[0].split(";")[0] for line in lines}
    usual = ("UID:event-1@mmp", "DTSTAMP:20260618T153012Z", "SEQUENCE:0")
    event = [line for line in usual if line.split(":")[0] not in given]
    if "ATTENDEE" not in given:
        event += ["ATTENDEE;PARTSTAT=ACCEPTED:mailto:lina@example.org"] * attendees
    calendar = ["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", *event, *lines]
    mail = [
        "From: Lina <lina@example.org>",
        "Subject: An answer",
        "Content-Type: text/calendar; charset=utf-8",
        *([head] if head else []),
        "",
        *calendar,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(mail).encode()
