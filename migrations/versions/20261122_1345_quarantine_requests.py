"""quarantine requests: what one person wants done with a group that lies apart, and what another says to it

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quarantine_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('action', sa.String(length=10), nullable=False),
    sa.Column('why', sa.String(length=400), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.String(length=80), nullable=True),
    sa.Column('went', sa.Integer(), nullable=True),
    sa.Column('stayed', sa.Integer(), nullable=True),
    sa.CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name=op.f('ck_quarantine_request_settled_by')),
    sa.CheckConstraint("(state = 'asked') = (settled_at IS NULL)", name=op.f('ck_quarantine_request_settled')),
    sa.CheckConstraint("action IN ('accept', 'discard')", name=op.f('ck_quarantine_request_action')),
    sa.CheckConstraint("state IN ('asked', 'withdrawn', 'refused', 'agreed', 'done', 'too_late')", name=op.f('ck_quarantine_request_state')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_quarantine_request_round_id_round')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_quarantine_request_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantine_request')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('quarantine_request', schema=None) as batch_op:
        batch_op.create_index('ix_quarantine_request_round_id', ['round_id'], unique=False)


def downgrade() -> None:
    op.drop_table('quarantine_request')
