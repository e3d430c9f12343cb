"""Loading a programme: what is kept, what is refused, and that it is all or nothing."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from tests.builders import LEAD, OFFICE, Flow, a_cycle, a_programme, day, exported, load, put, write_folder
from tests.counts import count
from tests.databases import ON_SQLITE
from tests.large_programme import a_large_programme
from tracker.commands.programme import seed
from tracker.db import models
from tracker.db.engine import reading, transaction
from tracker.domain.cells import Dialect
from tracker.domain.errors import ConflictError
from tracker.domain.files.csv_text import PlaceError
from tracker.domain.programme.parts import BEFORE_PARTS
from tracker.domain.programme.rows import ChangeRow
from tracker.domain.states import CycleStatus, Goal, PartEventKind, ScopeKind, State
from tracker.queries.programme import check

TWO_MINUTES = 120


def test_a_workflow_keeps_what_its_history_comes_to(engine: Engine) -> None:
    flow = (
        Flow("LKM-001")
        .in_cycle(1)
        .to(State.DESIGN, day(1))
        .to(State.TEST, day(2))
        .undo(day(3))
        .held(1, day(4))
        .scoped(1, 2, Goal.DESIGN, ScopeKind.CARRIED, day(47))
    )
    load(engine, a_programme(flow))
    with reading(engine) as session:
        workflow = session.exec(select(models.Workflow)).one()
    assert (workflow.state, workflow.state_since) == (State.DESIGN, day(1))
    assert (workflow.cycle_number, workflow.goal) == (2, Goal.DESIGN)
    assert workflow.version == 4 + 2 + 1


def test_rows_of_one_instant_and_actor_are_one_entry(engine: Engine) -> None:
    flows = [Flow(f"LKM-00{number}").to(State.DESIGN, day(2)).checked(day(2), OFFICE) for number in (1, 2)]
    load(engine, a_programme(*flows))
    with reading(engine) as session:
        entries = session.exec(select(models.Entry).order_by("id")).all()
        actors = {actor.id: actor.name for actor in session.exec(select(models.Actor))}
        programme = session.exec(select(models.Programme)).one()
    told = [(entry.id, actors[entry.actor_id], entry.recorded_at) for entry in entries]
    assert told == [(1, LEAD, day(-30)), (2, OFFICE, day(2)), (3, LEAD, day(2))]
    assert (programme.revision, programme.last_recorded_at) == (3, day(2))
    assert programme.time_zone == "Europe/Stockholm"


def test_the_next_row_gets_the_next_id(engine: Engine) -> None:
    load(engine, a_programme())
    with transaction(engine) as session:
        greatest = session.exec(select(func.max(models.StateChange.id))).one()
        workflow = session.exec(select(models.Workflow)).first()
        assert workflow is not None
        assert workflow.id is not None
        row = models.StateChange(
            workflow_id=workflow.id, to_state=State.TEST, happened_at=day(90), recorded_at=day(90), entry_id=1
        )
        session.add(row)
        session.flush()  # the id is given here
        assert row.id == (greatest or 0) + 1


def test_a_second_programme_is_refused(engine: Engine) -> None:
    load(engine, a_programme())
    with pytest.raises(ConflictError):
        load(engine, a_programme())


def test_accounts_made_before_keep_their_names(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(models.Actor(name=LEAD))
    load(engine, a_programme())
    with reading(engine) as session:
        assert len(session.exec(select(models.Actor).where(models.Actor.name == LEAD)).all()) == 1


def test_a_folder_from_a_swedish_spreadsheet_is_the_same_programme(tmp_path: Path) -> None:
    assert seed.read_folder(write_folder(tmp_path, a_programme(), Dialect.EXCEL_SV)) == a_programme()


def edited(folder: Path, name: str, before: str, after: str) -> Path:
    """The ready-made programme's own export, one thing in it changed."""
    path = folder / name
    text = path.read_bytes().decode()
    assert text.count(before) >= 1, before
    path.write_bytes(text.replace(before, after, 1).encode())
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = write_folder(tmp_path_factory.mktemp("files"), a_programme())
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "before", "after", "words"),
    [
        ("projects.csv", "SOKI,", "SIDU,", "projects.csv, line 3, column code: 'SIDU': stands twice in the file"),
        ("workstreams.csv", "SIDU,3", "XXX,3", "workstreams.csv, line 2, column project: 'XXX': is not in"),
        ("workstreams.csv", "SIDU,3", "SIDU,x", "workstreams.csv, line 2, column wip_design: 'x': is no whole"),
        ("cycles.csv", "2023-03-20", "2023-03-19", "cycles.csv, line 3, column starts_on: '2023-03-19'"),
        ("cycles.csv", ",closed,", ",running,", "cycles.csv, line 2, column closed_at"),
        ("cycles.csv", "running", "going", "cycles.csv, line 3, column status: 'going': is none"),
        ("workflows.csv", "LAB,LKM,", "LAB,LKM XX,", "workflows.csv, line 2, column other_workstreams: 'LKM XX'"),
        ("workflows.csv", "LAB,LKM,", "LAB,LAB,", "workflows.csv, line 2, column other_workstreams: 'LAB'"),
        ("workflows.csv", ",1,2022", ",5,2022", "workflows.csv, line 4, column priority: '5'"),
        ("changes.csv", "LAB-001", "LAB-009", "changes.csv, line 2, column workflow: 'LAB-009'"),
        ("changes.csv", ",not_started,design", ",test,design", "column from_state: 'test': is not not_started"),
        ("changes.csv", "2,LAB-002", "1,LAB-002", "changes.csv, line 3, column id: '1': stands twice in the file"),
        ("changes.csv", "T10:00:00Z,Pro", "T09:59:00Z,Pro", "column happened_at: '2023-02-03T10:00:00Z': is after"),
        ("scope.csv", "LKM-003,1,2", "LKM-003,2,1", "column from_cycle: '2': is not where LKM-003 was: 1"),
        ("scope.csv", "LKM-003,1,2,test", "LKM-003,1,2,", "column goal: '': must not be empty"),
        ("scope.csv", "planned", "plannned", "column kind: 'plannned': is none of planned, added"),
        ("blockers.csv", "equipment", "things", "blockers.csv, line 2, column category: 'things'"),
        ("blocker_events.csv", "1,1,LAB", "1,7,LAB", "blocker_events.csv, line 2, column blocker: '7': "),
        ("workflows.csv", "LAB,LKM,", "LAB,,", "column other_workstreams: '': contradicts parts.csv, which says 'LKM'"),
        ("parts.csv", "LAB-001", "LAB-009", "parts.csv, line 2, column workflow: 'LAB-009': is not in workflows.csv"),
        ("parts.csv", "LKM,,joined", "XXX,,joined", "column workstream: 'XXX': is not in workstreams.csv"),
        ("parts.csv", "LKM,,joined", "LAB,,joined", "column workstream: 'LAB': is the owning workstream"),
        ("parts.csv", ",,joined", ",test,joined", "column stage: 'test': must be empty for the event joined"),
        ("parts.csv", ",,joined", ",,signed", "column stage: '': must not be empty for the event signed"),
        ("parts.csv", ",joined,2022", ",joined,2029", "parts.csv, line 2, column happened_at"),
        ("notes.csv", "LAB-003", "", "notes.csv, line 2, column workflow: '': must not be empty when blocker is"),
        ("checks.csv", "Z,Projekt", ",Projekt", "checks.csv, line 2, column recorded_at: '2023-02-18T09:00:00'"),
        ("checks.csv", "id,", "id,colour,", "checks.csv, line 1, column colour: is no column of this file"),
        ("checks.csv", ",actor", "", "checks.csv, line 1: lacks the column actor"),
    ],
)
def test_what_breaks_a_rule_is_named_by_its_place(
    files: dict[str, bytes], tmp_path: Path, name: str, before: str, after: str, words: str
) -> None:
    with pytest.raises(PlaceError) as refusal:
        seed.read_folder(edited(put(tmp_path, files), name, before, after))
    assert words in str(refusal.value)
    assert str(refusal.value).startswith(name)


@ON_SQLITE
@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        (",validation,", ",design,", "state"),
        (",2,test,", ",1,test,", "cycle"),
        (",2,test,", ",2,design,", "goal"),
        (",true,", ",false,", "blocked"),
        (",false,1,", ",false,0,", "times_carried"),
        ("2023-02-28T09:00:00Z", "2023-02-27T09:00:00Z", "done_at"),
        ("2023-02-28T09:00:00Z", "", "done_at"),
    ],
)
def test_a_derived_column_that_contradicts_the_history_is_refused(
    engine: Engine, tmp_path: Path, before: str, after: str, column: str
) -> None:
    load(engine, a_programme())
    with reading(engine) as session:
        folder = put(tmp_path, exported(session))
    with pytest.raises(PlaceError, match="contradicts the history") as refusal:
        seed.read_folder(edited(folder, "workflows.csv", before, after))
    assert refusal.value.place.column == column


@ON_SQLITE
def test_an_age_is_never_checked_and_derived_columns_may_be_missing(engine: Engine, tmp_path: Path) -> None:
    load(engine, a_programme())
    with reading(engine) as session:
        folder = put(tmp_path, exported(session))
    seed.read_folder(edited(folder, "workflows.csv", ",47\r\n", ",about a month\r\n"))
    lines = (folder / "workflows.csv").read_text().splitlines()
    (folder / "workflows.csv").write_text("\n".join(line.rsplit(",", 7)[0] for line in lines))
    assert seed.read_folder(folder) == a_programme()


def test_a_take_back_takes_the_latest_that_stands() -> None:
    flow = Flow().to(State.DESIGN, day(1)).to(State.TEST, day(2)).undo(day(3))
    programme = a_programme(flow)
    first, second, third, fourth = programme.changes

    def refused(*changes: ChangeRow, column: str) -> None:
        with pytest.raises(PlaceError) as refusal:
            seed.require_sound(replace(programme, changes=list(changes)))
        assert refusal.value.place.column == column

    refused(first, second, third, replace(fourth, voids=second.id), column="voids")
    refused(first, second, third, replace(fourth, happened_at=day(2)), column="happened_at")
    refused(first, second, third, replace(fourth, to_state=State.DESIGN), column="to_state")
    refused(first, second, third, fourth, replace(fourth, id=5), column="voids")
    refused(first, replace(fourth, voids=first.id), column="voids")
    back_in_time = replace(second, id=5, from_state=State.DESIGN, happened_at=day(0), recorded_at=day(4))
    refused(first, second, third, fourth, back_in_time, column="happened_at")


def test_a_late_row_after_a_take_back_may_happen_before_what_was_taken_back() -> None:
    flow = Flow().to(State.DESIGN, day(1)).to(State.TEST, day(5)).undo(day(6))
    seed.require_sound(a_programme(flow.to(State.VALIDATION, day(3), recorded_at=day(7))))


def test_one_cycle_runs_at_a_time() -> None:
    cycles = [a_cycle(1, CycleStatus.RUNNING), a_cycle(2, CycleStatus.RUNNING)]
    with pytest.raises(PlaceError, match="one cycle runs at a time"):
        seed.require_sound(a_programme(cycles=cycles))


@pytest.mark.parametrize(
    ("content", "line"), [("id,workflow\r\n1,Ärta".encode("cp1252"), 2), ("å".encode("utf-16"), 1)]
)
def test_what_is_not_utf_8_is_refused(files: dict[str, bytes], tmp_path: Path, content: bytes, line: int) -> None:
    put(tmp_path, files | {"checks.csv": content})
    with pytest.raises(PlaceError, match=rf"checks.csv, line {line}: is not UTF-8"):
        seed.read_folder(tmp_path)


def test_a_missing_file_is_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    put(tmp_path, files)
    (tmp_path / "notes.csv").unlink()
    with pytest.raises(PlaceError, match=r"notes.csv: is missing"):
        seed.read_folder(tmp_path)


def test_a_folder_of_an_earlier_version_has_no_parts(tmp_path: Path) -> None:
    """Those who take part joined at the creation, and what is due is waived in one entry, at the newest row's."""
    shared = Flow("LAB-001", workstream="LAB", others=("RTG", "LKM")).to(State.VALIDATION, day(5))
    away = Flow("LAB-002", workstream="LAB", others=("LKM",), archived_at=day(9)).to(State.TEST, day(6))
    put_away_done = Flow("LAB-003", workstream="LAB", others=("LKM",), archived_at=day(9)).to(State.DONE, day(7))
    folder = write_folder(tmp_path, a_programme(shared, away, put_away_done))
    (folder / "parts.csv").unlink()
    parts = seed.read_folder(folder).parts
    joined = [row for row in parts if row.event is PartEventKind.JOINED]
    assert [(row.workflow, row.workstream, row.happened_at, row.recorded_at) for row in joined] == [
        (key, code, shared.created_at, shared.created_at)
        for key, code in (("LAB-001", "LKM"), ("LAB-001", "RTG"), ("LAB-002", "LKM"), ("LAB-003", "LKM"))
    ]
    waived = [row for row in parts if row.event is PartEventKind.WAIVED]
    assert [(row.workflow, row.workstream, row.stage) for row in waived] == [
        *(("LAB-001", code, stage) for code in ("LKM", "RTG") for stage in (Goal.DESIGN, Goal.VALIDATION)),
        *(("LAB-003", "LKM", stage) for stage in Goal),
    ]
    assert {(row.happened_at, row.recorded_at, row.actor, row.note) for row in waived} == {
        (day(7), day(7), LEAD, BEFORE_PARTS)
    }
    assert len(parts) == len(joined) + len(waived)


def test_who_takes_part_in_a_folder_without_parts_is_checked_by_its_place(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    (put(tmp_path, files) / "parts.csv").unlink()
    assert seed.read_folder(tmp_path) == a_programme()
    edited(tmp_path, "workflows.csv", "LAB,LKM,", "LAB,LKM XX,")
    with pytest.raises(PlaceError, match=r"workflows.csv, line 2, column other_workstreams: 'LKM XX'"):
        seed.read_folder(tmp_path)


def test_nothing_is_kept_of_a_load_that_fails(engine: Engine) -> None:
    programme = a_programme()
    programme.checks.append(programme.checks[0])  # past the checks, as a fault in the middle would be
    with pytest.raises(Exception, match=r"(?i)unique|append-only"), transaction(engine) as session:
        seed.load(session, programme, time_zone="Europe/Stockholm")
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(models.Workflow)).one() == 0
    load(engine, a_programme())


def test_a_large_programme_loads_within_two_minutes(engine: Engine, tmp_path: Path) -> None:
    workflows, changes = count(5000), count(100_000)
    folder = write_folder(tmp_path, a_large_programme(workflows, changes))
    started = time.monotonic()
    programme = seed.read_folder(folder)
    with transaction(engine) as session:
        seed.load(session, programme, time_zone="Europe/Stockholm")
    took = time.monotonic() - started
    print(f"{engine.dialect.name}: {workflows} workflows, {len(programme.changes)} changes in {took:.1f} s")
    assert took < TWO_MINUTES
    with reading(engine) as session:
        assert check.findings(session) == []
