"""Who acts, and what they may write. Everybody signed in reads everything."""

from collections.abc import Collection
from dataclasses import dataclass

from tracker.domain.errors import N_, NotAllowedError
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

    def leads(self, workstream: str) -> bool:
        """Whether workflows that this workstream owns are theirs to write."""
        if self.is_planner:
            return True
        return self.role is Role.LEAD and (self.all_workstreams or workstream in self.workstreams)

    def takes_part(self, workstreams: Collection[str]) -> bool:
        """Whether blockers and notes are theirs to write on what these workstreams own or take part in."""
        return self.is_planner or any(self.leads(workstream) for workstream in workstreams)


def require_lead(actor: Actor, workstream: str) -> None:
    """Refuses with NotAllowedError unless the actor leads the owning workstream."""
    if not actor.leads(workstream):
        raise NotAllowedError(N_("Only leads of %(workstream)s and planners can change this."), workstream=workstream)


def require_part(actor: Actor, workstreams: Collection[str]) -> None:
    """Refuses with NotAllowedError unless the actor leads one of the workstreams, the owning one or another."""
    if not actor.takes_part(workstreams):
        raise NotAllowedError(
            N_("Only leads of %(workstreams)s and planners can do this."), workstreams=", ".join(workstreams)
        )
