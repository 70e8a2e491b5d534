"""sheets of paper that were keyed in once

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('paper_entry',
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('sheet_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('desk_id', sa.Uuid(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['desk_id'], ['unit.id'], name=op.f('fk_paper_entry_desk_id_unit')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_paper_entry_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', 'sheet_hash', name=op.f('pk_paper_entry')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_paper_entry_desk_id', 'paper_entry', ['desk_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_paper_entry_desk_id', table_name='paper_entry')
    op.drop_table('paper_entry')
