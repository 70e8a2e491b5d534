"""flags told apart: beside an answer only where ten answers of its batch are flagged and ten are not

Flags of answers that were released before are not kept: some stood alone in their batch.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace(sa.Column('flagged', sa.Boolean(), nullable=True))


def downgrade() -> None:
    _replace(sa.Column('flagged', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('response', table_kwargs={'sqlite_with_rowid': False}) as batch:
        batch.alter_column('flagged', server_default=None, existing_type=sa.Boolean(), existing_nullable=False)


def _replace(column: sa.Column[bool]) -> None:
    with op.batch_alter_table('response', table_kwargs={'sqlite_with_rowid': False}) as batch:
        batch.drop_column('flagged')
    with op.batch_alter_table('response', table_kwargs={'sqlite_with_rowid': False}) as batch:
        batch.add_column(column)
