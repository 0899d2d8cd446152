"""What the dispatch asks of a way to send mail."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from mmp.core.mail import Outcome


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail as it leaves: envelope and octets. Kept out of logs, for it holds addresses."""

    message_id: str
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    octets: bytes = field(repr=False)


class Lane(Protocol):
    """One conversation, reused for one mail after another."""

    def send(self, mail: Outgoing) -> Outcome:
        """Hand over one mail and say what came of it. Raises nothing that a server can cause."""


class Mailer(Protocol):
    """Opens lanes, which connect when they first send and end with their `with`."""

    def lane(self) -> AbstractContextManager[Lane]: ...
