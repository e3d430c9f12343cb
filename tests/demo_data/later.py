"""The demo programme as of 5 May 2023: the rows of 14 April, and after them those of the three weeks that follow."""

import random
import tempfile
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle as cycle_through
from pathlib import Path

from tracker.commands.programme import seed
from tracker.db.engine import make_engine, reading, transaction
from tracker.db.migrations import upgrade
from tracker.domain.programme.files import PROGRAMME_FILES
from tracker.exports import files
from tracker.exports.files import Asked

from . import three_weeks as weeks
from .flows import STATES
from .generate import Cell, Table, instant, write_folder
from .moves import UPDATE_DAYS
from .recording import lead_of
from .wording import BACK, NOTES, WRONG_FLOW, WRONG_STATE
from .working_time import Recorder, local, office_time, working_days

SEED = 5
FIRST, LAST = date(2023, 4, 14), date(2023, 5, 5)
DAYS = working_days(FIRST, LAST - timedelta(days=1))
DERIVED = ("state", "cycle", "goal", "blocked", "times_carried", "done_at", "age_days")
RUNNING, DRAFT = 5, 6
QUIET_DAYS = 5

Row = dict[str, Cell]


@dataclass
class Step:
    """A workflow reaches a state on a day, as it is recorded on that day or on a later one; without a state its latest
    change is taken back.
    """

    key: str
    to_state: str
    happened_on: date
    recorded_on: date
    reason: str = ""
    note: str = ""


@dataclass
class Story:
    """The tables while they grow."""

    tables: dict[str, Table]
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    recorder: Recorder = field(default_factory=Recorder)
    rows: list[tuple[datetime, str, Row]] = field(default_factory=list)
    """What is recorded when, in which file; the ids follow at the end."""
    steps: dict[str, list[Step]] = field(default_factory=dict)

    def at(self, day: date) -> datetime:
        """A moment of that day; of the first one the morning is told already."""
        if day == FIRST:
            return self.recorder.reserve(local(day, 12) + timedelta(seconds=self.rng.randrange(2 * 3600)))
        if day == LAST:
            return self.recorder.reserve(local(day, 8, 3) + timedelta(seconds=self.rng.randrange(50 * 60)))
        return self.recorder.reserve(office_time(self.rng, day))

    def add(self, file: str, at: datetime, key: str, **cells: Cell) -> None:
        actor = {} if "actor" in cells else {"actor": lead_of(key[:3])}
        self.rows.append((at, file, {"recorded_at": instant(at), **actor, **cells}))

    def state_on(self, key: str, day: date) -> str:
        reached = [step.to_state for step in self.steps.get(key, ()) if step.recorded_on < day and step.to_state]
        return reached[-1] if reached else self.state_at_first(key)

    def state_at_first(self, key: str) -> str:
        return next((str(row["state"]) for row in self.tables["workflows"] if row["key"] == key), "not_started")


def later(tables: dict[str, Table]) -> dict[str, Table]:
    """All tables, from those of 14 April; without the columns that are derived."""
    story = Story(deepcopy(tables))
    keys = make_new(story)
    plan_moves(story)
    move(story)
    hold_and_release(story)
    change_scope(story, keys)
    remark(story)
    sign(story)
    number_rows(story)
    for row in story.tables["workflows"]:
        for name in DERIVED:
            row.pop(name, None)
    story.tables["workflows"].sort(key=lambda row: str(row["key"]))
    return story.tables


def make_new(story: Story) -> dict[str, weeks.NewFlow]:
    """The workflows that are thought of in these weeks, with the next numbers of their streams."""
    made = {}
    for new in weeks.NEW_FLOWS:
        known = [str(row["key"]) for row in story.tables["workflows"] if str(row["key"]).startswith(new.stream)]
        key = f"{new.stream}-{int(max(known)[4:]) + 1:03}"
        at = story.at(new.created)
        story.tables["workflows"].append(
            {
                "key": key,
                "name": new.name,
                "name_en": new.name_en,
                "description": new.description,
                "workstream": new.stream,
                "other_workstreams": "",
                "owner": new.owner,
                "priority": new.priority,
                "created_at": instant(at),
                "archived_at": "",
                "state": "not_started",
            }
        )
        change = {"from_state": "", "to_state": "not_started", "happened_at": instant(at), "reason": "", "note": ""}
        story.add("changes", at, key, workflow=key, **change, voids=None)
        made[key] = new
    return made


def held_days(key: str) -> list[tuple[date, date]]:
    """From when to when it is held in these weeks."""
    spells = [(FIRST, each.on) for each in weeks.RELEASES if key in each.keys]
    return spells + [(each.since, each.released or LAST) for each in weeks.HOLDS if key in each.keys]


def days_to_move(key: str, count: int) -> list[date]:
    """The stream's update days on which nothing holds it, or all working days where those are too few."""
    spells = held_days(key)
    free = [
        day
        for day in DAYS
        if day >= weeks.NOT_BEFORE.get(key, FIRST) and not any(since <= day <= until for since, until in spells)
    ]
    after = [day for day in free if all(until < day for since, until in spells if until < LAST)]
    weekdays = UPDATE_DAYS[sum(map(ord, key[:3])) % len(UPDATE_DAYS)]
    usual = [day for day in after if day.weekday() in weekdays]
    days = usual if len(usual) > count else after
    assert len(days) >= count, key
    return days


def plan_moves(story: Story) -> None:
    causes = {state: cycle_through(BACK[state]) for state in BACK}
    for key, path in sorted(weeks.PATHS.items()):
        states = path.split()
        is_late = key in weeks.RECORDED_LATE
        count = len(states) + is_late - (key in weeks.THIS_MORNING)
        days = sorted(story.rng.sample(days_to_move(key, count), count))
        days += [LAST] * (key in weeks.THIS_MORNING)
        before = story.state_at_first(key)
        steps = []
        for state, day in zip(states, days, strict=False):
            back = STATES.index(state) < STATES.index(before)
            cause = next(each for each in causes[before] if each[0] == state) if back else ("", "", "")
            steps.append(Step(key, state, day, day, *cause[1:]))
            before = state
        if is_late:
            steps[-1].recorded_on = days[-1]
        story.steps[key] = with_slip(key, steps)
    for right, wrong in weeks.MISTAKEN_FOR.items():
        day = story.steps[right][-1].recorded_on
        note = WRONG_FLOW.format(key=right)
        story.steps[wrong] = [Step(wrong, "test", day, day), Step(wrong, "", day, day, note=note)]


def with_slip(key: str, steps: list[Step]) -> list[Step]:
    if key not in weeks.CHOSEN_WRONGLY:
        return steps
    day = steps[-1].recorded_on
    slip = [Step(key, weeks.CHOSEN_WRONGLY[key], day, day), Step(key, "", day, day, note=WRONG_STATE)]
    return [*steps[:-1], *slip, steps[-1]]


def move(story: Story) -> None:
    """Each lead goes through the streams one after the other."""
    rounds: dict[tuple[date, str], list[Step]] = defaultdict(list)
    for key, steps in sorted(story.steps.items()):
        for step in steps:
            rounds[step.recorded_on, lead_of(key[:3])].append(step)
    valid: dict[str, list[Row]] = defaultdict(list)
    for row in [*story.tables["changes"], *(cells for _, file, cells in story.rows if file == "changes")]:
        valid[str(row["workflow"])].append(row)
        if row.get("voids"):
            del valid[str(row["workflow"])][-2:]
    for (day, _), steps in sorted(rounds.items()):
        at = story.at(day) if day in {FIRST, LAST} else local(day, story.rng.choice((8, 9, 10, 13)), 5)
        at += timedelta(seconds=story.rng.randrange(300))
        for step in steps:
            at = story.recorder.reserve(at)
            record(story, step, at, valid[step.key])
            at += timedelta(seconds=story.rng.randrange(35, 140))


def record(story: Story, step: Step, at: datetime, valid: list[Row]) -> None:
    cells: Row = {"from_state": "", "to_state": "", "happened_at": instant(at), "reason": "", "note": step.note}
    if not step.to_state:
        cells["voids"] = id(valid.pop())
    else:
        happened = local(step.happened_on, 12) if step.happened_on < step.recorded_on else at
        cells |= {"from_state": valid[-1]["to_state"], "to_state": step.to_state, "happened_at": instant(happened)}
        cells |= {"reason": step.reason, "voids": None}
    story.add("changes", at, step.key, workflow=step.key, **cells)
    if step.to_state:
        valid.append(story.rows[-1][2])


def hold_and_release(story: Story) -> None:
    number = len(story.tables["blockers"])
    for each in sorted(weeks.HOLDS, key=lambda hold: hold.recorded or hold.since):
        if not each.number:
            number += 1
            names = ("title", "title_en", "category", "owner", "decider", "decide_by", "mitigation", "waits_on")
            story.tables["blockers"].append({"id": number, **{name: getattr(each, name) for name in names}})
        at = story.at(each.recorded or each.since)
        since = local(each.since, 12) if each.recorded else at
        events(story, each.number or number, each.keys, "held", at, since, each.note)
        if each.released:
            at = story.at(each.released)
            events(story, each.number or number, each.keys, "released", at, at, each.resolution)
    for release in weeks.RELEASES:
        at = story.at(release.on)
        events(story, release.blocker, release.keys, "released", at, at, release.resolution)


def events(story: Story, blocker: int, keys: str, event: str, at: datetime, since: datetime, note: str) -> None:
    for key in keys.split():
        story.add(
            "blocker_events", at, key, blocker=blocker, workflow=key, event=event, happened_at=instant(since), note=note
        )


def change_scope(story: Story, keys: dict[str, weeks.NewFlow]) -> None:
    key, day, reason, note = weeks.ADDED
    scope(story, key, story.at(day), None, RUNNING, "added", reason, note)
    key, day, reason, note = weeks.REMOVED
    scope(story, key, story.at(day), RUNNING, None, "removed", reason, note)
    planned = weeks.PLANNED | {key: new.planned for key, new in keys.items() if new.planned}
    for key, day in sorted(planned.items(), key=lambda item: item[1]):
        scope(story, key, story.at(day), None, DRAFT, "planned")


def scope(
    story: Story,
    key: str,
    at: datetime,
    source: int | None,
    to: int | None,
    kind: str,
    reason: str = "",
    note: str = "",
) -> None:
    cells: Row = {"from_cycle": source, "to_cycle": to, "goal": "design" if to else "", "kind": kind, "reason": reason}
    story.add("scope", at, key, workflow=key, **cells, happened_at=instant(at), note=note)


def remark(story: Story) -> None:
    keys = [str(row["key"]) for row in story.tables["workflows"] if not row["archived_at"]]
    holders = {int(str(row["blocker"])): str(row["workflow"]) for row in story.tables["blocker_events"]}
    for number, day, text in weeks.BLOCKER_NOTES:
        story.add("notes", story.at(day), holders[number], workflow="", blocker=number, text=text)
    for _ in range(weeks.WORKFLOW_NOTES):
        day = story.rng.choice(DAYS[1:])
        key = story.rng.choice([key for key in keys if story.state_on(key, day) in NOTES])
        text = story.rng.choice(NOTES[story.state_on(key, day)])
        story.add("notes", story.at(day), key, workflow=key, blocker=None, text=text)
    days = [story.rng.choice(DAYS[1:]) for _ in range(weeks.CHECKS)] + [LAST] * weeks.CHECKS_THIS_MORNING
    for day in days:
        key = story.rng.choice([key for key in keys if is_quiet(story, key, day)])
        story.add("checks", story.at(day), key, workflow=key)


def sign(story: Story) -> None:
    """The parts of shared workflows, with a chance of its own: what else happens stays as it is."""
    story.rng = random.Random(SEED + 1)
    others = {str(row["key"]): row for row in story.tables["workflows"]}
    for each in weeks.PARTS:
        at = story.at(each.recorded or each.on)
        happened = local(each.on, 12) if each.recorded else at
        if each.event == "joined":
            row = others[each.key]
            row["other_workstreams"] = " ".join(sorted({*str(row["other_workstreams"]).split(), each.workstream}))
        cells: Row = {"workstream": each.workstream, "stage": each.stage, "event": each.event, "note": each.note}
        # Joining is for those who own the workflow.
        lead = lead_of(each.workstream if each.stage else each.key[:3])
        story.add("parts", at, each.key, workflow=each.key, happened_at=instant(happened), actor=lead, **cells)


def is_quiet(story: Story, key: str, day: date) -> bool:
    """Only what has not moved for a while is worth a look."""
    moved = [step.recorded_on for step in story.steps.get(key, ())]
    return story.state_on(key, day) in NOTES and all(abs((day - each).days) > QUIET_DAYS for each in moved)


def number_rows(story: Story) -> None:
    """In the order of recording, after those of 14 April. A void names the row that it takes back."""
    ids: dict[int, Cell] = {}
    for _, file, cells in sorted(story.rows, key=lambda row: row[0]):
        table = story.tables[file]
        row = {name: cells[name] for name in table[0] if name != "id"}
        if row.get("voids"):
            row["voids"] = ids[int(str(row["voids"]))]
        table.append({"id": len(table) + 1, **row})
        ids[id(cells)] = len(table)


def write_later(folder: Path, tables: dict[str, Table]) -> None:
    """As the exporter writes them, from a database that is seeded with the rows."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        write_folder(Path(made), later(tables))
        engine = make_engine(f"sqlite:///{made}/later.db")
        upgrade(engine)
        with transaction(engine) as session:
            seed.load(session, seed.read_folder(Path(made)), time_zone="Europe/Stockholm")
        with reading(engine) as session:
            for file in PROGRAMME_FILES:
                pieces = files.text(session, Asked(file.name), local(LAST, 9))
                (folder / f"{file.name}.csv").write_bytes("".join(pieces).encode())
        engine.dispose()
