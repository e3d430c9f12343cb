"""A file under import is kept between its upload and its confirmation, so that any process can go on with it."""

import sqlalchemy as sa
from alembic import op

revision = "0014_import_files"
down_revision = "0013_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_file",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("choices", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("refused", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_import_file_entry_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_import_file_user_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_import_file")),
    )
    for column in ("uploaded_at", "user_id"):
        op.create_index(op.f(f"ix_import_file_{column}"), "import_file", [column], unique=False)


def downgrade() -> None:
    op.drop_table("import_file")
