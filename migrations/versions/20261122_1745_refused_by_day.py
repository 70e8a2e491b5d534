"""refused by day: what a device sent that was not taken, and numbers used twice, by day

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('kiosk_day', table_kwargs={'sqlite_with_rowid': False}) as batch:
        batch.add_column(sa.Column('rejected', sa.Integer(), server_default='0', nullable=False))
        batch.add_column(sa.Column('reused', sa.Integer(), server_default='0', nullable=False))
        batch.drop_constraint(op.f('ck_kiosk_day_answers'), type_='check')
        batch.create_check_constraint(op.f('ck_kiosk_day_counts'), 'answers >= 0 AND rejected >= 0 AND reused >= 0')


def downgrade() -> None:
    with op.batch_alter_table('kiosk_day', table_kwargs={'sqlite_with_rowid': False}) as batch:
        batch.drop_constraint(op.f('ck_kiosk_day_counts'), type_='check')
        batch.create_check_constraint(op.f('ck_kiosk_day_answers'), 'answers >= 0')
        batch.drop_column('reused')
        batch.drop_column('rejected')
