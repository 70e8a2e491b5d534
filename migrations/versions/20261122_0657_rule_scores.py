"""scores of legal rule sets

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('rule_score',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('rules', sa.String(length=60), nullable=False),
    sa.Column('period', sa.String(length=10), nullable=False),
    sa.Column('rules_hash', sa.String(length=64), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=True),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_rule_score_round_id_round')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_rule_score_unit_id_unit')),
    sa.PrimaryKeyConstraint('unit_id', 'rules', 'period', name=op.f('pk_rule_score')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('rule_score')
