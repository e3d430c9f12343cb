"""A workflow of the demo while it is being made up, and what is decided about it on the way."""

from dataclasses import dataclass, field
from datetime import date, datetime

STATES = ("not_started", "design", "validation", "test", "done")
STAGES = STATES[1:4]


@dataclass
class Membership:
    """A stay in a cycle: how it began, its goal, and how it ended."""

    goal: str
    entered: str = "planned"
    left: str = ""
    """Empty: stays a member."""
    entered_at: datetime | None = None
    left_at: datetime | None = None


@dataclass
class Flow:
    key: str
    stream: str
    name: str
    name_en: str
    shared_with: str = ""
    description: str = ""
    owner: str = ""
    priority: str = ""
    state: str = ""
    """The state on 14 April."""
    passed: dict[str, int] = field(default_factory=dict)
    """The cycle in which each stage was passed."""
    begun_in: int | None = None
    created_at: datetime | None = None
    archived_at: datetime | None = None
    is_late_addition: bool = False
    is_done_late: bool = False
    """Done in cycle 3, but registered only after it was closed."""
    held_from: date | None = None
    memberships: dict[int, Membership] = field(default_factory=dict)
    idle_in: set[int] = field(default_factory=set)
    """Cycles in which it was a member and nothing happened."""

    @property
    def number(self) -> int:
        return int(self.key[4:])

    @property
    def done_in(self) -> int | None:
        return self.passed.get("test")

    def stages_passed_in(self, cycle: int) -> list[str]:
        return [stage for stage in STAGES if self.passed.get(stage) == cycle]

    def stages_passed_by(self, cycle: int) -> list[str]:
        return [stage for stage in STAGES if stage in self.passed and self.passed[stage] <= cycle]
