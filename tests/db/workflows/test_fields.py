"""Making, editing and archiving workflows: what is written, what is kept of it, and what is refused untouched."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.db.acting import (
    ARCHIVED,
    BACKLOG,
    DRAFTED,
    FREE,
    HELD,
    MET,
    NOW,
    RUNNING,
    acting,
    lead,
    of_workflow,
    planner,
    rows,
    shared_lead,
    somebody,
    stands,
    stranger,
    traces,
    viewer,
)
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move, StaleError
from tracker.db import models
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.merging import FieldConflictError
from tracker.domain.people import Actor
from tracker.domain.states import Role, State
from tracker.domain.workflows import WorkflowFields

WAS = {
    "name": "Beställa läkemedel",
    "name_en": "",
    "description": "",
    "owner": "",
    "priority": "",
    "other_workstreams": "LKM",
}


def create(
    engine: Engine,
    name: str = "Tolka svar",
    workstream: str = "LAB",
    *,
    actor: Actor | None = None,
    state: State = State.NOT_STARTED,
    key: str = "",
    **fields: Any,  # noqa: ANN401 - of all kinds
) -> str:
    with acting(engine, actor) as (session, entry):
        made = workflow_fields.create(session, entry, workstream, WorkflowFields(name, **fields), state=state, key=key)
        return made.key


def edit(
    engine: Engine,
    wanted: Mapping[str, str],
    *,
    key: str = FREE,
    actor: Actor | None = None,
    was: Mapping[str, str] = WAS,
) -> list[str]:
    with acting(engine, actor) as (session, entry):
        return workflow_fields.edit(session, entry, key, wanted, was)


def archive(engine: Engine, key: str, *, actor: Actor | None = None, behind: int = 0) -> None:
    with acting(engine, actor) as (session, entry):
        workflow_fields.archive(session, entry, key, version=stands(engine, key).version - behind)


def test_a_new_workflow_has_its_creation_as_its_history(programme: Engine) -> None:
    key = create(
        programme,
        " Tolka svar ",
        name_en="Read answers",
        owner="Sektionsledare",
        priority=2,
        description="Två\r\nrader",
        other_workstreams=("RTG", "LKM", "RTG"),
        state=State.DESIGN,
    )
    made = stands(programme, key)
    assert (made.key, made.name, made.name_en, made.owner, made.priority, made.description) == (
        "LAB-009",
        "Tolka svar",
        "Read answers",
        "Sektionsledare",
        2,
        "Två\nrader",
    )
    assert (made.state, made.state_since, made.created_at, made.version) == (State.DESIGN, NOW, NOW, 1)
    (change,) = of_workflow(programme, models.StateChange, key)
    assert (change.from_state, change.to_state, change.happened_at, change.recorded_at) == (
        None,
        State.DESIGN,
        NOW,
        NOW,
    )
    assert _streams(programme, key) == {("LAB", True), ("LKM", False), ("RTG", False)}
    assert rows(programme, models.FieldChange) == []


def test_keys_go_on_after_the_highest_in_use_and_a_given_one_is_kept(programme: Engine) -> None:
    assert create(programme) == "LAB-009"
    assert create(programme, key=" LAB-041 ") == "LAB-041"
    assert create(programme) == "LAB-042"
    assert create(programme, key="LAB-1041") == "LAB-1041"
    assert create(programme) == "LAB-1042"
    assert create(programme, workstream="LKM", actor=shared_lead(programme)) == "LKM-001"


@pytest.mark.parametrize(
    "key",
    ["LKM-001", "LAB-01", "lab-100", "LAB-", "LAB 100", "LAB-1x1", "LAB-¹²³", "LAB-1" * 3, "LAB-1234567890", "L%-001"],
)
def test_a_key_of_another_form_is_refused(programme: Engine, key: str) -> None:
    before = traces(programme)
    with pytest.raises(InvalidError, match="LAB-001") as refusal:
        create(programme, key=key)
    assert refusal.value.field == "key"
    assert traces(programme) == before


def test_a_key_is_used_once(programme: Engine) -> None:
    with pytest.raises(ConflictError, match="LAB-004") as refusal:
        create(programme, key=ARCHIVED)
    assert refusal.value.field == "key"


WRONG = [
    ({"name": ""}, "name"),
    ({"name": " \u200b\u2060 "}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "Två\nrader"}, "name"),
    ({"name": "a\x1bb"}, "name"),
    ({"name": "a\u2028b"}, "name"),
    ({"name": "a\ud800b"}, "name"),
    ({"name_en": "x" * 201}, "name_en"),
    ({"owner": "a\tb"}, "owner"),
    ({"owner": "x" * 201}, "owner"),
    ({"description": "x" * 10_001}, "description"),
    ({"description": "a\0b"}, "description"),
    ({"description": "a\ud800b"}, "description"),
    ({"other_workstreams": "XXX"}, "other_workstreams"),
    ({"other_workstreams": "LKM LAB"}, "other_workstreams"),
]


@pytest.mark.parametrize(("wrong", "field"), [*WRONG, ({"priority": "0"}, "priority"), ({"priority": "5"}, "priority")])
def test_each_wrong_field_is_named_and_nothing_is_written(programme: Engine, wrong: dict[str, str], field: str) -> None:
    before = traces(programme)
    with pytest.raises(InvalidError) as refusal:
        edit(programme, wrong)
    assert refusal.value.field == field
    typed: dict[str, Any] = dict(wrong)
    if "priority" in typed:
        typed["priority"] = int(typed["priority"])
    if "other_workstreams" in typed:
        typed["other_workstreams"] = tuple(typed["other_workstreams"].split())
    with pytest.raises(InvalidError) as refusal:
        create(programme, **({"name": "Tolka svar"} | typed))
    assert refusal.value.field == field
    assert traces(programme) == before


@pytest.mark.parametrize("priority", ["x", "01", "-1", "1.0", "①"])
def test_a_priority_is_one_to_four_or_none(programme: Engine, priority: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        edit(programme, {"priority": priority})
    assert refusal.value.field == "priority"


def test_nobody_makes_workflows_for_others_or_for_no_workstream(programme: Engine) -> None:
    before = traces(programme)
    for actor in (shared_lead(programme), stranger(programme), viewer(programme)):
        with pytest.raises(NotAllowedError, match="LAB"):
            create(programme, actor=actor)
    with pytest.raises(InvalidError, match="XXX") as refusal:
        create(programme, workstream="XXX", actor=planner(programme))
    assert refusal.value.field == "workstream"
    assert traces(programme) == before


def test_an_edit_keeps_what_was_there_and_makes_no_new_version(programme: Engine) -> None:
    before = stands(programme, FREE)
    assert edit(programme, {"name": "Nytt namn", "priority": "1", "owner": "", "other_workstreams": "RTG LKM"}) == [
        "name",
        "priority",
        "other_workstreams",
    ]
    after = stands(programme, FREE)
    assert (after.name, after.priority, after.owner, after.version) == ("Nytt namn", 1, "", before.version)
    assert _streams(programme, FREE) == {("LAB", True), ("LKM", False), ("RTG", False)}
    assert [(row.field, row.before, row.after) for row in of_workflow(programme, models.FieldChange, FREE)] == [
        ("name", "Beställa läkemedel", "Nytt namn"),
        ("priority", "", "1"),
        ("other_workstreams", "LKM", "LKM RTG"),
    ]
    assert edit(
        programme,
        {"priority": "", "other_workstreams": ""},
        was=WAS | {"priority": "1", "other_workstreams": "LKM RTG"},
    ) == ["priority", "other_workstreams"]
    assert stands(programme, FREE).priority is None
    assert _streams(programme, FREE) == {("LAB", True)}


def test_a_form_sent_unchanged_writes_nothing_even_over_what_others_changed(programme: Engine) -> None:
    edit(programme, {"name": "Andras namn"})
    before = traces(programme)
    assert edit(programme, WAS) == []
    assert edit(programme, WAS | {"other_workstreams": " LKM  LKM ", "description": "\r\n"}) == []
    assert traces(programme) == before
    assert stands(programme, FREE).name == "Andras namn"


def test_two_who_edit_different_fields_both_win(programme: Engine) -> None:
    edit(programme, WAS | {"name": "Ettans namn"})
    edit(programme, WAS | {"owner": "Tvåans ägare", "description": "Tvåans"}, actor=planner(programme))
    now = stands(programme, FREE)
    assert (now.name, now.owner, now.description) == ("Ettans namn", "Tvåans ägare", "Tvåans")


def test_two_who_edit_the_same_field_are_shown_both_and_nothing_is_written(programme: Engine) -> None:
    edit(programme, {"name": "Andras namn", "owner": "Andras ägare"}, actor=planner(programme))
    before = traces(programme)
    with pytest.raises(FieldConflictError) as refusal:
        edit(programme, WAS | {"name": "Mitt namn", "owner": "Min ägare", "description": "Min text"})
    theirs = refusal.value.conflicts
    assert {field: (each.value, each.actor, each.at) for field, each in theirs.items()} == {
        "name": ("Andras namn", "Programkontoret", NOW),
        "owner": ("Andras ägare", "Programkontoret", NOW),
    }
    assert refusal.value.field == "name"
    assert traces(programme) == before
    assert edit(programme, {"name": "Mitt namn"}, was=WAS | {"name": "Andras namn"}) == ["name"]


def test_two_who_want_the_same_text_meet_no_conflict(programme: Engine) -> None:
    edit(programme, {"name": "Samma namn"})
    before = traces(programme)
    assert edit(programme, {"name": " Samma namn"}, actor=planner(programme)) == []
    assert traces(programme) == before


def test_a_text_from_before_the_rules_is_left_in_peace(programme: Engine) -> None:
    long = "x" * 300 + "\r\ny"
    with acting(programme) as (session, _):
        workflow, _ = moves.the_workflow(session, FREE)
        workflow.name = long
    assert edit(programme, {"owner": "Någon", "name": long.replace("\r\n", "\n")}, was=WAS | {"name": long}) == [
        "owner"
    ]
    assert edit(programme, {"name": "Kort"}, was=WAS | {"name": long.replace("\r\n", "\n")}) == ["name"]


@pytest.mark.parametrize("wanted", [{"state": "test"}, {"key": "LAB-999"}, {"archived_at": "2023-01-01"}])
def test_what_is_no_field_is_refused(programme: Engine, wanted: dict[str, str]) -> None:
    with pytest.raises(InvalidError, match="broken"):
        edit(programme, wanted, was=WAS | dict.fromkeys(wanted, ""))
    with pytest.raises(InvalidError, match="broken"):
        edit(programme, {"name": "Utan vad som sågs"}, was={"owner": ""})


def test_owner_and_priority_are_set_whatever_they_were(programme: Engine) -> None:
    def give(owner: str) -> bool:
        with acting(programme) as (session, entry):
            return workflow_fields.own(session, entry, FREE, owner)

    def prioritise(priority: int | None) -> bool:
        with acting(programme) as (session, entry):
            return workflow_fields.prioritise(session, entry, FREE, priority)

    assert [give(" Testledare "), give("Testledare"), give("")] == [True, False, True]
    assert [prioritise(1), prioritise(1), prioritise(None), prioritise(None)] == [True, False, True, False]
    assert [row.after for row in of_workflow(programme, models.FieldChange, FREE)] == ["Testledare", "", "1", ""]
    for wrong in (0, 5, -1):
        with pytest.raises(InvalidError) as refusal:
            prioritise(wrong)
        assert refusal.value.field == "priority"
    with pytest.raises(InvalidError) as refusal:
        give("a\nb")
    assert refusal.value.field == "owner"


def test_archiving_is_final_and_kept(programme: Engine) -> None:
    version = stands(programme, FREE).version
    archive(programme, FREE)
    after = stands(programme, FREE)
    assert (after.archived_at, after.version) == (NOW, version)
    (kept,) = of_workflow(programme, models.FieldChange, FREE)
    assert (kept.field, kept.before, kept.after) == ("archived_at", "", "2023-04-14T09:00:00Z")
    with pytest.raises(ConflictError, match="archived"):
        archive(programme, FREE)
    archive(programme, MET)  # it belongs to a closed cycle


@pytest.mark.parametrize(
    ("key", "words"),
    [(HELD, "Etikettskrivare saknas"), (RUNNING, "in cycle 2"), (DRAFTED, "in cycle 3")],
)
def test_what_is_held_or_in_a_cycle_is_not_archived(programme: Engine, key: str, words: str) -> None:
    before = traces(programme)
    with pytest.raises(ConflictError, match=words):
        archive(programme, key)
    assert traces(programme) == before
    assert stands(programme, key).archived_at is None


def test_an_old_version_archives_nothing(programme: Engine) -> None:
    with acting(programme) as (session, entry):
        seen = stands(programme, FREE).version
        moves.move(session, entry, FREE, Move(State.TEST, seen))
    with pytest.raises(StaleError):
        archive(programme, FREE, behind=1)


ACTS: dict[str, Callable[[Engine, str, Actor], object]] = {
    "edit": lambda engine, key, actor: edit(engine, {"name": "Nytt"}, key=key, actor=actor),
    "own": lambda engine, key, actor: own(engine, key, actor=actor),
    "archive": lambda engine, key, actor: archive(engine, key, actor=actor),
}


@pytest.mark.parametrize("act", ACTS)
def test_only_leads_of_the_owning_workstream_write_and_never_on_the_archived(programme: Engine, act: str) -> None:
    before = traces(programme)
    cases: list[tuple[str, Actor, type[TrackerError]]] = [
        (FREE, shared_lead(programme), NotAllowedError),
        (FREE, stranger(programme), NotAllowedError),
        (FREE, viewer(programme), NotAllowedError),
        (ARCHIVED, lead(programme), ConflictError),
        (ARCHIVED, planner(programme), ConflictError),
    ]
    for key, actor, refusal in cases:
        with pytest.raises(refusal):
            ACTS[act](programme, key, actor)
    with pytest.raises(NotFoundError), acting(programme) as (session, entry):
        workflow_fields.own(session, entry, "XXX-001", "Någon")
    assert traces(programme) == before
    everywhere = somebody(programme, Role.LEAD)
    ACTS[act](programme, BACKLOG, Actor(everywhere.id, everywhere.name, Role.LEAD, all_workstreams=True))


def own(engine: Engine, key: str, *, actor: Actor) -> bool:
    with acting(engine, actor) as (session, entry):
        return workflow_fields.own(session, entry, key, "Någon")


def _streams(engine: Engine, key: str) -> set[tuple[str, bool]]:
    with acting(engine) as (session, _):
        workflow, _ = moves.the_workflow(session, key)
        owner, others = moves.streams_of(session, workflow)
    return {(owner, True), *((code, False) for code in others)}
