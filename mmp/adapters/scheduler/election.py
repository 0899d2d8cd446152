"""One scheduler per host: whoever holds the lock file. Only thrift hangs on it, nothing else:
several would share the work just as well."""

import fcntl
from pathlib import Path
from threading import Lock
from typing import IO


class Election:
    """A lock on a file of the instance. It ends with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._asking = Lock()
        self._resigned = False

    def won(self) -> bool:
        """Take the lock if nobody has it; whether it is ours. Never again after `resign`: a thread
        that is late must not take what its worker has given back."""
        with self._asking:
            if self._file is not None or self._resigned:
                return not self._resigned
            file = self._path.open("ab")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return False
            self._file = file
            return True

    def resign(self) -> None:
        with self._asking:
            self._resigned = True
            if self._file is not None:
                self._file.close()
                self._file = None


class Unopposed(Election):
    """Elected without a vote: for schedulers of which several are wanted."""

    def __init__(self) -> None: ...

    def won(self) -> bool:
        return True

    def resign(self) -> None: ...
