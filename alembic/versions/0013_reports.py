"""The monthly report: what was written into its parts, and what was published. Append-only.

What stands in a field is its latest row, so that nothing written over is lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_reports"
down_revision = "0012_calendar_keys"
branch_labels = None
depends_on = None

TABLES = ("report_change", "report_publication")


def upgrade() -> None:
    op.create_table(
        "report_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("project_code", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_report_change_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_change")),
    )
    op.create_index(op.f("ix_report_change_entry_id"), "report_change", ["entry_id"], unique=False)
    op.create_index(
        "ix_report_change_month_project_code", "report_change", ["month", "project_code", "field"], unique=False
    )
    op.create_table(
        "report_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("text_sv", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_report_publication_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_publication")),
    )
    for column in ("month", "entry_id"):
        op.create_index(op.f(f"ix_report_publication_{column}"), "report_publication", [column], unique=False)
    for table in TABLES:
        _keep(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _keep(table: str) -> None:
    """Rows are only ever added."""
    if op.get_bind().dialect.name == "postgresql":
        rules = {
            "no_change": f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        }
    else:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        rules = {
            "no_update": f"BEFORE UPDATE ON {table} {refuse}",
            "no_delete": f"BEFORE DELETE ON {table} {refuse}",
            "no_replace": f"BEFORE INSERT ON {table} {_there(table)} {refuse}",
        }
    for name, rule in rules.items():
        op.execute(sa.text(f"CREATE TRIGGER {table}_{name} {rule}"))


def _there(table: str) -> str:
    return f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
