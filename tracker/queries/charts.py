"""What charts are drawn from: the history, kept until the programme's next revision, and what goes beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, select, type_coerce
from sqlmodel import Session, col

from tracker.db.language import names, translated
from tracker.db.models import Blocker, Project, StateChange, Workstream
from tracker.domain.charts.span import Tags
from tracker.domain.figures.history import History
from tracker.domain.states import BlockerCategory, CycleStatus
from tracker.queries import figures
from tracker.queries.revision_cache import RevisionCache, Written


@dataclass(frozen=True, slots=True)
class Sources:
    """All that the charts of a page are made of. Names of projects and workstreams are by code, titles of blockers by
    id; `updated` tells when each workflow of the running cycle was last changed or checked, by key.
    """

    history: History
    as_of: datetime
    tags: Tags
    projects: Mapping[str, str]
    workstreams: Mapping[str, str]
    titles: Mapping[int, str]
    updated: Mapping[str, datetime]

    @property
    def offered(self) -> list[str]:
        """The workstreams to choose from: those in use, and those that have ever owned anything."""
        streams = self.history.workstreams
        return sorted(row.code for row in streams if not row.is_archived or self.history.workflows(row.code))


def sources(session: Session, *, now: datetime, language: str) -> Sources | None:
    """What there is; none without a programme. Seven statements, and one more while a cycle runs."""
    as_of = figures.as_of_now(session, now)
    history = figures.history(session)
    if history is None:
        return None
    running = next((row.cycle for row in history.cycles if row.status is CycleStatus.RUNNING), None)
    blockers = _blockers(session, language)
    return Sources(
        history,
        as_of,
        Tags(_REASONS.get(session), {id_: category for id_, (category, _) in blockers.items()}),
        names(session, Project, language),
        names(session, Workstream, language),
        {id_: title for id_, (_, title) in blockers.items()},
        figures.updated(session, history, running) if running is not None else {},
    )


def blockers(session: Session, language: str) -> dict[int, str]:
    """The titles of all blockers. One statement."""
    return {id_: title for id_, (_, title) in _blockers(session, language).items()}


def _reasons(session: Session, since: int = 0) -> dict[int, str]:
    given = (col(StateChange.reason) != "", col(StateChange.entry_id) > since)
    found = session.execute(select(col(StateChange.id), col(StateChange.reason)).where(*given))
    return {row[0]: row[1] for row in found}


def _followed(session: Session, before: dict[int, str], written: Written) -> dict[int, str]:
    return before | _reasons(session, written.since)


_REASONS = RevisionCache(_reasons, _followed, figures.NO_FIGURES)


def _blockers(session: Session, language: str) -> dict[int, tuple[BlockerCategory, str]]:
    columns = col(Blocker.id), type_coerce(col(Blocker.category), String), translated(language, Blocker.title)
    return {id_: (BlockerCategory(category), title) for id_, category, title in session.execute(select(*columns))}
