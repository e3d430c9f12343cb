"""The rows of a run, printed as they come, and kept in the handbook."""

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tracker.config import HANDBOOK

PAGE = HANDBOOK / "performance.md"
_HEADING = "## The last run\n"
_LINE = "{:<11} {:<44} {:>10} {:>10} {:>7} {:>7} {:>9}"
_HEADINGS = ("database", "what", "ours", "floor", "ratio", "goal", "sent kB")


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: ours and the floor in milliseconds unless `what` says another unit, and the bytes as sent. A
    goal is the most that the ratio may be, or ours where there is no floor; `at_least` turns it round.
    """

    database: str
    what: str
    ours: float
    floor: float | None = None
    goal: float | None = None
    sent: int | None = None
    at_least: bool = False

    def cells(self) -> tuple[str, ...]:
        """As they are printed."""
        ratio = self.ours / self.floor if self.floor else None
        number = self.ours if ratio is None else ratio
        is_met = self.goal is None or (number >= self.goal if self.at_least else number <= self.goal)
        goal = "" if self.goal is None else f"{'≥' if self.at_least else '≤'} {self.goal:g}{'' if is_met else ' ✗'}"
        return (
            self.database,
            self.what,
            _short(self.ours),
            _short(self.floor),
            _short(ratio),
            goal,
            _short(self.sent and self.sent / 1000),
        )


def print_row(cells: Iterable[str] = _HEADINGS) -> None:
    """At once."""
    print(_LINE.format(*cells).rstrip(), flush=True)


def keep(rows: Iterable[Row], page: str) -> str:
    """The handbook's page with these rows in place of the last run's."""
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}:",
        "",
        f"| {' | '.join(_HEADINGS)} |",
        "|---|---|---|---|---|---|---|",
        *(f"| {' | '.join(row.cells())} |" for row in rows),
    ]
    before, heading, _ = page.partition(_HEADING)
    assert heading, "the page has no heading for it"
    return "\n".join([before + heading, *lines, ""])


def _short(number: float | None) -> str:
    """With as many digits as mean something."""
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else re.sub(r"\.0$", "", f"{number:.3g}")
