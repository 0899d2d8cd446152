"""people and consents

Revision: 0009, follows 0008; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_rule",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "answer_notes",
                "talk_logs",
                "mail_words",
                "inbound_mail",
                "people",
                name="retainedkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.CheckConstraint("months >= 0", name=op.f("ck_retention_rule_months")),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_retention_rule_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
        sa.UniqueConstraint(
            "programme_id", "kind", name=op.f("uq_retention_rule_programme_id_kind")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_retention_rule_uuid")),
    )
    op.create_table(
        "consent",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum(
                "listed",
                "photo",
                "quotes",
                "feed_detail",
                "alumni_contact",
                name="consentpurpose",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["person.id"], name=op.f("fk_consent_noted_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consent_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("uuid", name=op.f("uq_consent_uuid")),
    )
    op.create_index("ix_consent_person", "consent", ["person_id", "purpose", "id"], unique=False)

    op.create_table(
        "people_import",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "applying",
                "applied",
                "undone",
                name="importstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("mended", sa.JSON(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_people_import_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_people_import_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import")),
        sa.UniqueConstraint("uuid", name=op.f("uq_people_import_uuid")),
    )
    op.create_index(
        "ix_people_import_programme", "people_import", ["programme_id", "created_at"], unique=False
    )

    op.create_table(
        "person_merge",
        sa.Column("gone_uuid", sa.Uuid(), nullable=False),
        sa.Column("gone_key", sa.String(length=80), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["into_id"], ["person.id"], name=op.f("fk_person_merge_into_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
        sa.UniqueConstraint("gone_uuid", name=op.f("uq_person_merge_gone_uuid")),
        sa.UniqueConstraint("uuid", name=op.f("uq_person_merge_uuid")),
    )
    op.create_index("ix_person_merge_into", "person_merge", ["into_id"], unique=False)

    op.create_table(
        "person_tag",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_tag_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_person_tag_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_tag")),
        sa.UniqueConstraint(
            "programme_id",
            "person_id",
            "tag",
            name=op.f("uq_person_tag_programme_id_person_id_tag"),
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_person_tag_uuid")),
    )
    op.create_index("ix_person_tag_person", "person_tag", ["person_id"], unique=False)

    op.add_column(
        "person", sa.Column("erased_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("person", "erased_at")

    op.drop_index("ix_person_tag_person", "person_tag")

    op.drop_table("person_tag")
    op.drop_index("ix_person_merge_into", "person_merge")

    op.drop_table("person_merge")
    op.drop_index("ix_people_import_programme", "people_import")

    op.drop_table("people_import")
    op.drop_index("ix_consent_person", "consent")

    op.drop_table("consent")
    op.drop_table("retention_rule")
