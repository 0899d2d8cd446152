"""A mail server on loopback that answers as the test wishes."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from ssl import SSLContext
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

Answer = Callable[[str], str | None]
SILENCE = "silence"
"""As an answer: say nothing at all."""


def _yes(_: str) -> str | None:
    return None


class Relay:
    """`received` holds recipient and octets of every mail accepted, in order.

    `answers` maps a command (MAIL, RCPT, DATA) to what is answered instead, given its address;
    None means yes.
    """

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.answers: dict[str, Answer] = {}
        self.connections = 0
        self.port = 0

    def message_ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(message_from_bytes(octets)["Message-ID"]) for _, octets in self.received)

    async def _say(self, command: str, address: str) -> str:
        said = self.answers.get(command, _yes)(address)
        if said == SILENCE:
            await asyncio.sleep(3600)
        return said or "250 OK"

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name, as below
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: Any
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return list(responses)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        return await self._say("MAIL", address)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        said = await self._say("RCPT", address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        recipient = envelope.rcpt_tos[0]
        assert isinstance(envelope.content, bytes)
        if self.answers.get("DATA", _yes)(recipient) == SILENCE:
            self.received.append((recipient, envelope.content))
        said = await self._say("DATA", recipient)
        if said.startswith("2"):
            self.received.append((recipient, envelope.content))
        return said


@contextmanager
def relay(*, tls: SSLContext | None = None, **options: Any) -> Iterator[Relay]:
    """A relay that listens until the `with` ends, with `tls` encrypted from the first octet;
    `options` are aiosmtpd's."""
    relay = Relay()
    loop = asyncio.new_event_loop()
    transports: set[asyncio.BaseTransport] = set()

    class Conversation(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transports.add(transport)
            super().connection_made(transport)

    server = loop.run_until_complete(
        loop.create_server(
            lambda: Conversation(relay, hostname="relay", loop=loop, **options),
            "127.0.0.1",
            0,
            ssl=tls,
        )
    )
    relay.port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        for transport in transports:
            transport.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def refuse_all(*_: Any) -> AuthResult:
    """An authenticator that knows nobody."""
    return AuthResult(success=False, handled=False)
