"""A mailbox over IMAP, before a real Dovecot: what is read, who is trusted, what failures say."""

import imaplib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mmp.adapters.mailbox import IMAPMailbox, MailboxTrouble, mailbox_for
from mmp.config import Settings
from mmp.core.errors import SettingsError
from tests.support.certificates import self_signed
from tests.support.dovecot import PASSWORD, USER, Dovecot, dovecot

MAIL = b"From: lina@example.org\r\nSubject: %d\r\n\r\nHello\r\n"
needs_dovecot = pytest.mark.needs("dovecot-imapd")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def running(certificate: Path) -> Iterator[Dovecot]:
    with dovecot(certificate) as found:
        yield found


@pytest.fixture
def server(running: Dovecot) -> Dovecot:
    running.empty()
    return running


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate / "cert.pem"))


def mailbox(server: Dovecot, **values: Any) -> IMAPMailbox:
    options: dict[str, Any] = {"encryption": "none", "port": server.port, "timeout": 20}
    options |= {"user": USER, "password": PASSWORD} | values
    return IMAPMailbox(host="localhost", **options)


@needs_dovecot
def test_what_was_not_taken_waits(server: Dovecot) -> None:
    for number in range(12):
        server.put(MAIL % number)
    with mailbox(server).open() as found:
        letters = list(found.waiting(10_000))
        assert [letter.octets for letter in letters] == [MAIL % number for number in range(12)]
        assert server.unseen() == 12
        found.take(letters[0])
    with mailbox(server).open() as found:
        assert [letter.number for letter in found.waiting(10_000)] == [
            letter.number for letter in letters[1:]
        ]
    assert server.unseen() == 11


@needs_dovecot
def test_of_a_large_mail_the_beginning_is_read(server: Dovecot) -> None:
    server.put(b"Subject: x\r\n\r\n" + b"0123456789\r\n" * 100_000)
    with mailbox(server).open() as found:
        (letter,) = found.waiting(1_000)
    assert len(letter.octets) == 1_000


@needs_dovecot
def test_another_folder(server: Dovecot) -> None:
    server.put(MAIL % 1, "Answers")
    with mailbox(server, folder="Answers").open() as found:
        assert [letter.octets for letter in found.waiting(1_000)] == [MAIL % 1]
    with pytest.raises(MailboxTrouble), mailbox(server, folder='No "such').open():
        pass


@needs_dovecot
@pytest.mark.parametrize("encryption", ("starttls", "tls"))
def test_tls_is_verified(server: Dovecot, certificate: Path, encryption: str) -> None:
    server.put(MAIL % 1)
    port = server.tls_port if encryption == "tls" else server.port
    options: dict[str, Any] = {"encryption": encryption, "port": port}
    with mailbox(server, tls=trusting(certificate), **options).open() as found:
        assert len(list(found.waiting(1_000))) == 1
    with pytest.raises(MailboxTrouble, match="CERTIFICATE"), mailbox(server, **options).open():
        pass


@needs_dovecot
def test_a_wrong_password_is_told_without_it(server: Dovecot) -> None:
    with (
        pytest.raises(MailboxTrouble) as trouble,
        mailbox(server, password="hunter2").open(),
    ):
        pass
    assert "hunter2" not in str(trouble.value)
    assert "@" not in str(trouble.value)


@pytest.mark.parametrize("said", (b"", b"* OK hello\r\n", b"* BYE too busy for a@b.org\r\n"))
def test_a_server_that_goes_away(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            with listener.accept()[0] as connection:
                connection.sendall(said)

        thread = Thread(target=hang_up)
        thread.start()
        gone = mailbox_for(f"imap://a:b@127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(MailboxTrouble) as trouble, gone.open():
            pass
        thread.join()
    assert "a@b.org" not in str(trouble.value)


@needs_dovecot
def test_a_mail_that_somebody_takes_away_meanwhile(server: Dovecot) -> None:
    for _ in range(2):
        server.put(MAIL % 1)
    with mailbox(server).open() as found, imaplib.IMAP4("127.0.0.1", server.port) as other:
        other.login(USER, PASSWORD)
        other.select()
        waiting = found.waiting(1_000)
        assert next(waiting).octets == MAIL % 1
        other.store("1:*", "+FLAGS", r"(\Deleted)")
        other.expunge()
        assert list(waiting) == []


def test_nobody_listens() -> None:
    closed = mailbox_for("imap://a:b@127.0.0.1:1")
    with pytest.raises(MailboxTrouble), closed.open():
        pass


@pytest.mark.parametrize(
    ("url", "said"),
    (
        ("imaps://u:p@mail.example.org", ("mail.example.org", 993, "tls", "u", "INBOX")),
        ("imap://u:p@h:1143/", ("h", 1143, "none", "u", "INBOX")),
        (
            "imap+starttls://a%40b.org:p@h/Answers%20here",
            ("h", 143, "starttls", "a@b.org", "Answers here"),
        ),
    ),
)
def test_settings(instance: Path, url: str, said: tuple[object, ...]) -> None:
    settings = Settings.load({"MMP_IMAP_URL": url}, instance=instance)
    assert settings.imap_url is not None
    found = mailbox_for(settings.imap_url)
    assert (found.host, found.port, found.encryption, found.user, found.folder) == said
    assert "MMP_IMAP_URL" not in repr(settings)
    assert url not in repr(settings)


@pytest.mark.parametrize(
    "url",
    (
        "mail.example.org",
        "imaps://mail.example.org",
        "imaps://u@mail.example.org",
        "pop3://u:hunter2@h",
        "imaps://u:hunter2@h:port",
        "imaps://u:hunter2@h?x",
        "imaps://u:hunter2%0d%0aX@h",
        "imaps://u:hunter2é@h",
    ),
)
def test_settings_that_cannot_be(instance: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"^MMP_IMAP_URL: ") as refused:
        Settings.load({"MMP_IMAP_URL": url}, instance=instance)
    assert "hunter2" not in str(refused.value)


def test_the_server_that_is_believed(instance: Path) -> None:
    found = Settings.load({"MMP_MAIL_AUTHSERV_ID": " MX.example.org "}, instance=instance)
    assert found.authserv_id == "mx.example.org"
    assert Settings.load({}, instance=instance).authserv_id is None
    with pytest.raises(SettingsError, match=r"^MMP_MAIL_AUTHSERV_ID: "):
        Settings.load({"MMP_MAIL_AUTHSERV_ID": "mx; dmarc=pass"}, instance=instance)
