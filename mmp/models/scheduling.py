"""The processes that send mail, and when each last said that it works."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from mmp.models.base import Base, Identified


class SchedulerTick(Identified, Base):
    """One line per process. Both times are of the database's clock, the only one that all share
    and that no demo moves."""

    owner: Mapped[str] = mapped_column(String(80), unique=True)
    """Host, process and chance: the name under which it leases mail."""
    since: Mapped[datetime]
    at: Mapped[datetime]
