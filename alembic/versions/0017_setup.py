"""Workstreams can be put away, and what is set up is written over with who wrote what over what. Append-only.

A project or the programme has no id that could be referred to: the thing's kind and code name it. What was created and
taken back is still told, when its row is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_setup"
down_revision = "0016_reported"
branch_labels = None
depends_on = None

SQLITE = {
    "no_update": "BEFORE UPDATE ON setup_change BEGIN SELECT RAISE(ABORT, 'setup_change is append-only'); END",
    "no_delete": "BEFORE DELETE ON setup_change BEGIN SELECT RAISE(ABORT, 'setup_change is append-only'); END",
    "no_replace": (
        "BEFORE INSERT ON setup_change WHEN EXISTS (SELECT 1 FROM setup_change WHERE id = NEW.id)"
        " BEGIN SELECT RAISE(ABORT, 'setup_change is append-only'); END"
    ),
}
POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON setup_change FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "no_truncate": "BEFORE TRUNCATE ON setup_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
}


def upgrade() -> None:
    op.add_column("workstream", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "setup_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_setup_change_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setup_change")),
    )
    op.create_index("ix_setup_change_thing_code", "setup_change", ["thing", "code"], unique=False)
    op.create_index(op.f("ix_setup_change_entry_id"), "setup_change", ["entry_id"], unique=False)
    for name, rule in (POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE).items():
        op.execute(sa.text(f"CREATE TRIGGER setup_change_{name} {rule}"))


def downgrade() -> None:
    op.drop_table("setup_change")
    op.drop_column("workstream", "archived_at")
