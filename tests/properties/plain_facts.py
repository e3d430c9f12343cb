"""What a database gives to the figures, without one."""

from zoneinfo import ZoneInfo

from tracker.domain.figures.facts import ProgrammeFacts, WorkflowFact, WorkstreamFact
from tracker.domain.programme.rows import Programme


def facts_of(programme: Programme, zone: ZoneInfo) -> ProgrammeFacts:
    """What a database would give of these rows."""
    joins = {row.code: row.first_cycle for row in programme.projects}
    return ProgrammeFacts(
        zone,
        programme.cycles,
        [WorkstreamFact(row.code, row.project, joins[row.project]) for row in programme.workstreams],
        [WorkflowFact(row.key, row.key, row.workstream, row.archived_at) for row in programme.workflows],
        [
            (row.id, row.workflow, row.to_state and row.to_state.value, row.voids, row.happened_at, row.recorded_at)
            for row in programme.changes
        ],
        [
            (
                row.id,
                row.workflow,
                row.from_cycle,
                row.to_cycle,
                row.goal and row.goal.value,
                row.kind.value,
                row.happened_at,
                row.recorded_at,
            )
            for row in programme.scope
        ],
        [
            (row.id, row.workflow, row.blocker, row.event.value, row.happened_at, row.recorded_at)
            for row in programme.blocker_events
        ],
        [
            (
                row.id,
                row.workflow,
                row.workstream,
                row.stage and row.stage.value,
                row.event.value,
                row.happened_at,
                row.recorded_at,
            )
            for row in programme.parts
        ],
    )
