"""Workflows from a file: the preview tells, the confirmation does that under one entry, and it can be taken back."""

import datetime as dt
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.counts import some
from tests.databases import ON_SQLITE, asked
from tests.db.acting import (
    ARCHIVED,
    BACKDATE_DAYS,
    BACKLOG,
    DONE,
    FREE,
    HELD,
    NOW,
    OTHERS,
    RUNNING,
    acting,
    findings,
    lead,
    of_workflow,
    planner,
    rows,
    shared_lead,
    stands,
    stranger,
    traces,
    viewer,
)
from tracker.commands import signoffs
from tracker.commands.entry.batch_results import BatchResult as Taken
from tracker.commands.entry.entries import open_entry
from tracker.commands.imports import facts as import_facts
from tracker.commands.imports import plan as import_plan
from tracker.commands.imports import workflows as workflow_imports
from tracker.commands.imports.plan import Plan, Planned
from tracker.commands.imports.results import ImportChangedError, RowResult
from tracker.commands.imports.workflows import COMMAND
from tracker.commands.signoffs import PartWish
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move, When
from tracker.db import models
from tracker.db.engine import reading, transaction
from tracker.domain.errors import InvalidError, TrackerError
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.reading import read_table
from tracker.domain.people import Actor
from tracker.domain.states import STATES, Goal, PartEventKind, State

ZONE = ZoneInfo("Europe/Stockholm")
NOTHING = Choices()
HEADINGS = "key;name;workstream;owner;state;happened on;reason;priority;other workstreams\n"
OWNER = Choices(owners=("Ny ägare",))


def planned(engine: Engine, text: str, choices: Choices = NOTHING, actor: Actor | None = None) -> Plan:
    with reading(engine) as session:
        when = When(actor or planner(engine), NOW, ZONE, BACKDATE_DAYS)
        return workflow_imports.plan(session, read_table(text.encode()), choices, when)


def row(engine: Engine, cells: str, choices: Choices = NOTHING, actor: Actor | None = None) -> Planned:
    (only,) = planned(engine, HEADINGS + cells + ";" * (8 - cells.count(";")) + "\n", choices, actor).rows
    return only


def done(
    engine: Engine,
    text: str,
    choices: Choices = NOTHING,
    *,
    seen: str | None = None,
    leave: bool = False,
    actor: Actor | None = None,
    at: dt.datetime = NOW,
) -> tuple[Plan, int]:
    with transaction(engine) as session:
        entry = open_entry(session, actor or planner(engine), COMMAND, at)
        plan = workflow_imports.carry_out(
            session,
            entry,
            read_table(text.encode()),
            choices,
            seen=seen,
            without_refused=leave,
        )
        return plan, entry.id


def undone(engine: Engine, entry_id: int, actor: Actor | None = None) -> Taken:
    with acting(engine, actor or planner(engine), NOW + dt.timedelta(hours=2)) as (session, entry):
        return undo_entries.undo(session, entry, entry_id)


FILE = (
    f"{HEADINGS}{FREE};Nytt namn;LAB;Ny ägare;validering;2023-04-12;;1;RTG\n"
    ";Märka remiss;Läkemedel;Ny ägare;klar;2023-04-11;;;\n;Läsa svar;LKM;;test;2023-04-11;;;LAB\n"
    "LAB-100;Egen nyckel;;;design;;;;\n"
)


def test_the_preview_tells_what_each_row_would_do_and_does_nothing(programme: Engine) -> None:
    before = traces(programme)
    plan = planned(programme, FILE, OWNER)
    assert [(each.outcome, each.key, each.workstream) for each in plan.rows] == [
        (RowResult.CHANGED, FREE, "LAB"),
        (RowResult.CREATED, "LKM-001", "LKM"),
        (RowResult.CREATED, "LKM-002", "LKM"),
        (RowResult.CREATED, "LAB-100", "LAB"),
    ]
    assert plan.rows[0].changes == (
        ("name", "Beställa läkemedel", "Nytt namn"),
        ("owner", "", "Ny ägare"),
        ("priority", "", "1"),
        ("other_workstreams", "LKM", "RTG"),
        ("state", "design", "validation"),
    )
    assert traces(programme) == before


def test_confirmed_it_is_one_entry_with_all_that_was_told(programme: Engine) -> None:
    seen = planned(programme, FILE, OWNER).digest()
    _, entry_id = done(programme, FILE, OWNER, seen=seen)
    assert [entry.command for entry in rows(programme, models.Entry, id=entry_id)] == [COMMAND]
    free = stands(programme, FREE)
    assert (free.name, free.owner, free.priority, free.state) == ("Nytt namn", "Ny ägare", 1, State.VALIDATION)
    move = of_workflow(programme, models.StateChange, FREE)[-1]
    assert (move.entry_id, move.from_state, move.happened_at.isoformat()) == (
        entry_id,
        State.DESIGN,
        "2023-04-12T10:00:00+00:00",
    )
    changed = [each.field for each in of_workflow(programme, models.FieldChange, FREE)]
    assert changed == ["name", "owner", "priority", "other_workstreams"]
    made = stands(programme, "LKM-001")
    assert (made.state, made.state_since.isoformat(), made.version) == (State.DONE, "2023-04-11T10:00:00+00:00", 1)
    assert [(each.workstream_code, each.event, each.entry_id) for each in parts_of(programme, "LKM-002")] == [
        ("LAB", PartEventKind.JOINED, entry_id)
    ]
    assert [change.entry_id for change in of_workflow(programme, models.StateChange, "LAB-100")] == [entry_id]
    assert {each.outcome for each in planned(programme, FILE.replace("\n;", "\nx;")).rows} >= {RowResult.UNCHANGED}


def test_nothing_is_created_without_consent_and_what_is_unknown_is_counted_once(programme: Engine) -> None:
    text = HEADINGS + (
        ";A;Nord;Ny;Pågår;;;;\n;B;Nord;Ny;Hmm;;;;\n;C;LAB;Annan;Hmm;;;;\n;Beställa läkemedel;LAB;;;;;;\n"
    )
    plan = planned(programme, text)
    assert (plan.counts["refused"], plan.counts["created"]) == (4, 0)
    assert dict(plan.workstreams) == {"Nord": 2}
    assert dict(plan.states) == {"Pågår": 1, "Hmm": 2}
    assert dict(plan.owners) == {"Ny": 2, "Annan": 1}
    assert dict(plan.twins) == {"Beställa läkemedel": 1}
    choices = Choices(
        states={"Pågår": "design", "Hmm": "test"},
        workstreams={"Nord": "RTG"},
        owners=("Ny", "Annan"),
        twins=("Beställa läkemedel",),
    )
    plan = planned(programme, text, choices)
    assert plan.counts["created"] == 4
    assert [(each.workstream, each.to) for each in plan.rows] == [
        ("RTG", State.DESIGN),
        ("RTG", State.TEST),
        ("LAB", State.TEST),
        ("LAB", State.NOT_STARTED),
    ]


REFUSED = {
    f"{ARCHIVED};Nytt": "archived",
    "XYZ-001;Nytt": "Write the workstream",
    "LAB-1;Nytt;LAB": "Write a key like LAB-001",
    f"{FREE};Nytt;RTG": "never changes its workstream",
    f"{FREE};;;;ej påbörjad": "Choose why it moves back",
    f"{HELD};;;;klar": "while a blocker holds it",
    f"{FREE};;;;klar": "LAB-001 has open parts: LKM",
    ";A;LKM;;klar;;;;LAB RTG": "A has open parts: LAB, RTG",
    f"{DONE};;;;;;;;LKM": "LKM cannot take part any more",
    f"{FREE};;;;test;2023-04-30": "has not come yet",
    f"{FREE};;;;test;2023-01-02": "The latest change happened on",
    ";;LAB": "must not be empty",
    ";A;LAB;;;;;9": "priority from 1 to 4",
    ";A;LAB;;;;;;LAB": "owns the workflow",
    ";A;LAB;;;;;;NIX": "no workstream NIX",
    ";#SAKNAS!;LAB": "formula",
    f";{'a' * 201};LAB": "at most 200 characters",
    ";A;LAB;;;igår": "no date",
}


@pytest.mark.parametrize("cells", REFUSED)
@ON_SQLITE
def test_a_row_is_refused_with_its_column_its_value_and_what_to_do(programme: Engine, cells: str) -> None:
    refused = row(programme, cells)
    assert refused.outcome is RowResult.REFUSED
    assert REFUSED[cells] in " ".join(str(problem.error) for problem in refused.problems)
    assert all(problem.heading for problem in refused.problems)


def test_a_row_that_would_be_done_with_open_parts_is_refused_and_names_them(programme: Engine) -> None:
    """The parts count of those who take part after the row; who comes back to it finds what it signed."""
    signed(programme, FREE, "LKM", Goal.DESIGN)
    shared = {
        f"{FREE};;;;klar": "LAB-001 has open parts: LKM. ",
        f"{FREE};;;;klar;;;;LKM RTG": "LAB-001 has open parts: RTG, LKM. ",
        f"{FREE};;;;klar;2023-04-30": "LAB-001 has open parts: LKM. ",  # as for a person, before the date
        f"{BACKLOG};;;;klar;;;;LKM": "LAB-005 has open parts: LKM. ",
        "LKM-100;Ny;;;klar;;;;LAB": "LKM-100 has open parts: LAB. ",
        ";Ny;LKM;;klar;;;;LAB": "Ny has open parts: LAB. ",
    }
    for cells, told in shared.items():
        refused = row(programme, cells)
        (problem,) = refused.problems
        assert (refused.outcome, problem.heading, problem.value) == (RowResult.REFUSED, "state", "klar"), cells
        assert str(problem.error).startswith(told), cells
    before = traces(programme)
    with pytest.raises(InvalidError):
        done(programme, f"{HEADINGS};Ny;LKM;;klar;;;;LAB\n;Annan;LKM;;;;;;\n")
    assert traces(programme) == before


def test_a_row_becomes_done_when_no_part_is_open_after_it(programme: Engine) -> None:
    assert row(programme, ";Ny;LKM;;klar").outcome is RowResult.CREATED
    leaving = f"key;state;other workstreams\n{FREE};klar;\n"
    assert planned(programme, leaving, Choices(empties=True)).counts["changed"] == 1
    for stage in Goal:
        signed(programme, FREE, "LKM", stage)
    assert row(programme, f"{FREE};;;;klar").outcome is RowResult.CHANGED
    with acting(programme) as (session, entry):
        signoffs.write(session, entry, FREE, PartWish("LKM", PartEventKind.LEFT))
    back = f"key;state;other workstreams\n{FREE};klar;LKM\n"
    done(programme, back)
    assert stands(programme, FREE).state is State.DONE
    assert findings(programme) == []


def test_a_part_taken_back_since_the_preview_stops_the_import(programme: Engine) -> None:
    for stage in Goal:
        signed(programme, FREE, "LKM", stage)
    text = f"key;state\n{FREE};klar\n"
    seen = planned(programme, text).digest()
    part(programme, FREE, PartWish("LKM", PartEventKind.WITHDRAWN, Goal.TEST, State.DESIGN))
    with pytest.raises(ImportChangedError):
        done(programme, text, seen=seen)
    assert stands(programme, FREE).state is State.DESIGN


def signed(engine: Engine, key: str, workstream: str, stage: Goal) -> None:
    """Signed in design, or else waived: nothing later is due yet."""
    event = PartEventKind.SIGNED if stage is Goal.DESIGN else PartEventKind.WAIVED
    part(engine, key, PartWish(workstream, event, stage, State.DESIGN, note="Rör dem inte"))


def part(engine: Engine, key: str, wish: PartWish) -> None:
    with acting(engine, planner(engine), at=NOW - dt.timedelta(hours=1)) as (session, entry):
        assert signoffs.write(session, entry, key, wish)


def parts_of(engine: Engine, key: str) -> list[models.PartEvent]:
    return of_workflow(engine, models.PartEvent, key)


@ON_SQLITE
def test_a_key_that_stands_twice_and_a_torn_row_are_refused(programme: Engine) -> None:
    plan = planned(programme, f"key,name\n{FREE},A\n{FREE.lower()},B\nLAB-002,C,D\nLAB-003\n")
    told = [str(each.problems[0].error) for each in plan.rows]
    assert ["more than one row" in text for text in told] == [True, True, False, False]
    assert told[2:] == [
        "The row has 3 cells, and the headings are 2. Are quotes missing around a cell?",
        "The row has 1 cells, and the headings are 2. Are quotes missing around a cell?",
    ]


@pytest.mark.parametrize("place", [1, 5_000, 10_000])
@ON_SQLITE
def test_one_bad_row_of_ten_thousand_leaves_all_as_it_was(programme: Engine, place: int) -> None:
    before = traces(programme)
    text = HEADINGS + "".join(
        f";Namn {number};{'Nix' if number == place else 'LAB'};;;;;;\n" for number in range(1, 10_001)
    )
    (refused,) = planned(programme, text).of(RowResult.REFUSED)
    assert (refused.row.number, refused.problems[0].heading, refused.problems[0].value) == (
        place + 1,
        "workstream",
        "Nix",
    )
    with pytest.raises(InvalidError):
        done(programme, text)
    assert traces(programme) == before


def test_the_good_rows_are_taken_when_that_is_chosen(programme: Engine) -> None:
    plan, _ = done(programme, HEADINGS + ";Ny A;LAB;;;;;;\n;Ny B;Nix;;;;;;\n", leave=True)
    assert (plan.counts["created"], plan.counts["refused"]) == (1, 1)
    assert stands(programme, plan.rows[0].key).name == "Ny A"


def test_what_has_changed_since_the_preview_is_not_done(programme: Engine) -> None:
    seen = planned(programme, FILE, OWNER).digest()
    with acting(programme) as (session, entry):
        workflow_fields.own(session, entry, FREE, "Någon")
    before = traces(programme)
    with pytest.raises(ImportChangedError):
        done(programme, FILE, OWNER, seen=seen)
    assert traces(programme) == before


@ON_SQLITE
def test_empty_cells_leave_what_is_there_unless_they_are_to_empty_it(programme: Engine) -> None:
    done(programme, f"key;owner\n{FREE};Ny ägare\n", OWNER)
    assert planned(programme, f"key;owner\n{FREE};\n").counts["unchanged"] == 1
    (only,) = planned(programme, f"key;owner\n{FREE};\n", Choices(empties=True)).rows
    assert only.changes == (("owner", "Ny ägare", ""),)


@ON_SQLITE
def test_leads_import_into_their_own_workstreams_and_viewers_into_none(programme: Engine) -> None:
    text = HEADINGS + f"{FREE};Nytt namn;;;;;;;\n;Nytt;LAB;;;;;;\n{OTHERS};Annat;;;;;;;\n"
    refused = {
        name: [each.outcome is RowResult.REFUSED for each in planned(programme, text, actor=actor(programme)).rows]
        for name, actor in (("lead", lead), ("shared", shared_lead), ("stranger", stranger), ("viewer", viewer))
    }
    assert refused == {
        "lead": [False, False, True],
        "shared": [True, True, True],
        "stranger": [True, True, False],
        "viewer": [True, True, True],
    }
    with pytest.raises(InvalidError):
        done(programme, text, actor=lead(programme))


KEYS = (FREE, HELD, DONE, ARCHIVED, BACKLOG, RUNNING, OTHERS)
DATES = ("", "2023-04-14", "2023-04-10", "2023-03-21", "2023-03-01", "2023-04-15")
REASONS = ("", "vendor")


@ON_SQLITE
def test_a_move_is_refused_or_made_as_when_a_person_makes_it(programme: Engine) -> None:
    """The import asks its rules of facts that it read at once; they are those of the command, word for word."""
    actors = [lead(programme), stranger(programme), planner(programme), viewer(programme)]
    with reading(programme) as session:
        known = import_facts.facts(session)
    seen = set()
    for key, state, on, reason, actor in some(product(KEYS, STATES, DATES, REASONS, actors), 11):
        if stands_at(known, key) is state:
            continue
        table = read_table(f"key;state;happened on;reason\n{key};{state};{on};{reason}\n".encode())
        (each,) = import_plan.plan(table, Choices(), known, When(actor, NOW, ZONE, BACKDATE_DAYS)).rows
        by_file = str(each.problems[0].error) if each.problems else each.happened_at
        by_hand = moved(
            programme,
            actor,
            key,
            Move(state, known.workflows[key.casefold()].version, dt.date.fromisoformat(on) if on else None, reason),
        )
        assert by_file == by_hand, (key, state, on, reason, actor)
        seen.add(by_hand if isinstance(by_hand, str) else "")
    assert len(seen) >= 8


def stands_at(known: import_facts.ImportFacts, key: str) -> State:
    return known.workflows[key.casefold()].state


def moved(engine: Engine, actor: Actor, key: str, to: Move) -> str | dt.datetime:
    """When it happened, or why it is refused; nothing is kept."""
    with Session(engine) as session:
        try:
            entry = open_entry(session, actor, "move", NOW)
            return moves.move(session, entry, key, to).state_since
        except TrackerError as error:
            return str(error)
        finally:
            session.rollback()


def test_an_import_is_taken_back_and_what_it_made_is_archived(programme: Engine) -> None:
    _, entry_id = done(programme, FILE, OWNER)
    outcome = undone(programme, entry_id)
    assert set(outcome.done) == {FREE, "LKM-001", "LKM-002", "LAB-100"}
    assert outcome.left == ()
    free = stands(programme, FREE)
    assert (free.name, free.owner, free.priority, free.state) == ("Beställa läkemedel", "", None, State.DESIGN)
    assert stands(programme, "LKM-001").archived_at == NOW + dt.timedelta(hours=2)
    assert undone(programme, entry_id).done == ()
    assert row(programme, "LAB-100;Egen nyckel").outcome is RowResult.REFUSED  # its key stays taken


def test_what_was_used_since_stays_and_is_named(programme: Engine) -> None:
    _, entry_id = done(programme, FILE, OWNER)
    with acting(programme, at=NOW + dt.timedelta(hours=1)) as (session, entry):
        workflow_fields.own(session, entry, "LAB-100", "Någon")
        workflow_fields.own(session, entry, FREE, "Någon")
    outcome = undone(programme, entry_id)
    assert set(outcome.done) == {"LKM-001", "LKM-002"}
    assert {each.key for each in outcome.left} == {"LAB-100", FREE}
    assert "has been used since" in str(outcome.left[0].error)
    assert stands(programme, "LAB-100").archived_at is None


@ON_SQLITE
def test_a_lead_takes_back_no_import_of_others(programme: Engine) -> None:
    _, entry_id = done(programme, HEADINGS + ";Nytt;LAB;;;;;;\n")
    with pytest.raises(TrackerError, match="Only planners"):
        undone(programme, entry_id, lead(programme))


@ON_SQLITE
def test_a_preview_asks_as_much_for_two_thousand_rows_as_for_two(programme: Engine) -> None:
    counts = []
    for number in (2, 2_000):
        text = HEADINGS + "".join(f";Namn {each};LAB;;;;;;\n" for each in range(number))
        actor = planner(programme)
        with asked(programme) as statements:
            planned(programme, text, actor=actor)
        counts.append(len(statements))
    assert counts == [10, 10]
