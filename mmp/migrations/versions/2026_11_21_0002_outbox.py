"""the outbox

Revision: 0002, follows 0001; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

instant = mmp.models.base.UTCDateTime(timezone=True)
state = sa.Enum(
    "due",
    "leased",
    "held",
    "sent",
    "failed",
    "cancelled",
    "expired",
    name="mailstate",
    native_enum=False,
    length=32,
)


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=True),
        sa.Column("state", state, nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("next_at", instant, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("frozen_at", instant, nullable=True),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("sender", sa.String(length=320), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("octets", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(state = 'leased') = (lease_owner IS NOT NULL)", name=op.f("ck_mail_lease")
        ),
        sa.CheckConstraint(
            "(state IN ('sent', 'failed', 'cancelled', 'expired'))"
            " = (ended_at IS NOT NULL AND reason IS NOT NULL)",
            name=op.f("ck_mail_ended"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mail_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_mail_programme_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_mail_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_mail_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_mail_uuid")),
    )
    for name, columns, condition in (
        ("ix_mail_due", ["urgent", "next_at"], "state = 'due'"),
        ("ix_mail_expires", ["expires_at"], "state IN ('due', 'held')"),
        ("ix_mail_leased", ["lease_owner"], "state = 'leased'"),
        ("ix_mail_person", ["person_id", "id"], None),
        ("ix_mail_programme", ["programme_id", "id"], None),
        ("ix_mail_event", ["event_id"], None),
    ):
        where = sa.text(condition) if condition else None
        op.create_index(
            name, "mail", columns, unique=False, sqlite_where=where, postgresql_where=where
        )
    op.create_table(
        "mail_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_mail_attempt_mail_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attempt")),
        sa.UniqueConstraint("uuid", name=op.f("uq_mail_attempt_uuid")),
    )
    op.create_index("ix_mail_attempt_mail", "mail_attempt", ["mail_id"], unique=False)


def downgrade() -> None:
    op.drop_table("mail_attempt")
    op.drop_table("mail")
