"""note when a scheduler last said that it works

Revision: 0008, follows 0007; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduler_tick",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("since", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduler_tick")),
        sa.UniqueConstraint("owner", name=op.f("uq_scheduler_tick_owner")),
        sa.UniqueConstraint("uuid", name=op.f("uq_scheduler_tick_uuid")),
    )


def downgrade() -> None:
    op.drop_table("scheduler_tick")
