"""Mail over SMTP (RFC 5321), with TLS verified where the setting asks for TLS.

smtplib is used step by step, because what a failure means depends on how far the talk had come.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from mmp.adapters.mailer.protocol import Outgoing
from mmp.core.mail import BadHeader, Outcome, Result, Stage, broken, classify, sendable

Encryption = Literal["none", "starttls", "tls"]
TIMEOUT = 20.0
"""Seconds for any one answer. Together they must stay below the dispatch's lease."""
MOST_PER_CONNECTION = 100
"""Many servers end longer conversations; a new one costs less than being cut off."""


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

    @contextmanager
    def lane(self) -> Iterator["SMTPLane"]:
        lane = SMTPLane(self)
        try:
            yield lane
        finally:
            lane.close()

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


class SMTPLane:
    """One connection at a time, made anew when it broke."""

    def __init__(self, mailer: SMTPMailer) -> None:
        self._mailer = mailer
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, mail: Outgoing) -> Outcome:
        """Hand over one mail. A connection that the server ended while idle is made anew once."""
        try:
            sender, recipient = sendable(mail.sender), sendable(mail.recipient)
        except BadHeader as error:
            return Outcome(Result.ADDRESS_REFUSED, Stage.RCPT, None, str(error))
        kept = self._smtp is not None
        try:
            return self._hand_over(sender, recipient, mail.octets)
        except _Stopped as stopped:
            self.close()
            if not (kept and _ended_while_idle(stopped.outcome)):
                return stopped.outcome
        try:
            return self._hand_over(sender, recipient, mail.octets)
        except _Stopped as stopped:
            self.close()
            return stopped.outcome

    def _hand_over(self, sender: str, recipient: str, octets: bytes) -> Outcome:
        smtp = self._connected(sender)
        stage = Stage.MAIL
        try:
            _expect(stage, smtp.docmd(f"MAIL FROM:<{sender}>"), 250)
            stage = Stage.RCPT
            code, said = smtp.docmd(f"RCPT TO:<{recipient}>")
            if code not in (250, 251):
                return self._refused(stage, code, said)
            stage = Stage.DATA
            code, said = smtp.docmd("DATA")
            if code != 354:
                return self._refused(stage, code, said)
            smtp.send(re.sub(rb"(?m)^\.", b"..", octets) + b".\r\n")
            stage = Stage.DOT
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

    def _refused(self, stage: Stage, code: int, said: bytes) -> Outcome:
        """This mail was refused; the conversation can go on."""
        outcome = classify(stage, code, _text(said))
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
