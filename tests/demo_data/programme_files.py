"""Reads a folder of programme files, on its own and as they stand."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
STATES = ("not_started", "design", "validation", "test", "done")
HEADINGS = {
    "projects": "code,name,name_en,first_cycle",
    "workstreams": "code,name,name_en,project,wip_design,wip_validation,wip_test,archived_at",
    "cycles": "cycle,starts_on,ends_on,planning_starts_on,planning_ends_on,status,goal,committed_at,closed_at",
    "workflows": "key,name,name_en,description,workstream,other_workstreams,owner,priority,"
    "created_at,archived_at,state,cycle,goal,blocked,times_carried,done_at,age_days",
    "changes": "id,workflow,from_state,to_state,happened_at,recorded_at,actor,reason,note,voids",
    "scope": "id,workflow,from_cycle,to_cycle,goal,kind,reason,happened_at,recorded_at,actor,note",
    "blockers": "id,title,title_en,category,owner,decider,decide_by,mitigation,waits_on",
    "blocker_events": "id,blocker,workflow,event,happened_at,recorded_at,actor,note",
    "parts": "id,workflow,workstream,stage,event,happened_at,recorded_at,actor,note",
    "notes": "id,workflow,blocker,recorded_at,actor,text",
    "checks": "id,workflow,recorded_at,actor",
}

Row = dict[str, str]


@cache
def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def local(text: str) -> datetime:
    return instant(text).astimezone(STOCKHOLM)


def local_midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), STOCKHOLM)


@dataclass(frozen=True)
class Window:
    """A cycle's time: from its first midnight to the one after its last day."""

    start: datetime
    border: datetime


@dataclass(eq=False)
class Programme:
    directory: Path

    def rows(self, name: str) -> list[Row]:
        with (self.directory / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def workflows(self) -> dict[str, Row]:
        return {row["key"]: row for row in self.rows("workflows")}

    @cached_property
    def counted(self) -> dict[str, Row]:
        """Without the archived ones."""
        return {key: row for key, row in self.workflows.items() if not row["archived_at"]}

    @cached_property
    def workstreams(self) -> dict[str, Row]:
        return {row["code"]: row for row in self.rows("workstreams")}

    @cached_property
    def cycles(self) -> dict[int, Row]:
        return {int(row["cycle"]): row for row in self.rows("cycles")}

    @cached_property
    def changes(self) -> list[Row]:
        return self.rows("changes")

    @cached_property
    def changes_of(self) -> dict[str, list[Row]]:
        return by_workflow(self.changes)

    @cached_property
    def scope(self) -> list[Row]:
        return self.rows("scope")

    @cached_property
    def scope_of(self) -> dict[str, list[Row]]:
        return by_workflow(self.scope)

    @cached_property
    def blockers(self) -> dict[str, Row]:
        return {row["id"]: row for row in self.rows("blockers")}

    @cached_property
    def blocker_events(self) -> list[Row]:
        return self.rows("blocker_events")

    @cached_property
    def parts(self) -> list[Row]:
        return self.rows("parts")

    @cached_property
    def parts_of(self) -> dict[str, list[Row]]:
        return by_workflow(self.parts)

    @cached_property
    def newest(self) -> datetime:
        names = ("changes", "scope", "blocker_events", "parts", "notes", "checks")
        return max(instant(row["recorded_at"]) for name in names for row in self.rows(name))

    def window(self, cycle: int) -> Window:
        row = self.cycles[cycle]
        end = date.fromisoformat(row["ends_on"]).toordinal() + 1
        border = local_midnight(date.fromordinal(end).isoformat())
        return Window(local_midnight(row["starts_on"]), border)


def by_workflow(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["workflow"]].append(row)
    return found
