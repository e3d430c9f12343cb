"""What was changed in the fields of workflows, blockers and accounts: who wrote what over what. Append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0006_field_changes"
down_revision = "0005_accounts"
branch_labels = None
depends_on = None

SQLITE = {
    "no_update": "BEFORE UPDATE ON field_change BEGIN SELECT RAISE(ABORT, 'field_change is append-only'); END",
    "no_delete": "BEFORE DELETE ON field_change BEGIN SELECT RAISE(ABORT, 'field_change is append-only'); END",
    "no_replace": (
        "BEFORE INSERT ON field_change WHEN EXISTS (SELECT 1 FROM field_change WHERE id = NEW.id)"
        " BEGIN SELECT RAISE(ABORT, 'field_change is append-only'); END"
    ),
}
POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON field_change FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "no_truncate": "BEFORE TRUNCATE ON field_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
}


def upgrade() -> None:
    op.create_table(
        "field_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=True),
        sa.Column("blocker_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN workflow_id IS NULL THEN 0 ELSE 1 END + CASE WHEN blocker_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN account_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_field_change_of_one"),
        ),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_field_change_workflow_id")),
        sa.ForeignKeyConstraint(["blocker_id"], ["blocker.id"], name=op.f("fk_field_change_blocker_id")),
        sa.ForeignKeyConstraint(["account_id"], ["actor.id"], name=op.f("fk_field_change_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_field_change_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_change")),
    )
    for column in ("workflow_id", "blocker_id", "account_id", "entry_id"):
        op.create_index(op.f(f"ix_field_change_{column}"), "field_change", [column], unique=False)
    for name, rule in (POSTGRESQL if _is_postgresql() else SQLITE).items():
        op.execute(sa.text(f"CREATE TRIGGER field_change_{name} {rule}"))


def downgrade() -> None:
    op.drop_table("field_change")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
