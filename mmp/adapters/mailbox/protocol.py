"""What the job that takes mail asks of a mailbox."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol


class MailboxTrouble(Exception):
    """The mailbox cannot be read. The message holds no address and no password."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that waits: its number in the mailbox, and its octets as far as they are wanted."""

    number: str
    octets: bytes = field(repr=False)


class OpenMailbox(Protocol):
    """A mailbox, signed in to."""

    def waiting(self, most_octets: int) -> Iterator[Letter]:
        """The mails that were not taken yet, oldest first, of each at most so many octets.
        Changes nothing. Raises MailboxTrouble."""

    def take(self, letter: Letter) -> None:
        """Remember that it was taken. Raises MailboxTrouble."""


class Mailbox(Protocol):
    """Opens it for the time of a `with`. Raises MailboxTrouble."""

    def open(self) -> AbstractContextManager[OpenMailbox]: ...
