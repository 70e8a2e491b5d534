"""declared bridges between questionnaires

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('instrument_bridge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('earlier_key', sa.String(length=60), nullable=False),
    sa.Column('later_key', sa.String(length=60), nullable=False),
    sa.Column('shift', sa.Double(), nullable=False),
    sa.Column('margin', sa.Double(), nullable=False),
    sa.Column('declared_by', sa.String(length=200), nullable=False),
    sa.Column('declared_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.CheckConstraint('earlier_key <> later_key', name=op.f('ck_instrument_bridge_keys')),
    sa.CheckConstraint('margin >= 0 AND margin <= 100', name=op.f('ck_instrument_bridge_margin')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_bridge')),
    sa.UniqueConstraint('earlier_key', 'later_key', name=op.f('uq_instrument_bridge_earlier_key_later_key')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('instrument_bridge')
