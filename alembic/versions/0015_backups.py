"""The programme knows when it was last backed up, to show it to administrators."""

import sqlalchemy as sa
from alembic import op

revision = "0015_backups"
down_revision = "0014_import_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme", sa.Column("backed_up_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("programme", "backed_up_at")
