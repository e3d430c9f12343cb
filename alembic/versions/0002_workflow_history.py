"""Workflows and the history of their state and scope."""

import sqlalchemy as sa
from alembic import op

revision = "0002_workflow_history"
down_revision = "0001_programme"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workflow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "not_started",
                "design",
                "validation",
                "test",
                "done",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cycle_number", sa.Integer(), nullable=True),
        sa.Column(
            "goal",
            sa.Enum("design", "validation", "test", name="goal", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name=op.f("ck_workflow_priority")),
        sa.ForeignKeyConstraint(["cycle_number"], ["cycle.number"], name=op.f("fk_workflow_cycle_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow")),
        sa.UniqueConstraint("key", name=op.f("uq_workflow_key")),
    )
    op.create_index(op.f("ix_workflow_cycle_number"), "workflow", ["cycle_number"], unique=False)
    op.create_table(
        "workflow_workstream",
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("workstream_code", sa.String(), nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_workflow_workstream_workflow_id")),
        sa.ForeignKeyConstraint(
            ["workstream_code"], ["workstream.code"], name=op.f("fk_workflow_workstream_workstream_code")
        ),
        sa.PrimaryKeyConstraint("workflow_id", "workstream_code", name=op.f("pk_workflow_workstream")),
    )
    op.create_index(
        op.f("ix_workflow_workstream_workstream_code"), "workflow_workstream", ["workstream_code"], unique=False
    )
    op.create_index(
        "uq_workflow_workstream_owner",
        "workflow_workstream",
        ["workflow_id"],
        unique=True,
        sqlite_where=sa.text("is_owner"),
        postgresql_where=sa.text("is_owner"),
    )
    op.create_table(
        "state_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "not_started",
                "design",
                "validation",
                "test",
                "done",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "not_started",
                "design",
                "validation",
                "test",
                "done",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("voids", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(voids IS NULL AND to_state IS NOT NULL)"
            " OR (voids IS NOT NULL AND from_state IS NULL AND to_state IS NULL)",
            name=op.f("ck_state_change_moves_or_voids"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_state_change_entry_id")),
        sa.ForeignKeyConstraint(["voids"], ["state_change.id"], name=op.f("fk_state_change_voids")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_state_change_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_change")),
        sa.UniqueConstraint("voids", name=op.f("uq_state_change_voids")),
    )
    op.create_index(op.f("ix_state_change_entry_id"), "state_change", ["entry_id"], unique=False)
    op.create_index(op.f("ix_state_change_recorded_at"), "state_change", ["recorded_at"], unique=False)
    op.create_index(
        "ix_state_change_workflow_id_happened_at", "state_change", ["workflow_id", "happened_at"], unique=False
    )
    op.create_table(
        "scope_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("from_cycle", sa.Integer(), nullable=True),
        sa.Column("to_cycle", sa.Integer(), nullable=True),
        sa.Column(
            "goal",
            sa.Enum("design", "validation", "test", name="goal", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "planned",
                "added",
                "removed",
                "carried",
                "returned",
                "dropped",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(to_cycle IS NULL) = (goal IS NULL)", name=op.f("ck_scope_change_goal_of_member")),
        sa.CheckConstraint("from_cycle IS NOT NULL OR to_cycle IS NOT NULL", name=op.f("ck_scope_change_some_cycle")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_scope_change_entry_id")),
        sa.ForeignKeyConstraint(["from_cycle"], ["cycle.number"], name=op.f("fk_scope_change_from_cycle")),
        sa.ForeignKeyConstraint(["to_cycle"], ["cycle.number"], name=op.f("fk_scope_change_to_cycle")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_scope_change_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_change")),
    )
    op.create_index(op.f("ix_scope_change_entry_id"), "scope_change", ["entry_id"], unique=False)
    op.create_index(op.f("ix_scope_change_from_cycle"), "scope_change", ["from_cycle"], unique=False)
    op.create_index(op.f("ix_scope_change_to_cycle"), "scope_change", ["to_cycle"], unique=False)
    op.create_index(
        "ix_scope_change_workflow_id_happened_at", "scope_change", ["workflow_id", "happened_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("scope_change")
    op.drop_table("state_change")
    op.drop_table("workflow_workstream")
    op.drop_table("workflow")
