"""Which workstreams take part in a workflow, and what each has signed, is a history of its own; a blocker can name the
workstream that it waits on.

Those that take part joined when the workflow was created. What is due of their parts is waived in one entry, so that
old work is not done with open parts.
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0018_parts"
down_revision = "0017_setup"
branch_labels = None
depends_on = None

SQLITE = {
    "no_update": "BEFORE UPDATE ON part_event BEGIN SELECT RAISE(ABORT, 'part_event is append-only'); END",
    "no_delete": "BEFORE DELETE ON part_event BEGIN SELECT RAISE(ABORT, 'part_event is append-only'); END",
    "no_replace": (
        "BEFORE INSERT ON part_event WHEN EXISTS (SELECT 1 FROM part_event WHERE id = NEW.id)"
        " BEGIN SELECT RAISE(ABORT, 'part_event is append-only'); END"
    ),
}
POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON part_event FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "no_truncate": "BEFORE TRUNCATE ON part_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
}
DUE = (
    " FROM workflow w JOIN workflow_workstream o ON o.workflow_id = w.id AND NOT o.is_owner"
    " JOIN (SELECT 'design' AS name, 1 AS position UNION ALL SELECT 'validation', 2 UNION ALL SELECT 'test', 3) s"
    " ON s.position <= CASE w.state WHEN 'design' THEN 1 WHEN 'validation' THEN 2 WHEN 'test' THEN 3"
    " WHEN 'done' THEN 4 ELSE 0 END"
    " WHERE (w.archived_at IS NULL OR w.state = 'done')"
)
INSERT = "INSERT INTO part_event (workflow_id, workstream_code, stage, event, happened_at, recorded_at, entry_id, note)"
JOINED = (
    f"{INSERT} SELECT w.id, o.workstream_code, NULL, 'joined',"
    " CASE WHEN w.created_at > e.recorded_at THEN e.recorded_at ELSE w.created_at END, e.recorded_at, e.id, ''"
    " FROM workflow w JOIN workflow_workstream o ON o.workflow_id = w.id AND NOT o.is_owner"
    " JOIN state_change c ON c.workflow_id = w.id AND c.from_state IS NULL AND c.voids IS NULL"
    " JOIN entry e ON e.id = c.entry_id"
    " ORDER BY e.recorded_at, w.key, o.workstream_code"
)
WAIVED = (
    f"{INSERT} SELECT w.id, o.workstream_code, s.name, 'waived', e.recorded_at, e.recorded_at, e.id,"
    f" 'Från tiden innan delar fördes'{DUE.replace(' WHERE ', ' JOIN entry e ON e.id = :entry WHERE ')}"
    " ORDER BY w.key, o.workstream_code, s.position"
)
PROGRAMME = sa.table(
    "programme", sa.column("revision", sa.Integer()), sa.column("last_recorded_at", sa.DateTime(timezone=True))
)
ENTRY = sa.table(
    "entry",
    *(sa.column(name, sa.Integer()) for name in ("id", "actor_id")),
    sa.column("command", sa.String()),
    sa.column("recorded_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    with op.batch_alter_table("blocker") as blocker:
        blocker.add_column(sa.Column("waits_on", sa.String(), nullable=True))
        blocker.create_foreign_key(op.f("fk_blocker_waits_on"), "workstream", ["waits_on"], ["code"])
        blocker.create_index(op.f("ix_blocker_waits_on"), ["waits_on"], unique=False)
    kind = {"native_enum": False, "create_constraint": True, "length": 32}
    op.create_table(
        "part_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Integer(), nullable=False),
        sa.Column("workstream_code", sa.String(), nullable=False),
        sa.Column("stage", sa.Enum("design", "validation", "test", name="stage", **kind), nullable=True),
        sa.Column(
            "event",
            sa.Enum("joined", "left", "signed", "withdrawn", "waived", name="part_event_kind", **kind),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(stage IS NULL) = (event IN ('joined', 'left'))", name=op.f("ck_part_event_of_stage")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_part_event_workflow_id")),
        sa.ForeignKeyConstraint(["workstream_code"], ["workstream.code"], name=op.f("fk_part_event_workstream_code")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_part_event_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_event")),
    )
    op.create_index(op.f("ix_part_event_entry_id"), "part_event", ["entry_id"], unique=False)
    op.create_index(op.f("ix_part_event_workstream_code"), "part_event", ["workstream_code"], unique=False)
    op.create_index("ix_part_event_workflow_id_happened_at", "part_event", ["workflow_id", "happened_at"], unique=False)
    fill()
    for name, rule in (POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE).items():
        op.execute(sa.text(f"CREATE TRIGGER part_event_{name} {rule}"))


def fill() -> None:
    connection = op.get_bind()
    connection.execute(sa.text(JOINED))
    if connection.execute(sa.text(f"SELECT EXISTS (SELECT 1{DUE})")).scalar_one():
        connection.execute(sa.text(WAIVED), {"entry": waiving_entry(connection)})


def waiving_entry(connection: sa.Connection) -> int:
    """An entry after the newest, by whoever made that one."""
    revision, newest = connection.execute(sa.select(PROGRAMME)).one()
    actor = connection.execute(sa.select(ENTRY.c.actor_id).where(ENTRY.c.id == revision)).scalar_one()
    number, at = revision + 1, newest + timedelta(microseconds=1)
    connection.execute(sa.insert(ENTRY).values(id=number, actor_id=actor, command="upgrade", recorded_at=at))
    connection.execute(sa.update(PROGRAMME).values(revision=number, last_recorded_at=at))
    return int(number)


def downgrade() -> None:
    op.drop_table("part_event")
    with op.batch_alter_table("blocker") as blocker:
        blocker.drop_index(op.f("ix_blocker_waits_on"))
        blocker.drop_constraint(op.f("fk_blocker_waits_on"), type_="foreignkey")
        blocker.drop_column("waits_on")
