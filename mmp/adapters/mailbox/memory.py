"""The fake: mails by number, and which of them were taken."""

from collections.abc import Iterator
from contextlib import contextmanager

from mmp.adapters.mailbox.protocol import Letter, MailboxTrouble


class MemoryMailbox:
    """Holds what a test puts in. With `trouble` it cannot be opened."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = list(mails)
        self.taken: set[str] = set()
        self.trouble: str | None = None

    @contextmanager
    def open(self) -> Iterator["MemoryMailbox"]:
        if self.trouble is not None:
            raise MailboxTrouble(self.trouble)
        yield self

    def waiting(self, most_octets: int) -> Iterator[Letter]:
        for number, octets in enumerate(list(self.mails), 1):
            if str(number) not in self.taken:
                yield Letter(str(number), octets[:most_octets])

    def take(self, letter: Letter) -> None:
        self.taken.add(letter.number)
