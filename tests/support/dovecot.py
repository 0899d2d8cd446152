"""A private Dovecot on loopback: one mailbox, plain and with TLS, ended with its `with`."""

import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "mentors@example.org", 'a "pass\\word" of 4'


def binary() -> str | None:
    """The server, from PATH or where Debian has it."""
    return shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")


@dataclass(frozen=True)
class Dovecot:
    """A running server. `port` speaks IMAP with STARTTLS, `tls_port` TLS from the start."""

    port: int
    tls_port: int
    folder: Path
    process: "subprocess.Popen[bytes]"
    owner: str

    def put(self, octets: bytes, name: str = "INBOX") -> None:
        """Deliver a mail into a folder, as a mail server would."""
        inbox = self.folder / "mail" if name == "INBOX" else self.folder / "mail" / f".{name}"
        for part in ("tmp", "new", "cur"):
            (inbox / part).mkdir(parents=True, exist_ok=True)
        number = sum(1 for _ in inbox.glob("*/*"))
        draft = inbox / "tmp" / f"{time.time_ns()}.{number}.test"
        draft.write_bytes(octets)
        draft.rename(inbox / "new" / draft.name)
        _hand_over(self.folder / "mail", self.owner)

    def unseen(self) -> int:
        """How many mails of the inbox nobody has taken."""
        files = [*self.folder.glob("mail/new/*"), *self.folder.glob("mail/cur/*")]
        return sum("S" not in path.name.rpartition(",")[2] for path in files)

    def empty(self) -> None:
        """Throw all mail away."""
        for path in self.folder.glob("mail/**/*"):
            if path.parent.name in ("new", "cur"):
                path.unlink()

    def stop(self) -> None:
        """End it, and wait until it has."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)


@contextmanager
def dovecot(certificate: Path) -> Iterator[Dovecot]:
    """Start one with its own folder; `certificate` holds cert.pem and key.pem."""
    # Not below pytest's folders: those are closed to the other user who reads the mail.
    with tempfile.TemporaryDirectory(prefix="mmp-dovecot-") as name:
        with _running(Path(name), certificate) as found:
            yield found


@contextmanager
def _running(folder: Path, certificate: Path) -> Iterator[Dovecot]:
    port, tls_port = _free_port(), _free_port()
    owner = _owner()
    program = binary()
    assert program is not None  # the test needs it
    mask = os.umask(0o022)  # `mmp` has a stricter one, and Dovecot's helpers are other users
    try:
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        (folder / "run").mkdir()
        config = folder / "dovecot.conf"
        config.write_text(_configuration(folder, certificate, port, tls_port, owner))
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        _hand_over(folder / "mail", owner)
        process = subprocess.Popen([program, "-F", "-c", str(config)], stderr=subprocess.DEVNULL)
    finally:
        os.umask(mask)
    server = Dovecot(port, tls_port, folder, process, owner)
    try:
        _wait_for(port, process)
        yield server
    finally:
        server.stop()


def _configuration(folder: Path, certificate: Path, port: int, tls_port: int, owner: str) -> str:
    me = pwd.getpwuid(os.geteuid()).pw_name
    login = "dovenull" if os.geteuid() == 0 else me
    inside = "dovecot" if os.geteuid() == 0 else me
    group = grp.getgrgid(pwd.getpwnam(inside).pw_gid).gr_name
    return f"""
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {inside}
default_internal_group = {group}
default_login_user = {login}
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
mail_location = maildir:{folder}/mail
ssl = yes
ssl_cert = <{certificate}/cert.pem
ssl_key = <{certificate}/key.pem
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}
}}
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
"""


def _owner() -> str:
    """Whose the mails are, where that may not be oneself: Dovecot reads none as root."""
    return pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() != 0 else "dovecot"


def _hand_over(folder: Path, owner: str) -> None:
    if os.geteuid() == 0:
        found = pwd.getpwnam(owner)
        for path in (folder, *folder.rglob("*")):
            if path.exists():
                os.chown(path, found.pw_uid, found.pw_gid)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until somebody can sign in: its helpers take a moment longer than its port."""
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("dovecot did not start")
        try:
            with imaplib.IMAP4("127.0.0.1", port, timeout=20) as imap:
                imap.login(USER, PASSWORD)
                return
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.05)
    raise RuntimeError("dovecot does not answer")
