"""Sends what is due, on as many connections as it takes.

What goes wrong half way loses nothing: a lease ends, or its worker's death ends it, and the same
octets go again. Only a crash between the relay's yes and our commit makes the relay see a mail
twice, with the same Message-ID: at most one per connection.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event as Flag, Thread

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import Clock
from mmp.adapters.database import apart
from mmp.adapters.mailer import Mailer
from mmp.adapters.scheduler.liveness import Liveness
from mmp.core.mail import Outcome, Result, Site
from mmp.jobs import claims, planning
from mmp.jobs.marks import Hand
from mmp.jobs.noting import Clerk
from mmp.jobs.sending import Sending
from mmp.jobs.writing import Writer
from mmp.services import reminders

BATCH = 200
"""Claimed at once at most: fewer where the relay is slow."""
LANES = 4
"""Connections where many mails are due; up to 8 are of use."""
MANY = 500
"""From so many on."""
CLERKS = 2
"""That note what came of mails on PostgreSQL: while one waits for the disk, the other goes on."""
RENEWED_EVERY = claims.LEASE_SECONDS / 3
REST = {Result.UNREACHABLE: 30.0, Result.UNANSWERED: 30.0, Result.STOPPED: 900.0}
"""Seconds in which this worker sends nothing after trouble that is no mail's fault."""

log = logging.getLogger("mmp.mail")


@dataclass
class Dispatcher:
    """One worker's sending. `run` is called whenever something may be due, by one thread."""

    sessions: sessionmaker[Session]
    mailer: Mailer
    clock: Clock
    site: Site
    liveness: Liveness
    monotonic: Callable[[], float] = time.monotonic
    batch: int = BATCH
    lanes: int = LANES
    many: int = MANY
    stopping: Flag = field(default_factory=Flag)
    _rests_until: float = field(default=float("-inf"), init=False)
    _careful: bool = field(default=False, init=False)
    """After trouble one connection goes ahead."""

    def run(self) -> datetime | None:
        """Send all that is due; give when the next mail or reminder is (None: nothing waits)."""
        self.liveness.show()
        with self.sessions() as session:
            # Nothing is on its way: what is ours is left from when the database failed.
            self._free(session, left={self.liveness.owner})
        while True:
            now, idle = self.clock.now(), self._rests() or self.stopping.is_set()
            with self.sessions() as session:
                # While nothing leaves, no reminder becomes a mail: it would grow old there.
                made = 0 if idle else planning.make_mails(session, now=now)
                due, ahead = claims.next_due(session), reminders.next_delivery(session)
                if idle or due is None or due > now:
                    if made:
                        continue
                    return min((at for at in (due, ahead) if at is not None), default=None)
                count = claims.count_due(session, now=now, most=self.many)
            if not self._send(1 if count < self.many or self._careful else self.lanes):
                return due  # others are at it

    def _free(self, session: Session, left: Collection[str] = ()) -> None:
        """Take from the dead, and what these workers `left`. Looks first: an idle worker writes
        nothing."""
        owners = claims.owners(session)
        if owners and claims.free(session, dead=self.liveness.dead(owners) | set(left)):
            session.commit()
        session.rollback()

    def _send(self, lanes: int) -> int:
        """Send until nothing is due; give how many mails were claimed."""
        engine = self.sessions.kw["bind"]
        assert isinstance(engine, Engine)  # so it was made
        owner = self.liveness.owner
        beside = lanes > 1 and engine.dialect.name != "sqlite"
        with ExitStack() as stack:

            def hand(engine: Engine) -> Hand:
                return stack.enter_context(closing(Hand(self.sessions, engine, owner)))

            writing = hand(engine)
            noting = [writing]
            if beside:
                alone = apart(engine)
                noting = [hand(alone) for _ in range(CLERKS)]
            stack.enter_context(self._leases_are_kept())
            stack.callback(writing.give_back)
            ways = stack.enter_context(self.mailer.abreast(lanes))
            claimed = Sending(
                writer=Writer(writing, self.clock, self.site, owner, beside),
                clerks=[Clerk(one, self.stopping.wait, self.clock.now, beside) for one in noting],
                lanes=ways,
                most=self.batch,
                stopped=lambda: self.stopping.is_set() or self._rests(),
                trouble=self._rest,
            ).empty()
        self._careful = self._careful and self._rests()
        return claimed

    @contextmanager
    def _leases_are_kept(self) -> Iterator[None]:
        done = Flag()
        thread = Thread(target=self._renew, args=(done,), name="mmp-leases", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _renew(self, done: Flag) -> None:
        """Keep what this worker holds, and meanwhile take from the dead."""
        while not done.wait(RENEWED_EVERY):
            try:
                with self.sessions() as session:
                    claims.renew(session, owner=self.liveness.owner)
                    session.commit()
                    self._free(session)
            except Exception as error:  # leases last for several of these rounds
                log.warning("leases cannot be renewed: %s", type(error).__name__)

    def _rests(self) -> bool:
        return self.monotonic() < self._rests_until

    def _rest(self, outcome: Outcome) -> None:
        self._rests_until = self.monotonic() + REST[outcome.result]
        self._careful = True
        level = logging.ERROR if outcome.result is Result.STOPPED else logging.WARNING
        log.log(
            level,
            "no mail leaves for %d s: %s at %s: %s %s",
            REST[outcome.result],
            outcome.result,
            outcome.stage,
            outcome.code or "",
            outcome.text,
        )
