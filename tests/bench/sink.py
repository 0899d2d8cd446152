"""A mail server that takes everything and keeps nothing: `python -m tests.bench.sink`, in a process
of its own, so that it shares no interpreter lock with what is measured. Prints its port.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

ROOT = Path(__file__).resolve().parents[2]


class Taker:
    """Says yes. The first words of each mail's recipient come out as a line, if asked for."""

    def __init__(self, *, tell: bool) -> None:
        self._tell = tell

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self._tell:
            print(envelope.rcpt_tos[0], flush=True)
        return "250 OK"


async def _serve(taker: Taker) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(taker, hostname="sink", loop=loop), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


@contextmanager
def sink(*options: str) -> Iterator[tuple[int, Any]]:
    """A running one: its port, and what it prints after that."""
    command = [sys.executable, "-m", "tests.bench.sink", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, bufsize=0)
    assert process.stdout is not None  # as asked for
    try:
        yield int(process.stdout.readline()), process.stdout
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    asyncio.run(_serve(Taker(tell="--tell" in sys.argv)))
