"""For programs that watch the server: is it alive, does it work? No session, no secret."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from mmp.services.readiness import Readiness, readiness
from mmp.web.context import context, session
from mmp.web.guards import public

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> Response:
    """This process answers. Says nothing of the database: to restart because of that is no use."""
    return _answer({"alive": True}, 200)


@health.get("/readyz")
@public
def readyz() -> Response:
    """Database, mail and scheduler, each with a sentence; 503 where one of them needs somebody."""
    try:
        found = readiness(session(), now=context().clock.now())
    except SQLAlchemyError:
        session().rollback()
        away = {"ok": False, "says": "The database does not answer, or its tables are not ours."}
        return _answer({"ready": False, "database": away}, 503)
    database = {"ok": True, "says": "The database answers."}
    values = {"ready": found.ready, "database": database, **_in_words(found)}
    return _answer(values, 200 if found.ready else 503)


def _in_words(found: Readiness) -> dict[str, Any]:
    mail, scheduler = "No mail is overdue.", "No scheduler has ever run."
    if found.overdue is not None:
        mail = f"The oldest mail that is due has waited for {_span(found.overdue)}."
    if found.silent is not None:
        scheduler = f"A scheduler said {_span(found.silent)} ago that it works."
    return {
        "mail": {"ok": found.mail_leaves, "seconds": _seconds(found.overdue), "says": mail},
        "scheduler": {
            "ok": found.scheduler_works,
            "seconds": _seconds(found.silent),
            "says": scheduler,
        },
    }


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


def _span(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def _answer(values: dict[str, Any], status: int) -> Response:
    answer = jsonify(values)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
