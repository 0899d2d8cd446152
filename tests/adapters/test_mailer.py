"""Folders and mail servers: what arrives, who is trusted, and what failures mean."""

import ssl
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from mmp.adapters.mailer import DirectoryMailer, Mailer, Outgoing, SMTPMailer, mailer_for
from mmp.config import Settings
from mmp.core.errors import SettingsError
from mmp.core.mail import Outcome, Result, Stage
from tests.jobs.relay import Relay, refuse_all, relay
from tests.support.certificates import self_signed

MAIL = Outgoing(
    "<1@mmp.example.org>",
    "mmp@example.org",
    "lina@example.org",
    b"Subject: x\r\n\r\n.a line with a dot\r\n..two\r\n.\r\nend\r\n",
)


def send(mailer: Mailer, mail: Outgoing = MAIL) -> Outcome:
    with mailer.lane() as lane:
        return lane.send(mail)


def plain(server: Relay, **values: Any) -> SMTPMailer:
    options: dict[str, Any] = {"encryption": "none", "timeout": 5}
    return SMTPMailer(host="127.0.0.1", port=server.port, **options | values)


def test_a_folder_keeps_one_file_per_mail(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "mail"
    mailer = DirectoryMailer(folder)
    for _ in range(2):
        assert send(mailer).result is Result.SENT
    (file,) = folder.iterdir()
    assert file.name == "1@mmp.example.org.eml"
    assert file.read_bytes() == MAIL.octets
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_message_id_leads_out_of_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    evil = Outgoing("<../../x/.ssh@y>", "a@b.org", "c@d.org", b"x")
    assert send(DirectoryMailer(folder), evil).result is Result.SENT
    assert [path.parent for path in tmp_path.rglob("*.eml")] == [folder]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = send(DirectoryMailer(tmp_path / "file"))
    assert outcome.result is Result.UNREACHABLE


def test_octets_arrive_as_they_are() -> None:
    with relay() as server:
        outcome = send(plain(server))
        assert (outcome.result, outcome.code) == (Result.SENT, 250)
        assert server.received == [("lina@example.org", MAIL.octets)]


def test_nobody_listens() -> None:
    outcome = send(SMTPMailer(host="127.0.0.1", port=1, encryption="none"))
    assert (outcome.result, outcome.stage) == (Result.UNREACHABLE, Stage.CONNECT)


def test_a_wrong_password_is_our_fault() -> None:
    with relay(authenticator=refuse_all, auth_require_tls=False) as server:
        outcome = send(plain(server, user="mmp", password="hunter2"))
    assert (outcome.result, outcome.stage, outcome.code) == (Result.STOPPED, Stage.AUTH, 535)
    assert "hunter2" not in outcome.text


def test_a_server_that_wants_no_password_where_one_is_set() -> None:
    with relay() as server:
        outcome = send(plain(server, user="mmp", password="hunter2"))
    assert (outcome.result, outcome.stage) == (Result.STOPPED, Stage.AUTH)


def test_an_idle_connection_that_was_ended_is_made_anew() -> None:
    with relay(timeout=0.1) as server, plain(server).lane() as lane:
        assert lane.send(MAIL).result is Result.SENT
        for _ in range(20):
            time.sleep(0.12)  # the server's own patience has to run out
            assert lane.send(MAIL).result is Result.SENT
            if server.connections > 1:
                return
    pytest.fail("the server never ended the conversation")


def test_a_server_that_takes_two_mails_at_a_time() -> None:
    with relay() as server, plain(server).lane() as lane:
        full = "421 4.7.0 too many mails"
        server.answers["MAIL"] = lambda _: (
            full if len(server.received) == 2 * server.connections else None
        )
        results = {lane.send(MAIL).result for _ in range(5)}
    assert (results, server.connections, len(server.received)) == ({Result.SENT}, 3, 5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody vouches for."""
    return self_signed(tmp_path_factory.mktemp("tls"))


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


@pytest.mark.parametrize(
    ("host", "vouched_for", "result"),
    (
        ("127.0.0.1", True, Result.SENT),
        ("127.0.0.1", False, Result.UNREACHABLE),
        ("127.1", True, Result.UNREACHABLE),  # the same machine, but not the name it shows
    ),
)
@pytest.mark.parametrize("encryption", ("starttls", "tls"))
def test_tls_is_verified(
    certificate: Path, encryption: str, host: str, vouched_for: bool, result: Result
) -> None:
    trust = ssl.create_default_context()
    if vouched_for:
        trust.load_verify_locations(certificate / "cert.pem")
    context = server_context(certificate)
    at_once: dict[str, Any] = {"tls": context}
    if encryption == "starttls":
        at_once = {"tls_context": context, "require_starttls": True}
    with relay(**at_once) as server:
        mailer = SMTPMailer(
            host=host,
            port=server.port,
            encryption="tls" if encryption == "tls" else "starttls",
            tls=trust,
            timeout=5,
        )
        outcome = send(mailer)
        assert len(server.received) == (result is Result.SENT)
    stage = Stage.TLS if encryption == "starttls" else Stage.CONNECT
    assert (outcome.result, outcome.stage) == (result, Stage.DOT if server.received else stage)


def test_a_server_without_starttls_gets_nothing() -> None:
    with relay() as server:
        outcome = send(plain(server, encryption="starttls", user="mmp", password="hunter2"))
        assert not server.received
    assert (outcome.result, outcome.stage) == (Result.STOPPED, Stage.TLS)


@pytest.mark.parametrize(
    ("url", "port", "encryption"),
    (
        ("smtp://mail.example.org", 25, "none"),
        ("smtps://mail.example.org", 465, "tls"),
        ("smtp+starttls://mail.example.org", 587, "starttls"),
        ("smtp+starttls://m%40x:p%2Fw%3A@mail.example.org:2525/", 2525, "starttls"),
    ),
)
def test_addresses_of_servers(url: str, port: int, encryption: str) -> None:
    mailer = mailer_for(url)
    assert isinstance(mailer, SMTPMailer)
    assert (mailer.host, mailer.port, mailer.encryption) == ("mail.example.org", port, encryption)
    if "@" in url:
        assert mailer.user == "m@x"
        assert mailer._password == "p/w:"
    assert "p/w:" not in repr(mailer)


def test_the_address_of_a_folder(tmp_path: Path) -> None:
    mailer = mailer_for(f"dir:{tmp_path}/mail")
    assert isinstance(mailer, DirectoryMailer)
    assert mailer.folder == tmp_path / "mail"


def settings(instance: Path, **environ: str) -> Settings:
    return Settings.load(environ, instance=instance)


def test_a_folder_is_named_from_the_instance(instance: Path) -> None:
    assert settings(instance).mail_url == f"dir:{instance}/mail"
    assert settings(instance, MMP_MAIL_URL="dir:post").mail_url == f"dir:{instance}/post"
    assert settings(instance, MMP_MAIL_URL="dir:/srv/mail").mail_url == "dir:/srv/mail"


@pytest.mark.parametrize(
    "url",
    (
        "dir:",
        "smtp://",
        "smtp://:25",
        "smtp://mail.example.org:x",
        "smtps://mail.example.org/path",
        "smtps://mail.example.org?tls=no",
        "smtp://mail.example.org\nx",
        "smtps://u:hunter2/3@mail.example.org",
        "http://mail.example.org",
    ),
)
def test_nonsense_as_a_server_is_refused(instance: Path, url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(instance, MMP_MAIL_URL=url)
    assert str(refused.value).startswith("MMP_MAIL_URL: ")
    assert "hunter2" not in str(refused.value)


def test_the_sender(instance: Path) -> None:
    assert settings(instance).mail_from is None
    assert settings(instance, MMP_MAIL_FROM=" a@b.org ").mail_from == "a@b.org"
    for nonsense in ("a", "A <a@b.org>", "a@b.org, c@d.org", "a@b.org\r\nBcc: c@d.org"):
        with pytest.raises(SettingsError, match=r"^MMP_MAIL_FROM: "):
            settings(instance, MMP_MAIL_FROM=nonsense)
