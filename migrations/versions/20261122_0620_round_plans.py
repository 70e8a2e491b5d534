"""plans, steps and changes of rounds; who may take which step

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

OLD_STATES = "'plan', 'frozen', 'field', 'closed', 'published'"
STATES = "'plan', 'frozen', 'field', 'closed', 'computed', 'checked', 'signed', 'published'"
ROLES = "'planner', 'fieldwork', 'computer', 'checker', 'signer'"
NEW_CHECKS = (
    ('minimum_n', 'minimum_n >= 30'),
    ('announced', 'release_at IS NULL OR announced_at IS NOT NULL'),
    ('approval', '(approval_number IS NULL) = (approval_date IS NULL)'),
)


def _columns() -> tuple[sa.Column, ...]:
    """Columns that a plan adds, made anew for each use."""
    return (
        sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('approval_number', sa.String(length=60), nullable=True),
        sa.Column('approval_date', sa.Date(), nullable=True),
        sa.Column('units', sa.JSON(), nullable=True),
        sa.Column('procedures', sa.JSON(), nullable=True),
        sa.Column('fields', sa.JSON(), nullable=True),
        sa.Column('collectors', sa.JSON(), nullable=False, server_default='["own_device", "desk_device"]'),
        sa.Column('languages', sa.JSON(), nullable=True),
        sa.Column('recipe', sa.String(length=60), nullable=False, server_default='instrument'),
        sa.Column('disclosure_rules', sa.String(length=60), nullable=False, server_default='annual'),
        sa.Column('minimum_n', sa.Integer(), nullable=False, server_default='30'),
        sa.Column('design', sa.JSON(), nullable=False, server_default='{"mode": "rolling", "stages": 1}'),
        sa.Column('announced_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('release_at', sa.DateTime(timezone=True), nullable=True),
    )


def _tables() -> None:
    op.create_table('round_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.CheckConstraint(f'state IN ({STATES})', name=op.f('ck_round_step_state')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_round_step_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_step')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_round_step_round_id', 'round_step', ['round_id', 'at'], unique=False)
    op.create_table('round_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_round_change_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_change')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_round_change_round_id', 'round_change', ['round_id', 'at'], unique=False)
    op.create_table('staff_role',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=12), nullable=False),
    sa.CheckConstraint(f'role IN ({ROLES})', name=op.f('ck_staff_role_role')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_role_staff_id_staff')),
    sa.PrimaryKeyConstraint('staff_id', 'role', name=op.f('pk_staff_role')),
    sqlite_with_rowid=False
    )


def upgrade() -> None:
    _tables()
    with op.batch_alter_table('round', table_kwargs={'sqlite_with_rowid': False}) as batch:
        for column in _columns():
            batch.add_column(column)
        batch.drop_constraint(op.f('ck_round_state'), type_='check')
        batch.create_check_constraint(op.f('ck_round_state'), f'state IN ({STATES})')
        for name, text in NEW_CHECKS:
            batch.create_check_constraint(op.f(f'ck_round_{name}'), text)


def downgrade() -> None:
    op.drop_table('staff_role')
    op.drop_index('ix_round_change_round_id', table_name='round_change')
    op.drop_table('round_change')
    op.drop_index('ix_round_step_round_id', table_name='round_step')
    op.drop_table('round_step')
    op.execute("UPDATE round SET state = 'closed' WHERE state IN ('computed', 'checked', 'signed')")
    with op.batch_alter_table('round', table_kwargs={'sqlite_with_rowid': False}) as batch:
        batch.drop_constraint(op.f('ck_round_state'), type_='check')
        batch.create_check_constraint(op.f('ck_round_state'), f'state IN ({OLD_STATES})')
        for name, _text in NEW_CHECKS:
            batch.drop_constraint(op.f(f'ck_round_{name}'), type_='check')
        for column in _columns():
            batch.drop_column(column.name)
