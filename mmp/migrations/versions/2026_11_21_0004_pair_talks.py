"""pair talks

Revision: 0004, follows 0003; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talk_log",
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_talk_log_minutes")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_talk_log_event_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pair.id"], name=op.f("fk_talk_log_pair_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_log")),
        sa.UniqueConstraint("event_id", name=op.f("uq_talk_log_event_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_talk_log_uuid")),
    )
    op.create_index("ix_talk_log_pair", "talk_log", ["pair_id", "day"])

    op.create_table(
        "talk_offer",
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("join_link", sa.Text(), nullable=True),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column(
            "closed_as",
            sa.Enum(
                "picked",
                "withdrawn",
                "answered",
                "expired",
                name="offerend",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_as IS NULL)", name=op.f("ck_talk_offer_closed")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_talk_offer_event_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["offered_by_id"],
            ["person.id"],
            name=op.f("fk_talk_offer_offered_by_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pair.id"], name=op.f("fk_talk_offer_pair_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_offer")),
        sa.UniqueConstraint("uuid", name=op.f("uq_talk_offer_uuid")),
    )
    op.create_index(
        "uq_talk_offer_open",
        "talk_offer",
        ["pair_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "offered_time",
        sa.Column("offer_id", sa.Integer(), nullable=False),
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
            ["offer_id"],
            ["talk_offer.id"],
            name=op.f("fk_offered_time_offer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_time")),
        sa.UniqueConstraint("uuid", name=op.f("uq_offered_time_uuid")),
    )
    op.create_index("ix_offered_time_offer", "offered_time", ["offer_id"])

    op.create_table(
        "talk_consent",
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "consent",
            sa.Enum(
                "no",
                "unattributed",
                "named",
                name="attributionconsent",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("said_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id"], ["talk_log.id"], name=op.f("fk_talk_consent_log_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_talk_consent_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_consent")),
        sa.UniqueConstraint("log_id", "person_id", name=op.f("uq_talk_consent_log_id_person_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_talk_consent_uuid")),
    )


def downgrade() -> None:
    op.drop_table("talk_consent")
    op.drop_table("offered_time")
    op.drop_table("talk_offer")
    op.drop_table("talk_log")
