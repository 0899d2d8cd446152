"""A mail server as a process of its own on loopback, and what it accepted in a file that outlives
every kill: a line for each mail, written before the server says yes.
"""

import asyncio
import json
import os
import time
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.faults.children import Child, wait_until

SILENCE, PAUSE = "silence", "pause"
"""What can be said at the dot instead of an answer: nothing any more; nothing until told
otherwise."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One mail that the server said yes to, or took without a word."""

    message_id: str
    recipient: str
    subject: str
    at: float
    """By the machine's monotonic clock, which all processes share."""
    connection: int


class PostOffice:
    """The server as a test sees it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder, self._book, self._port = folder, folder / "accepted", folder / "port"
        self._book.touch()
        self._child: Child | None = None
        self.port = 0
        self.say()
        self.open()

    @property
    def url(self) -> str:
        return f"smtp://mmp:secret@127.0.0.1:{self.port}"

    def open(self) -> None:
        """Start, at the same port as before."""
        self._port.unlink(missing_ok=True)
        log = self._folder / "log"
        self._child = Child(serve, self._folder, self.port, log=log)
        wait_until(self._port.exists, "the mail server did not start")
        self.port = int(self._port.read_text())

    def close(self) -> None:
        """As if its plug were pulled."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def say(
        self,
        command: str = "",
        answer: str = "",
        *,
        delay: float = 0.0,
        only: str = "",
        after: int = 0,
    ) -> None:
        """From now on, to `command` (AUTH, MAIL, RCPT, DATA or DOT) `answer`; to everything else
        yes. `only` where the reader's address begins so, and `after` so many mails were accepted;
        `delay` are seconds that a mail takes."""
        script = {"answers": {command: answer}, "delay": delay, "only": only, "after": after}
        _put(self._folder / "script", json.dumps(script))

    def accepted(self) -> list[Accepted]:
        return [Accepted(**json.loads(line)) for line in self._book.read_text().splitlines()]

    def count(self) -> int:
        """How many were accepted, repeated ones included."""
        return self._book.read_bytes().count(b"\n")

    def waiting(self) -> int:
        """How many mails wait for the answer to their dot."""
        return len(list(self._folder.glob("waiting-*")))

    def message_ids(self) -> Counter[str]:
        return Counter(mail.message_id for mail in self.accepted())


class Clerk:
    """Answers, and writes down."""

    def __init__(self, folder: Path) -> None:
        self._script = folder / "script"
        self._book = os.open(folder / "accepted", os.O_WRONLY | os.O_APPEND)
        self._connections = self._accepted = 0

    def _said(self, command: str, recipient: str = "") -> str | None:
        script = self._read()
        if not recipient.startswith(script["only"]) or self._accepted < script["after"]:
            return None
        answer: str | None = script["answers"].get(command)
        return answer

    def _read(self) -> Any:
        return json.loads(self._script.read_text())

    def let_in(self, server: Any, session: Any, envelope: Any, how: str, data: Any) -> AuthResult:
        """aiosmtpd's authenticator; without a message of our own it says 535."""
        return AuthResult(success=not self._said("AUTH"), handled=False)

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name, as below
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: Any
    ) -> list[str]:
        self._connections += 1
        session.host_name = hostname
        session.connection = self._connections  # type: ignore[attr-defined]  # ours to keep
        return list(responses)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        return self._said("MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        said = self._said("RCPT", address) or "250 OK"
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        recipient = envelope.rcpt_tos[0]
        if refusal := self._said("DATA", recipient):
            return refusal
        await asyncio.sleep(self._read()["delay"])
        if self._said("DOT") == PAUSE:
            await self._pause(session)
        self._note(session, envelope)
        if self._said("DOT", recipient) == SILENCE:
            await asyncio.sleep(3600)
        return "250 OK"

    async def _pause(self, session: Session) -> None:
        sign = self._script.with_name(f"waiting-{session.connection}")  # type: ignore[attr-defined]  # see EHLO
        sign.touch()
        while self._said("DOT") == PAUSE:  # noqa: ASYNC110  # another process ends it
            await asyncio.sleep(0.005)
        sign.unlink()

    def _note(self, session: Session, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content)
        line = {
            "message_id": str(message["Message-ID"]),
            "recipient": envelope.rcpt_tos[0],
            "subject": str(make_header(decode_header(str(message["Subject"])))),
            "at": time.monotonic(),
            "connection": session.connection,  # type: ignore[attr-defined]  # see EHLO
        }
        self._accepted += 1
        os.write(self._book, (json.dumps(line) + "\n").encode())


def serve(folder: Path, port: int) -> None:
    """Until killed."""
    asyncio.run(_serve(folder, port))


async def _serve(folder: Path, port: int) -> None:
    loop, clerk = asyncio.get_running_loop(), Clerk(folder)

    def conversation() -> SMTP:
        return SMTP(
            clerk,
            hostname="relay",
            loop=loop,
            authenticator=clerk.let_in,
            auth_require_tls=False,
        )

    server = await loop.create_server(conversation, "127.0.0.1", port)
    _put(folder / "port", str(server.sockets[0].getsockname()[1]))
    await asyncio.Event().wait()


def _put(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.replace(path)
