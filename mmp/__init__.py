"""Schedules and runs cross-regional mentorship programmes and dialogues."""

import atexit
import gc
import os
import zoneinfo

# Python prefers the system's time zone files to the tzdata package, and many systems still place
# Rabat an hour off after 20 September 2026. The packaged data is locked and the same everywhere.
zoneinfo.reset_tzpath(to=[])
# What was read from the system's files before us would stay.
zoneinfo.ZoneInfo.clear_cache()

# Read when NumPy is first imported. Our matrices are small: several processors take ten times as
# long over them as one, and a search may not have them all.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# What is loaded stays: looking through it for garbage, while it is loaded and once more at the end,
# took a third of the time of a command.
gc.set_threshold(10_000, 10, 10)
atexit.register(gc.freeze)
