"""Why something is not taken back: somebody has done something newer since."""

from datetime import datetime

from tracker.domain.errors import N_, ConflictError
from tracker.domain.states import State


def moved(key: str, state: State, actor: str, at: datetime) -> ConflictError:
    """It has another state by now."""
    return ConflictError(
        N_("%(key)s has been moved since, and is in %(state)s: %(actor)s, %(at)s."),
        key=key,
        state=state,
        actor=actor,
        at=at,
    )


def written_over(name: str, actor: str, at: datetime) -> ConflictError:
    """Its field has another text by now."""
    return ConflictError(N_("%(key)s has been written over since: %(actor)s, %(at)s."), key=name, actor=actor, at=at)


def used(key: str, actor: str, at: datetime) -> ConflictError:
    """It was imported, and somebody works with it."""
    return ConflictError(
        N_("%(key)s has been used since it was imported, and stays: %(actor)s, %(at)s."), key=key, actor=actor, at=at
    )
