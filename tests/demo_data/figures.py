"""Recomputes what the programme files say, by the definitions of the figures."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import cache

from .programme_files import STATES, Programme, Row, instant, local


@cache
def valid_changes(programme: Programme, key: str, known_at: datetime) -> list[Row]:
    """Known by then and not taken back by then, in order of time."""
    known = [row for row in programme.changes_of[key] if instant(row["recorded_at"]) <= known_at]
    voided = {row["voids"] for row in known}
    valid = [row for row in known if row["to_state"] and row["id"] not in voided]
    return sorted(valid, key=lambda row: (instant(row["happened_at"]), int(row["id"])))


def state_before(programme: Programme, key: str, moment: datetime, known_at: datetime) -> str | None:
    archived_at = programme.workflows[key]["archived_at"]
    if archived_at and instant(archived_at) < moment and instant(archived_at) <= known_at:
        return None
    states = [
        row["to_state"] for row in valid_changes(programme, key, known_at) if instant(row["happened_at"]) < moment
    ]
    return states[-1] if states else None


def is_past(state: str | None, stage: str) -> bool:
    return state is not None and STATES.index(state) > STATES.index(stage)


def passed(programme: Programme, cycle: int, stage: str, known_at: datetime | None = None) -> set[str]:
    window = programme.window(cycle)
    known_at = known_at or programme.newest
    return {
        key
        for key in programme.workflows
        if is_past(state_before(programme, key, window.border, known_at), stage)
        and not is_past(state_before(programme, key, window.start, known_at), stage)
    }


def members(programme: Programme, cycle: int, until: datetime) -> dict[str, str]:
    """Who is in the cycle at that moment, with the goal."""
    found: dict[str, str] = {}
    for row in programme.scope:
        if instant(row["happened_at"]) <= until:
            if row["from_cycle"] == str(cycle):
                found.pop(row["workflow"], None)
            if row["to_cycle"] == str(cycle):
                found[row["workflow"]] = row["goal"]
    return found


def committed(programme: Programme, cycle: int) -> dict[str, str]:
    return members(programme, cycle, instant(programme.cycles[cycle]["committed_at"]))


def final_members(programme: Programme, cycle: int) -> dict[str, str]:
    """Who was in the cycle just before it was closed."""
    closed_at = instant(programme.cycles[cycle]["closed_at"])
    earlier = [instant(row["happened_at"]) for row in programme.scope]
    return members(programme, cycle, max(at for at in earlier if at < closed_at))


def out_of(programme: Programme, cycle: int, *kinds: str) -> list[Row]:
    return [row for row in programme.scope if row["from_cycle"] == str(cycle) and row["kind"] in kinds]


def spells(programme: Programme) -> Iterator[tuple[str, datetime, datetime | None]]:
    """Every time a blocker went from holding nothing to holding something, and back."""
    holding: dict[str, set[str]] = defaultdict(set)
    opened: dict[str, datetime] = {}
    events = sorted(programme.blocker_events, key=lambda row: (instant(row["happened_at"]), int(row["id"])))
    for row in events:
        held, was_open = holding[row["blocker"]], bool(holding[row["blocker"]])
        (held.add if row["event"] == "held" else held.discard)(row["workflow"])
        if held and not was_open:
            opened[row["blocker"]] = instant(row["happened_at"])
        if was_open and not held:
            yield row["blocker"], opened.pop(row["blocker"]), instant(row["happened_at"])
    for blocker, at in opened.items():
        yield blocker, at, None


def held_now(programme: Programme) -> dict[str, set[str]]:
    """The open blockers with the workflows they hold."""
    holding: dict[str, set[str]] = defaultdict(set)
    for row in programme.blocker_events:
        held = holding[row["blocker"]]
        (held.add if row["event"] == "held" else held.discard)(row["workflow"])
    return {blocker: held for blocker, held in holding.items() if held}


def done_day(programme: Programme, key: str) -> str:
    """The local day of the last entry into done."""
    entries = [row for row in valid_changes(programme, key, programme.newest) if row["to_state"] == "done"]
    return local(entries[-1]["happened_at"]).date().isoformat() if entries else ""


def times_carried(programme: Programme) -> Counter[str]:
    return Counter(row["workflow"] for row in programme.scope if row["kind"] == "carried")


def closed_at(programme: Programme, cycle: int) -> datetime:
    return instant(programme.cycles[cycle]["closed_at"])


def cycle_of(programme: Programme, moment: datetime) -> int | None:
    windows = {number: programme.window(number) for number in programme.cycles}
    inside = [n for n, window in windows.items() if window.start <= moment < window.border]
    return inside[0] if inside else None


def entries(programme: Programme) -> list[Row]:
    """Every recorded row, of all files."""
    files = ("changes", "scope", "blocker_events", "parts", "notes", "checks")
    return [row | {"file": name} for name in files for row in programme.rows(name)]
