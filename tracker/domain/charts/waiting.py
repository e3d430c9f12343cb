"""Who waits on whom in shared workflows: the days of each pair of workstreams, the longest first."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from tracker.domain.charts.sheets import Column, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.holds import Spell
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import Choice, days
from tracker.domain.figures.words import Adds

COLUMNS = (
    Column("waiting", Adds.KEY),
    Column("waited_on", Adds.KEY),
    Column("waited_days", Adds.DAYS, 1),
    Column("still_waiting", Adds.COUNT),
)
_Spells = dict[tuple[str, Spell], Behind]


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per pair of which one is chosen and where the first has waited in these cycles, or waits."""
    waited: dict[tuple[str, str], _Spells] = defaultdict(dict)
    still: dict[tuple[str, str], list[Behind]] = {}
    chosen = set(choice.workstreams)
    for here in (each for cycle in span.cycles if (each := span.reading(cycle.cycle)).is_begun):
        still = defaultdict(list)  # at the end of the last of them
        for key, wait in span.waits(here):
            pair, spell = (wait.waiting, wait.on), wait.spell
            if chosen.isdisjoint(pair):
                continue
            _add(waited[pair], key, spell, here)
            if spell.is_open_before(here.border):
                still[pair].append(Behind(key, at=spell.since))
    times = {pair: sum((_time(each) for each in spells.values()), timedelta()) for pair, spells in waited.items()}
    for pair in sorted(times, key=lambda each: (-times[each], each)):
        items = sorted(waited[pair].values(), key=lambda each: each.at or span.as_of)
        if items or pair in still:
            values: dict[str, Value] = {
                "waiting": pair[0],
                "waited_on": pair[1],
                "waited_days": half_up(days([times[pair]]), 1),
            }
            open_ = still.get(pair, [])
            yield SheetRow(values | {"still_waiting": len(open_)}, {"waited_days": items, "still_waiting": open_})


def _add(spells: _Spells, key: str, spell: Spell, here: Reading) -> None:
    """The part of the spell within the cycle, joined to what it had in those before: the time between is in none."""
    since, until = max(spell.since, here.start), here.end if spell.until is None else min(spell.until, here.end)
    if since < until:
        goes_on = here.end < here.border and (spell.until is None or spell.until > here.end)
        before = spells.get((key, spell), Behind(key, at=since, amount=timedelta()))
        end = None if goes_on else until
        spells[key, spell] = before._replace(until=end, amount=_time(before) + (until - since))


def _time(item: Behind) -> timedelta:
    return item.amount if isinstance(item.amount, timedelta) else timedelta()


SOURCE = Source("waiting", COLUMNS, rows)
