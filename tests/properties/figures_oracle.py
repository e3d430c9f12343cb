"""Every column of workstream_summary.csv from the text of the programme files alone: slow, and by the definitions.

It shares no code with the product. Where it says "known", that is the knowledge of the reading at hand.
"""

import csv
import io
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cache
from math import ceil
from zoneinfo import ZoneInfo

import holidays

Row = dict[str, str]
Files = Mapping[str, list[Row]]
STATES = ["not_started", "design", "validation", "test", "done"]
STAGES = ["design", "validation", "test"]


@cache
def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def instant_or_none(text: str) -> datetime | None:
    return instant(text) if text else None


def parsed(files: Mapping[str, bytes]) -> Files:
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        for name, content in files.items()
    }


def in_order(history: list[Row]) -> list[Row]:
    return sorted(history, key=lambda row: (instant(row["happened_at"]), int(row["id"])))


def workstream_summary(files: Mapping[str, bytes], as_of: datetime, zone: ZoneInfo) -> list[Row]:
    """The file's rows, each cell as it is written."""
    programme = parsed(files)
    cycles = sorted(programme["cycles"], key=lambda row: int(row["cycle"]))
    found = []
    tested: dict[tuple[int, str, str], tuple[datetime, str]] = {}
    for cycle in cycles:
        closed_at = instant_or_none(cycle["closed_at"])
        bases = [("as_now", as_of)]
        if closed_at is not None and closed_at <= as_of:
            bases.insert(0, ("as_reported", closed_at))
        for basis, known_at in bases:
            for reading in readings(programme, cycle, known_at, zone):
                row = reading.row(basis)
                number = int(cycle["cycle"])
                earlier = tested.get((number - 1, basis, row["workstream"]))
                if row["tested"] and earlier is not None and earlier[0] <= known_at:
                    row["tested_previous"] = earlier[1]
                    if earlier[1] not in {"", "0"}:
                        row["ratio_to_previous"] = decimal(Fraction(int(row["tested"]), int(earlier[1])), 2)
                tested[number, basis, row["workstream"]] = known_at, row["tested"]
                found.append(row)
    return found


def readings(programme: Files, cycle: Row, known_at: datetime, zone: ZoneInfo) -> Iterator["Reading"]:
    """One for each workstream, and one for all."""
    first_cycles = {row["code"]: int(row["first_cycle"]) for row in programme["projects"]}
    workflows = programme["workflows"]
    joined = []
    for stream in sorted(programme["workstreams"], key=lambda row: (row["project"], row["code"])):
        has_joined = first_cycles[stream["project"]] <= int(cycle["cycle"])
        own = [row for row in workflows if row["workstream"] == stream["code"]]
        joined += own if has_joined else []
        yield Reading(programme, cycle, known_at, zone, stream["project"], stream["code"], own, has_joined)
    yield Reading(programme, cycle, known_at, zone, "", "TOTAL", joined, has_joined=True)


def decimal(number: Fraction, places: int) -> str:
    with localcontext(prec=60):
        exact = Decimal(number.numerator) / Decimal(number.denominator)
        return str(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def nearest_rank(numbers: list[int], percent: int) -> str:
    return str(sorted(numbers)[ceil(Fraction(percent * len(numbers), 100)) - 1])


@cache
def is_working_day(day: date) -> bool:
    free = holidays.country_holidays("SE", years=day.year, categories=("public", "de_facto"))
    return day.isoweekday() <= 5 and day not in free


@dataclass
class Reading:
    programme: Files
    cycle: Row
    as_of: datetime
    zone: ZoneInfo
    project: str
    workstream: str
    workflows: list[Row]
    has_joined: bool

    def __post_init__(self) -> None:
        self.number = self.cycle["cycle"]
        self.keys = [row["key"] for row in self.workflows]
        self.archived = {row["key"]: instant_or_none(row["archived_at"]) for row in self.workflows}
        self.start = self.midnight(date.fromisoformat(self.cycle["starts_on"]))
        self.border = self.midnight(date.fromisoformat(self.cycle["ends_on"]) + timedelta(days=1))
        self.end = min(self.border, self.as_of)
        self.committed_at = self.by_now(instant_or_none(self.cycle["committed_at"]))
        self.closed_at = self.by_now(instant_or_none(self.cycle["closed_at"]))
        changes, scope, events = (self.known(name) for name in ("changes", "scope", "blocker_events"))
        voided = {row["voids"] for row in changes}
        moves = [row for row in changes if not row["voids"] and row["id"] not in voided]
        self.moves = {key: in_order([row for row in moves if row["workflow"] == key]) for key in self.keys}
        self.scope = {key: in_order([row for row in scope if row["workflow"] == key]) for key in self.keys}
        self.events = in_order(events)

    def midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def by_now(self, moment: datetime | None) -> datetime | None:
        return moment if moment is not None and moment <= self.as_of else None

    def known(self, name: str) -> list[Row]:
        return [
            row
            for row in self.programme[name]
            if row["workflow"] in self.keys and instant(row["recorded_at"]) <= self.as_of
        ]

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    # States

    def is_gone(self, key: str, moment: datetime) -> bool:
        archived_at = self.by_now(self.archived[key])
        return archived_at is not None and archived_at < moment

    def state_before(self, key: str, border: datetime) -> str:
        return self.last_state(key, [row for row in self.moves[key] if instant(row["happened_at"]) < border], border)

    def state_at(self, key: str, moment: datetime) -> str:
        return self.last_state(key, [row for row in self.moves[key] if instant(row["happened_at"]) <= moment], moment)

    def last_state(self, key: str, moves: list[Row], moment: datetime) -> str:
        if self.is_gone(key, moment):
            return "done" if self.was_done_when_archived(key) else ""
        return moves[-1]["to_state"] if moves else ""

    def was_done_when_archived(self, key: str) -> bool:
        archived_at = self.archived[key]
        assert archived_at is not None
        until_then = [row["to_state"] for row in self.moves[key] if instant(row["happened_at"]) <= archived_at]
        return until_then[-1:] == ["done"]

    @staticmethod
    def is_past(state: str, stage: str) -> bool:
        return state != "" and STATES.index(state) > STATES.index(stage)

    def passed(self, stage: str) -> list[str]:
        return [
            key
            for key in self.keys
            if self.is_past(self.state_before(key, self.border), stage)
            and not self.is_past(self.state_before(key, self.start), stage)
        ]

    def fell_back(self) -> list[str]:
        return [
            key
            for key in self.keys
            if self.state_before(key, self.start) == "done" and self.state_before(key, self.border) not in {"", "done"}
        ]

    def lead_time(self, key: str) -> int:
        entered = begun = latest_beginning = None
        before = "not_started"
        for row in self.moves[key]:
            if instant(row["happened_at"]) < self.border:
                now = row["to_state"]
                if before == "not_started" and now != "not_started":
                    latest_beginning = row
                if now == "done" and before != "done":
                    entered, begun = row, latest_beginning
                before = now
        assert entered is not None
        assert begun is not None
        days = self.local_day(instant(entered["happened_at"])) - self.local_day(instant(begun["happened_at"]))
        return days.days + 1

    # Membership

    def members(self, *, at: datetime | None = None, before: datetime | None = None) -> dict[str, str]:
        """The goal of each member, after what happened by then or before then."""
        found = {}
        for key in self.keys:
            steps = [row for row in self.scope[key] if at is None or instant(row["happened_at"]) <= at]
            steps = [row for row in steps if before is None or instant(row["happened_at"]) < before]
            if steps and steps[-1]["to_cycle"] == self.number:
                found[key] = steps[-1]["goal"]
        return found

    def ways_out(self, kind: str) -> str:
        return str(
            sum(
                row["from_cycle"] == self.number and row["kind"] == kind
                for steps in self.scope.values()
                for row in steps
            )
        )

    # Blockers

    def spells(self) -> list[tuple[datetime, datetime | None]]:
        """Each time that a blocker held any of the workflows."""
        found: list[tuple[datetime, datetime | None]] = []
        for blocker in {row["blocker"] for row in self.events}:
            held: set[str] = set()
            since = None
            for row in self.events:
                if row["blocker"] == blocker:
                    was_open = bool(held)
                    held = held | {row["workflow"]} if row["event"] == "held" else held - {row["workflow"]}
                    if held and not was_open:
                        since = instant(row["happened_at"])
                    if was_open and not held:
                        assert since is not None
                        found.append((since, instant(row["happened_at"])))
                        since = None
            if since is not None:
                found.append((since, None))
        return found

    def blocked(self, key: str, *states: str) -> timedelta:
        """Adds up the pieces between any two neighbouring instants at which something changed."""
        events = [row for row in self.events if row["workflow"] == key]
        archived_at = self.by_now(self.archived[key])
        cuts = {instant(row["happened_at"]) for row in [*events, *self.moves[key]]} | {self.start, self.end}
        cuts |= {archived_at} if archived_at is not None else set()
        inside = sorted(cut for cut in cuts if self.start <= cut <= self.end)
        total = timedelta()
        for since, until in itertools.pairwise(inside):
            last = {row["blocker"]: row["event"] for row in events if instant(row["happened_at"]) <= since}
            is_archived = archived_at is not None and archived_at <= since
            if "held" in last.values() and not is_archived and self.state_at(key, since) in states:
                total += until - since
        return total

    # The row

    def working_days(self, last: date) -> int:
        day, count = date.fromisoformat(self.cycle["starts_on"]), 0
        while day <= last:
            count += is_working_day(day)
            day += timedelta(days=1)
        return count

    def row(self, basis: str) -> Row:
        status = "closed" if self.closed_at else "running" if self.committed_at else "draft"
        row = dict.fromkeys(HEADINGS, "") | {
            "cycle": self.number,
            "basis": basis,
            "project": self.project,
            "workstream": self.workstream,
            "as_of": self.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "working_days": str(self.working_days(date.fromisoformat(self.cycle["ends_on"]))),
            "status": status,
        }
        for name in ("starts_on", "ends_on", "planning_starts_on", "planning_ends_on"):
            row[name] = self.cycle[name]
        if self.start < self.as_of and self.has_joined:
            row |= self.by_dates()
            row |= self.commitment() if self.committed_at else {}
            if self.closed_at:
                row |= {"carried_out": self.ways_out("carried"), "returned": self.ways_out("returned")}
                row |= {"dropped": self.ways_out("dropped")}
        return row

    def by_dates(self) -> Row:
        tested = self.passed("test")
        found = {"designed": len(self.passed("design")), "validated": len(self.passed("validation"))}
        found |= {"tested": len(tested), "fell_back": len(self.fell_back())}
        last_day = self.local_day(self.end - timedelta(seconds=1))
        ages = []
        found |= {"blockers_opened": 0, "blockers_resolved": 0}
        for since, until in self.spells():
            found["blockers_opened"] += self.start <= since < self.border
            found["blockers_resolved"] += until is not None and self.start <= until < self.border
            if since < self.border and (until is None or until >= self.border):
                ages.append(max(0, (last_day - self.local_day(since)).days))
        found["blockers_open"] = len(ages)
        cells = {name: str(number) for name, number in found.items()}
        for name, states in (("blocked_days", STATES[:4]), ("blocked_days_begun", STAGES)):
            blocked = sum((self.blocked(key, *states) for key in self.keys), timedelta())
            cells[name] = decimal(Fraction(blocked // timedelta(microseconds=1), 24 * 3600 * 10**6), 1)
        if ages:
            cells["median_blocker_age_days"] = nearest_rank(ages, 50)
        if days := self.working_days(last_day):
            cells["tested_per_working_day"] = decimal(Fraction(len(tested), days), 2)
        lead_times = [self.lead_time(key) for key in tested]
        if len(lead_times) >= 10:
            cells["lead_time_p50_days"] = nearest_rank(lead_times, 50)
            cells["lead_time_p85_days"] = nearest_rank(lead_times, 85)
        return cells

    def commitment(self) -> Row:
        committed = self.members(at=self.committed_at)
        final = self.members(before=self.closed_at) if self.closed_at else self.members(at=self.as_of)
        moment = self.closed_at or self.as_of
        met = {key: goal for key, goal in final.items() if self.is_past(self.state_at(key, moment), goal)}
        carried_in = [
            key
            for key in committed | final
            if any(row["kind"] == "carried" and row["to_cycle"] == self.number for row in self.scope[key])
        ]
        counts = {"committed": len(committed), "met": len(met), "carried_in": len(carried_in)}
        counts |= {"added": len(final.keys() - committed.keys()), "removed": len(committed.keys() - final.keys())}
        for stage in STAGES:
            counts[f"committed_{stage}"] = list(committed.values()).count(stage)
            counts[f"met_{stage}"] = list(met.values()).count(stage)
        return {name: str(number) for name, number in counts.items()}


HEADINGS = [
    "cycle",
    "basis",
    "project",
    "workstream",
    "as_of",
    "starts_on",
    "ends_on",
    "planning_starts_on",
    "planning_ends_on",
    "working_days",
    "status",
    "committed",
    "committed_design",
    "committed_validation",
    "committed_test",
    "added",
    "removed",
    "met",
    "met_design",
    "met_validation",
    "met_test",
    "carried_in",
    "carried_out",
    "returned",
    "dropped",
    "designed",
    "validated",
    "tested",
    "fell_back",
    "tested_previous",
    "ratio_to_previous",
    "tested_per_working_day",
    "blockers_opened",
    "blockers_resolved",
    "blockers_open",
    "blocked_days",
    "median_blocker_age_days",
    "lead_time_p50_days",
    "lead_time_p85_days",
    "blocked_days_begun",
]
