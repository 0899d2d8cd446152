"""A time that somebody proposes to others, who may pick it."""

from datetime import datetime
from typing import dataclass_transform

from sqlalchemy import String
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column, relationship

from mmp.core.when import When
from mmp.models.base import WallDateTime


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(mapped_column, relationship)
)
class ProposedTime(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """Wall time in the zone of who proposes, and its instants (UTC) when it was proposed."""

    zone: Mapped[str] = mapped_column(String(64))
    starts_local: Mapped[datetime] = mapped_column(WallDateTime)
    ends_local: Mapped[datetime] = mapped_column(WallDateTime)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    tz_version: Mapped[str] = mapped_column(String(16))
    picked_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def when(self) -> When:
        """As it was agreed; its span follows the law of time of today."""
        return When.timed(self.starts_local, self.ends_local, self.zone)
