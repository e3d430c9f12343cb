"""The cycles in their order, with what is in them and what they reported. Three statements, whatever their number."""

import json
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from tracker.db import facts, models
from tracker.db.models import Workflow
from tracker.domain.programme.rows import CycleRow

_PROGRAMME = ""  # stands where the code of a workstream stands otherwise


@dataclass(frozen=True, slots=True)
class Cycles:
    """All of them by number; of each how many are in it now, of closed ones what they reported."""

    rows: tuple[CycleRow, ...]
    members: dict[int, int]
    reported: dict[int, dict[str, str]]

    @property
    def next_number(self) -> int:
        """The number that the next cycle gets."""
        return max((row.cycle for row in self.rows), default=0) + 1


def rows(session: Session) -> tuple[CycleRow, ...]:
    """The cycles by number. One statement."""
    return tuple(facts.cycles(session))


def cycles(session: Session) -> Cycles:
    """All there is to know about them at a glance."""
    return Cycles(rows(session), _members(session), _reported(session))


def _members(session: Session) -> dict[int, int]:
    number = col(Workflow.cycle_number)
    counted = session.execute(
        select(number, func.count()).where(number.is_not(None), col(Workflow.archived_at).is_(None)).group_by(number)
    )
    return {cycle: count for cycle, count in counted}  # noqa: C416 - a row is no pair to the types


def _reported(session: Session) -> dict[int, dict[str, str]]:
    """Of what a close reported: how many were committed, met their goal, were done."""
    found = {}
    for (cycle, _), row in facts.frozen(session, col(models.Reported.row_key) == _PROGRAMME).items():
        cells = json.loads(row.cells)
        found[cycle] = {name: cells.get(name, "") for name in ("committed", "met", "tested")}
    return found
