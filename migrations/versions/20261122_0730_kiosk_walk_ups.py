"""the round that a kiosk asks people without a slip about

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kiosk_walk_up',
    sa.Column('kiosk_id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['kiosk_id'], ['kiosk.id'], name=op.f('fk_kiosk_walk_up_kiosk_id_kiosk')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_kiosk_walk_up_round_id_round')),
    sa.PrimaryKeyConstraint('kiosk_id', name=op.f('pk_kiosk_walk_up')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('kiosk_walk_up')
