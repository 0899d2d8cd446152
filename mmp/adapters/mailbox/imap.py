"""A mailbox over IMAP (RFC 9051), with TLS verified where the setting asks for TLS.

Mails are known by UID and read without marking them; what was taken is marked as seen. So a crash
between the commit and the mark shows the mail once more, which changes nothing.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

from mmp.adapters.mailbox.protocol import Letter, MailboxTrouble
from mmp.core.mail import redacted

Encryption = Literal["none", "starttls", "tls"]
TIMEOUT = 20.0
"""Seconds for any one answer."""
AT_ONCE = 200
"""Mails of one visit; the next one brings the others."""


class IMAPMailbox:
    """A folder on a server. `password` is never logged; `tls` and `timeout` are for tests."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        encryption: Encryption,
        user: str,
        password: str,
        folder: str = "INBOX",
        timeout: float = TIMEOUT,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.host, self.port, self.encryption = host, port, encryption
        self.user, self._password, self.folder = user, password, folder
        self._timeout, self._tls = timeout, tls

    @contextmanager
    def open(self) -> Iterator["OpenFolder"]:
        with _trouble():
            imap = self._connect()
        try:
            with _trouble():
                self._enter(imap)
            yield OpenFolder(imap)
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                imap.logout()
            with suppress(OSError):  # where the server did not say goodbye
                imap.shutdown()

    def _connect(self) -> imaplib.IMAP4:
        if self.encryption == "tls":
            tls = self._tls or ssl.create_default_context()
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=tls, timeout=self._timeout)
        return imaplib.IMAP4(self.host, self.port, timeout=self._timeout)

    def _enter(self, imap: imaplib.IMAP4) -> None:
        if self.encryption == "starttls":
            imap.starttls(self._tls or ssl.create_default_context())
        imap.login(self.user, self._password)
        quoted = re.sub(r'(["\\])', r"\\\1", self.folder)
        _expect_ok(imap.select(f'"{quoted}"'))


class OpenFolder:
    """A folder that was chosen."""

    def __init__(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap

    def waiting(self, most_octets: int) -> Iterator[Letter]:
        with _trouble():
            found = _expect_ok(self._imap.uid("SEARCH", "UNSEEN"))
        numbers = b" ".join(one for one in found if one).split()
        for number in sorted(numbers, key=int)[:AT_ONCE]:
            with _trouble():
                octets = self._octets(number.decode("ascii"), most_octets)
            if octets is not None:  # taken away meanwhile
                yield Letter(number.decode("ascii"), octets)

    def take(self, letter: Letter) -> None:
        with _trouble():
            _expect_ok(self._imap.uid("STORE", letter.number, "+FLAGS.SILENT", r"(\Seen)"))

    def _octets(self, number: str, most: int) -> bytes | None:
        found = _expect_ok(self._imap.uid("FETCH", number, f"(BODY.PEEK[]<0.{most}>)"))
        return next((bytes(one[1]) for one in found if isinstance(one, tuple)), None)


def _expect_ok(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        said = b" ".join(one for one in answer[1] if isinstance(one, bytes))
        raise imaplib.IMAP4.error(said.decode("utf-8", "replace") or answer[0])
    return answer[1]


@contextmanager
def _trouble() -> Iterator[None]:
    """Whatever a server or the network does is one kind of error, without addresses."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise MailboxTrouble(redacted(str(said))) from error
