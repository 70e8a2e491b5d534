"""before start: a reason of its own for answers that came before the first day of their round

Revision: 0013, after 0012
"""

from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

NAME = 'ck_quarantine_reason'
OLD = "'second_answer', 'says_not_answered', 'after_close', 'expired', 'unknown_address', 'not_valid', 'over_issued'"
NEW = OLD.replace("'after_close'", "'before_start', 'after_close'")


def upgrade() -> None:
    _allow(NEW)


def downgrade() -> None:
    op.execute("UPDATE quarantine SET reason = 'after_close' WHERE reason = 'before_start'")
    _allow(OLD)


def _allow(reasons: str) -> None:
    with op.batch_alter_table('quarantine', table_kwargs={'sqlite_with_rowid': False}) as batch:
        batch.drop_constraint(op.f(NAME), type_='check')
        batch.create_check_constraint(op.f(NAME), f'reason IN ({reasons})')
