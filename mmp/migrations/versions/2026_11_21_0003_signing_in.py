"""signing in

Revision: 0003, follows 0002; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import mmp.models.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "strength",
            sa.Enum("link", "strong", name="strength", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("browser", sa.String(length=40), nullable=False),
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
        sa.UniqueConstraint("uuid", name=op.f("uq_sign_in_uuid")),
    )
    op.create_index("ix_sign_in_person", "sign_in", ["person_id"])
    op.create_table(
        "sign_in_link",
        sa.Column(
            "purpose",
            sa.Enum(
                "mail", "terminal", "first_run", name="linkpurpose", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("created_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", mmp.models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("used_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", mmp.models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_sign_in_link_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
        sa.UniqueConstraint("uuid", name=op.f("uq_sign_in_link_uuid")),
    )
    op.create_index("ix_sign_in_link_expires", "sign_in_link", ["expires_at"])
    op.create_index("ix_sign_in_link_person", "sign_in_link", ["person_id"])
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tf_last_counter", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("tf_last_counter")
    op.drop_table("sign_in_link")
    op.drop_table("sign_in")
