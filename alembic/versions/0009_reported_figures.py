"""The figures that a close froze are kept: a row per closed cycle and workstream, one for the programme. Append-only.

What fills them for cycles that are closed already is `tracker db upgrade`: a migration computes no figures.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_reported_figures"
down_revision = "0008_password_links"
branch_labels = None
depends_on = None

SQLITE = {
    "no_update": "BEFORE UPDATE ON reported_figures BEGIN SELECT RAISE(ABORT, 'reported_figures is append-only'); END",
    "no_delete": "BEFORE DELETE ON reported_figures BEGIN SELECT RAISE(ABORT, 'reported_figures is append-only'); END",
    "no_replace": (
        "BEFORE INSERT ON reported_figures WHEN EXISTS (SELECT 1 FROM reported_figures"
        " WHERE cycle_number = NEW.cycle_number AND workstream_code = NEW.workstream_code)"
        " BEGIN SELECT RAISE(ABORT, 'reported_figures is append-only'); END"
    ),
}
POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON reported_figures FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "no_truncate": "BEFORE TRUNCATE ON reported_figures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
}


def upgrade() -> None:
    op.create_table(
        "reported_figures",
        sa.Column("cycle_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workstream_code", sa.String(), nullable=False),
        sa.Column("cells", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_number"], ["cycle.number"], name=op.f("fk_reported_figures_cycle_number")),
        sa.PrimaryKeyConstraint("cycle_number", "workstream_code", name=op.f("pk_reported_figures")),
    )
    for name, rule in (POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE).items():
        op.execute(sa.text(f"CREATE TRIGGER reported_figures_{name} {rule}"))


def downgrade() -> None:
    op.drop_table("reported_figures")
