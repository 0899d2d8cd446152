"""working time and groups

Revision: 0011, follows 0010; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_absence_days")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_absence_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("uuid", name=op.f("uq_absence_uuid")),
    )
    op.create_index("ix_absence_person", "absence", ["person_id", "first_day"], unique=False)

    op.create_table(
        "busy_calendar",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=64), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("read_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_busy_calendar_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_calendar")),
        sa.UniqueConstraint("uuid", name=op.f("uq_busy_calendar_uuid")),
    )
    op.create_index("ix_busy_calendar_person", "busy_calendar", ["person_id"], unique=False)

    op.create_table(
        "day_override",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_by_id"],
            ["person.id"],
            name=op.f("fk_day_override_set_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_override")),
        sa.UniqueConstraint("country", "day", name=op.f("uq_day_override_country_day")),
        sa.UniqueConstraint("uuid", name=op.f("uq_day_override_uuid")),
    )
    op.create_table(
        "working_hours",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_working_hours_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_hours")),
        sa.UniqueConstraint("person_id", name=op.f("uq_working_hours_person_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_working_hours_uuid")),
    )
    op.create_table(
        "busy_time",
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_busy_time_interval")),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["busy_calendar.id"],
            name=op.f("fk_busy_time_calendar_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_busy_time_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_time")),
        sa.UniqueConstraint("uuid", name=op.f("uq_busy_time_uuid")),
    )
    op.create_index("ix_busy_time_calendar", "busy_time", ["calendar_id"], unique=False)
    op.create_index("ix_busy_time_person", "busy_time", ["person_id", "starts_at"], unique=False)

    op.create_table(
        "breakout",
        sa.Column("agenda_item_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "applied", name="breakoutstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("score", sa.JSON(), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=False),
        sa.Column("redo", sa.JSON(), nullable=False),
        sa.Column("run", sa.JSON(), nullable=False),
        sa.Column("applied_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"],
            ["agenda_item.id"],
            name=op.f("fk_breakout_agenda_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breakout")),
        sa.UniqueConstraint("agenda_item_id", name=op.f("uq_breakout_agenda_item_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_breakout_uuid")),
    )
    op.create_table(
        "matching",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "asking", "published", name="matchingstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("published_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form.id"], name=op.f("fk_matching_form_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_matching_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching")),
        sa.UniqueConstraint("uuid", name=op.f("uq_matching_uuid")),
    )
    op.create_index(
        "ix_matching_programme", "matching", ["programme_id", "created_at"], unique=False
    )

    op.create_table(
        "breakout_group",
        sa.Column("breakout_id", sa.Integer(), nullable=False),
        sa.Column("facilitator_id", sa.Integer(), nullable=True),
        sa.Column("rapporteur_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("room", sa.JSON(), nullable=False),
        sa.Column("join_link", sa.Text(), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("recommendation", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["breakout_id"],
            ["breakout.id"],
            name=op.f("fk_breakout_group_breakout_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["facilitator_id"],
            ["person.id"],
            name=op.f("fk_breakout_group_facilitator_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["rapporteur_id"],
            ["person.id"],
            name=op.f("fk_breakout_group_rapporteur_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breakout_group")),
        sa.UniqueConstraint(
            "breakout_id", "position", name=op.f("uq_breakout_group_breakout_id_position")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_breakout_group_uuid")),
    )
    op.create_table(
        "breakout_seat",
        sa.Column("breakout_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "arrived",
                "late",
                "left",
                "absent",
                name="seatstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["breakout_id"],
            ["breakout.id"],
            name=op.f("fk_breakout_seat_breakout_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["breakout_group.id"],
            name=op.f("fk_breakout_seat_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_breakout_seat_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breakout_seat")),
        sa.UniqueConstraint(
            "breakout_id", "person_id", name=op.f("uq_breakout_seat_breakout_id_person_id")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_breakout_seat_uuid")),
    )
    op.create_index("ix_breakout_seat_group", "breakout_seat", ["group_id"], unique=False)
    op.create_index("ix_breakout_seat_person", "breakout_seat", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_breakout_seat_person", "breakout_seat")
    op.drop_index("ix_breakout_seat_group", "breakout_seat")

    op.drop_table("breakout_seat")
    op.drop_table("breakout_group")
    op.drop_index("ix_matching_programme", "matching")

    op.drop_table("matching")
    op.drop_table("breakout")
    op.drop_index("ix_busy_time_person", "busy_time")
    op.drop_index("ix_busy_time_calendar", "busy_time")

    op.drop_table("busy_time")
    op.drop_table("working_hours")
    op.drop_table("day_override")
    op.drop_index("ix_busy_calendar_person", "busy_calendar")

    op.drop_table("busy_calendar")
    op.drop_index("ix_absence_person", "absence")

    op.drop_table("absence")
