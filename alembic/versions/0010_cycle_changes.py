"""What was written over in a cycle's dates, planning week and goal: who wrote what over what. Append-only.

A table of its own: another column of field_change would rebuild that table, and drop its triggers on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_cycle_changes"
down_revision = "0009_reported_figures"
branch_labels = None
depends_on = None

SQLITE = {
    "no_update": "BEFORE UPDATE ON cycle_change BEGIN SELECT RAISE(ABORT, 'cycle_change is append-only'); END",
    "no_delete": "BEFORE DELETE ON cycle_change BEGIN SELECT RAISE(ABORT, 'cycle_change is append-only'); END",
    "no_replace": (
        "BEFORE INSERT ON cycle_change WHEN EXISTS (SELECT 1 FROM cycle_change WHERE id = NEW.id)"
        " BEGIN SELECT RAISE(ABORT, 'cycle_change is append-only'); END"
    ),
}
POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON cycle_change FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "no_truncate": "BEFORE TRUNCATE ON cycle_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
}


def upgrade() -> None:
    op.create_table(
        "cycle_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_number", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_number"], ["cycle.number"], name=op.f("fk_cycle_change_cycle_number")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_cycle_change_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_change")),
    )
    for column in ("cycle_number", "entry_id"):
        op.create_index(op.f(f"ix_cycle_change_{column}"), "cycle_change", [column], unique=False)
    for name, rule in (POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE).items():
        op.execute(sa.text(f"CREATE TRIGGER cycle_change_{name} {rule}"))


def downgrade() -> None:
    op.drop_table("cycle_change")
