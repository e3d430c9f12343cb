"""Setting up: the programme's name, its projects and its workstreams. Only planners do; codes never change."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from tracker.commands.entry import field_edits
from tracker.commands.entry.entries import Entry
from tracker.db.models import Cycle, Programme, Project, SetupChange, Workflow, WorkflowWorkstream, Workstream
from tracker.domain.cells import instant_text
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.fields import cleaned, texts_of, values_of, write
from tracker.domain.people import Actor
from tracker.domain.programme.setup import FIELDS, Thing, changeable, refuse_over_closed
from tracker.domain.states import CycleStatus

Row = Programme | Project | Workstream
TABLES: Mapping[Thing, type[Project] | type[Workstream]] = {Thing.PROJECT: Project, Thing.WORKSTREAM: Workstream}
_MISSING = {
    Thing.PROJECT: N_("There is no project %(code)s."),
    Thing.WORKSTREAM: N_("There is no workstream %(code)s."),
}
_TAKEN = {
    Thing.PROJECT: N_("There already is a project %(code)s."),
    Thing.WORKSTREAM: N_("There already is a workstream %(code)s."),
}
_NAMED = 10  # of the workflows in the way, in a sentence


def require_planner(actor: Actor) -> None:
    """Refuses with NotAllowedError unless it is a planner."""
    if not actor.is_planner:
        raise NotAllowedError(N_("Only planners set up the programme, its projects and its workstreams."))


def create(session: Session, entry: Entry, thing: Thing, texts: Mapping[str, str]) -> str:
    """Makes a project or a workstream, and gives its code. Raises NotAllowedError, InvalidError or ConflictError."""
    require_planner(entry.actor)
    clean = {name: cleaned(FIELDS[thing], name, text) for name, text in texts.items()}
    if clean["code"].casefold() in {code.casefold() for code in session.scalars(select(col(TABLES[thing].code)))}:
        raise ConflictError(_TAKEN[thing], field="code", code=clean["code"])
    _refuse(session, None, clean)
    write_new(entry, thing, [clean])
    return clean["code"]


def write_new(entry: Entry, thing: Thing, rows: Sequence[Mapping[str, str]]) -> None:
    """Makes one of each of the clean texts, whose codes are free."""
    entry.add_all(TABLES[thing], [values_of(FIELDS[thing], texts) for texts in rows])
    entry.add_all(
        SetupChange,
        [
            {"thing": thing.value, "code": texts["code"], "field": name, "after": text}
            for texts in rows
            for name, text in texts.items()
            if text
        ],
    )


def edit(
    session: Session, entry: Entry, thing: Thing, code: str, wanted: Mapping[str, str], was: Mapping[str, str]
) -> list[str]:
    """Writes the fields that were changed in a form which showed `was`, and gives their names.

    Raises NotFoundError, NotAllowedError, ConflictError, InvalidError naming the field, or FieldConflictError when
    somebody else has changed one of them to something else; nothing is written then.
    """
    require_planner(entry.actor)
    row, fields = the_thing(session, thing, code), changeable(thing)
    wanted = field_edits.changed(wanted, was, partial(cleaned, fields))
    before = texts_of(row, fields)
    texts = field_edits.merged(session, changes_of(thing, code), wanted, was, before, table=SetupChange)
    write_over(session, entry, thing, row, texts)
    return list(texts)


def write_over(session: Session, entry: Entry, thing: Thing, row: Row, texts: Mapping[str, str]) -> None:
    """Writes clean texts into the row and keeps what was there; refused with ConflictError or InvalidError."""
    _refuse(session, row, texts)
    field_edits.record(entry, texts_of(row, texts), texts, table=SetupChange, thing=thing.value, code=code_of(row))
    write(row, FIELDS[thing], texts)


def put_away(session: Session, entry: Entry, code: str, *, is_away: bool) -> bool:
    """Archives the workstream, or takes it into use again; tells whether that changed anything.

    Raises NotFoundError, NotAllowedError, or ConflictError while workflows of it are in a running or draft cycle.
    """
    require_planner(entry.actor)
    stream = session.get(Workstream, code)
    if stream is None:
        raise NotFoundError(_MISSING[Thing.WORKSTREAM], code=code)
    if is_away == (stream.archived_at is not None):
        return False
    if is_away:
        _refuse_running(session, code)
    before = {"archived_at": instant_text(stream.archived_at) if stream.archived_at is not None else ""}
    stream.archived_at = entry.recorded_at if is_away else None
    after = {"archived_at": instant_text(entry.recorded_at) if is_away else ""}
    field_edits.record(entry, before, after, table=SetupChange, thing=Thing.WORKSTREAM.value, code=code)
    return True


def remove_project(session: Session, entry: Entry, code: str) -> None:
    """Takes a project away that nothing was ever put into; ConflictError otherwise. Its history stays."""
    require_planner(entry.actor)
    if session.scalars(select(col(Workstream.code)).where(col(Workstream.project_code) == code).limit(1)).first():
        raise ConflictError(N_("%(code)s has workstreams, and stays."), code=code)
    project = session.get_one(Project, code)
    about = {"thing": Thing.PROJECT.value, "code": code}
    field_edits.record(entry, {"code": code}, {"code": ""}, table=SetupChange, **about)
    session.delete(project)


def the_thing(session: Session, thing: Thing, code: str) -> Row:
    """The row of the programme (without a code), a project or a workstream; or NotFoundError."""
    if thing is Thing.PROGRAMME:
        return session.get_one(Programme, 1)
    row = session.get(Project, code) if thing is Thing.PROJECT else session.get(Workstream, code)
    if row is None:
        raise NotFoundError(_MISSING[thing], code=code)
    return row


def code_of(row: Row) -> str:
    """What names the row among its kind; the programme is the only one."""
    return "" if isinstance(row, Programme) else row.code


def changes_of(thing: Thing, code: str) -> ColumnElement[bool]:
    """Picks the history of one thing."""
    return (col(SetupChange.thing) == thing.value) & (col(SetupChange.code) == code)


def closed_cycles(session: Session) -> Sequence[int]:
    """The numbers of the closed cycles."""
    return session.scalars(select(col(Cycle.number)).where(col(Cycle.status) == CycleStatus.CLOSED)).all()


def _refuse(session: Session, row: Row | None, texts: Mapping[str, str]) -> None:
    """What the rules say of these fields of a row that is there, or of a new one."""
    if project := texts.get("project_code"):
        if session.get(Project, project) is None:
            raise InvalidError(_MISSING[Thing.PROJECT], field="project_code", code=project)
        if row is not None and (closed := closed_cycles(session)):
            raise ConflictError(
                N_("Cycle %(cycle)s is closed: its figures are by project. The workstream stays in its project."),
                field="project_code",
                cycle=max(closed),
            )
    if isinstance(row, Project) and "first_cycle" in texts:
        refuse_over_closed(row.first_cycle, int(texts["first_cycle"]), closed_cycles(session))


def _refuse_running(session: Session, code: str) -> None:
    open_cycles = select(col(Cycle.number)).where(col(Cycle.status) != CycleStatus.CLOSED)
    keys = session.scalars(
        select(col(Workflow.key))
        .join(WorkflowWorkstream, col(WorkflowWorkstream.workflow_id) == col(Workflow.id))
        .where(col(WorkflowWorkstream.workstream_code) == code, col(WorkflowWorkstream.is_owner))
        .where(col(Workflow.cycle_number).in_(open_cycles))
        .order_by(col(Workflow.key))
    ).all()
    if keys:
        raise ConflictError(
            N_("%(code)s has workflows in a running or draft cycle, and cannot be archived yet: %(keys)s."),
            code=code,
            keys=", ".join(keys[:_NAMED]) + ", …" * (len(keys) > _NAMED),
        )
