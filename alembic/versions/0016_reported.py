"""What closes froze stands in one table, whatever the file, with the number of the definitions it was computed by: of
what was frozen until now, the first. Append-only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_reported"
down_revision = "0015_backups"
branch_labels = None
depends_on = None

POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON {0} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "no_truncate": "BEFORE TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
}
SQLITE = {
    "no_update": "BEFORE UPDATE ON {0} BEGIN SELECT RAISE(ABORT, '{0} is append-only'); END",
    "no_delete": "BEFORE DELETE ON {0} BEGIN SELECT RAISE(ABORT, '{0} is append-only'); END",
    "no_replace": (
        "BEFORE INSERT ON {0} WHEN EXISTS (SELECT 1 FROM {0} WHERE {1})"
        " BEGIN SELECT RAISE(ABORT, '{0} is append-only'); END"
    ),
}


def upgrade() -> None:
    op.create_table(
        "reported",
        sa.Column("cycle_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("cells", sa.String(), nullable=False),
        sa.Column("method", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_number"], ["cycle.number"], name=op.f("fk_reported_cycle_number")),
        sa.PrimaryKeyConstraint("cycle_number", "file", "row_key", name=op.f("pk_reported")),
    )
    op.execute(
        "INSERT INTO reported (cycle_number, file, row_key, cells, method)"
        " SELECT cycle_number, 'workstream_summary', workstream_code, cells, 1 FROM reported_figures"
    )
    refuse_changes("reported", "cycle_number", "file", "row_key")
    op.drop_table("reported_figures")


def downgrade() -> None:
    op.create_table(
        "reported_figures",
        sa.Column("cycle_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workstream_code", sa.String(), nullable=False),
        sa.Column("cells", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_number"], ["cycle.number"], name=op.f("fk_reported_figures_cycle_number")),
        sa.PrimaryKeyConstraint("cycle_number", "workstream_code", name=op.f("pk_reported_figures")),
    )
    op.execute(
        "INSERT INTO reported_figures (cycle_number, workstream_code, cells)"
        " SELECT cycle_number, row_key, cells FROM reported WHERE file = 'workstream_summary'"
    )
    refuse_changes("reported_figures", "cycle_number", "workstream_code")
    op.drop_table("reported")


def refuse_changes(table: str, *key: str) -> None:
    is_the_same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    for name, rule in (POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE).items():
        op.execute(sa.text(f"CREATE TRIGGER {table}_{name} {rule.format(table, is_the_same)}"))
