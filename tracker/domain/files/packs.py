"""Whether a planning-week pack ties out: its items come to its summaries, and these to each other."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from tracker.domain.figures.behind import PREVIOUS
from tracker.domain.figures.ledger import OF_BLOCKERS, OF_WORKFLOWS, PERCENT, LedgerRow, added_up
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import Summary
from tracker.domain.figures.words import PART_FIGURES
from tracker.domain.files.figure_files import LATER, TOTAL
from tracker.domain.files.part_packs import part_differences
from tracker.domain.programme.checks import Finding
from tracker.domain.signoffs.summary import PartSummary
from tracker.domain.states import Goal

SUMMARIES = ("cycle_summary", "workstream_summary")
FILES = (*SUMMARIES, "items", "part_summary", "blockers", "definitions")
LATER_FILES = ("part_summary",)  # packs of earlier versions lack them
Place: TypeAlias = tuple[int, Basis, str | None]
Ledger: TypeAlias = dict[tuple[Place, str], list[LedgerRow]]
_CYCLES, _WORKSTREAMS, _ITEMS = (f"{name}.csv" for name in FILES[:3])
_OF_CYCLE = ("as_of", "starts_on", "ends_on", "planning_starts_on", "planning_ends_on", "working_days", "status")
_WAITING = {"waiting_days", "waited_on_days", "waiting_now", "waited_on_now"}  # a workflow, for each two workstreams
_MEMBERS, _WAYS_OUT = ("committed", "added", "removed"), ("met", "carried_out", "returned", "dropped")
_MORE_THAN_ONCE = {*_WAYS_OUT[1:], *_WAITING}


def findings(
    cycles: Sequence[Summary],
    workstreams: Sequence[Summary],
    items: Iterable[LedgerRow],
    parts: Sequence[PartSummary] | None = None,
    *,
    blockers: Collection[str],
    defined: Collection[str],
) -> list[Finding]:
    """All that does not tie out. `blockers` and `defined` are the numbers and figures that the other files name; a pack
    of an earlier version has no `parts`.
    """
    ledger, older = _ledger(items), {row.cycle for row in workstreams if _is_older(row)}
    streams = [row for row in workstreams if row.workstream is not None]
    of_rows = [
        *(each for row in workstreams for each in _not_added_up(row, ledger, older)),
        *(each for row in cycles for each in _not_computed(row, _CYCLES)),
        *(each for row in streams for each in _not_computed(row, _WORKSTREAMS)),
    ]
    differences = [
        *_twice(cycles, _CYCLES),
        *_twice(workstreams, _WORKSTREAMS),
        *_unlike_totals(cycles, workstreams),
        *_unlike_cycles(cycles, streams),
        *_missing_workstreams(streams),
        *(each.text for each in of_rows if each.is_difference),
        *(line for row in workstreams for line in _impossible(row, ledger)),
        *_without_a_row(workstreams, ledger),
        *_doubled_items(ledger),
        *_named_nowhere(ledger, blockers, defined),
        *(part_differences(parts, ledger, {_place(row) for row in workstreams}) if parts is not None else ()),
    ]
    balances = [each for row in workstreams for each in _unbalanced(row, ledger)]
    if differences:  # then it has not come from any load
        balances = [each for each in balances if each.is_difference]
    return [*map(Finding, differences), *(each for each in of_rows if not each.is_difference), *balances]


def _is_older(row: Summary) -> bool:
    """Whether the close froze it by older definitions: it lacks what they did not have."""
    is_filled = row.basis is Basis.AS_REPORTED and row.designed is not None
    return is_filled and any(getattr(row, name) is None for name in LATER)


def _ledger(items: Iterable[LedgerRow]) -> Ledger:
    """The items of each figure at each place; those of workflows once more for the programme."""
    found: Ledger = defaultdict(list)
    for row in items:
        found[(row.cycle, row.basis, row.workstream), row.figure].append(row)
        if row.workstream is not None and row.figure not in OF_BLOCKERS:
            found[(row.cycle, row.basis, None), row.figure].append(row)
    return found


def _twice(rows: Iterable[Summary], file: str) -> Iterator[str]:
    for place, times in Counter(map(_place, rows)).items():
        if times > 1:
            yield f"{_shown(place, file)}: has {times} rows"


def _unlike_totals(cycles: Iterable[Summary], workstreams: Iterable[Summary]) -> Iterator[str]:
    totals = {_place(row): row for row in workstreams if row.workstream is None}
    for row in cycles:
        total = totals.pop(_place(row), None)
        if total is None:
            yield f"{_of(row, _CYCLES)}: has a row, and none in {_WORKSTREAMS}"
            continue
        for name in (field.name for field in fields(Summary) if field.name != "project"):
            mine, theirs = getattr(row, name), getattr(total, name)
            if mine != theirs:
                yield f"{_of(row, _CYCLES)}: {name} is {_written(mine)}, and {_written(theirs)} in {_WORKSTREAMS}"
    for place in totals:
        yield f"{_shown(place, _WORKSTREAMS)}: has a row, and none in {_CYCLES}"


def _unlike_cycles(cycles: Iterable[Summary], streams: Iterable[Summary]) -> Iterator[str]:
    """Dates, status and moment of a workstream's row are the cycle's."""
    known = {(row.cycle, row.basis): row for row in cycles}
    for row in streams:
        cycle = known.get((row.cycle, row.basis))
        for name in _OF_CYCLE if cycle is not None else ():
            mine, theirs = getattr(row, name), getattr(cycle, name)
            if mine != theirs:
                yield f"{_of(row, _WORKSTREAMS)}: {name} is {_written(mine)}, and {_written(theirs)} in {_CYCLES}"


def _missing_workstreams(streams: Sequence[Summary]) -> Iterator[str]:
    """Each cycle and reading has all workstreams, those without workflows too."""
    there, every = {_place(row) for row in streams}, {row.workstream for row in streams}
    for cycle, basis in dict.fromkeys((row.cycle, row.basis) for row in streams):
        for workstream in sorted(code for code in every if code and (cycle, basis, code) not in there):
            yield f"{_shown((cycle, basis, workstream), _WORKSTREAMS)}: has no row"


def _not_added_up(row: Summary, ledger: Ledger, older: Collection[int]) -> Iterator[Finding]:
    """The items of a row that older definitions gave are those of today's: that they differ is no fault."""
    is_reported = row.basis is Basis.AS_REPORTED
    for figure in (*OF_WORKFLOWS, *OF_BLOCKERS):
        listed, value = ledger.get((_place(row), figure), []), getattr(row, figure)
        come_to = added_up(figure, listed)
        is_alike = value == come_to if value is not None else _is_empty(come_to, listed, figure)
        if not is_alike:
            text = f"{_of(row, _WORKSTREAMS)}: {figure} is {_written(value)}, and its items come to {_written(come_to)}"
            yield Finding(text, not (is_reported and row.cycle - (figure == PREVIOUS) in older))


def _is_empty(come_to: Decimal | int | None, listed: list[LedgerRow], figure: str) -> bool:
    return come_to is None if figure in PERCENT else not listed


def _not_computed(row: Summary, file: str) -> Iterator[Finding]:
    """What follows from other cells of the row."""
    for figure in ("committed", "met"):
        value, goals = getattr(row, figure), sum(getattr(row, f"{figure}_{goal.value}") or 0 for goal in Goal)
        if value is not None and value != goals:
            yield Finding(f"{_of(row, file)}: {figure} is {value}, and its goals come to {goals}", not _is_older(row))
    has_both = row.tested is not None and row.tested_previous
    ratio = half_up(Fraction(row.tested or 0, row.tested_previous or 1), 2) if has_both else None
    if row.ratio_to_previous != ratio:
        mine = _written(row.ratio_to_previous)
        yield Finding(f"{_of(row, file)}: ratio_to_previous is {mine}, not {_written(ratio)}", not _is_older(row))
    paces = {half_up(Fraction(row.tested or 0, days), 2) for days in range(1, row.working_days + 1)}
    if row.tested_per_working_day is not None and row.tested_per_working_day not in paces:
        pace = f"tested_per_working_day is {row.tested_per_working_day}"
        yield Finding(f"{_of(row, file)}: {pace}, and tested is {_written(row.tested)}", not _is_older(row))


def _impossible(row: Summary, ledger: Ledger) -> Iterator[str]:
    """Items that contradict each other in any reading."""
    of = {name: _goals(ledger, row, name) for name in (*_MEMBERS, "met")}
    faults = [
        (of["added"].keys() & of["committed"].keys(), "added", "also committed"),
        (of["removed"].keys() - of["committed"].keys(), "removed", "not committed"),
        (of["met"].keys() - _final(ledger, row), "met", "no member of the cycle at its end"),
    ]
    for keys, figure, what in faults:
        for key in sorted(keys):
            yield f"{_of(row, _ITEMS)}: {key} is {figure}, and {what}"
    for figure in ("committed", "met"):
        for goal in Goal:
            mine = {key for key, its in of[figure].items() if its is goal}
            theirs = _goals(ledger, row, f"{figure}_{goal.value}")
            for key in sorted(mine ^ theirs.keys() | {key for key, its in theirs.items() if its is not goal}):
                yield f"{_of(row, _ITEMS)}: {key} has different goals in {figure} and {figure}_{goal.value}"


def _unbalanced(row: Summary, ledger: Ledger) -> Iterator[Finding]:
    """As reported, whoever was in a cycle at its close has met the goal, or was carried, returned or dropped. Where the
    items say the same, a bulk load may have brought it: it is not asked how its cycles were closed.
    """
    if row.basis is not Basis.AS_REPORTED or any(getattr(row, name) is None for name in (*_MEMBERS, *_WAYS_OUT)):
        return
    committed, added, removed = (getattr(row, name) for name in _MEMBERS)
    came_to, went = committed + added - removed, sum(getattr(row, name) for name in _WAYS_OUT)
    ways = Counter(each.item for name in _WAYS_OUT for each in ledger.get((_place(row), name), ()))
    final = _final(ledger, row)
    odd = {key: ways[key] for key in final | ways.keys() if ways[key] != (key in final)}
    if came_to == went and not odd:
        return
    law = (
        f"{_of(row, _WORKSTREAMS)}: committed + added - removed is {came_to},"
        f" and met + carried_out + returned + dropped is {went}"
    )
    if any(getattr(row, name) != len(ledger.get((_place(row), name), ())) for name in (*_MEMBERS, *_WAYS_OUT)):
        yield Finding(law, not _is_older(row))
    else:
        yield Finding(f"{law}: {', '.join(_fate(key, odd[key], key in final) for key in sorted(odd))}", False)


def _fate(key: str, ways: int, is_member: bool) -> str:
    if not is_member:
        return f"{key} left at another moment than the close"
    return f"{key} has no outcome" if ways == 0 else f"{key} has {ways} outcomes"


def _final(ledger: Ledger, row: Summary) -> set[str]:
    """The members at the cycle's end."""
    committed, added, removed = (_goals(ledger, row, name).keys() for name in _MEMBERS)
    return committed - removed | added


def _goals(ledger: Ledger, row: Summary, figure: str) -> Mapping[str, Goal | None]:
    return {each.item: each.goal for each in ledger.get((_place(row), figure), ())}


def _without_a_row(workstreams: Iterable[Summary], ledger: Ledger) -> Iterator[str]:
    places = {_place(row) for row in workstreams}
    for place in {place: None for place, _ in ledger if place not in places}:
        yield f"{_shown(place, _ITEMS)}: has items, and no row in {_WORKSTREAMS}"


def _doubled_items(ledger: Ledger) -> Iterator[str]:
    """An item counts once, save a blocker that opens several times, and whatever leaves a cycle more than once."""
    for (place, figure), rows in ledger.items():
        if figure in _MORE_THAN_ONCE or (place[2] is None and figure not in OF_BLOCKERS):
            continue  # what stands under the programme are those of the workstreams once more
        has_stages = figure in PART_FIGURES
        counted = Counter((row.item, row.goal if has_stages else None, row.at) for row in rows)
        for (item, *_), times in counted.items():
            if times > 1:
                yield f"{_shown(place, _ITEMS)}: {item} stands {times} times under {figure}"


def _named_nowhere(ledger: Ledger, blockers: Collection[str], defined: Collection[str]) -> Iterator[str]:
    known = {row.item for (_, figure), rows in ledger.items() if figure in OF_BLOCKERS for row in rows}
    for blocker in sorted(known - set(blockers)):
        yield f"{_ITEMS}: blocker {blocker} is not in blockers.csv"
    for figure in sorted({figure for _, figure in ledger} - set(defined)):
        yield f"definitions.csv: {figure} is not defined"


def _place(row: Summary) -> Place:
    return row.cycle, row.basis, row.workstream


def _of(row: Summary, file: str) -> str:
    return _shown(_place(row), file)


def _shown(place: Place, file: str) -> str:
    cycle, basis, workstream = place
    return f"{file}, cycle {cycle}, {basis.value}" + ("" if file == _CYCLES else f", {workstream or TOTAL}")


def _written(value: object) -> str:
    return "empty" if value is None else str(value)
