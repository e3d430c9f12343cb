"""Blockers, notes and checks."""

import sqlalchemy as sa
from alembic import op

revision = "0003_blockers"
down_revision = "0002_workflow_history"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "decision",
                "vendor",
                "integration",
                "equipment",
                "staffing",
                "dependency",
                "security",
                "data",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("mitigation", sa.String(), nullable=False),
        sa.Column("decider", sa.String(), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocker")),
    )
    op.create_table(
        "blocker_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("blocker_id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.Enum("held", "released", name="event", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["blocker_id"], ["blocker.id"], name=op.f("fk_blocker_event_blocker_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_blocker_event_entry_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_blocker_event_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocker_event")),
    )
    op.create_index(op.f("ix_blocker_event_blocker_id"), "blocker_event", ["blocker_id"], unique=False)
    op.create_index(op.f("ix_blocker_event_entry_id"), "blocker_event", ["entry_id"], unique=False)
    op.create_index(
        "ix_blocker_event_workflow_id_blocker_id",
        "blocker_event",
        ["workflow_id", "blocker_id", "happened_at"],
        unique=False,
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=True),
        sa.Column("blocker_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("workflow_id IS NOT NULL OR blocker_id IS NOT NULL", name=op.f("ck_note_about_something")),
        sa.ForeignKeyConstraint(["blocker_id"], ["blocker.id"], name=op.f("fk_note_blocker_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_note_entry_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_note_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_blocker_id"), "note", ["blocker_id"], unique=False)
    op.create_index(op.f("ix_note_entry_id"), "note", ["entry_id"], unique=False)
    op.create_index(op.f("ix_note_workflow_id"), "note", ["workflow_id"], unique=False)
    op.create_table(
        "workflow_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_workflow_check_entry_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_workflow_check_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_check")),
    )
    op.create_index(op.f("ix_workflow_check_entry_id"), "workflow_check", ["entry_id"], unique=False)
    op.create_index(op.f("ix_workflow_check_workflow_id"), "workflow_check", ["workflow_id"], unique=False)


def downgrade() -> None:
    op.drop_table("workflow_check")
    op.drop_table("note")
    op.drop_table("blocker_event")
    op.drop_table("blocker")
