"""The demo programme on 14 April 2023, as the rows of its files."""

import csv
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from .flows import Flow, Membership
from .holds import Blocker, make_blockers
from .journeys import journeys
from .memberships import plan_memberships
from .moves import draw_moves
from .named_workflows import ARCHIVED
from .parts import PartEvent, Shared, make_parts
from .programme_table import CYCLES, JOINING_LATER, PROJECTS, TODAY, WORKSTREAMS
from .recording import Change, record
from .remarks import Check, Note, write_checks, write_notes
from .scope_rows import ScopeChange, ScopeWriter
from .working_time import Recorder, closed_at, committed_at, local_day

SEED = 3

Cell = str | int | None
Table = list[dict[str, Cell]]


def programme() -> dict[str, Table]:
    rng = random.Random(SEED)
    recorder = Recorder()
    for number in range(1, 6):
        recorder.reserve(committed_at(number))
        recorder.reserve(closed_at(number))
    flows = journeys(rng)
    plan_memberships(rng, flows)
    flows = sorted(flows + archived_flows(), key=lambda flow: flow.key)
    diary = draw_moves(rng, flows)
    changes = record(rng, recorder, flows, diary)
    blockers = make_blockers(rng, recorder, flows, diary)
    dropped = {each.key: (each.reason, each.note) for each in ARCHIVED}
    scope_writer = ScopeWriter(rng, recorder, diary, blockers, dropped)
    scope = [row for flow in flows for row in scope_writer.chain(flow)]
    notes = write_notes(rng, recorder, flows, diary, blockers)
    checks = write_checks(rng, recorder, flows, diary)
    changes.sort(key=lambda change: (change.recorded_at, change.flow.key))
    scope.sort(key=lambda row: (row.at, row.flow.key))
    parts = make_parts(recorder, shared_flows(flows, changes))
    return {
        "projects": [project._asdict() for project in sorted(PROJECTS)],
        "workstreams": workstream_rows(),
        "cycles": cycle_rows(),
        "workflows": [workflow_row(flow, changes, scope, blockers) for flow in flows],
        "changes": change_rows(changes),
        "scope": scope_change_rows(scope),
        "blockers": blocker_rows(blockers),
        "blocker_events": event_rows(blockers),
        "parts": part_rows(parts),
        "notes": note_rows(notes, blockers),
        "checks": check_rows(checks),
    }


def archived_flows() -> list[Flow]:
    flows = []
    for each in ARCHIVED:
        flow = Flow(each.key, each.key[:3], each.sv, each.en, description=each.description)
        flow.created_at = datetime.fromisoformat(each.created_at).astimezone(UTC)
        flow.archived_at = closed_at(each.dropped_in)
        flow.state, flow.owner, flow.priority = "design", each.owner, "4"
        flow.begun_in = each.dropped_in
        flow.memberships = {each.dropped_in: Membership("validation", each.entered, "dropped")}
        flows.append(flow)
    return flows


def shared_flows(flows: list[Flow], changes: list[Change]) -> list[Shared]:
    shared = {f.key: Shared(f.key, f.stream, f.shared_with.split(), []) for f in flows if f.shared_with}
    for change in changes:
        if change.flow.key in shared:
            assert not change.voids
            shared[change.flow.key].changes.append(change)
    return list(shared.values())


def instant(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def workstream_rows() -> Table:
    return [
        {
            "code": stream.code,
            "name": stream.name,
            "name_en": stream.name_en,
            "project": stream.project,
            "wip_design": stream.limits and stream.limits.design,
            "wip_validation": stream.limits and stream.limits.validation,
            "wip_test": stream.limits and stream.limits.test,
            "archived_at": "",
        }
        for stream in sorted((*WORKSTREAMS, JOINING_LATER))
    ]


def cycle_rows() -> Table:
    return [
        {
            "cycle": cycle.number,
            "starts_on": cycle.first_day.isoformat(),
            "ends_on": cycle.last_day.isoformat(),
            "planning_starts_on": cycle.planning_from.isoformat(),
            "planning_ends_on": cycle.planning_to.isoformat(),
            "status": cycle.status,
            "goal": cycle.goal,
            "committed_at": instant(committed_at(cycle.number)) if cycle.status != "draft" else "",
            "closed_at": instant(closed_at(cycle.number)) if cycle.status == "closed" else "",
        }
        for cycle in CYCLES
    ]


def workflow_row(
    flow: Flow, changes: list[Change], scope: list[ScopeChange], blockers: list[Blocker]
) -> dict[str, Cell]:
    undone = {id(change.voids) for change in changes}
    valid = [c for c in changes if c.flow is flow and c.to_state and id(c) not in undone]
    chain = [row for row in scope if row.flow is flow]
    is_done = valid[-1].to_state == "done"
    return {
        "key": flow.key,
        "name": flow.name,
        "name_en": flow.name_en,
        "description": flow.description,
        "workstream": flow.stream,
        "other_workstreams": flow.shared_with,
        "owner": flow.owner,
        "priority": flow.priority,
        "created_at": instant(flow.created_at),
        "archived_at": instant(flow.archived_at),
        "state": valid[-1].to_state,
        "cycle": chain[-1].to_cycle if chain else None,
        "goal": chain[-1].goal if chain else "",
        "blocked": "true" if is_blocked(flow, blockers) else "false",
        "times_carried": sum(row.kind == "carried" for row in chain),
        "done_at": instant(valid[-1].happened_at) if is_done else "",
        "age_days": None if flow.archived_at else age_days(valid),
    }


def is_blocked(flow: Flow, blockers: list[Blocker]) -> bool:
    last = [blocker.spells[-1] for blocker in blockers]
    return any(flow in spell.flows and not spell.released_at for spell in last)


def age_days(valid: list[Change]) -> int | None:
    if valid[-1].to_state in ("not_started", "done"):
        return None
    begun = [change for change in valid if change.from_state == "not_started"][-1]
    return (TODAY - local_day(begun.happened_at)).days + 1


def change_rows(changes: list[Change]) -> Table:
    ids = {id(change): number for number, change in enumerate(changes, start=1)}
    return [
        {
            "id": ids[id(change)],
            "workflow": change.flow.key,
            "from_state": change.from_state,
            "to_state": change.to_state,
            "happened_at": instant(change.happened_at),
            "recorded_at": instant(change.recorded_at),
            "actor": change.actor,
            "reason": change.reason,
            "note": change.note,
            "voids": ids[id(change.voids)] if change.voids else None,
        }
        for change in changes
    ]


def scope_change_rows(scope: list[ScopeChange]) -> Table:
    return [
        {
            "id": number,
            "workflow": row.flow.key,
            "from_cycle": row.from_cycle,
            "to_cycle": row.to_cycle,
            "goal": row.goal,
            "kind": row.kind,
            "reason": row.reason,
            "happened_at": instant(row.at),
            "recorded_at": instant(row.at),
            "actor": row.actor,
            "note": row.note,
        }
        for number, row in enumerate(scope, start=1)
    ]


def blocker_rows(blockers: list[Blocker]) -> Table:
    return [
        {
            "id": number,
            "title": blocker.title,
            "title_en": blocker.title_en,
            "category": blocker.category,
            "owner": blocker.owner,
            "decider": blocker.decider,
            "decide_by": blocker.decide_by,
            "mitigation": blocker.mitigation,
            "waits_on": blocker.waits_on,
        }
        for number, blocker in enumerate(blockers, start=1)
    ]


def event_rows(blockers: list[Blocker]) -> Table:
    rows: list[tuple[datetime, str, dict[str, Cell]]] = []
    for number, blocker in enumerate(blockers, start=1):
        for spell in blocker.spells:
            events = [("held", spell.held_at, spell.held_recorded_at, spell.note)]
            if spell.released_at:
                events.append(("released", spell.released_at, spell.released_at, spell.resolution))
            for event, happened_at, recorded_at, note in events:
                for flow in spell.flows:
                    cells: dict[str, Cell] = {
                        "blocker": number,
                        "workflow": flow.key,
                        "event": event,
                        "happened_at": instant(happened_at),
                        "recorded_at": instant(recorded_at),
                        "actor": blocker.actor,
                        "note": note,
                    }
                    rows.append((recorded_at, flow.key, cells))
    rows.sort(key=lambda row: row[:2])
    return [{"id": number, **cells} for number, (_, _, cells) in enumerate(rows, start=1)]


def part_rows(parts: list[PartEvent]) -> Table:
    return [
        {
            "id": number,
            "workflow": row.workflow,
            "workstream": row.workstream,
            "stage": row.stage,
            "event": row.event,
            "happened_at": instant(row.happened_at),
            "recorded_at": instant(row.recorded_at),
            "actor": row.actor,
            "note": row.note,
        }
        for number, row in enumerate(parts, start=1)
    ]


def note_rows(notes: list[Note], blockers: list[Blocker]) -> Table:
    in_order = sorted(notes, key=lambda note: note.recorded_at)
    return [
        {
            "id": number,
            "workflow": note.flow.key if note.flow else "",
            "blocker": blockers.index(note.blocker) + 1 if note.blocker else None,
            "recorded_at": instant(note.recorded_at),
            "actor": note.actor,
            "text": note.text,
        }
        for number, note in enumerate(in_order, start=1)
    ]


def check_rows(checks: list[Check]) -> Table:
    in_order = sorted(checks, key=lambda check: check.recorded_at)
    return [
        {
            "id": number,
            "workflow": check.flow.key,
            "recorded_at": instant(check.recorded_at),
            "actor": check.actor,
        }
        for number, check in enumerate(in_order, start=1)
    ]


def write_folder(directory: Path, tables: dict[str, Table]) -> None:
    for name, rows in tables.items():
        write(directory / f"{name}.csv", rows)


def write(path: Path, rows: Sequence[dict[str, Cell]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
