"""What an actor may write. Everybody signed in reads everything."""

from collections.abc import Collection

from tracker.domain.errors import N_, NotAllowedError
from tracker.domain.people import Actor


def require_workstream_lead(actor: Actor, workstream: str) -> None:
    """Refuses with NotAllowedError unless the actor leads the owning workstream."""
    if not actor.leads(workstream):
        raise NotAllowedError(N_("Only leads of %(workstream)s and planners can change this."), workstream=workstream)


def require_participant(actor: Actor, workstreams: Collection[str]) -> None:
    """Refuses with NotAllowedError unless the actor leads one of the workstreams, the owning one or another."""
    if not actor.takes_part(workstreams):
        raise NotAllowedError(
            N_("Only leads of %(workstreams)s and planners can do this."), workstreams=", ".join(workstreams)
        )
