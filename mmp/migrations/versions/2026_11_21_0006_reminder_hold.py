"""hold reminders back

Revision: 0006, follows 0005; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_hold",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=True),
        sa.Column("since", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("held_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_reminder_hold_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["held_by_id"],
            ["person.id"],
            name=op.f("fk_reminder_hold_held_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_reminder_hold_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_hold")),
        sa.UniqueConstraint("uuid", name=op.f("uq_reminder_hold_uuid")),
    )
    op.create_index(op.f("ix_reminder_hold_event_id"), "reminder_hold", ["event_id"], unique=False)
    op.create_index(
        op.f("ix_reminder_hold_programme"), "reminder_hold", ["programme_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("reminder_hold")
