"""frozen frames, what was drawn of them, and contact data

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('frame',
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('lines', sa.LargeBinary(), nullable=False),
    sa.Column('excluded', sa.JSON(), nullable=False),
    sa.Column('returned', sa.JSON(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sample_hash', sa.String(length=64), nullable=True),
    sa.CheckConstraint('size >= 1', name=op.f('ck_frame_size')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_frame_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', name=op.f('pk_frame')),
    sqlite_with_rowid=False
    )
    op.create_table('sample_cell',
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('stratum_number', sa.Integer(), nullable=False),
    sa.Column('first_stage', sa.String(length=120), nullable=False),
    sa.Column('psu', sa.String(length=120), nullable=False),
    sa.Column('psu_probability', sa.Double(), nullable=False),
    sa.Column('psus', sa.Integer(), nullable=False),
    sa.Column('psus_drawn', sa.Integer(), nullable=False),
    sa.Column('dossiers', sa.Integer(), nullable=False),
    sa.Column('drawn', sa.Integer(), nullable=False),
    sa.CheckConstraint('drawn >= 0 AND drawn <= dossiers', name=op.f('ck_sample_cell_drawn')),
    sa.CheckConstraint('psu_probability > 0 AND psu_probability <= 1', name=op.f('ck_sample_cell_psu_probability')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_sample_cell_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', 'stratum_number', name=op.f('pk_sample_cell')),
    sqlite_with_rowid=False
    )
    op.create_table('sample_member',
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('dossier_id', sa.Uuid(), nullable=False),
    sa.Column('stratum_number', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=12), nullable=False),
    sa.Column('replaced_because', sa.String(length=20), nullable=True),
    sa.CheckConstraint("role IN ('drawn', 'reserve', 'replaced', 'replacement')", name=op.f('ck_sample_member_role')),
    sa.CheckConstraint("(role = 'replaced') = (replaced_because IS NOT NULL)", name=op.f('ck_sample_member_replaced_because')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_sample_member_dossier_id_dossier')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_sample_member_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', 'dossier_id', name=op.f('pk_sample_member')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_sample_member_stratum_number', 'sample_member', ['round_id', 'stratum_number', 'place'], unique=False)
    op.create_table('contact',
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('dossier_id', sa.Uuid(), nullable=False),
    sa.Column('person', sa.LargeBinary(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('waves', sa.Integer(), nullable=False),
    sa.Column('last_sent', sa.Date(), nullable=True),
    sa.CheckConstraint('waves >= 0', name=op.f('ck_contact_waves')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_contact_dossier_id_dossier')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_contact_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', 'dossier_id', name=op.f('pk_contact')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_contact_person', 'contact', ['round_id', 'person'], unique=False)
    op.create_table('opt_out',
    sa.Column('person', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('person', name=op.f('pk_opt_out')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('opt_out')
    op.drop_index('ix_contact_person', table_name='contact')
    op.drop_table('contact')
    op.drop_index('ix_sample_member_stratum_number', table_name='sample_member')
    op.drop_table('sample_member')
    op.drop_table('sample_cell')
    op.drop_table('frame')
