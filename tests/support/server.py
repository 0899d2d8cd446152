"""Starting the program as people do: as a process, read by its output, stopped like Ctrl-C."""

import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60  # seconds; a cold start on a busy machine


class Server:
    """A running program and what it has said so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self._waiting: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._waiting.put(line.rstrip("\n"))
        self._waiting.put(None)

    def wait_for(self, pattern: str) -> str:
        """The first text in the output that matches; fails with the output if none comes."""
        while True:
            try:
                line = self._waiting.get(timeout=PATIENCE)
            except queue.Empty:
                line = None
            if line is None:
                said = "\n".join(self.lines)
                raise AssertionError(f"{pattern!r} never came; the program said:\n{said}")
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found.group()

    def stop(self) -> int:
        """Stop it as Ctrl-C does and give its exit status."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(PATIENCE)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


@contextmanager
def running(
    command: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run `command` in `cwd` with no MMP_ setting but those in `environ`; stop it at the end."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MMP_")}
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**inherited, "PYTHONUNBUFFERED": "1", **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        server = Server(process)
        try:
            yield server
        finally:
            if process.poll() is None:
                server.stop()
