"""The application with what `mmp run` embeds, for a server of several processes:
`gunicorn --workers 4 tests.faults.web:app`."""

import atexit
from contextlib import ExitStack

from mmp.app import create_app
from mmp.cli.scheduler import mail_leaves
from mmp.config import Settings

app = create_app()
_stack = ExitStack()
_stack.enter_context(mail_leaves(Settings.load()))
atexit.register(_stack.close)
