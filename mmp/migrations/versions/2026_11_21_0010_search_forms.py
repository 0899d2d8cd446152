"""names as people look for them

Revision: 0010, follows 0009; 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

from mmp.core.finding import search_form, search_form_of

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ORGANISATION = sa.table(
    "organisation", sa.column("id"), sa.column("name", sa.JSON), sa.column("search")
)
_PERSON = sa.table(
    "person", sa.column("id"), sa.column("name"), sa.column("name_native"), sa.column("search")
)


def upgrade() -> None:
    for table in ("organisation", "person"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("search", sa.Text(), nullable=False, server_default=""))
    _fill()
    for table in ("organisation", "person"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("search", server_default=None)


def downgrade() -> None:
    for table in ("person", "organisation"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("search")


def _fill() -> None:
    connection = op.get_bind()
    bodies = [
        {"number": row.id, "found": search_form_of(row.name or {})}
        for row in connection.execute(sa.select(_ORGANISATION.c.id, _ORGANISATION.c.name))
    ]
    people = [
        {"number": row.id, "found": search_form(row.name, row.name_native)}
        for row in connection.execute(
            sa.select(_PERSON.c.id, _PERSON.c.name, _PERSON.c.name_native)
        )
    ]
    for table, found in ((_ORGANISATION, bodies), (_PERSON, people)):
        if found:
            connection.execute(
                sa.update(table)
                .where(table.c.id == sa.bindparam("number"))
                .values(search=sa.bindparam("found")),
                found,
            )
