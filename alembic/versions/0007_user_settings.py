"""Everybody may switch off single keys and the announcements of others' changes."""

import sqlalchemy as sa
from alembic import op

revision = "0007_user_settings"
down_revision = "0006_field_changes"
branch_labels = None
depends_on = None

SETTINGS = ("has_keys", "has_announcements")


def upgrade() -> None:
    with op.batch_alter_table("user") as table:
        for name in SETTINGS:
            table.add_column(sa.Column(name, sa.Boolean(), server_default=sa.true(), nullable=False))
    with op.batch_alter_table("user") as table:
        for name in SETTINGS:
            table.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("user") as table:
        for name in SETTINGS:
            table.drop_column(name)
