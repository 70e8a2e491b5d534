"""fact statements: what agencies say of their own counts before a release is signed

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('fact_statement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('verdict', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('answer', sa.String(length=400), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.String(length=80), nullable=True),
    sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by IS NULL)", name=op.f('ck_fact_statement_answered')),
    sa.CheckConstraint("(verdict = 'objected') = (reason <> '')", name=op.f('ck_fact_statement_reason')),
    sa.CheckConstraint("answer IS NULL OR verdict = 'objected'", name=op.f('ck_fact_statement_answer')),
    sa.CheckConstraint("verdict IN ('confirmed', 'objected')", name=op.f('ck_fact_statement_verdict')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_fact_statement_round_id_round')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_fact_statement_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact_statement')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('fact_statement', schema=None) as batch_op:
        batch_op.create_index('ix_fact_statement_round_id', ['round_id', 'unit_id'], unique=False)


def downgrade() -> None:
    op.drop_table('fact_statement')
