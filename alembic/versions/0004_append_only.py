"""History can only be added to: triggers refuse UPDATE, DELETE, TRUNCATE and an INSERT that replaces a row.

A later batch operation on one of these tables drops its triggers on SQLite without a word: such a revision must
make them anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_append_only"
down_revision = "0003_blockers"
branch_labels = None
depends_on = None

TABLES = ("entry", "state_change", "scope_change", "blocker_event", "note", "workflow_check")

SQLITE = {
    "no_update": "BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "no_delete": "BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "no_replace": (
        "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
        " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
}
# What INSERT OR REPLACE would overwrite: the same key or the same unique column.
SAME = {"state_change": "id = NEW.id OR voids = NEW.voids"}
POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "no_truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
}
FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(FUNCTION)
    for table in TABLES:
        for name, trigger in (POSTGRESQL if postgresql else SQLITE).items():
            rule = trigger.format(table=table, same=SAME.get(table, "id = NEW.id"))
            op.execute(sa.text(f"CREATE TRIGGER {table}_{name} {rule}"))


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        for name in POSTGRESQL if postgresql else SQLITE:
            op.execute(f"DROP TRIGGER {table}_{name}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")
