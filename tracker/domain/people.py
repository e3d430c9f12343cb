"""Who acts, and with which rights."""

from collections.abc import Collection
from dataclasses import dataclass

from tracker.domain.states import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at work: the name that the history keeps, and the rights of the account."""

    id: int
    name: str
    role: Role
    workstreams: frozenset[str] = frozenset()
    all_workstreams: bool = False

    @property
    def is_planner(self) -> bool:
        """Whether the programme office's rights apply."""
        return self.role in {Role.PLANNER, Role.ADMIN}

    @property
    def is_admin(self) -> bool:
        """Whether accounts and settings are theirs to change."""
        return self.role is Role.ADMIN

    @property
    def own_workstreams(self) -> frozenset[str]:
        """Those whose part is told apart for a lead; none for others, nor where all of them are theirs."""
        return self.workstreams if self.role is Role.LEAD and not self.all_workstreams else frozenset()

    def leads(self, workstream: str) -> bool:
        """Whether workflows that this workstream owns are theirs to write."""
        if self.is_planner:
            return True
        return self.role is Role.LEAD and (self.all_workstreams or workstream in self.workstreams)

    def takes_part(self, workstreams: Collection[str]) -> bool:
        """Whether blockers and notes are theirs to write on what these workstreams own or take part in."""
        return self.is_planner or any(self.leads(workstream) for workstream in workstreams)
