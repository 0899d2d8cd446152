"""An instance as one file: a gzipped tar whose first member, the manifest, vouches for the rest.

Nothing in it is believed before it was checked: only plain files are read, only under the names
that the manifest lists and that a backup can hold, each of the size and SHA-256 given there.
"""

import hashlib
import io
import os
import secrets
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TypeVar

from mmp.adapters.manifest import Manifest, OtherFormat
from mmp.core.errors import UserError

MANIFEST = "manifest.json"
_MANIFEST_LIMIT = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_T = TypeVar("_T")


class BadArchive(UserError):
    """No backup of ours, or a damaged one."""

    code = "bad_archive"


def pack(target: Path, files: Mapping[str, Path], manifest: Manifest, *, force: bool) -> None:
    """Write `files` (member name: path) into `target`, readable by its owner alone.

    `target` appears whole or not at all; one that exists is replaced only with `force`.
    """
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
                text = manifest.to_json()
                _add(tar, MANIFEST, io.BytesIO(text), len(text))
                for name, path in files.items():
                    with path.open("rb") as source:
                        _add(tar, name, source, manifest.members[name].size)
            out.flush()
            os.fsync(out.fileno())
        _move(draft, target, force=force)
    finally:
        draft.unlink(missing_ok=True)


def read_manifest(archive: Path) -> Manifest:
    """What the archive says of itself. Raises BadArchive."""
    with _Reader.of(archive) as reader:
        return reader.manifest()


def unpack(archive: Path, into: Path) -> None:
    """Extract everything into the empty folder `into`, checked.

    Raises BadArchive; an error of the disk that is written to is an OSError.
    """
    with _Reader.of(archive) as reader:
        manifest = reader.manifest()
        if manifest.size > shutil.disk_usage(into).free:
            raise UserError(
                "%(folder)s has too little room: the backup takes %(size)d MB.",
                folder=into,
                size=manifest.size // 10**6 + 1,
            )
        missing = dict(manifest.members)
        while (member := reader.next()) is not None:
            expected = missing.pop(member.name, None)
            if expected is None or member.size != expected.size:
                raise reader.damaged()
            if reader.extract(member, into / member.name) != expected.sha256:
                raise reader.damaged()
        if missing:
            raise reader.damaged()


def exists(target: Path) -> UserError:
    """The refusal to write over a file."""
    return UserError("%(file)s exists; --force writes over it.", file=target)


class _Reader:
    """Reads an archive; whatever fails in reading it is the archive's fault."""

    def __init__(self, archive: Path, tar: tarfile.TarFile) -> None:
        self.archive = archive
        self.tar = tar

    @classmethod
    @contextmanager
    def of(cls, archive: Path) -> Iterator["_Reader"]:
        with archive.open("rb") as file:
            try:
                tar = tarfile.open(fileobj=file, mode="r:gz")  # noqa: SIM115  # closed below
            except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
                raise _damaged(archive) from error
            with tar:
                yield cls(archive, tar)

    def damaged(self) -> BadArchive:
        return _damaged(self.archive)

    def next(self) -> tarfile.TarInfo | None:
        """The next member, a plain file."""
        member = self._guarded(self.tar.next)
        if member is not None and not member.isreg():
            raise self.damaged()
        return member

    def manifest(self) -> Manifest:
        member = self.next()
        if member is None or member.name != MANIFEST or member.size > _MANIFEST_LIMIT:
            raise self.damaged()
        text = self._guarded(self._content(member).read)
        try:
            return Manifest.from_json(text)
        except OtherFormat:
            raise BadArchive(
                "%(file)s was made by another mmp, in a form that this one cannot read.",
                file=self.archive,
            ) from None
        except ValueError as error:
            raise self.damaged() from error

    def extract(self, member: tarfile.TarInfo, target: Path) -> str:
        """Write a member to a new file; give its SHA-256."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source = self._content(member)
        digest = hashlib.sha256()
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            while chunk := self._guarded(lambda: source.read(_CHUNK)):
                digest.update(chunk)
                out.write(chunk)
        return digest.hexdigest()

    def _content(self, member: tarfile.TarInfo) -> IO[bytes]:
        content = self.tar.extractfile(member)
        assert content is not None  # it is a plain file
        return content

    def _guarded(self, read: Callable[[], _T]) -> _T:
        try:
            return read()
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            raise self.damaged() from error


def _damaged(archive: Path) -> BadArchive:
    return BadArchive("%(file)s is damaged or no backup of mmp. Nothing was changed.", file=archive)


def _add(tar: tarfile.TarFile, name: str, source: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    tar.addfile(member, source)


def _move(draft: Path, target: Path, *, force: bool) -> None:
    if force:
        draft.replace(target)
    else:
        try:
            os.link(draft, target)  # unlike a rename, fails if another got there first
        except FileExistsError as error:
            raise exists(target) from error
        except OSError:  # no links on this disk
            if target.exists():
                raise exists(target) from None
            draft.replace(target)
    with suppress(OSError):  # a disk that cannot do it has the file all the same
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
