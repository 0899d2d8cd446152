"""Starts a WSGI application on one sync gunicorn worker and reads what its process used."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, its one worker, seconds from start to first answer."""

    port: int
    worker: psutil.Process
    seconds_to_first_answer: float

    def get(self, path: str, headers: Mapping[str, str] = {}) -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own, as a sync worker wants it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), body

    def cpu_seconds(self) -> float:
        """CPU time of the worker until now, user and system."""
        times = self.worker.cpu_times()
        return float(times.user + times.system)

    def resident_megabytes(self) -> float:
        return float(self.worker.memory_info().rss) / 1e6

    def cpu_per_request(
        self, path: str, headers: Mapping[str, str] = {}, *, requests: int, expect: int
    ) -> float:
        """CPU seconds of the worker per request; the first ones warm up and do not count."""
        for _ in range(max(requests // 20, 3)):
            self.get(path, headers)
        before = self.cpu_seconds()
        for _ in range(requests):
            status, _, _ = self.get(path, headers)
            if status != expect:
                raise RuntimeError(f"{path} answered {status}, not {expect}")
        return (self.cpu_seconds() - before) / requests


@contextmanager
def gunicorn(target: str, first_path: str, environ: Mapping[str, str] = {}) -> Iterator[Server]:
    """Serve `module:app` until the block ends; `first_path` is what the first answer is for."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", target, "--workers", "1", "--worker-class", "sync"),
        *("--bind", f"127.0.0.1:{port}", "--log-level", "error", "--no-control-socket"),
    ]
    started = time.perf_counter()
    master = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ})
    try:
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", first_path)
                connection.getresponse().read()
                break
            except OSError:
                if master.poll() is not None:
                    raise RuntimeError(f"{target} did not start") from None
                time.sleep(0.01)
        seconds = time.perf_counter() - started
        yield Server(port, psutil.Process(master.pid).children()[0], seconds)
    finally:
        master.terminate()
        master.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
