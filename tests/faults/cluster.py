"""A PostgreSQL server of a test's own, which stops in the middle of everything."""

import os
import pwd
import signal

from tests.faults.children import wait_until
from tests.support.postgres import Cluster, binaries


class FallibleCluster(Cluster):
    """Stops at once, as when its process crashes, and starts again."""

    def crash(self) -> None:
        """`pg_ctl stop -m immediate`: what was not committed is gone, and every connection."""
        pid_file = self.data / "postmaster.pid"
        os.kill(int(pid_file.read_text().split("\n", 1)[0]), signal.SIGQUIT)
        wait_until(lambda: not pid_file.exists(), "PostgreSQL does not stop")

    def resume(self) -> None:
        """Start as before, and recover."""
        found = binaries()
        assert found is not None  # it has run
        owner = pwd.getpwuid(self.data.stat().st_uid).pw_name if os.geteuid() == 0 else None
        # `restart`, because it remembers how the server was started.
        again = ("restart", "--wait", "--silent", "--pgdata", str(self.data))
        self._run(owner, [found / "pg_ctl", *again, "--log", self.folder / "log"])
