"""Setting up projects and workstreams: who may, what the rules refuse, and how it is taken back."""

import pytest
from sqlalchemy import Engine

from tests.builders import OFFICE
from tests.db.acting import BACKLOG, DRAFTED, acting, findings, lead, planner, rows, somebody, stands, traces
from tests.db.workflows.test_scope import enter
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.imports.results import ImportChangedError, RowResult
from tracker.commands.programme import setup, setup_tables
from tracker.commands.programme.setup_tables import PlannedRow
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import fields as workflow_fields
from tracker.db.engine import reading
from tracker.db.models import Project, SetupChange, Workstream
from tracker.domain.errors import ConflictError, FileError, InvalidError, NotAllowedError, TrackerError
from tracker.domain.fields import texts_of
from tracker.domain.merging import FieldConflictError
from tracker.domain.people import Actor
from tracker.domain.programme.setup import FIELDS, Thing
from tracker.domain.states import Goal, Role
from tracker.domain.workflows import WorkflowFields

PROJECT = {"code": "nav", "name": "Navet", "name_en": "The hub", "first_cycle": "4"}
STREAM = {"code": "apo", "name": "Apotek", "project_code": "SIDU", "wip_test": "3"}


def create(engine: Engine, thing: Thing, texts: dict[str, str], role: Role = Role.PLANNER) -> int:
    with acting(engine, somebody(engine, role, name=OFFICE)) as (session, entry):
        setup.create(session, entry, thing, texts)
        return entry.id


def edit(engine: Engine, thing: Thing, code: str, **wanted: str) -> int:
    with acting(engine, planner(engine)) as (session, entry):
        was = texts_of(setup.the_thing(session, thing, code), wanted)
        setup.edit(session, entry, thing, code, wanted, was)
        return entry.id


def put_away(engine: Engine, code: str, *, is_away: bool = True) -> int:
    with acting(engine, planner(engine)) as (session, entry):
        setup.put_away(session, entry, code, is_away=is_away)
        return entry.id


def undo(engine: Engine, entry_id: int) -> BatchResult:
    with acting(engine, planner(engine), command="take_back_entry") as (session, entry):
        return undo_entries.undo(session, entry, entry_id)


def stream(engine: Engine, code: str) -> Workstream:
    with reading(engine) as session:
        return session.get_one(Workstream, code)


def test_a_project_and_a_workstream_are_made_under_codes_in_capitals(programme: Engine) -> None:
    create(programme, Thing.PROJECT, PROJECT)
    create(programme, Thing.WORKSTREAM, STREAM)
    with reading(programme) as session:
        made = texts_of(session.get_one(Project, "NAV"), FIELDS[Thing.PROJECT])
    assert made == {**PROJECT, "code": "NAV"}
    assert (stream(programme, "APO").project_code, stream(programme, "APO").wip_test) == ("SIDU", 3)
    written = {(row.field, row.before, row.after) for row in rows(programme, SetupChange, code="APO")}
    assert written == {
        ("code", "", "APO"),
        ("name", "", "Apotek"),
        ("project_code", "", "SIDU"),
        ("wip_test", "", "3"),
    }
    assert findings(programme) == []


@pytest.mark.parametrize(
    ("thing", "texts", "field"),
    [
        (Thing.WORKSTREAM, STREAM | {"code": "lab"}, "code"),  # taken, whatever its capitals
        (Thing.WORKSTREAM, STREAM | {"code": "A B"}, "code"),
        (Thing.WORKSTREAM, STREAM | {"code": "total"}, "code"),
        (Thing.WORKSTREAM, STREAM | {"name": " "}, "name"),
        (Thing.WORKSTREAM, STREAM | {"project_code": "NAV"}, "project_code"),
        (Thing.WORKSTREAM, STREAM | {"wip_test": "-1"}, "wip_test"),
        (Thing.PROJECT, PROJECT | {"first_cycle": "0"}, "first_cycle"),
        (Thing.PROJECT, PROJECT | {"first_cycle": "9" * 30}, "first_cycle"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_is_written(
    programme: Engine, thing: Thing, texts: dict[str, str], field: str
) -> None:
    before = traces(programme)
    with pytest.raises(TrackerError) as refused:
        create(programme, thing, texts)
    assert (refused.value.field, traces(programme)) == (field, before)


def test_only_planners_and_administrators_set_up(programme: Engine) -> None:
    create(programme, Thing.PROJECT, PROJECT, Role.ADMIN)
    with pytest.raises(NotAllowedError):
        create(programme, Thing.WORKSTREAM, STREAM, Role.LEAD)


def test_two_fields_of_two_people_are_both_kept_and_the_same_one_shows_both(programme: Engine) -> None:
    edit(programme, Thing.WORKSTREAM, "LAB", wip_test="4")
    was = texts_of(stream(programme, "LAB"), ["name", "wip_test"]) | {"wip_test": ""}
    with acting(programme, planner(programme)) as (session, entry):
        setup.edit(session, entry, Thing.WORKSTREAM, "LAB", {"name": "Labbet", "wip_test": ""}, was)
    assert (stream(programme, "LAB").name, stream(programme, "LAB").wip_test) == ("Labbet", 4)
    with pytest.raises(FieldConflictError) as conflict, acting(programme, planner(programme)) as (session, entry):
        setup.edit(session, entry, Thing.WORKSTREAM, "LAB", {"wip_test": "9"}, {"wip_test": ""})
    theirs = conflict.value.conflicts["wip_test"]
    assert (theirs.value, theirs.actor) == ("4", OFFICE)


def test_the_first_cycle_stays_where_a_closed_cycle_would_count_otherwise(programme: Engine) -> None:
    """Cycle 1 is closed, 2 runs."""
    create(programme, Thing.PROJECT, PROJECT)
    edit(programme, Thing.PROJECT, "NAV", first_cycle="2")
    with pytest.raises(ConflictError, match="Cycle 1 is closed"):
        edit(programme, Thing.PROJECT, "NAV", first_cycle="1")
    with pytest.raises(ConflictError, match="Cycle 1 is closed"):
        edit(programme, Thing.PROJECT, "SIDU", first_cycle="3")


def test_a_workstream_stays_in_its_project_once_a_cycle_is_closed(programme: Engine) -> None:
    create(programme, Thing.PROJECT, PROJECT)
    with pytest.raises(ConflictError, match="Cycle 1 is closed"):
        edit(programme, Thing.WORKSTREAM, "LKM", project_code="NAV")


def test_a_workstream_is_archived_once_nothing_of_it_runs_or_is_planned(programme: Engine) -> None:
    with pytest.raises(ConflictError, match=r"LAB-006, LAB-007"):
        put_away(programme, "LAB")
    put_away(programme, "RTG")
    assert stream(programme, "RTG").archived_at is not None
    with pytest.raises(ConflictError, match="RTG is archived"):
        enter(programme, "RTG-001", 3, Goal.TEST, actor=planner(programme))
    with pytest.raises(ConflictError, match="RTG is archived"):
        _create_workflow(programme, "RTG")
    put_away(programme, "RTG", is_away=False)
    _create_workflow(programme, "RTG")
    assert findings(programme) == []


def _create_workflow(engine: Engine, workstream: str) -> None:
    with acting(engine, planner(engine)) as (session, entry):
        workflow_fields.create(session, entry, workstream, WorkflowFields("Nytt"))


def test_what_was_set_up_is_taken_back_unless_somebody_wrote_over_it(programme: Engine) -> None:
    first = edit(programme, Thing.WORKSTREAM, "LKM", name="Medel", wip_test="2")
    second = edit(programme, Thing.WORKSTREAM, "LKM", name="Läkemedlen")
    assert [left.key for left in undo(programme, first).left] == ["LKM"]
    assert undo(programme, second).done == ("LKM",)
    assert stream(programme, "LKM").name == "Medel"
    assert undo(programme, second).unchanged == ("LKM",)
    named = edit(programme, Thing.PROGRAMME, "", name="Programmet")
    assert undo(programme, named).done == ("programme",)


def test_undoing_a_creation_puts_it_away(programme: Engine) -> None:
    project = create(programme, Thing.PROJECT, PROJECT)
    made = create(programme, Thing.WORKSTREAM, STREAM | {"project_code": "NAV"})
    assert undo(programme, project).left[0].error.message == "%(code)s has workstreams, and stays."
    assert undo(programme, made).done == ("APO",)
    assert stream(programme, "APO").archived_at is not None
    assert undo(programme, made).unchanged == ("APO",)
    other = create(programme, Thing.PROJECT, PROJECT | {"code": "EMPTY"})
    assert undo(programme, other).done == ("EMPTY",)
    with reading(programme) as session:
        assert session.get(Project, "EMPTY") is None
    assert findings(programme) == []


def test_archiving_is_taken_back_by_its_entry(programme: Engine) -> None:
    away = put_away(programme, "RTG")
    assert undo(programme, away).done == ("RTG",)
    assert stream(programme, "RTG").archived_at is None


def plan(engine: Engine, thing: Thing, text: str) -> list[PlannedRow]:
    with reading(engine) as session:
        return setup_tables.plan(session, setup_tables.read(text.encode("utf-8-sig"), thing), thing)


def carry_out(engine: Engine, thing: Thing, text: str, seen: str | None = None, actor: Actor | None = None) -> int:
    seen = seen or setup_tables.digest(plan(engine, thing, text))
    with acting(engine, actor or planner(engine), command="import_setup") as (session, entry):
        table = setup_tables.read(text.encode("utf-8-sig"), thing)
        setup_tables.carry_out(session, entry, table, thing, seen=seen)
        return entry.id


PASTED = "Kod\tNamn\tEngelskt namn\tProjekt\tHögst i test\napo\tApotek\tPharmacy\tsidu\t3\nVAC\tVaccin\t\tSIDU\t\n"


def test_a_pasted_table_makes_all_its_rows_in_one_entry_that_can_be_taken_back(programme: Engine) -> None:
    entry = carry_out(programme, Thing.WORKSTREAM, PASTED)
    assert (stream(programme, "APO").wip_test, stream(programme, "VAC").wip_test) == (3, None)
    again = plan(programme, Thing.WORKSTREAM, PASTED)
    assert [row.outcome for row in again] == [RowResult.UNCHANGED] * 2
    assert set(undo(programme, entry).done) == {"APO", "VAC"}


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
def test_delimiters_and_line_ends_give_the_same_rows(programme: Engine, delimiter: str, line_end: str) -> None:
    text = PASTED.replace("\t", delimiter).replace("\n", line_end)
    assert plan(programme, Thing.WORKSTREAM, text) == plan(programme, Thing.WORKSTREAM, PASTED)


def test_each_wrong_cell_is_named_and_one_bad_row_refuses_all(programme: Engine) -> None:
    text = "code;name;project;wip_test\nAPO;Apotek;SIDU;3\nRTG;Medel;SIDU;\nVAC;;NAV;x\nAPO;Igen;SIDU;\nA\n"
    planned = plan(programme, Thing.WORKSTREAM, text)
    problems = [(row.number, each.heading, each.value) for row in planned for each in row.problems]
    assert problems == [
        (3, "name", "Medel"),
        (4, "name", ""),
        (4, "project", "NAV"),
        (4, "wip_test", "x"),
        (5, "code", "APO"),
        (6, "", ""),
    ]
    before = traces(programme)
    with pytest.raises(InvalidError):
        carry_out(programme, Thing.WORKSTREAM, text)
    assert traces(programme) == before


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("code;name;colour\nA;B;red\n", "colour"),
        ("code;kod;name\nA;B;C\n", "kod"),
        ("code;code;name\nA;B;C\n", "code"),
        ("name\nA\n", "code"),
        ("code;name\n", "headings"),
        ('code;name\nA;"B\n', "line"),
        ("", "empty"),
    ],
)
def test_headings_are_refused_by_name_and_never_dropped(programme: Engine, text: str, named: str) -> None:
    with pytest.raises(FileError) as refused:
        plan(programme, Thing.PROJECT, text)
    assert named in str(refused.value)


def test_what_was_confirmed_is_what_is_done(programme: Engine) -> None:
    seen = setup_tables.digest(plan(programme, Thing.WORKSTREAM, PASTED))
    create(programme, Thing.WORKSTREAM, STREAM)
    with pytest.raises(ImportChangedError):
        carry_out(programme, Thing.WORKSTREAM, PASTED, seen)
    with pytest.raises(NotAllowedError):
        carry_out(programme, Thing.WORKSTREAM, PASTED, actor=lead(programme))


def test_one_bad_row_in_ten_thousand_is_found_and_changes_nothing(programme: Engine) -> None:
    lines = [f"P{number:05};Projekt {number}" for number in range(10_000)]
    lines[5_000] = "P05000;"
    planned = plan(programme, Thing.PROJECT, "code;name\n" + "\n".join(lines))
    (bad,) = setup_tables.of(planned, RowResult.REFUSED)
    assert (bad.number, bad.problems[0].heading) == (5_002, "name")


def test_workflows_of_an_archived_workstream_stay(programme: Engine) -> None:
    put_away(programme, "RTG")
    assert stands(programme, "RTG-001").archived_at is None
    assert stands(programme, BACKLOG).archived_at is None
    assert stands(programme, DRAFTED).cycle_number == 3
