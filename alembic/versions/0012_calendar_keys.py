"""A key per account that opens its calendar feed: of the secret in the address, the hash alone is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0012_calendar_keys"
down_revision = "0011_proposals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_key",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_key_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_calendar_key_key_hash")),
    )


def downgrade() -> None:
    op.drop_table("calendar_key")
