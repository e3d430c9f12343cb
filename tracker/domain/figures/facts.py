"""The plain rows that figures are computed from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from tracker.domain.programme.rows import CycleRow

WorkflowId: TypeAlias = int | str  # its key, or whatever else the histories call a workflow by


class WorkstreamFact(NamedTuple):
    """A workstream counts from its project's first cycle on."""

    code: str
    project: str
    first_cycle: int
    is_archived: bool = False


class WorkflowFact(NamedTuple):
    """A workflow, under the workstream that owns it."""

    id: WorkflowId
    key: str
    workstream: str
    archived_at: datetime | None


class Frozen(NamedTuple):
    """A row of a file as a close froze it: its cells by heading, as JSON, and the definitions they were computed by."""

    cells: str
    method: int


# The histories are long: bare tuples of words and instants, just as a database gives them.
# id, workflow, to_state, voids, happened_at, recorded_at
ChangeFact: TypeAlias = tuple[int, WorkflowId, str | None, int | None, datetime, datetime]
# id, workflow, from_cycle, to_cycle, goal, kind, happened_at, recorded_at
ScopeFact: TypeAlias = tuple[int, WorkflowId, int | None, int | None, str | None, str, datetime, datetime]
# id, workflow, blocker, event, happened_at, recorded_at
HoldFact: TypeAlias = tuple[int, WorkflowId, int, str, datetime, datetime]
# id, workflow, workstream, stage, event, happened_at, recorded_at
PartFact: TypeAlias = tuple[int, WorkflowId, str, str | None, str, datetime, datetime]


class WorkflowFacts(NamedTuple):
    """All that is recorded of some workflows. The histories come in order of id and are read once."""

    workflows: Sequence[WorkflowFact]
    changes: Iterable[ChangeFact]
    scope: Iterable[ScopeFact]
    holds: Iterable[HoldFact]
    parts: Iterable[PartFact]


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """All that the figures depend on, the histories as `WorkflowFacts` has them. `frozen` are the rows of files
    that closes froze, by file, then by cycle and workstream, all together "".
    """

    zone: ZoneInfo
    cycles: Sequence[CycleRow]
    workstreams: Sequence[WorkstreamFact]
    workflows: Sequence[WorkflowFact]
    changes: Iterable[ChangeFact]
    scope: Iterable[ScopeFact]
    holds: Iterable[HoldFact]
    parts: Iterable[PartFact] = ()
    frozen: Mapping[str, Mapping[tuple[int, str], Frozen]] = field(default_factory=dict)
