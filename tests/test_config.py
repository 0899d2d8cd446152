import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mmp import config
from mmp.config import Settings
from mmp.core.errors import SettingsError

SECRET = "0123456789abcdef0123456789abcdef"


def load(instance: Path, **environ: str) -> Settings:
    return Settings.load(environ, instance=instance)


def refusal(instance: Path, **environ: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(instance, **environ)
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_nothing_set_is_enough(instance: Path) -> None:
    settings = load(instance)
    assert settings.database_url == f"sqlite:///{instance}/mmp.sqlite3"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.mail_url == f"dir:{instance}/mail"
    assert settings.trusted_proxies == ()
    assert not settings.https


def test_secrets_are_made_once_and_for_their_owner_alone(instance: Path) -> None:
    first, second = load(instance), load(instance)
    assert first.secret_key == second.secret_key
    assert first.feed_secret == second.feed_secret
    assert first.secret_key != first.feed_secret
    for name in ("secret_key", "feed_secret"):
        assert stat.S_IMODE((instance / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in instance.iterdir()) == ["feed_secret", "secret_key"]


def test_processes_that_start_at_once_agree_on_the_secrets(instance: Path) -> None:
    code = "import mmp.config; print(mmp.config.Settings.load().feed_secret)"
    environ = {**os.environ, "MMP_INSTANCE": str(instance)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE)
        for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in started}) == 1


def test_secrets_from_the_environment_win_and_are_not_written(instance: Path) -> None:
    load(instance)
    kept = (instance / "feed_secret").read_text()
    settings = load(instance, MMP_SECRET_KEY=SECRET, MMP_FEED_SECRET=SECRET[::-1])
    assert (settings.secret_key, settings.feed_secret) == (SECRET, SECRET[::-1])
    assert (instance / "feed_secret").read_text() == kept


@pytest.mark.parametrize("name", ("MMP_SECRET_KEY", "MMP_FEED_SECRET"))
def test_a_short_secret_is_refused(instance: Path, name: str) -> None:
    said = refusal(instance, **{name: "hunter2"})
    assert said.startswith(name)
    assert "32" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("content", (b"", b"short", b"\xff\xfe" * 40))
def test_a_lost_secret_is_not_made_anew_without_a_word(instance: Path, content: bytes) -> None:
    """A new feed secret would break every address that people subscribed to."""
    (instance / "feed_secret").write_bytes(content)
    assert "restore it from a backup" in refusal(instance)
    assert (instance / "feed_secret").read_bytes() == content


def test_an_unreadable_secret_is_told(instance: Path) -> None:
    (instance / "secret_key").mkdir()
    assert refusal(instance).startswith("MMP_SECRET_KEY: ")


def test_secrets_and_passwords_stay_out_of_logs(instance: Path) -> None:
    settings = load(
        instance,
        MMP_SECRET_KEY=SECRET,
        MMP_FEED_SECRET=SECRET,
        MMP_DATABASE_URL="postgresql://mmp:hunter2@db/mmp",
        MMP_MAIL_URL="smtps://mmp:hunter2@mail.example.org",
    )
    assert "hunter2" not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("given", "used"),
    (
        ("sqlite:////var/lib/mmp/db", "sqlite:////var/lib/mmp/db"),
        ("sqlite:////var/lib/mmp/db?timeout=1", "sqlite:////var/lib/mmp/db?timeout=1"),
        ("postgres://u@h/n", "postgresql+psycopg://u@h/n"),
        ("postgresql://u:p@h:5433/n", "postgresql+psycopg://u:p@h:5433/n"),
        ("postgresql+psycopg://u@/n?host=/run/pg", "postgresql+psycopg://u@/n?host=/run/pg"),
    ),
)
def test_databases(instance: Path, given: str, used: str) -> None:
    assert load(instance, MMP_DATABASE_URL=given).database_url == used


@pytest.mark.parametrize(
    "given",
    (
        *(
            "sqlite:///:memory:",
            "sqlite:///file:x?uri=true",
            "mysql://u:hunter2@h/n",
            "sqlite://",
            "sqlite:///",
            "postgresql://",
            "/var/lib/db",
            "x",
        ),
        *("postgresql://u:hunter2@h:port/n", "postgresql://u:hunter2@h:99999/n"),
    ),
)
def test_other_databases_are_refused_without_showing_the_password(
    instance: Path, given: str
) -> None:
    said = refusal(instance, MMP_DATABASE_URL=given)
    assert said.startswith("MMP_DATABASE_URL: ")
    assert "hunter2" not in said


def test_a_relative_database_lies_in_the_instance(instance: Path) -> None:
    settings = load(instance, MMP_DATABASE_URL="sqlite:///other.sqlite3")
    assert settings.database_url == f"sqlite:///{instance}/other.sqlite3"


def test_postgresql_without_its_package_is_told(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "find_spec", lambda name: None)
    assert "mmp[postgres]" in refusal(instance, MMP_DATABASE_URL="postgresql://u@h/n")


@pytest.mark.parametrize(
    ("given", "used"),
    (
        ("https://mmp.example.org", "https://mmp.example.org"),
        ("https://mmp.example.org/", "https://mmp.example.org"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://example.org/mmp/", "https://example.org/mmp"),
    ),
)
def test_base_urls(instance: Path, given: str, used: str) -> None:
    settings = load(instance, MMP_BASE_URL=given)
    assert settings.base_url == used
    assert settings.https == used.startswith("https")


@pytest.mark.parametrize(
    "given",
    (
        *("mmp.example.org", "ftp://example.org", "https://", "https://u:p@example.org", "//x"),
        *("https://example.org?x=1", "https://example.org#x", "https://example.org:port"),
        *("https://example.org:0", "https://exa mple.org", "https://example.org/\n", "http://[::1"),
    ),
)
def test_nonsense_is_no_base_url(instance: Path, given: str) -> None:
    assert refusal(instance, MMP_BASE_URL=given).startswith("MMP_BASE_URL: ")


def test_links_lead_to_where_it_is_or_was_served(instance: Path) -> None:
    here, there = "http://127.0.0.1:8123", "https://mmp.example.org"
    assert Settings.load({}, instance=instance, served_at=here).base_url == here
    settings = load(instance)
    settings.served_at_file.write_text(here + "\n")
    assert load(instance).base_url == here
    assert load(instance, MMP_BASE_URL=there).base_url == there
    set_too = Settings.load({"MMP_BASE_URL": there}, instance=instance, served_at=here)
    assert set_too.base_url == there


def test_mail_and_proxies(instance: Path) -> None:
    settings = load(
        instance,
        MMP_MAIL_URL="smtp+starttls://u:p@mail.example.org:587",
        MMP_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8,::1",
    )
    assert settings.mail_url == "smtp+starttls://u:p@mail.example.org:587"
    assert settings.trusted_proxies == ("127.0.0.1/32", "10.0.0.0/8", "::1/128")
    assert refusal(instance, MMP_MAIL_URL="mail.example.org").startswith("MMP_MAIL_URL: ")
    for nonsense in ("localhost", "10.0.0.1/8", "300.0.0.1", "127.0.0.1;::1"):
        said = refusal(instance, MMP_TRUSTED_PROXIES=nonsense)
        assert said.startswith("MMP_TRUSTED_PROXIES: ")


def test_the_instance_folder_is_made(tmp_path: Path) -> None:
    settings = Settings.load({"MMP_INSTANCE": str(tmp_path / "a" / "b")})
    assert settings.instance == tmp_path / "a" / "b"
    assert stat.S_IMODE(settings.instance.stat().st_mode) == 0o700
    assert settings.documents.parent == settings.clock_file.parent == settings.instance
    assert load(tmp_path / "c", MMP_INSTANCE=str(tmp_path / "d")).instance == tmp_path / "c"


def test_a_relative_instance_is_that_of_the_folder_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load({"MMP_INSTANCE": "here"}).instance == tmp_path / "here"


@pytest.mark.parametrize("name", ("/dev/null/mmp", "what?", "~nobody-of-that-name/mmp"))
def test_an_impossible_instance_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"^MMP_INSTANCE: "):
        Settings.load({"MMP_INSTANCE": name if "/" in name else str(tmp_path / name)})


def test_a_wheel_keeps_its_instance_below_what_it_was_installed_into() -> None:
    prefix = Path(sys.prefix)
    assert config._prefix(prefix / "lib/python3.11/site-packages/mmp") == prefix
    own = Path("/home/me/.local")
    assert config._prefix(own / "lib/python3.13/site-packages/mmp") == own
