"""releases: versions of the signed bundle of a round

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('release',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sums_sha256', sa.String(length=64), nullable=False),
    sa.Column('file_sha256', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=16), nullable=True),
    sa.Column('release_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('computed_by', sa.String(length=80), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_by', sa.String(length=80), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_by', sa.String(length=80), nullable=True),
    sa.Column('scheduled_by', sa.String(length=80), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_because', sa.String(length=400), nullable=True),
    sa.Column('erratum', sa.String(length=400), nullable=True),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.CheckConstraint("(published_at IS NOT NULL) = (state IN ('published', 'withdrawn'))", name=op.f('ck_release_published')),
    sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_because IS NOT NULL)", name=op.f('ck_release_withdrawn')),
    sa.CheckConstraint("state = 'computed' OR checked_by IS NOT NULL", name=op.f('ck_release_checked')),
    sa.CheckConstraint("state IN ('computed', 'checked') OR signed_by IS NOT NULL", name=op.f('ck_release_signed')),
    sa.CheckConstraint("state IN ('computed', 'checked', 'signed', 'published', 'withdrawn')", name=op.f('ck_release_state')),
    sa.CheckConstraint('checked_by IS NULL OR checked_by <> computed_by', name=op.f('ck_release_second_person')),
    sa.CheckConstraint('signed_by IS NULL OR (signed_by <> computed_by AND signed_by <> checked_by)', name=op.f('ck_release_persons')),
    sa.CheckConstraint('version >= 1 AND (version = 1) = (erratum IS NULL)', name=op.f('ck_release_version')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_release_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
    sa.UniqueConstraint('round_id', 'version', name=op.f('uq_release_round_id_version')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('release')
