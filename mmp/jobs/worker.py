"""One process's share of what runs without a request: timer, watch, and the thread that works.

The timer's jobs only wake that thread. So they are over at once, and a wake-up that comes while
mail is being sent is neither lost nor runs beside it.
"""

import logging
from collections.abc import Callable
from threading import Event as Flag, Thread

from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from mmp.adapters.clock import Clock
from mmp.adapters.database import CLOCK
from mmp.adapters.mailer import Mailer
from mmp.adapters.scheduler import Election, Liveness, Timer, Watcher
from mmp.core.mail import Site
from mmp.jobs import calendars, housekeeping, imports, mailbox, matching, optimising, planning
from mmp.jobs.dispatch import Dispatcher
from mmp.services import readiness
from mmp.services.outbox import CHANNEL

TICK = 5.0
"""Seconds after which a worker looks by itself, whatever it was not told: a moved clock, say."""
MATCHING = 1.0
"""Seconds after which it looks for pairs to be found: somebody is looking on."""
PATIENCE = 10.0
"""Seconds that a stop waits for a mail on its way."""

log = logging.getLogger("mmp.scheduler")


class Worker:
    """Starts and stops them. While another process of the host has won the election it only
    stands by."""

    def __init__(
        self,
        *,
        engine: Engine,
        mailer: Mailer,
        clock: Clock,
        site: Site,
        liveness: Liveness,
        election: Election,
        poll: mailbox.MailboxPoll | None = None,
    ) -> None:
        self._sessions = sessionmaker(engine, info={CLOCK: clock})
        self._clock, self._liveness, self._election = clock, liveness, election
        self._documents = site.documents
        self.dispatcher = Dispatcher(self._sessions, mailer, clock, site, liveness)
        self._timer = Timer()
        self._watcher = Watcher(engine, CHANNEL, self._look)
        self._wanted, self._untidy, self._stopping = Flag(), Flag(), self.dispatcher.stopping
        self._unplanned, self._groups = Flag(), Flag()
        self._poll = poll
        self._thread = Thread(target=self._work, name="mmp-outbox", daemon=True)
        self._searcher = Thread(target=self._search, name="mmp-groups", daemon=True)

    def start(self) -> None:
        self._timer.every(TICK, "dispatch", self._look)
        self._timer.every(housekeeping.EVERY.total_seconds(), "housekeeping", self._tidy)
        self._timer.every(planning.EVERY.total_seconds(), "reconcile", self._plan)
        self._timer.every(readiness.TICK_EVERY.total_seconds(), "tick", self._tick)
        if self._poll is not None:
            self._timer.every(mailbox.EVERY.total_seconds(), "mailbox", self._take_mail)
        if self._documents is not None:
            self._timer.every(TICK, "calendars", self._read_calendars)
        self._timer.every(MATCHING, "matching", self._match)
        self._timer.every(optimising.EVERY, "groups", self._groups.set)
        self._searcher.start()
        self._thread.start()
        self._watcher.start()
        self._timer.start()

    def stop(self) -> None:
        """End after the mail that is on its way, if that does not take long."""
        self._stopping.set()
        if self._poll is not None:
            self._poll.stopping.set()
        self._wanted.set()
        self._timer.stop()
        self._watcher.stop()
        self._groups.set()
        for thread in (self._thread, self._searcher):
            if thread.is_alive():
                thread.join(PATIENCE)
        self._liveness.end()
        self._election.resign()

    def _look(self) -> None:
        self._wanted.set()

    def _tidy(self) -> None:
        self._untidy.set()
        self._wanted.set()

    def _tick(self) -> None:
        """Show that this process works. One that only stands by says nothing."""
        if self._thread.is_alive() and self._election.won():
            _guarded(self._note_tick)

    def _note_tick(self) -> None:
        with self._sessions() as session:
            readiness.tick(session, owner=self._liveness.owner)
            session.commit()

    def _take_mail(self) -> None:
        """In the timer's own thread: a mailbox that does not answer keeps no mail from leaving."""
        if self._poll is not None and self._election.won():
            _guarded(self._poll.run)

    def _read_calendars(self) -> None:
        """In the timer's own thread too: a long calendar keeps no mail from leaving."""
        store = self._documents
        if store is not None and self._election.won():
            _guarded(
                lambda: calendars.read_waiting(self._sessions, self._clock, store, self._stopping)
            )

    def _search(self) -> None:
        """In a thread of its own, which mostly waits for a process: a search takes as long as was
        asked."""
        while True:
            self._groups.wait()
            self._groups.clear()
            if self._stopping.is_set():
                return
            if self._election.won():
                _guarded(
                    lambda: optimising.search_asked(self._sessions, self._clock, self._stopping)
                )

    def _match(self) -> None:
        """In the timer's own thread too: many pairs keep no mail from leaving."""
        if self._election.won():
            _guarded(lambda: matching.run_waiting(self._sessions, self._clock, self._stopping))

    def _plan(self) -> None:
        self._unplanned.set()
        self._wanted.set()

    def _work(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping.is_set():
                return
            if self._election.won():
                if self._unplanned.is_set():
                    self._unplanned.clear()
                    _guarded(self._plan_anew)
                _guarded(self._send)
                _guarded(self._import)
                if self._untidy.is_set():
                    self._untidy.clear()
                    _guarded(self._keep_house)

    def _send(self) -> None:
        due, now = self.dispatcher.run(), self._clock.now()
        if due is not None and due > now:
            self._timer.at_latest_in(due - now, "dispatch")

    def _plan_anew(self) -> None:
        with self._sessions() as session:
            planning.plan_anew(session, self._clock)

    def _import(self) -> None:
        """Some rows of an import; more of them after the mail that is due by then."""
        store = self._documents
        if store is not None and imports.carry_on(self._sessions, self._clock, store):
            self._wanted.set()

    def _keep_house(self) -> None:
        with self._sessions() as session:
            housekeeping.keep_house(session, self._clock)


def _guarded(job: Callable[[], object]) -> None:
    """A database that is away for a while must not end the worker."""
    try:
        job()
    except Exception as error:  # whatever it was: the next tick tries again
        log.exception("a job failed: %s", type(error).__name__)
