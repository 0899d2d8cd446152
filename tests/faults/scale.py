"""How much the fault tests do: a little in `make test`, all of it in `make bench-faults`."""

import os

import pytest

FULL = os.environ.get("FAULTS") == "full"
KILLS = 20 if FULL else 2
"""Of one test, at random points."""
MAILS = 600 if FULL else 80
"""Of one burst."""
PEOPLE = 150 if FULL else 30
"""On the list of one event."""
PATIENCE = 120.0 if FULL else 60.0
"""Seconds until what has to happen counts as not happening; nothing waits that long by itself."""
BOTH_IN_FULL = pytest.mark.both_databases if FULL else pytest.mark.slow
"""For what has little to do with the kind of database: on SQLite alone in `make test`."""
