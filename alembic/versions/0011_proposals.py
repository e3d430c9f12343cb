"""The review of a running cycle: what is proposed to become of its members, and which workstreams are prepared.

Both are written over until the close, which writes the history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_proposals"
down_revision = "0010_cycle_changes"
branch_labels = None
depends_on = None

KIND = sa.Enum(
    "carried",
    "returned",
    "dropped",
    "goes_on",
    name="proposal_kind",
    native_enum=False,
    create_constraint=True,
    length=32,
)
GOAL = sa.Enum("design", "validation", "test", name="goal", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("cycle_number", sa.Integer(), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("goal", GOAL, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(goal IS NULL) = (kind IN ('returned', 'dropped'))", name=op.f("ck_proposal_goal_of_member")
        ),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_proposal_workflow_id")),
        sa.ForeignKeyConstraint(["cycle_number"], ["cycle.number"], name=op.f("fk_proposal_cycle_number")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_proposal_entry_id")),
        sa.PrimaryKeyConstraint("workflow_id", "cycle_number", name=op.f("pk_proposal")),
    )
    for column in ("cycle_number", "entry_id"):
        op.create_index(op.f(f"ix_proposal_{column}"), "proposal", [column], unique=False)
    op.create_table(
        "review_ready",
        sa.Column("cycle_number", sa.Integer(), nullable=False),
        sa.Column("workstream_code", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_number"], ["cycle.number"], name=op.f("fk_review_ready_cycle_number")),
        sa.ForeignKeyConstraint(["workstream_code"], ["workstream.code"], name=op.f("fk_review_ready_workstream_code")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_review_ready_entry_id")),
        sa.PrimaryKeyConstraint("cycle_number", "workstream_code", name=op.f("pk_review_ready")),
    )
    for column in ("workstream_code", "entry_id"):
        op.create_index(op.f(f"ix_review_ready_{column}"), "review_ready", [column], unique=False)


def downgrade() -> None:
    op.drop_table("review_ready")
    op.drop_table("proposal")
