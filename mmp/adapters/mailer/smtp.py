"""Mail over SMTP (RFC 5321), with TLS verified where the setting asks for TLS.

smtplib is used step by step, because what a failure means depends on how far the talk had come.
"""

import select
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from mmp.adapters.mailer.protocol import Outgoing
from mmp.core.mail import BadHeader, Outcome, Result, Stage, broken, classify, sendable

Encryption = Literal["none", "starttls", "tls"]
TIMEOUT = 20.0
"""Seconds for any one answer. Together they must stay below the dispatch's lease."""
MOST_PER_CONNECTION = 100
"""Many servers end longer conversations; a new one costs less than being cut off."""
IN_A_ROW = 3
"""Readers to whom the server will not let us write, one after another, until it is us."""

Conversation = Generator[None, None, Outcome]
"""It pauses wherever it waits for an answer."""


class _Stopped(Exception):
    """The conversation ended before the mail was handed over."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome.result)


class SMTPMailer:
    """A mail server. `password` is never logged; `tls` and `timeout` are for tests."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        encryption: Encryption,
        user: str | None = None,
        password: str = "",
        timeout: float = TIMEOUT,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.host, self.port, self.encryption = host, port, encryption
        self.user, self._password = user, password
        self.timeout = timeout
        self._tls = tls
        self._barred: set[str] = set()

    @contextmanager
    def lane(self) -> Iterator["SMTPLane"]:
        lane = SMTPLane(self)
        try:
            yield lane
        finally:
            lane.close()

    @contextmanager
    def abreast(self, width: int) -> Iterator["SMTPLanes"]:
        with ExitStack() as stack:
            lanes = [stack.enter_context(self.lane()) for _ in range(width)]
            yield SMTPLanes(lanes, self.timeout)

    def judged(self, recipient: str, outcome: Outcome) -> Outcome:
        """What the answer to RCPT means: where others were let through it is not us, and this mail
        alone is put off. Else one reader whose domain will have nothing of us would stop all mail.
        """
        if outcome.result is Result.STOPPED:
            self._barred.add(recipient)
            if len(self._barred) < IN_A_ROW:
                return replace(outcome, result=Result.PUT_OFF)
            self._barred.clear()
        return outcome

    def let_through(self) -> None:
        """The server took a reader: whom it refused before was not refused because of us."""
        self._barred.clear()

    def connect(self, helo: str) -> smtplib.SMTP:
        """Connect, encrypt and sign in. Raises _Stopped with what it means."""
        tls = self._tls or ssl.create_default_context() if self.encryption != "none" else None
        stage = Stage.CONNECT
        smtp: smtplib.SMTP | None = None
        try:
            if self.encryption == "tls":
                assert tls is not None  # as above
                smtp = smtplib.SMTP_SSL(local_hostname=helo, timeout=self.timeout, context=tls)
            else:
                smtp = smtplib.SMTP(local_hostname=helo, timeout=self.timeout)
            smtp._host = self.host  # type: ignore[attr-defined]  # the name TLS is checked against
            _expect(Stage.GREETING, smtp.connect(self.host, self.port), 220)
            stage = Stage.GREETING
            smtp.ehlo_or_helo_if_needed()
            if self.encryption == "starttls":
                stage = Stage.TLS
                smtp.starttls(context=tls)
                smtp.ehlo_or_helo_if_needed()
            if self.user is not None:
                stage = Stage.AUTH
                smtp.login(self.user, self._password)
        except BaseException as error:
            if smtp is not None:
                smtp.close()
            if isinstance(error, OSError):
                raise _Stopped(_meaning(stage, error)) from error
            raise
        return smtp


class SMTPLanes:
    """Connections that one thread holds."""

    def __init__(self, lanes: Sequence["SMTPLane"], timeout: float) -> None:
        self._idle = list(lanes)
        self._timeout = timeout
        self._talks: dict[int, _Talk] = {}
        self._poll = select.poll()
        """Listens to each of them."""
        self._ended: list[tuple[int, Outcome]] = []
        self._held: dict[int, SMTPLane] = {}
        """Those whose mail has ended, until somebody lets go of it."""

    @property
    def free(self) -> int:
        return len(self._idle)

    def let_go(self, number: int) -> None:
        self._idle.append(self._held.pop(number))

    def begin(self, number: int, mail: Outgoing) -> None:
        lane = self._idle.pop(0)
        talk = _Talk(lane, lane.conversation(mail))
        self._talks[number] = talk
        self._go_on(number, talk)

    def ended(
        self, bells: Sequence[int] = (), *, meanwhile: Callable[[], bool] = lambda: False
    ) -> list[tuple[int, Outcome]]:
        rung = False
        while self._talks and not self._ended and not rung:
            rung = self._listen(bells, meanwhile)
        ended, self._ended = self._ended, []
        return ended

    def _listen(self, bells: Sequence[int], meanwhile: Callable[[], bool]) -> bool:
        """Let those go on that were answered, and end those that waited too long; whether a bell
        rang."""
        ready, rung = self._readable(bells, meanwhile)
        now = time.monotonic()
        late = [n for n, talk in self._talks.items() if n not in ready and talk.until <= now]
        for number in ready:
            self._go_on(number, self._talks[number])
        for number in late:
            self._go_on(number, self._talks[number], TimeoutError("timed out"))
        return rung

    def _go_on(self, number: int, talk: "_Talk", trouble: OSError | None = None) -> None:
        try:
            if trouble is None:
                next(talk.conversation)
            else:
                talk.conversation.throw(trouble)
        except StopIteration as end:
            self._end(number, talk, end.value)
        except Exception as error:  # nobody's but ours: the others go on
            talk.lane.close()
            self._end(number, talk, Outcome(Result.PUT_OFF, Stage.MAIL, None, type(error).__name__))
        else:
            talk.until = time.monotonic() + self._timeout
            self._listen_to(talk, talk.lane.socket)

    def _listen_to(self, talk: "_Talk", sock: socket.socket | None) -> None:
        file = sock.fileno() if sock else _NONE
        if file != talk.file:
            if talk.file != _NONE:
                self._poll.unregister(talk.file)
            if file != _NONE:
                self._poll.register(file, select.POLLIN)
            talk.file = file

    def _readable(
        self, bells: Sequence[int], meanwhile: Callable[[], bool]
    ) -> tuple[set[int], bool]:
        """Which of them were answered, after waiting for as long as the most impatient of them
        does, and whether a bell rang."""
        talks = self._talks
        ready = {n for n, one in talks.items() if one.file == _NONE or one.lane.has_unread()}
        for bell in bells:
            self._poll.register(bell, select.POLLIN)
        found = self._poll.poll(0)
        while not found and not ready:
            busy = meanwhile()
            seconds = 0 if busy else min(one.until for one in talks.values()) - time.monotonic()
            found = self._poll.poll(max(seconds, 0) * 1000)
            if not busy:
                break
        for bell in bells:
            self._poll.unregister(bell)
        files = {file for file, _ in found}
        return ready | {n for n, one in talks.items() if one.file in files}, bool(
            files.intersection(bells)
        )

    def _end(self, number: int, talk: "_Talk", outcome: Outcome) -> None:
        self._listen_to(talk, None)
        del self._talks[number]
        self._held[number] = talk.lane
        self._ended.append((number, outcome))


_NONE = -1
"""The number of no file."""


@dataclass(slots=True)
class _Talk:
    """A mail on its way: until when its server may take to answer, by the monotonic clock."""

    lane: "SMTPLane"
    conversation: Conversation
    until: float = 0.0
    file: int = _NONE
    """The number of its socket."""


class SMTPLane:
    """One connection at a time, made anew when it broke."""

    def __init__(self, mailer: SMTPMailer) -> None:
        self._mailer = mailer
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, mail: Outgoing) -> Outcome:
        conversation = self.conversation(mail)
        while True:
            try:
                next(conversation)
            except StopIteration as end:
                outcome: Outcome = end.value
                return outcome

    @property
    def socket(self) -> socket.socket | None:
        """What to listen to for the next answer."""
        return self._smtp.sock if self._smtp else None

    def has_unread(self) -> bool:
        """Whether TLS holds octets that have come already."""
        sock = self.socket
        return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0

    def conversation(self, mail: Outgoing) -> Conversation:
        """Hand over one mail. A connection that the server ended while idle is made anew once."""
        try:
            sender, recipient = sendable(mail.sender), sendable(mail.recipient)
        except BadHeader as error:
            return Outcome(Result.ADDRESS_REFUSED, Stage.RCPT, None, str(error))
        kept = self._smtp is not None
        try:
            return (yield from self._hand_over(sender, recipient, mail.octets))
        except _Stopped as stopped:
            self.close()
            if not (kept and _ended_while_idle(stopped.outcome)):
                return stopped.outcome
        try:
            return (yield from self._hand_over(sender, recipient, mail.octets))
        except _Stopped as stopped:
            self.close()
            return stopped.outcome

    def _hand_over(self, sender: str, recipient: str, octets: bytes) -> Conversation:
        smtp = self._connected(sender)
        stage = Stage.MAIL
        if 0 < (most := _most_octets(smtp)) < len(octets):
            return Outcome(Result.MESSAGE_REFUSED, stage, None, f"more than {most} octets")
        try:
            smtp.putcmd(f"MAIL FROM:<{sender}>")
            yield
            _expect(stage, smtp.getreply(), 250)
            stage = Stage.RCPT
            smtp.putcmd(f"RCPT TO:<{recipient}>")
            yield
            code, said = smtp.getreply()
            if code not in (250, 251):
                outcome = classify(stage, code, _text(said))
                return self._refused(self._mailer.judged(recipient, outcome))
            self._mailer.let_through()
            stage = Stage.DATA
            smtp.putcmd("DATA")
            yield
            code, said = smtp.getreply()
            if code != 354:
                return self._refused(classify(stage, code, _text(said)))
            smtp.send(_stuffed(octets) + b".\r\n")
            stage = Stage.DOT
            yield
            code, said = smtp.getreply()
        except OSError as error:  # smtplib's own are among them
            raise _Stopped(_meaning(stage, error)) from error
        self._sent += 1
        outcome = classify(stage, code, _text(said))
        if outcome.stops_all or self._sent >= MOST_PER_CONNECTION:
            self.close()
        return outcome

    def _connected(self, sender: str) -> smtplib.SMTP:
        if self._smtp is None:
            # Its own search for the machine's name may ask the network and take seconds.
            self._smtp = self._mailer.connect(helo=sender.rpartition("@")[2])
            self._sent = 0
        return self._smtp

    def _refused(self, outcome: Outcome) -> Outcome:
        """This mail was refused; the conversation can go on."""
        assert self._smtp is not None  # it has just answered
        if outcome.stops_all:
            self.close()
        else:
            _expect(Stage.MAIL, self._smtp.docmd("RSET"), 250, then=outcome)
        return outcome

    def close(self) -> None:
        """End the conversation, politely if that takes no time."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(1)
                smtp.quit()
        except OSError:
            pass
        finally:
            smtp.close()


def _most_octets(smtp: smtplib.SMTP) -> int:
    """The largest mail that the server takes, as it said (RFC 1870); 0 if it did not."""
    said = smtp.esmtp_features.get("size", "").strip()
    return int(said) if said.isdecimal() else 0


def _stuffed(octets: bytes) -> bytes:
    """With every dot doubled that begins a line (RFC 5321, section 4.5.2)."""
    stuffed = octets.replace(b"\n.", b"\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _ended_while_idle(outcome: Outcome) -> bool:
    return outcome.stage is Stage.MAIL and outcome.code in (None, 421)


def _expect(
    stage: Stage, answer: tuple[int, bytes], code: int, *, then: Outcome | None = None
) -> None:
    if answer[0] != code:
        raise _Stopped(then or classify(stage, answer[0], _text(answer[1])))


def _meaning(stage: Stage, error: OSError) -> Outcome:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        # No STARTTLS or no AUTH where the setting asks for it: nothing to wait for.
        return Outcome(Result.STOPPED, stage, None, str(error))
    if isinstance(error, smtplib.SMTPResponseException):
        return classify(stage, error.smtp_code, _text(error.smtp_error))
    return broken(stage, error.strerror or str(error) or type(error).__name__)


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
