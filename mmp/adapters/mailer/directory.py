"""`dir:FOLDER`: mail kept as files, for trying things out and until a mail server is set."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmp.adapters.mailer.protocol import InTurn, Outgoing
from mmp.core.mail import Outcome, Result, Stage, broken


class DirectoryMailer:
    """One `.eml` file per mail, named by its Message-ID: a repeat takes the place of the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def lane(self) -> Iterator["DirectoryMailer"]:
        yield self

    @contextmanager
    def abreast(self, width: int) -> Iterator[InTurn]:
        with self.lane() as lane:
            yield InTurn(lane, width)

    def send(self, mail: Outgoing) -> Outcome:
        """Write the file whole, readable by its owner alone."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self.folder / f"{_file_name(mail.message_id)}.eml", mail.octets)
        except OSError as error:
            return broken(Stage.CONNECT, error.strerror or type(error).__name__)
        return Outcome(Result.SENT, Stage.DOT, None, "kept as a file")

    def _write(self, path: Path, octets: bytes) -> None:
        draft = path.with_name(f".{secrets.token_hex(8)}.draft")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def _file_name(message_id: str) -> str:
    return re.sub(r"[^0-9A-Za-z@._-]", "_", message_id.strip("<>")).lstrip(".")[:200]
