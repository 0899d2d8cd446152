"""Backup and restore of a whole instance: database, documents, secrets, and a demo's clock."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from mmp.adapters import archive, dumps
from mmp.adapters.clock import SystemClock
from mmp.adapters.manifest import (
    CLOCK,
    DATABASE,
    DOCUMENTS,
    SECRETS,
    Manifest,
    Member,
    may_hold,
)
from mmp.config import SECRET_FILES, Settings
from mmp.core.errors import UserError


def save(settings: Settings, target: Path, *, version: str, force: bool) -> Manifest:
    """Write a backup into `target` while others go on working. Whole or not at all.

    The database comes first: whatever document it speaks of is there by then.
    """
    if target.is_dir() or not target.parent.is_dir():
        raise UserError("%(file)s is no place for a file: name one in a folder.", file=target)
    if target.exists() and not force:
        raise archive.exists(target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as name:
        stage = Path(name)
        database = stage / DATABASE
        dumps.dump(settings.database_url, database)
        kind = dumps.kind_of(settings.database_url)
        where = f"sqlite:///{database}" if kind == "sqlite" else settings.database_url
        revision = dumps.revision_in(where)
        if revision is None:
            raise UserError("There is nothing to keep yet: the database has no tables.")
        files = {DATABASE: database}
        for variable, value in _secrets(settings).items():
            secret = stage / SECRET_FILES[variable]
            secret.write_text(value)
            files[f"{SECRETS}/{secret.name}"] = secret
        if settings.clock_file.exists():
            files[CLOCK] = settings.clock_file
        files |= _documents(settings.documents)
        manifest = Manifest(
            mmp=version,
            created_at=SystemClock().now().isoformat(timespec="seconds"),
            database=kind,
            revision=revision,
            members={member: Member.of(path) for member, path in files.items()},
        )
        archive.pack(target, files, manifest, force=force)
        return manifest


def restore(
    settings: Settings,
    source: Path,
    *,
    force: bool,
    known: Callable[[str], bool],
    migrate: Callable[[str], None],
) -> Manifest:
    """Make the instance what it was when the backup was made. All or nothing.

    `known` says whether this program can migrate from a revision, `migrate` brings the database at
    an address to this program's. Only a PostgreSQL database of an older program is migrated after
    it was put in place: if that fails, all of the backup is there, and `mmp db upgrade` goes on.
    """
    manifest = archive.read_manifest(source)
    kind = dumps.kind_of(settings.database_url)
    if manifest.database != kind:
        raise UserError(
            "%(file)s holds a database of the kind %(theirs)s; MMP_DATABASE_URL leads to %(ours)s.",
            file=source,
            theirs=manifest.database,
            ours=kind,
        )
    if not known(manifest.revision):
        raise UserError(
            "%(file)s was made by mmp %(version)s, which is newer: upgrade mmp first.",
            file=source,
            version=manifest.mmp,
        )
    if not force and _occupied(settings):
        raise UserError(
            "%(folder)s or its database holds data already; --force gives it up for the backup's.",
            folder=settings.instance,
        )
    with tempfile.TemporaryDirectory(dir=settings.instance, prefix=".restore-") as name:
        stage, aside = Path(name, "new"), Path(name, "old")
        stage.mkdir()
        aside.mkdir()
        archive.unpack(source, stage)
        _refuse_other_secrets(settings, stage / SECRETS)
        if kind == "sqlite":
            migrate(f"sqlite:///{stage / DATABASE}")
        with _Swap(aside) as swap:
            for file in SECRET_FILES.values():
                swap.put(stage / SECRETS / file, settings.instance / file)
            swap.put(stage / CLOCK, settings.clock_file)
            swap.put(stage / DOCUMENTS, settings.documents)
            # Last: what is most likely to fail, and one transaction.
            dumps.load(settings.database_url, stage / DATABASE)
    if kind == "postgresql":
        migrate(settings.database_url)
    return manifest


class _Swap:
    """Puts new files in the place of old ones; on an error every old one goes back."""

    def __init__(self, aside: Path) -> None:
        self._aside = aside
        self._moved: list[tuple[Path, Path]] = []

    def put(self, new: Path, place: Path) -> None:
        """Move `new`, which may be missing, to `place`, and what was there aside."""
        old = self._aside / str(len(self._moved))
        self._moved.append((old, place))
        if os.path.lexists(place):
            place.rename(old)
        if new.exists():
            new.rename(place)

    def __enter__(self) -> "_Swap":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            return
        for number, (old, place) in enumerate(reversed(self._moved)):
            if os.path.lexists(place):
                place.rename(self._aside / f"undone-{number}")
            if os.path.lexists(old):
                old.rename(place)


def _secrets(settings: Settings) -> dict[str, str]:
    return {"MMP_SECRET_KEY": settings.secret_key, "MMP_FEED_SECRET": settings.feed_secret}


def _documents(folder: Path) -> dict[str, Path]:
    # What begins with a dot is still being written, or the system's own.
    return {
        f"{DOCUMENTS}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("[!.]*"))
        if path.is_file() and may_hold(f"{DOCUMENTS}/{path.relative_to(folder)}")
    }


def _occupied(settings: Settings) -> bool:
    return bool(_documents(settings.documents)) or dumps.has_rows(settings.database_url)


def _refuse_other_secrets(settings: Settings, folder: Path) -> None:
    """A secret that the environment sets would win over the restored one and break its feeds."""
    for variable, value in _secrets(settings).items():
        kept, restored = (place / SECRET_FILES[variable] for place in (settings.instance, folder))
        from_environment = not kept.exists() or kept.read_text().strip() != value
        if from_environment and restored.exists() and restored.read_text() != value:
            raise UserError(
                "%(name)s is set to another value than the backup's: unset it, the backup brings "
                "its own.",
                name=variable,
            )
