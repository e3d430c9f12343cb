"""The tables. The rules of what may be written live in `tracker.commands`."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, Integer, LargeBinary, SmallInteger, text
from sqlmodel import Column, Field, SQLModel

from tracker.domain.states import (
    BlockerCategory,
    CycleStatus,
    Goal,
    HoldEvent,
    PartEventKind,
    ProposalKind,
    Role,
    ScopeKind,
    State,
)


def text_enum(kind: type[StrEnum], name: str) -> Enum:
    """Text with a named CHECK of the enum's values (not its names, and no native type)."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def _unique_where(name: str, column: str, where: str) -> Index:
    """No value twice among the rows for which the condition holds."""
    return Index(name, column, unique=True, sqlite_where=text(where), postgresql_where=text(where))


SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Programme(SQLModel, table=True):
    """The one row that every write locks first: recorded order is commit order."""

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: int = Field(default=1, primary_key=True)
    name: str = ""
    time_zone: str
    demo_clock_at: datetime | None = Field(default=None)  # set: a demo, whose clock starts here
    last_recorded_at: datetime | None = Field(default=None)
    backed_up_at: datetime | None = Field(default=None)  # real time, also in a demo
    revision: int = 0


class Actor(SQLModel, table=True):
    """A name in the history, apart from accounts, so that an account can be erased."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Entry(SQLModel, table=True):
    """One row per command; its id is the programme's revision that it made. Append-only."""

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    actor_id: int = Field(foreign_key="actor.id", index=True)
    command: str
    recorded_at: datetime = Field(index=True)


class Recorded(SQLModel):
    """A row of the history, which an entry wrote. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)


class Overwritten(Recorded):
    """A field was written over, its texts as forms write them."""

    field: str
    before: str = ""
    after: str = ""


class Project(SQLModel, table=True):
    """A project counts from its first cycle on; before that its workflows and blockers count nowhere."""

    code: str = Field(primary_key=True)
    name: str
    name_en: str = ""
    first_cycle: int = 1


class Workstream(SQLModel, table=True):
    """A stream of work with its limits of work in progress."""

    code: str = Field(primary_key=True)
    name: str
    name_en: str = ""
    project_code: str = Field(foreign_key="project.code", index=True)
    wip_design: int | None = None
    wip_validation: int | None = None
    wip_test: int | None = None
    archived_at: datetime | None = None


class Cycle(SQLModel, table=True):
    """Seven weeks as a rule; the dates are stored, never computed from it."""

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        _unique_where("uq_cycle_running", "status", "status = 'running'"),
    )
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    starts_on: date
    ends_on: date
    planning_starts_on: date | None = None
    planning_ends_on: date | None = None
    status: CycleStatus = Field(default=CycleStatus.DRAFT, sa_type=text_enum(CycleStatus, "cycle_status"))
    goal: str = ""
    committed_at: datetime | None = None
    closed_at: datetime | None = None


class Workflow(SQLModel, table=True):
    """A workflow's fields, and what its history comes to: state, cycle, goal and version are caches."""

    __table_args__ = (CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    name_en: str = ""
    description: str = ""
    owner: str = ""
    priority: int | None = Field(default=None, sa_type=SmallInteger)
    created_at: datetime
    archived_at: datetime | None = None
    state: State = Field(default=State.NOT_STARTED, sa_type=text_enum(State, "state"))
    state_since: datetime
    cycle_number: int | None = Field(default=None, foreign_key="cycle.number", index=True)
    goal: Goal | None = Field(default=None, sa_type=text_enum(Goal, "goal"))
    version: int = 0


class WorkflowWorkstream(SQLModel, table=True):
    """The workstream that owns a workflow (fixed at creation) and the others that take part, as `part_event` has it."""

    __tablename__ = "workflow_workstream"
    __table_args__ = (_unique_where("uq_workflow_workstream_owner", "workflow_id", "is_owner"),)
    workflow_id: int = Field(foreign_key="workflow.id", primary_key=True)
    workstream_code: str = Field(foreign_key="workstream.code", primary_key=True, index=True)
    is_owner: bool = False


class StateChange(Recorded, table=True):
    """One row per move; the only source of state. A row with `voids` takes that one back. Append-only."""

    __tablename__ = "state_change"
    __table_args__ = (
        CheckConstraint(
            "(voids IS NULL AND to_state IS NOT NULL)"
            " OR (voids IS NOT NULL AND from_state IS NULL AND to_state IS NULL)",
            name="moves_or_voids",
        ),
        Index("ix_state_change_workflow_id_happened_at", "workflow_id", "happened_at"),
    )
    workflow_id: int = Field(foreign_key="workflow.id")
    from_state: State | None = Field(default=None, sa_type=text_enum(State, "from_state"))
    to_state: State | None = Field(default=None, sa_type=text_enum(State, "to_state"))
    happened_at: datetime
    recorded_at: datetime = Field(index=True)
    reason: str = ""
    note: str = ""
    voids: int | None = Field(default=None, foreign_key="state_change.id", unique=True)


class ScopeChange(Recorded, table=True):
    """One row per entry into, exit from or change of cycle; the only source of membership. Append-only."""

    __tablename__ = "scope_change"
    __table_args__ = (
        CheckConstraint("from_cycle IS NOT NULL OR to_cycle IS NOT NULL", name="some_cycle"),
        CheckConstraint("(to_cycle IS NULL) = (goal IS NULL)", name="goal_of_member"),
        Index("ix_scope_change_workflow_id_happened_at", "workflow_id", "happened_at"),
    )
    workflow_id: int = Field(foreign_key="workflow.id")
    from_cycle: int | None = Field(default=None, foreign_key="cycle.number", index=True)
    to_cycle: int | None = Field(default=None, foreign_key="cycle.number", index=True)
    goal: Goal | None = Field(default=None, sa_type=text_enum(Goal, "goal"))
    kind: ScopeKind = Field(sa_type=text_enum(ScopeKind, "kind"))
    reason: str = ""
    note: str = ""
    happened_at: datetime
    recorded_at: datetime


class Blocker(SQLModel, table=True):
    """What stands in the way of workflows. It is open while it holds any of them."""

    id: int | None = Field(default=None, primary_key=True)
    title: str
    title_en: str = ""
    category: BlockerCategory = Field(sa_type=text_enum(BlockerCategory, "category"))
    owner: str = ""
    mitigation: str = ""
    decider: str = ""
    decide_by: date | None = None
    waits_on: str | None = Field(default=None, foreign_key="workstream.code", index=True)


class BlockerEvent(Recorded, table=True):
    """A blocker begins or ceases to hold a workflow. Append-only."""

    __tablename__ = "blocker_event"
    __table_args__ = (Index("ix_blocker_event_workflow_id_blocker_id", "workflow_id", "blocker_id", "happened_at"),)
    blocker_id: int = Field(sa_column=Column(ForeignKey("blocker.id"), nullable=False, index=True))
    workflow_id: int = Field(foreign_key="workflow.id")
    event: HoldEvent = Field(sa_type=text_enum(HoldEvent, "event"))
    happened_at: datetime
    recorded_at: datetime
    note: str = ""


class PartEvent(Recorded, table=True):
    """A workstream takes part in a workflow or leaves it; its part in a stage is signed, waived or open again. The only
    source of both. Append-only.
    """

    __tablename__ = "part_event"
    __table_args__ = (
        CheckConstraint("(stage IS NULL) = (event IN ('joined', 'left'))", name="of_stage"),
        Index("ix_part_event_workflow_id_happened_at", "workflow_id", "happened_at"),
    )
    workflow_id: int = Field(foreign_key="workflow.id")
    workstream_code: str = Field(foreign_key="workstream.code", index=True)
    stage: Goal | None = Field(default=None, sa_type=text_enum(Goal, "stage"))
    event: PartEventKind = Field(sa_type=text_enum(PartEventKind, "part_event_kind"))
    happened_at: datetime
    recorded_at: datetime
    note: str = ""


class Note(Recorded, table=True):
    """Free words on a workflow or a blocker. Append-only."""

    __table_args__ = (CheckConstraint("workflow_id IS NOT NULL OR blocker_id IS NOT NULL", name="about_something"),)
    workflow_id: int | None = Field(default=None, foreign_key="workflow.id", index=True)
    blocker_id: int | None = Field(default=None, foreign_key="blocker.id", index=True)
    text: str
    recorded_at: datetime


class WorkflowCheck(Recorded, table=True):
    """ "Checked: nothing changed" on a workflow. Append-only."""

    __tablename__ = "workflow_check"
    workflow_id: int = Field(foreign_key="workflow.id", index=True)
    recorded_at: datetime


class FieldChange(Overwritten, table=True):
    """A field of a workflow, a blocker or an account (by its actor) was written over. Append-only.

    Texts are as forms write them. What an account's owner alone may know, or may have erased, is left empty.
    """

    __tablename__ = "field_change"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN workflow_id IS NULL THEN 0 ELSE 1 END + CASE WHEN blocker_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN account_id IS NULL THEN 0 ELSE 1 END = 1",
            name="of_one",
        ),
    )
    workflow_id: int | None = Field(default=None, foreign_key="workflow.id", index=True)
    blocker_id: int | None = Field(default=None, foreign_key="blocker.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="actor.id", index=True)


class CycleChange(Overwritten, table=True):
    """A date or the goal of a cycle was written over, as forms write them. Append-only."""

    __tablename__ = "cycle_change"
    cycle_number: int = Field(foreign_key="cycle.number", index=True)


class SetupChange(Overwritten, table=True):
    """A field of the programme, a project or a workstream was written over, as forms write them; a creation writes each
    over nothing. Append-only.
    """

    __tablename__ = "setup_change"
    __table_args__ = (Index("ix_setup_change_thing_code", "thing", "code"),)
    thing: str
    code: str


class ReportChange(Overwritten, table=True):
    """A text or the status of a project's part in a month's report was written over (`*`: of the programme's part). The
    latest row of a field is what stands. Append-only.
    """

    __tablename__ = "report_change"
    __table_args__ = (Index("ix_report_change_month_project_code", "month", "project_code", "field"),)
    month: str
    project_code: str


class ReportPublication(Recorded, table=True):
    """A month's report as it was published, in both languages as JSON; or that it was opened again, without texts. The
    latest row of a month is what holds. Append-only.
    """

    __tablename__ = "report_publication"
    month: str = Field(index=True)
    text_sv: str = ""
    text_en: str = ""


class Proposal(SQLModel, table=True):
    """What is to become of a member of the running cycle at its close. Written over until then; its entry tells who
    wrote it last, and is its version.
    """

    __table_args__ = (CheckConstraint("(goal IS NULL) = (kind IN ('returned', 'dropped'))", name="goal_of_member"),)
    workflow_id: int = Field(foreign_key="workflow.id", primary_key=True)
    cycle_number: int = Field(foreign_key="cycle.number", primary_key=True, index=True)
    kind: ProposalKind = Field(sa_type=text_enum(ProposalKind, "proposal_kind"))
    goal: Goal | None = Field(default=None, sa_type=text_enum(Goal, "goal"))
    reason: str = ""
    note: str = ""
    entry_id: int = Field(foreign_key="entry.id", index=True)


class ReviewReady(SQLModel, table=True):
    """The leads of a workstream have prepared the cycle's review."""

    __tablename__ = "review_ready"
    cycle_number: int = Field(foreign_key="cycle.number", primary_key=True)
    workstream_code: str = Field(foreign_key="workstream.code", primary_key=True, index=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)


class Reported(SQLModel, table=True):
    """An as-reported row of a file for a closed cycle, frozen at the close: JSON of its cells by heading, and by which
    definitions they were computed. The key in workstream_summary is the workstream's code, "" for all together.
    Append-only.
    """

    cycle_number: int = Field(sa_column=Column(ForeignKey("cycle.number"), primary_key=True, autoincrement=False))
    file: str = Field(primary_key=True)
    row_key: str = Field(primary_key=True)
    cells: str
    method: int


class User(SQLModel, table=True):
    """An account: signs in, and acts in the history under its actor's name."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    actor_id: int = Field(foreign_key="actor.id", unique=True)
    password_hash: str
    role: Role = Field(sa_type=text_enum(Role, "role"))
    all_workstreams: bool = False
    language: str | None = None
    has_keys: bool = True  # single keys act on a focused card or row
    has_announcements: bool = True  # screen readers hear of others' changes
    is_active: bool = True
    created_at: datetime


class UserWorkstream(SQLModel, table=True):
    """A workstream whose workflows a lead writes."""

    __tablename__ = "user_workstream"
    user_id: int = Field(foreign_key="user.id", primary_key=True)
    workstream_code: str = Field(foreign_key="workstream.code", primary_key=True, index=True)


class SignIn(SQLModel, table=True):
    """One row per signed-in browser; without it a cookie is worth nothing. Times are real, also in the demo."""

    __tablename__ = "sign_in"
    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    signed_in_at: datetime


class PasswordLink(SQLModel, table=True):
    """A one-time link with which the owner of an account sets a password: an invitation or a reset. Real time."""

    __tablename__ = "password_link"
    user_id: int = Field(foreign_key="user.id", primary_key=True)
    token_hash: str = Field(unique=True)
    expires_at: datetime


class CalendarKey(SQLModel, table=True):
    """The secret in the address of an account's calendar, as a hash. Real time."""

    __tablename__ = "calendar_key"
    user_id: int = Field(foreign_key="user.id", primary_key=True)
    key_hash: str = Field(unique=True)
    made_at: datetime


class SignInFailure(SQLModel, table=True):
    """An attempt that failed or is still under way, kept as long as it counts against its place and its account."""

    __tablename__ = "sign_in_failure"
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(index=True)
    account: str = Field(index=True)  # a hash: people type passwords into the wrong field
    failed_at: datetime = Field(index=True)


class KnownPlace(SQLModel, table=True):
    """A browser or address from which an account has signed in: strangers' failures do not count against it."""

    __tablename__ = "known_place"
    user_id: int = Field(foreign_key="user.id", primary_key=True)
    place: str = Field(primary_key=True)
    last_used_at: datetime = Field(index=True)


class Answer(SQLModel, table=True):
    """What a write answered, so that the same form sent twice is done once. Kept for 7 days of real time."""

    user_id: int = Field(foreign_key="user.id", primary_key=True)
    key: str = Field(primary_key=True)
    request: str
    entry_id: int | None = Field(default=None, foreign_key="entry.id")
    status: int
    body: str
    location: str = ""
    answered_at: datetime = Field(index=True)


class ImportFile(SQLModel, table=True):
    """A file that somebody is importing, with what they chose for it (JSON), and in the end what came of it. Kept for a
    day of real time; only its owner sees it.
    """

    __tablename__ = "import_file"
    token: str = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    name: str
    content: bytes = Field(sa_type=LargeBinary)
    choices: str = ""
    uploaded_at: datetime = Field(index=True)
    entry_id: int | None = Field(default=None, foreign_key="entry.id")  # set: done
    outcome: str = ""
    refused: bytes = Field(default=b"", sa_type=LargeBinary)  # the rows that were left out, as a file
