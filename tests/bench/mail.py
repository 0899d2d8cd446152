"""Mail: how much of a raw client's speed is left with every check on, how soon a planned reminder
leaves, and what writing and memory cost.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from smtplib import SMTP
from threading import Thread
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mmp.adapters.mailer import SMTPMailer
from mmp.models import Mail
from tests.bench import mail_idle, mail_memory, mail_planning, mail_writing, reminders
from tests.bench.report import Figure
from tests.bench.sink import sink

MAILS = 1_500
ROUNDS = {4: 5, 1: 3, 8: 3}
"""Rounds by connections; the median counts."""


def measure() -> Iterator[Figure]:
    """All figures of mail, in one run."""
    yield from mail_writing.measure()
    yield from mail_planning.measure()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port, _ = stack.enter_context(sink())
        for name, engine in reminders.databases(Path(folder), stack):
            reminders.fill(engine, MAILS)
            for connections in ROUNDS:
                yield throughput(name, engine, port, Path(folder), connections)
            engine.dispose()
    yield from mail_idle.measure()
    yield from mail_memory.measure()


def throughput(name: str, engine: Engine, port: int, folder: Path, connections: int) -> Figure:
    """The median share of a raw client's speed; the two take turns."""
    mailer = SMTPMailer(host="127.0.0.1", port=port, encryption="none")
    shares = []
    for _ in range(ROUNDS[connections]):
        reminders.reset(engine)
        ours = _seconds(lambda: reminders.send(engine, mailer, folder, connections=connections))
        assert reminders.sent(engine) == MAILS
        shares.append(_seconds(lambda: _send_raw(engine, port, connections)) / ours)
    return Figure(
        f"mails over {connections} connections on {name}, share of a raw client's",
        statistics.median(shares),
        at_least=0.5 if connections == 4 else 0,
    )


def _send_raw(engine: Engine, port: int, connections: int) -> None:
    """The same octets to the same people with smtplib, a thread to each connection, and nothing
    else."""
    with Session(engine) as session:
        rows = session.execute(select(Mail.sender, Mail.address, Mail.octets)).all()
    parts = [rows[part::connections] for part in range(connections)]
    threads = [Thread(target=_converse, args=(port, part)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _converse(port: int, rows: Sequence[Any]) -> None:
    with SMTP("127.0.0.1", port, local_hostname="bench") as smtp:
        for sender, address, octets in rows:
            smtp.sendmail(sender, address, octets)


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
