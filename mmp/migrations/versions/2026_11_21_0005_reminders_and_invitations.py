"""reminders and invitations

Revision: 0005, follows 0004; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


_INSTANT = mmp.models.base.UTCDateTime(timezone=True)
_VIA = sa.Enum(
    "page", "link", "calendar", "coordinator", name="answervia", native_enum=False, length=32
)
_PRESET = sa.Enum("standard", "calm", "none", name="reminderpreset", native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "suppressed_address",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("since", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressed_address")),
        sa.UniqueConstraint("address", name=op.f("uq_suppressed_address_address")),
        sa.UniqueConstraint("uuid", name=op.f("uq_suppressed_address_uuid")),
    )
    op.create_table(
        "opt_out",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("since", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_opt_out_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_opt_out_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out")),
        sa.UniqueConstraint(
            "person_id", "programme_id", name=op.f("uq_opt_out_person_id_programme_id")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_opt_out_uuid")),
    )
    op.create_index(op.f("ix_opt_out_programme_id"), "opt_out", ["programme_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("draft", "sent", name="messagestate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_message_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_message_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_message_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("uuid", name=op.f("uq_message_uuid")),
    )
    op.create_index("ix_message_programme", "message", ["programme_id", "created_at"], unique=False)

    op.create_table(
        "reminder_rule",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column(
            "anchor",
            sa.Enum("start", "end", "invited", name="reminderanchor", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum("minutes", "hours", "days", name="offsetunit", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("event_forms", sa.JSON(), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "every_days IS NULL OR every_days > 0", name=op.f("ck_reminder_rule_every_days")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_reminder_rule_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_reminder_rule_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_reminder_rule_event_id_key")),
        sa.UniqueConstraint("uuid", name=op.f("uq_reminder_rule_uuid")),
    )
    op.create_index(
        "uq_reminder_rule_programme",
        "reminder_rule",
        ["programme_id", "key"],
        unique=True,
        sqlite_where=sa.text("event_id IS NULL"),
        postgresql_where=sa.text("event_id IS NULL"),
    )

    op.create_table(
        "delivery",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("time_version", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("nominal_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("due_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "queued",
                "sent",
                "cancelled",
                "superseded",
                "skipped",
                "expired",
                "failed",
                "suppressed",
                name="deliverystate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_delivery_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_delivery_mail_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_delivery_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "event_id",
            "person_id",
            "rule",
            "time_version",
            "occurrence",
            name=op.f("uq_delivery_event_id_person_id_rule_time_version_occurrence"),
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_delivery_uuid")),
    )
    op.create_index("ix_delivery_mail", "delivery", ["mail_id"], unique=False)
    op.create_index("ix_delivery_person", "delivery", ["person_id", "due_at"], unique=False)
    op.create_index(
        "ix_delivery_planned",
        "delivery",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )

    op.create_table(
        "inbound_mail",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("received_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reply",
                "counter",
                "delegation",
                "bounce",
                "automatic",
                "other",
                "unreadable",
                name="inboundkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "ignored",
                "open",
                "done",
                name="inboundstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("sender", sa.String(length=320), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.Column("handled_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_inbound_mail_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["handled_by_id"],
            ["person.id"],
            name=op.f("fk_inbound_mail_handled_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_inbound_mail_mail_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_inbound_mail_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_inbound_mail_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_inbound_mail_fingerprint")),
        sa.UniqueConstraint("uuid", name=op.f("uq_inbound_mail_uuid")),
    )
    op.create_index(
        "ix_inbound_mail_programme", "inbound_mail", ["programme_id", "id"], unique=False
    )
    op.create_index("ix_inbound_mail_state", "inbound_mail", ["state", "id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("requested", "cancelled", name="invitationstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("in_calendar", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.String(length=64), nullable=False),
        sa.Column("told_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"],
            ["agenda_item.id"],
            name=op.f("fk_invitation_agenda_item_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_invitation_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_invitation_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("person_id", "uid", name=op.f("uq_invitation_person_id_uid")),
        sa.UniqueConstraint("uuid", name=op.f("uq_invitation_uuid")),
    )
    op.create_index("ix_invitation_event", "invitation", ["event_id", "person_id"], unique=False)
    op.create_index("ix_invitation_item", "invitation", ["agenda_item_id"], unique=False)
    op.create_index("ix_invitation_uid", "invitation", ["uid"], unique=False)

    op.create_table(
        "message_attachment",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_message_attachment_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_message_attachment_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", "document_id", name=op.f("pk_message_attachment")),
    )
    op.add_column(
        "event", sa.Column("time_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "mail", sa.Column("optional", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("participation", sa.Column("answered_via", _VIA, nullable=True))
    op.add_column("participation", sa.Column("answer_stamp", _INSTANT, nullable=True))
    op.add_column("participation", sa.Column("waiting_since", _INSTANT, nullable=True))
    # Programmes that have run without reminders shall not begin to send them by an upgrade.
    op.add_column(
        "programme",
        sa.Column("reminder_preset", _PRESET, nullable=False, server_default="none"),
    )


def downgrade() -> None:
    op.drop_column("programme", "reminder_preset")
    for column in ("waiting_since", "answer_stamp", "answered_via"):
        op.drop_column("participation", column)
    op.drop_column("mail", "optional")
    op.drop_column("event", "time_version")
    op.drop_table("message_attachment")
    op.drop_index("ix_invitation_uid", "invitation")
    op.drop_index("ix_invitation_item", "invitation")
    op.drop_index("ix_invitation_event", "invitation")

    op.drop_table("invitation")
    op.drop_index("ix_inbound_mail_state", "inbound_mail")
    op.drop_index("ix_inbound_mail_programme", "inbound_mail")

    op.drop_table("inbound_mail")
    op.drop_index(
        "ix_delivery_planned",
        "delivery",
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.drop_index("ix_delivery_person", "delivery")
    op.drop_index("ix_delivery_mail", "delivery")

    op.drop_table("delivery")
    op.drop_index(
        "uq_reminder_rule_programme",
        "reminder_rule",
        sqlite_where=sa.text("event_id IS NULL"),
        postgresql_where=sa.text("event_id IS NULL"),
    )

    op.drop_table("reminder_rule")
    op.drop_index("ix_message_programme", "message")

    op.drop_table("message")
    op.drop_index(op.f("ix_opt_out_programme_id"), "opt_out")

    op.drop_table("opt_out")
    op.drop_table("suppressed_address")
