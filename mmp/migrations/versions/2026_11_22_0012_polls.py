"""polls for a time

Revision: 0012, follows 0011; 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "poll",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form.id"], name=op.f("fk_poll_form_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint("form_id", name=op.f("uq_poll_form_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_poll_uuid")),
    )
    op.create_table(
        "poll_guest",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("asked_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_poll_guest_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["poll.id"], name=op.f("fk_poll_guest_poll_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_guest")),
        sa.UniqueConstraint("poll_id", "person_id", name=op.f("uq_poll_guest_poll_id_person_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_poll_guest_uuid")),
    )
    op.create_index("ix_poll_guest_person", "poll_guest", ["person_id"], unique=False)
    op.create_table(
        "poll_slot",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("starts_local", mmp.models.base.WallDateTime(), nullable=False),
        sa.Column("ends_local", mmp.models.base.WallDateTime(), nullable=False),
        sa.Column("starts_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tz_version", sa.String(length=16), nullable=False),
        sa.Column("picked_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["poll.id"], name=op.f("fk_poll_slot_poll_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_poll_slot_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_slot")),
        sa.UniqueConstraint("question_id", name=op.f("uq_poll_slot_question_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_poll_slot_uuid")),
    )
    op.create_index("ix_poll_slot_poll", "poll_slot", ["poll_id"], unique=False)


def downgrade() -> None:
    for table in ("poll_slot", "poll_guest", "poll"):
        op.drop_table(table)
