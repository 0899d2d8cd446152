"""keep what takes joined records apart

Revision: 0013, follows 0012; 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person_merge", sa.Column("undo", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("person_merge", "undo")
