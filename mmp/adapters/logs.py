"""The log: one line for each thing that happened, as text or JSON, on standard error.

Whatever is logged here, by us or by a library, goes through one formatter, and that through one
redactor: no mail address, no token and no secret address is written down.
"""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from mmp.core.redaction import redact

FORMATS = ("text", "json")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_hidden: set[str] = set()


def hide(*secrets: str | None) -> None:
    """Never write these, wherever they turn up."""
    _hidden.update(secret for secret in secrets if secret)


class Redacting(logging.Formatter):
    """The last step of every line. What a caller gave as `extra` stands as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        parts = self._parts(record)
        more = "".join(f" {name}={value}" for name, value in parts["more"].items())
        line = f"{parts['at']} {parts['level']} {parts['logger']}: {parts['message']}{more}"
        return redact("\n".join(filter(None, (line, parts["trace"]))), _hidden)

    def _parts(self, record: logging.LogRecord) -> dict[str, Any]:
        trace = self.formatException(record.exc_info) if record.exc_info else record.exc_text or ""
        return {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "more": {name: v for name, v in vars(record).items() if name not in _STANDARD},
            "trace": "\n".join(filter(None, (trace, record.stack_info))),
        }


class RedactingJson(Redacting):
    """One JSON object a line; what a caller gave as `extra` has keys of its own."""

    def format(self, record: logging.LogRecord) -> str:
        parts = self._parts(record)
        more, trace = parts.pop("more"), parts.pop("trace")
        values = {**more, **parts, **({"trace": trace} if trace else {})}
        clean = {name: _clean(value) for name, value in values.items()}
        return json.dumps(clean, ensure_ascii=False)


def _clean(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value), _hidden)


class _Log(logging.Handler):
    """To whatever is standard error at that moment."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        try:
            (self._stream or sys.stderr).write(self.format(record) + "\n")
        except Exception:  # what cannot be written must not break what it tells of
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own name
        """Python's own would print the record's arguments as they are."""
        (self._stream or sys.stderr).write(f"a line of {record.name} could not be written\n")


def set_up(form: str = "text", *, stream: TextIO | None = None) -> logging.Handler:
    """Let every logger of this process write here. Again, it changes the form."""
    root = logging.getLogger()
    for other in [handler for handler in root.handlers if isinstance(handler, _Log)]:
        root.removeHandler(other)
    handler = _Log(stream)
    handler.setFormatter(RedactingJson() if form == "json" else Redacting())
    root.addHandler(handler)
    logging.getLogger("mmp").setLevel(logging.INFO)  # of libraries, warnings are enough
    logging.captureWarnings(True)
    return handler


def take_over_hooks() -> None:
    """Log what ends this program or one of its threads, for Python would print it as it is."""
    log = logging.getLogger("mmp")

    def ended(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
        log.critical("the program ended: %s", kind.__name__, exc_info=(kind, error, at))

    def thread_ended(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and args.exc_type is not SystemExit:
            found = (args.exc_type, args.exc_value, args.exc_traceback)
            log.error("a thread ended: %s", args.exc_type.__name__, exc_info=found)

    sys.excepthook, threading.excepthook = ended, thread_ended
