"""What views need from outside, handed over once by `create_app`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.adapters.database import db


@dataclass(frozen=True, slots=True)
class Context:
    """The clock, secrets and addresses of this installation."""

    clock: Clock
    feed_secret: str = field(repr=False)
    base_url: str
    documents: Path
    mail_is_kept: bool
    """Whether mail goes into a folder here, and none is sent."""


def context() -> Context:
    """The installation's context; needs an application context."""
    return cast(Context, current_app.extensions["mmp"])


def session() -> Session:
    """This request's database session."""
    return cast(Session, db.session())
