"""Backup and restore, also while others write, onto what is there, and of what is damaged."""

import gzip
import hashlib
import io
import json
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock
from mmp.models import Membership, Person
from mmp.models.enums import MembershipRole
from mmp.services.outbox import enqueue
from tests.cli.conftest import Mmp
from tests.support.factories import MADE_AT, Factory

EMAIL = "lina@example.org"
DOCUMENT = b"A programme on paper.\n"
SHA256 = hashlib.sha256(DOCUMENT).hexdigest()


@pytest.fixture
def filled(session: Session, instance: Path) -> Path:
    """An instance with a mentor who has a feed, and a document."""
    make = Factory(session)
    programme = make.programme()
    mentor = make.person(email=EMAIL)
    session.add(Membership(programme=programme, person=mentor, role=MembershipRole.MENTOR))
    make.participation(make.event(programme), mentor)
    session.commit()
    (instance / "documents").mkdir()
    (instance / "documents" / SHA256).write_bytes(DOCUMENT)
    return instance


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Another machine: an empty instance folder from here on."""

    def move() -> Path:
        folder = tmp_path / "elsewhere"
        monkeypatch.setenv("MMP_INSTANCE", str(folder))
        return folder

    return move


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar.gz"


def state(instance: Path) -> dict[str, bytes]:
    """Every file but SQLite's own beside its database."""
    return {
        str(path.relative_to(instance)): path.read_bytes()
        for path in sorted(instance.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def names(instance: Path) -> set[str]:
    database = instance / "mmp.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM person")}


def revision(instance: Path) -> str:
    with closing(sqlite3.connect(instance / "mmp.sqlite3")) as connection:
        found: tuple[str] = connection.execute("SELECT * FROM alembic_version").fetchone()
        return found[0]


def rewritten(archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    """Put every member through `change`."""
    with tarfile.open(archive) as old:
        members = [(member.name, old.extractfile(member)) for member in old]
        contents = [(name, content.read()) for name, content in members if content]
    with tarfile.open(archive, "w:gz") as new:
        for name, content in contents:
            if (changed := change(name, content)) is not None:
                member = tarfile.TarInfo(changed[0])
                member.size = len(changed[1])
                new.addfile(member, io.BytesIO(changed[1]))


def manifest_of(archive: Path) -> dict[str, object]:
    with tarfile.open(archive) as tar:
        first = tar.next()
        assert first is not None
        content = tar.extractfile(first)
        assert content is not None
        said: dict[str, object] = json.load(content)
        return said


def test_on_a_new_machine_every_feed_address_still_works(
    mmp: Mmp, filled: Path, archive: Path, elsewhere: Callable[[], Path]
) -> None:
    address = mmp("feed", "url", EMAIL).stdout
    feed = mmp("feed", "show", EMAIL).stdout_bytes
    saved = mmp("backup", archive)
    assert saved.exit_code == 0
    assert "1 documents" in saved.stdout

    there = elsewhere()
    assert mmp("restore", archive).exit_code == 0
    assert mmp("feed", "url", EMAIL).stdout == address
    assert mmp("feed", "show", EMAIL).stdout_bytes == feed
    assert (there / "documents" / SHA256).read_bytes() == DOCUMENT
    for name in ("secret_key", "feed_secret"):
        assert (there / name).read_bytes() == (filled / name).read_bytes()
        assert stat.S_IMODE((there / name).stat().st_mode) == 0o600
    left = {path.name for path in there.iterdir()}
    assert left <= {"documents", "feed_secret", "mmp.sqlite3", "secret_key"}
    assert mmp("doctor").exit_code == 0


def test_on_a_new_machine_no_mail_leaves_twice(
    mmp: Mmp,
    session: Session,
    filled: Path,
    archive: Path,
    elsewhere: Callable[[], Path],
) -> None:
    enqueue(
        session,
        now=MADE_AT,
        kind="test",
        person=session.scalars(select(Person)).one(),
        template="test",
        parameters={"asked_at": MADE_AT},
        dedupe_key="waiting",
    )
    session.commit()
    assert mmp("backup", archive).exit_code == 0

    def states() -> list[tuple[str]]:
        with closing(sqlite3.connect(there / "mmp.sqlite3")) as connection:
            return connection.execute("SELECT state FROM mail").fetchall()

    there = elsewhere()
    assert "1 mails waited" in mmp("restore", archive).stdout
    assert states() == [("held",)]
    assert mmp("outbox", "release").stdout == "1 mails go when they are due.\n"
    assert states() == [("due",)]


def test_the_archive_is_its_owners_alone_and_tells_what_it_is(
    mmp: Mmp, filled: Path, archive: Path
) -> None:
    mmp("backup", archive)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    said = manifest_of(archive)
    assert (said["format"], said["database"], said["revision"]) == (1, "sqlite", revision(filled))
    assert sorted(path.name for path in archive.parent.iterdir()) == [archive.name, "instance"]


def test_an_existing_file_is_kept_but_with_force(mmp: Mmp, filled: Path, archive: Path) -> None:
    archive.write_text("precious")
    result = mmp("backup", archive)
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert archive.read_text() == "precious"
    assert mmp("backup", archive, "--force").exit_code == 0
    assert tarfile.is_tarfile(archive)


@pytest.mark.parametrize("place", ("no/such/folder.tar.gz", "instance"))
def test_a_place_for_no_file_is_refused(mmp: Mmp, filled: Path, archive: Path, place: str) -> None:
    result = mmp("backup", archive.parent / place)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_nothing_to_keep_is_said(mmp: Mmp, instance: Path, archive: Path) -> None:
    assert mmp("backup", archive).exit_code == 2
    sqlite3.connect(instance / "mmp.sqlite3").close()
    assert mmp("backup", archive).exit_code == 2
    assert not archive.exists()


def test_it_works_while_others_write(
    mmp: Mmp, filled: Path, archive: Path, elsewhere: Callable[[], Path]
) -> None:
    """Pairs of rows are written together: a backup never holds one without the other."""
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(filled / "mmp.sqlite3", timeout=10)) as connection:
            connection.execute("CREATE TABLE written (number INTEGER)")
            number = 0
            while not stop.is_set():
                number += 1
                with connection:
                    connection.execute("INSERT INTO written VALUES (?)", (number,))
                    connection.execute("INSERT INTO written VALUES (?)", (number,))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            assert mmp("backup", archive, "--force").exit_code == 0
    finally:
        stop.set()
        writer.join()
    there = elsewhere()
    assert mmp("restore", archive).exit_code == 0
    with closing(sqlite3.connect(there / "mmp.sqlite3")) as connection:
        counts = connection.execute("SELECT count(*) FROM written GROUP BY number").fetchall()
    assert set(counts) == {(2,)}


def test_what_holds_data_is_kept_but_with_force(
    mmp: Mmp, filled: Path, archive: Path, session: Session
) -> None:
    mmp("backup", archive)
    Factory(session).person(name="Later", key="later", email="later@example.org")
    session.commit()
    (filled / "documents" / "later").write_bytes(b"later")
    FileClock(filled / "clock.json").set(MADE_AT)
    result = mmp("restore", archive)
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert "Later" in names(filled)

    # `session` still has the database open, as a running server has.
    assert mmp("restore", archive, "--force").exit_code == 0
    assert "Later" not in names(filled)
    assert session.execute(text("SELECT count(*) FROM person")).scalar() == 1
    assert not (filled / "documents" / "later").exists()
    assert not (filled / "clock.json").exists()


def test_a_demo_stays_a_demo(
    mmp: Mmp, filled: Path, archive: Path, elsewhere: Callable[[], Path]
) -> None:
    FileClock(filled / "clock.json").set(MADE_AT)
    mmp("backup", archive)
    there = elsewhere()
    mmp("restore", archive)
    assert (there / "clock.json").read_bytes() == (filled / "clock.json").read_bytes()


def test_an_older_programs_backup_is_migrated(
    mmp: Mmp, filled: Path, archive: Path, elsewhere: Callable[[], Path]
) -> None:
    now = revision(filled)
    mmp("db", "downgrade", "0001", "--yes")
    mmp("backup", archive)
    assert manifest_of(archive)["revision"] == "0001"
    there = elsewhere()
    assert mmp("restore", archive).exit_code == 0
    assert revision(there) == now
    assert names(there) == {"Person 2"}


def test_a_newer_programs_backup_is_refused(
    mmp: Mmp, filled: Path, archive: Path, newer_database: Path, elsewhere: Callable[[], Path]
) -> None:
    mmp("backup", archive)
    there = elsewhere()
    result = mmp("restore", archive)
    assert result.exit_code == 2
    assert "newer" in result.stderr
    assert not (there / "mmp.sqlite3").exists()


def test_another_kind_of_database_is_refused(
    mmp: Mmp, filled: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mmp("backup", archive)
    monkeypatch.setenv("MMP_DATABASE_URL", "postgresql://mmp@127.0.0.1:1/mmp")
    result = mmp("restore", archive)
    assert result.exit_code == 2
    assert "sqlite" in result.stderr


def test_a_secret_of_the_environment_would_break_the_feeds(
    mmp: Mmp,
    filled: Path,
    archive: Path,
    elsewhere: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mmp("backup", archive)
    there = elsewhere()
    monkeypatch.setenv("MMP_FEED_SECRET", "x" * 32)
    result = mmp("restore", archive)
    assert result.exit_code == 2
    assert result.stderr.startswith("mmp: MMP_FEED_SECRET")
    assert not (there / "mmp.sqlite3").exists()
    monkeypatch.setenv("MMP_FEED_SECRET", (filled / "feed_secret").read_text())
    assert mmp("restore", archive).exit_code == 0


def test_secrets_of_the_environment_are_kept_too(
    mmp: Mmp,
    filled: Path,
    archive: Path,
    elsewhere: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MMP_FEED_SECRET", "x" * 32)
    address = mmp("feed", "url", EMAIL).stdout
    mmp("backup", archive)
    monkeypatch.delenv("MMP_FEED_SECRET")
    elsewhere()
    mmp("restore", archive)
    assert mmp("feed", "url", EMAIL).stdout == address


def _cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-2000])


def _flip(archive: Path) -> None:
    rewritten(
        archive, lambda name, content: (name, content[:-1] + b"?" if "/" in name else content)
    )


def _without_manifest(archive: Path) -> None:
    rewritten(archive, lambda name, content: None if name == "manifest.json" else (name, content))


def _without_a_secret(archive: Path) -> None:
    rewritten(
        archive, lambda name, content: None if name.endswith("feed_secret") else (name, content)
    )


def _with_more(archive: Path) -> None:
    with tarfile.open(archive) as old:
        # Our own archive, and Python 3.11.2 has no filters yet.
        old.extractall(archive.with_name("all"))
    folder = archive.with_name("all")
    (folder / "extra").write_text("more")
    with tarfile.open(archive, "w:gz") as new:
        new.add(folder / "manifest.json", "manifest.json")
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name != "manifest.json":
                new.add(path, str(path.relative_to(folder)))
    shutil.rmtree(folder)


def _with_manifest(archive: Path, **changes: object) -> None:
    rewritten(
        archive,
        lambda name, content: (
            (name, json.dumps(json.loads(content) | changes).encode())
            if name == "manifest.json"
            else (name, content)
        ),
    )


def _outside(archive: Path) -> None:
    """A member that would be written beside the folder, and a manifest that vouches for it."""
    described = {"size": 4, "sha256": hashlib.sha256(b"evil").hexdigest()}
    members = manifest_of(archive)["members"]
    assert isinstance(members, dict)
    _with_manifest(archive, members=members | {"documents/../../evil": described})
    with gzip.open(archive) as packed:
        plain = io.BytesIO(packed.read())
    with tarfile.open(fileobj=plain, mode="a") as tar:
        member = tarfile.TarInfo("documents/../../evil")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    archive.write_bytes(gzip.compress(plain.getvalue()))


def _with_a_link(archive: Path) -> None:
    with gzip.open(archive) as packed:
        plain = io.BytesIO(packed.read())
    with tarfile.open(fileobj=plain, mode="a") as tar:
        member = tarfile.TarInfo("documents/link")
        member.type = tarfile.SYMTYPE
        member.linkname = "/etc/passwd"
        tar.addfile(member)
    archive.write_bytes(gzip.compress(plain.getvalue()))


@pytest.mark.parametrize(
    "damage",
    (
        _cut,
        _flip,
        _without_manifest,
        _without_a_secret,
        _with_more,
        _outside,
        _with_a_link,
        pytest.param(lambda archive: _with_manifest(archive, members=[]), id="members"),
        pytest.param(lambda archive: _with_manifest(archive, members={}), id="no members"),
        pytest.param(lambda archive: _with_manifest(archive, format=2), id="another format"),
        pytest.param(lambda archive: _with_manifest(archive, revision=1), id="revision"),
        pytest.param(lambda archive: _with_manifest(archive, more=""), id="more"),
        pytest.param(lambda archive: archive.write_bytes(b""), id="empty"),
        pytest.param(lambda archive: archive.write_bytes(b"\x1f\x8b" + b"x" * 90), id="noise"),
        pytest.param(
            lambda archive: archive.write_bytes(gzip.compress(b"[" * 100_000)), id="no tar"
        ),
    ),
)
def test_what_is_damaged_changes_nothing(
    mmp: Mmp, filled: Path, archive: Path, damage: Callable[[Path], None]
) -> None:
    mmp("backup", archive)
    damage(archive)
    before = state(filled.parent)
    result = mmp("restore", archive, "--force")
    assert result.exit_code == 2
    assert result.stderr.startswith("mmp: ")
    assert result.stderr.count("\n") == 1
    assert state(filled.parent) == before


def test_a_missing_archive_is_one_line(mmp: Mmp, instance: Path, archive: Path) -> None:
    result = mmp("restore", archive)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"mmp: {archive} cannot be read (No such file or directory);")
    assert result.stderr.count("\n") == 1


def test_where_the_database_is_held_the_old_remains(
    mmp: Mmp, filled: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmp.adapters.dumps.PATIENCE", 0.3)
    mmp("backup", archive)
    (filled / "documents" / "later").write_bytes(b"later")
    (filled / "feed_secret").write_text("y" * 40)
    before = state(filled)
    with closing(sqlite3.connect(filled / "mmp.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        result = mmp("restore", archive, "--force")
    assert result.exit_code == 1
    assert "locked" in result.stderr
    assert result.stderr.count("\n") == 1
    assert state(filled) == before


def test_a_destroyed_database_is_replaced(mmp: Mmp, filled: Path, archive: Path) -> None:
    mmp("backup", archive)
    (filled / "mmp.sqlite3").write_bytes(b"no database at all " * 1000)
    assert mmp("backup", archive.with_name("other")).exit_code == 1
    assert mmp("restore", archive, "--force").exit_code == 0
    assert names(filled) == {"Person 2"}
    assert mmp("db", "check").exit_code == 0


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("backend", ("postgresql",))
class TestPostgresql:
    """`backend` is set by hand: without it these would run on SQLite too."""

    @pytest.fixture(autouse=True)
    def on_postgresql(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MMP_DATABASE_URL", database_url)

    def test_back_and_forth(
        self, mmp: Mmp, filled: Path, archive: Path, session: Session, backend: str
    ) -> None:
        address = mmp("feed", "url", EMAIL).stdout
        feed = mmp("feed", "show", EMAIL).stdout_bytes
        saved = mmp("backup", archive)
        assert (saved.exit_code, saved.stderr) == (0, "")
        assert manifest_of(archive)["database"] == "postgresql"
        Factory(session).person(name="Later", key="later", email="later@example.org")
        session.commit()
        assert mmp("restore", archive).exit_code == 2
        assert mmp("feed", "url", "later@example.org").exit_code == 0
        session.close()

        restored = mmp("restore", archive, "--force")
        assert (restored.exit_code, restored.stderr) == (0, "")
        assert mmp("feed", "url", "later@example.org").exit_code == 2
        assert mmp("feed", "url", EMAIL).stdout == address
        assert mmp("feed", "show", EMAIL).stdout_bytes == feed
        assert mmp("db", "check").exit_code == 0

    def test_where_tables_are_held_the_old_remains(
        self,
        mmp: Mmp,
        filled: Path,
        archive: Path,
        database_url: str,
        monkeypatch: pytest.MonkeyPatch,
        backend: str,
    ) -> None:
        monkeypatch.setattr("mmp.adapters.dumps.PATIENCE", 0.3)
        mmp("backup", archive)
        (filled / "documents" / "later").write_bytes(b"later")
        before = state(filled)
        engine = create_engine(database_url)
        with engine.connect() as other:
            other.execute(text("LOCK TABLE person"))
            result = mmp("restore", archive, "--force")
        engine.dispose()
        assert result.exit_code == 1
        assert "lock timeout" in result.stderr
        assert result.stderr.count("\n") == 1
        assert state(filled) == before
        assert mmp("feed", "url", EMAIL).exit_code == 0

    def test_no_server_is_one_line_without_the_password(
        self, mmp: Mmp, filled: Path, archive: Path, monkeypatch: pytest.MonkeyPatch, backend: str
    ) -> None:
        monkeypatch.setenv("MMP_DATABASE_URL", "postgresql://mmp:hunter2@127.0.0.1:1/mmp")
        for command in (("backup", archive), ("doctor",), ("db", "check")):
            result = mmp(*command)
            assert result.exit_code == 1
            assert "hunter2" not in result.output
            assert "Traceback" not in result.output
        assert not archive.exists()
