"""The rows of figures: for the programme, a project or a workstream, one per cycle and basis."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tracker.domain.calendar import local_date
from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.items import CycleItems, WorkflowItems
from tracker.domain.figures.lead_times import percentile
from tracker.domain.figures.readings import Basis, Reading, readings
from tracker.domain.figures.rounding import half_up, nearest_rank
from tracker.domain.figures.words import FIGURES, Adds
from tracker.domain.states import CycleStatus, Goal

_DAY, _MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


class Choice(NamedTuple):
    """The workstreams that a row is about. Without a project it is the programme, which counts whoever has joined."""

    project: str
    workstream: str | None
    workstreams: Sequence[str]

    @property
    def is_several(self) -> bool:
        """Whether it is of several workstreams, and not of all."""
        return self.workstream is None and self.project != ""


@dataclass(slots=True)
class Summary:
    """The figures of a cycle on a basis, named as their columns. None is empty, which is not 0."""

    cycle: int
    basis: Basis
    project: str
    workstream: str | None  # none: several, taken together
    as_of: datetime
    starts_on: date
    ends_on: date
    planning_starts_on: date | None
    planning_ends_on: date | None
    working_days: int
    status: CycleStatus
    committed: int | None = None
    committed_design: int | None = None
    committed_validation: int | None = None
    committed_test: int | None = None
    added: int | None = None
    removed: int | None = None
    met: int | None = None
    met_design: int | None = None
    met_validation: int | None = None
    met_test: int | None = None
    carried_in: int | None = None
    carried_out: int | None = None
    returned: int | None = None
    dropped: int | None = None
    designed: int | None = None
    validated: int | None = None
    tested: int | None = None
    fell_back: int | None = None
    tested_previous: int | None = None
    ratio_to_previous: Decimal | None = None
    tested_per_working_day: Decimal | None = None
    blockers_opened: int | None = None
    blockers_resolved: int | None = None
    blockers_open: int | None = None
    blocked_days: Decimal | None = None
    median_blocker_age_days: int | None = None
    lead_time_p50_days: int | None = None
    lead_time_p85_days: int | None = None
    blocked_days_begun: Decimal | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of a workstream counts: all figures are 0 or empty."""
        return bool(self.workstream) and not any(getattr(self, name) for name in FIGURES)


METHOD = 2  # the number of the definitions in force; a change of what a figure means is a new one
_PLACES = {"working_days": 0} | {name: each.places for name, each in FIGURES.items()}
_ADD_UP = tuple(name for name, each in FIGURES.items() if each.adds is Adds.COUNT and not each.is_of_blockers)


def cycle_summary(history: History, as_of: datetime, chosen: Choice | None = None) -> list[Summary]:
    """The rows of the programme, or of the chosen workstreams taken together."""
    return list(summaries(history, as_of, [chosen or programme(history)]))


def workstream_summary(history: History, as_of: datetime, chosen: Choice | None = None) -> list[Summary]:
    """The rows of every workstream, or of each chosen one, and after those of each cycle and basis all together."""
    each, total = apart(history, chosen)
    rows = list(summaries(history, as_of, [*each, total]))
    for row in rows[len(each) :: len(each) + 1]:
        row.project = ""
    return rows


def reported(history: History) -> list[Summary]:
    """The rows of `workstream_summary` that closes freeze, computed anew from what was known then; those that were
    frozen by older definitions as they are.
    """
    closes = [row.closed_at for row in history.cycles if row.closed_at is not None]
    choices = [*workstreams(history), programme(history)]
    return list(summaries(history, max(closes), choices, {Basis.AS_REPORTED}, is_anew=True)) if closes else []


def frozen(history: History, reading: Reading, choice: Choice, *, is_older: bool = False) -> Summary | None:
    """The row as the close froze it, headings that it lacks empty. None before that, for several workstreams, and for a
    workstream that there was not yet; with `is_older` also for those by the definitions in force.
    """
    found = None if choice.is_several else history.frozen.get((reading.cycle.cycle, choice.workstream or ""))
    if found is None or reading.basis is not Basis.AS_REPORTED or (is_older and found.method == METHOD):
        return None
    row, cells = _empty(reading, choice), json.loads(found.cells)
    for name, places in _PLACES.items():
        if cell := cells.get(name):
            setattr(row, name, Decimal(cell) if places else int(cell))
    return row


def workstreams(history: History) -> list[Choice]:
    """Each workstream by itself."""
    return [Choice(row.project, row.code, [row.code]) for row in history.workstreams]


def apart(history: History, chosen: Choice | None = None) -> tuple[list[Choice], Choice]:
    """Each of the chosen workstreams, or of all, by itself; and what they are together."""
    each = [one for one in workstreams(history) if chosen is None or one.workstream in chosen.workstreams]
    return each, (chosen or programme(history))._replace(workstream=None)


def programme(history: History) -> Choice:
    """All workstreams together."""
    return Choice("", None, [row.code for row in history.workstreams])


def choice_of(history: History, projects: Sequence[str], workstreams: Sequence[str]) -> Choice:
    """The workstreams that are among these and of these projects; all of them where nothing is named."""
    if not projects and not workstreams:
        return programme(history)
    rows = [
        row
        for row in history.workstreams
        if (not projects or row.project in projects) and (not workstreams or row.code in workstreams)
    ]
    # As with a single project, nothing is counted before the first of them has joined.
    named = " ".join(dict.fromkeys(row.project for row in rows)) or "-"
    only = rows[0].code if len(rows) == 1 else None
    return Choice(named, only, [row.code for row in rows])


def summaries(
    history: History,
    as_of: datetime,
    choices: Sequence[Choice],
    bases: Collection[Basis] = tuple(Basis),
    *,
    is_anew: bool = False,
) -> Iterator[Summary]:
    """A row per reading and choice, in the order of readings, then of choices: as it was frozen, or computed anew where
    that was by the definitions in force.
    """
    earlier: dict[tuple[int, Basis, int], Summary] = {}
    for reading in readings(history.cycles, as_of, history.zone):
        if reading.basis not in bases:
            continue
        number = reading.cycle.cycle
        known = Knowledge(history, reading.as_of)
        for key, choice in enumerate(choices):
            row = frozen(history, reading, choice, is_older=is_anew)
            if row is None:
                items = known.items(reading, choice.workstreams) if counts(history, reading, choice) else None
                row = summary(history, reading, choice, items, earlier.get((number - 1, reading.basis, key)))
            earlier[number, reading.basis, key] = row
            yield row


def counts(history: History, reading: Reading, choice: Choice) -> bool:
    """Whether there are figures of the choice in the reading: the cycle has begun, and the project has joined."""
    has_joined = not choice.project or bool(history.joined(reading.cycle.cycle, choice.workstreams))
    return reading.is_begun and has_joined


def summary(
    history: History, reading: Reading, choice: Choice, items: CycleItems | None, previous: Summary | None
) -> Summary:
    """The row that the items come to, compared with the row of the cycle before on the same basis."""
    row = _empty(reading, choice)
    if items is not None:
        _fill_throughput(row, items.workflows)
        _fill_blockers(row, reading, items)
        if reading.is_committed:
            _fill_commitment(row, items.workflows)
        if reading.is_closed:
            _fill_dispositions(row, items.workflows)
        if reading.basis is Basis.AS_REPORTED and choice.is_several:
            _fill_frozen(row, history, choice)
        _fill_comparison(row, reading, previous)
    return row


def _empty(reading: Reading, choice: Choice) -> Summary:
    cycle = reading.cycle
    return Summary(
        cycle.cycle,
        reading.basis,
        choice.project,
        choice.workstream,
        reading.as_of,
        cycle.starts_on,
        cycle.ends_on,
        cycle.planning_starts_on,
        cycle.planning_ends_on,
        reading.working_days,
        cycle.status,
    )


def _fill_throughput(row: Summary, items: WorkflowItems) -> None:
    row.designed, row.validated = len(items.designed), len(items.validated)
    row.tested, row.fell_back = len(items.tested), len(items.fell_back)
    row.lead_time_p50_days = percentile(items.lead_times.values(), 50)
    row.lead_time_p85_days = percentile(items.lead_times.values(), 85)


def _fill_frozen(row: Summary, history: History, choice: Choice) -> None:
    """Workflows of several workstreams add up to what the close froze of each."""
    found = [history.frozen.get((row.cycle, code)) for code in choice.workstreams]
    rows = [json.loads(each.cells) for each in found if each is not None]
    for name in _ADD_UP:
        if cells := [cells[name] for cells in rows if cells.get(name)]:
            setattr(row, name, sum(map(int, cells)))


def _fill_comparison(row: Summary, reading: Reading, previous: Summary | None) -> None:
    """As reported, the previous cycle is as frozen at its own close: one that was closed later was not known yet."""
    if row.tested is not None and (working_days := reading.working_days_so_far):
        row.tested_per_working_day = half_up(Fraction(row.tested, working_days), 2)
    if previous is not None and previous.as_of <= row.as_of:
        row.tested_previous = previous.tested
    if row.tested is not None and row.tested_previous:
        row.ratio_to_previous = half_up(Fraction(row.tested, row.tested_previous), 2)


def _fill_blockers(row: Summary, reading: Reading, items: CycleItems) -> None:
    blockers, workflows = items.blockers, items.workflows
    row.blockers_opened, row.blockers_resolved = len(blockers.opened), len(blockers.resolved)
    row.blockers_open = len(blockers.open)
    row.blocked_days = half_up(days(workflows.blocked.values()), 1)
    row.blocked_days_begun = half_up(days(workflows.blocked_begun.values()), 1)
    ages = ((reading.last_day - local_date(since, reading.zone)).days for since in blockers.open.values())
    row.median_blocker_age_days = nearest_rank((max(age, 0) for age in ages), 50)


def _fill_commitment(row: Summary, items: WorkflowItems) -> None:
    committed, met = list(items.committed.values()), list(items.met.values())
    row.committed, row.added, row.removed, row.met = len(committed), len(items.added), len(items.removed), len(met)
    row.committed_design, row.met_design = committed.count(Goal.DESIGN), met.count(Goal.DESIGN)
    row.committed_validation, row.met_validation = committed.count(Goal.VALIDATION), met.count(Goal.VALIDATION)
    row.committed_test, row.met_test = committed.count(Goal.TEST), met.count(Goal.TEST)
    row.carried_in = len(items.carried_in)


def _fill_dispositions(row: Summary, items: WorkflowItems) -> None:
    row.carried_out, row.returned, row.dropped = len(items.carried_out), len(items.returned), len(items.dropped)


def days(times: Iterable[timedelta]) -> Fraction:
    """The times added up, in days of 24 hours."""
    return Fraction(sum(times, timedelta()) // _MICROSECOND, _DAY // _MICROSECOND)
