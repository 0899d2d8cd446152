"""Sends what is due, on as many lanes as it takes.

What goes wrong half way loses nothing: a lease ends, or its worker's death ends it, and the same
octets go again. Only a crash between the relay's yes and our commit makes the relay see a mail
twice, with the same Message-ID: at most one per lane.
"""

import logging
import time
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event as Flag, Lock, Thread
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import Clock
from mmp.adapters.mailer import Mailer
from mmp.adapters.scheduler.liveness import Liveness
from mmp.core.mail import Outcome, Result, Site
from mmp.jobs import claims, planning
from mmp.jobs.lanes import Lane
from mmp.jobs.marks import Hand
from mmp.services import reminders

BATCH = 100
"""Claimed at once at most: fewer where the relay is slow."""
LANES = 4
"""Connections where many mails are due; up to 8 are of use."""
MANY = 500
"""From so many on."""
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
    """After trouble on several lanes one goes ahead."""
    _writing: Lock = field(default_factory=Lock, init=False)

    def run(self) -> datetime | None:
        """Send all that is due; give when the next mail or reminder is (None: nothing waits)."""
        self.liveness.show()
        with self.sessions() as session:
            # No lane is at work: what is ours is left from one that the database failed.
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
        dead = self.liveness.dead({claims.worker_of(owner) for owner in owners}) | set(left)
        gone = {owner for owner in owners if claims.worker_of(owner) in dead}
        if owners and claims.free(session, dead=gone):
            session.commit()
        session.rollback()

    def _send(self, lanes: int) -> int:
        """Let lanes work until nothing is due; give how many mails they claimed. The first one's
        mishap is raised."""
        done, owners = Flag(), [claims.lane_of(self.liveness.owner, n) for n in range(lanes)]
        claimed: list[int] = []
        mishaps: list[BaseException] = []

        def work(owner: str) -> None:
            try:
                claimed.append(self._work(owner))
            except BaseException as error:
                mishaps.append(error)

        renewal = Thread(target=self._renew, args=(owners, done), name="mmp-leases", daemon=True)
        others = [Thread(target=work, args=(owner,), name="mmp-lane") for owner in owners[1:]]
        for thread in (renewal, *others):
            thread.start()
        work(owners[0])
        for thread in others:
            thread.join()
        done.set()
        renewal.join()
        if mishaps:
            raise mishaps[0]
        if not self._rests():
            self._careful = False
        return sum(claimed)

    def _work(self, owner: str) -> int:
        hand = self._hand(owner)
        try:
            with self.mailer.lane() as way:
                return Lane(
                    hand=hand,
                    way=way,
                    clock=self.clock,
                    site=self.site,
                    most=self.batch,
                    stopped=lambda: self.stopping.is_set() or self._rests(),
                    trouble=self._rest,
                    wait=self.stopping.wait,
                ).empty()
        finally:
            try:
                hand.give_back()
            finally:
                hand.close()

    def _hand(self, owner: str) -> Hand:
        engine = self.sessions.kw["bind"]
        assert isinstance(engine, Engine)  # so it was made
        on_sqlite = engine.dialect.name == "sqlite"
        writing: Any = self._writing if on_sqlite else nullcontext()
        return Hand(self.sessions, engine, owner, writing)

    def _renew(self, owners: list[str], done: Flag) -> None:
        """Keep what the lanes hold, and meanwhile take from the dead."""
        while not done.wait(RENEWED_EVERY):
            try:
                with self.sessions() as session:
                    claims.renew(session, owners=owners)
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
