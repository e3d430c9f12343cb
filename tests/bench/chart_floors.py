"""The numbers of every chart, of the whole programme and all its cycles, each by one raw statement and a plain dict.

The statements know nothing of the product. Borders are local midnights, so they come in as literals; working days and
what follows from them alone (percentages, rates) stay out. Everything recorded counts: the bench reads as of now.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tracker.domain.calendar import midnight, nth_working_day, working_days
from tracker.domain.programme.rows import CycleRow, Programme

_EPOCH, _DAY = date(1970, 1, 1), timedelta(days=1)
_SUMMER_FROM, _SUMMER_UNTIL = 3, 10  # the last Sundays of these months, at 01:00 UTC
Numbers = dict[str, list[Any]]


class Floor(NamedTuple):
    """A chart's columns, those that tell its rows apart first, and the statement that gives them."""

    keys: tuple[str, ...]
    numbers: tuple[str, ...]
    sql: str

    def read(self, cursor: Any) -> Numbers:  # noqa: ANN401 - either driver's
        """A list for each column."""
        cursor.execute(self.sql)
        rows = cursor.fetchall()
        names = (*self.keys, *self.numbers)
        return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {n: [] for n in names}


class Floors(NamedTuple):
    """Those of all charts, and the tables that are made before them as several need them."""

    prepare: tuple[str, ...]
    charts: Mapping[str, Floor]

    def read(self, cursor: Any) -> dict[str, Numbers]:  # noqa: ANN401 - likewise
        """The numbers of all charts. Whoever calls rolls back: then the tables are gone again."""
        for statement in self.prepare:
            cursor.execute(statement)
        return {name: floor.read(cursor) for name, floor in self.charts.items()}


def dumped(found: Mapping[str, Numbers]) -> str:
    """All of it as JSON, without Plotly."""
    return json.dumps(found, separators=(",", ":"), default=float)


def floors(names: Iterable[str], programme: Programme, as_of: datetime, zone: ZoneInfo, *, is_sqlite: bool) -> Floors:
    """Those of the charts named."""
    first, last = _days(programme, as_of, zone)
    values = {
        "as_of": _instant(as_of, is_sqlite=is_sqlite),
        "first": str(first),
        "last": str(last),
        "joins": _joins(programme),
        "cycles": _cycles(programme, as_of, zone, is_sqlite=is_sqlite),
    }

    def filled(sql: str) -> str:
        sql = re.sub(r"\$(\w+)", lambda found: values[found[1]], sql)
        return _translated(sql, zone, is_sqlite=is_sqlite)

    # The driver of SQLite begins nothing by itself; PostgreSQL knows nothing of tables just made.
    tables = (*_OF_CHANGES, *([] if is_sqlite else ["ANALYZE reading, flow, step"]), *_OF_CYCLES)
    prepare = ("BEGIN", *tables) if is_sqlite else tables
    return Floors(
        tuple(map(filled, prepare)),
        {
            name: Floor(tuple(keys.split()), tuple(numbers.split()), filled(sql))
            for name, (keys, numbers, sql) in _FLOORS.items()
            if name in set(names)
        },
    )


# --- what the statements share -----------------------------------------------------------------------------------

# Instants in `cycle`: `until` is the close, `met_at` that or now. `kind` same: of the previous cycle through the same
# working day, compared by `n`. `final` is the number of the day on which it was closed, or today's.
_CYCLE = "kind, n, own, starts, border, ends, committed_at, until, met_at, is_closed, first_day, final, days, last_day"
_POSITION = """CASE to_state
  WHEN 'not_started' THEN 0 WHEN 'design' THEN 1 WHEN 'validation' THEN 2 WHEN 'test' THEN 3 ELSE 4 END"""
_STANDS = "x.to_state IS NOT NULL AND NOT EXISTS (SELECT 1 FROM state_change v WHERE v.voids = x.id)"
# What was done when it was archived is as if it had not been.
_FLOWS = f"""
  SELECT w.id, w.key, CASE WHEN (SELECT x.to_state FROM state_change x
      WHERE x.workflow_id = w.id AND x.happened_at <= w.archived_at AND {_STANDS}
      ORDER BY x.happened_at DESC, x.id DESC LIMIT 1) = 'done' THEN NULL ELSE w.archived_at END AS archived_at,
    t.workstream_code, p.code AS project, p.first_cycle
  FROM workflow w JOIN workflow_workstream t ON t.workflow_id = w.id AND t.is_owner
  JOIN workstream s ON s.code = t.workstream_code JOIN project p ON p.code = s.project_code
"""
# The standing changes one after the other: where from, where to, until when, and since when the work has gone on.
_STEP = f"""
  SELECT *, MAX(CASE WHEN before <= 0 AND pos > 0 THEN at END)
    OVER (PARTITION BY workflow_id ORDER BY at, id ROWS UNBOUNDED PRECEDING) AS begun_at FROM (
      SELECT *, LAG(pos, 1, -1) OVER w AS before, LEAD(at) OVER w AS next_at FROM (
        SELECT x.id, x.workflow_id, x.happened_at AS at, x.reason, {_POSITION} AS pos
        FROM state_change x WHERE {_STANDS}
      ) known WINDOW w AS (PARTITION BY workflow_id ORDER BY at, id)
    ) linked
"""
# Those done at a border that were not at the start, with the entry into done.
_TESTED = """
  SELECT c.n, f.id AS workflow_id, f.key, r.at AS done_at, r.begun_at, DAY(r.at) - DAY(r.begun_at) + 1 AS days
  FROM border b JOIN reading c ON c.kind = 'whole' AND c.n = b.n JOIN flow f ON f.id = b.workflow_id
  JOIN step r ON r.workflow_id = b.workflow_id AND r.pos = 4 AND r.at < c.border
    AND (r.next_at IS NULL OR r.next_at >= c.border)
  WHERE b.kind = 'whole' AND b.before <= 3 AND b.after = 4
"""


def _state(instant: str, sign: str = "<") -> str:
    """How far a workflow f had come by an instant of cycle c."""
    return f"""CASE WHEN f.archived_at < {instant} THEN -1 ELSE COALESCE((
      SELECT {_POSITION} FROM state_change x WHERE x.workflow_id = f.id AND x.happened_at {sign} {instant} AND {_STANDS}
      ORDER BY x.happened_at DESC, x.id DESC LIMIT 1), -1) END"""


def _ranked(table: str, by: str, number: str) -> str:
    """Half and 85 % of the numbers by nearest rank, none of fewer than ten, as the CTE `ranks`."""
    return f"""
    place AS (
      SELECT {by}, {number} AS number, COUNT(*) OVER (PARTITION BY {by}) AS n_of,
        ROW_NUMBER() OVER (PARTITION BY {by} ORDER BY {number}) AS place FROM {table}
    ), ranks AS (
      SELECT {by}, MAX(n_of) AS sample,
        MAX(CASE WHEN n_of >= 10 AND place = (50 * n_of + 99) / 100 THEN number END) AS p50,
        MAX(CASE WHEN n_of >= 10 AND place = (85 * n_of + 99) / 100 THEN number END) AS p85,
        MAX(CASE WHEN place = (50 * n_of + 99) / 100 THEN number END) AS median FROM place GROUP BY {by}
    )"""


# How far everyone was at each start and border.
_BORDER = f"""
  SELECT c.kind, c.n, f.id AS workflow_id, f.workstream_code,
    {_state("c.starts")} AS before, {_state("c.border")} AS after
  FROM reading c JOIN flow f ON f.first_cycle <= c.own WHERE c.kind <> 'draft'
"""
_COUNTS = """
  COUNT(CASE WHEN before <= 1 AND after > 1 THEN 1 END) AS designed,
  COUNT(CASE WHEN before <= 2 AND after > 2 THEN 1 END) AS validated,
  COUNT(CASE WHEN before <= 3 AND after > 3 THEN 1 END) AS tested,
  COUNT(CASE WHEN before = 4 AND after BETWEEN 0 AND 3 THEN 1 END) AS fell_back
"""
# Where each workflow is planned into, as far as that has not begun.
_PLANNED = """
  SELECT c.n, s.goal FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY workflow_id ORDER BY happened_at DESC, id DESC) AS turn FROM scope_change
  ) s JOIN reading c ON c.kind = 'draft' AND c.n = s.to_cycle
  JOIN flow f ON f.id = s.workflow_id AND f.first_cycle <= c.n
  WHERE s.turn = 1
"""


def _goal_by(condition: str) -> str:
    return f"""(SELECT CASE WHEN s.to_cycle = m.n THEN s.goal END FROM scope_change s
      WHERE s.workflow_id = m.workflow_id AND {condition} ORDER BY s.happened_at DESC, s.id DESC LIMIT 1)"""


def _is_past(goal: str) -> str:
    return f"""CASE WHEN c.{goal} IS NOT NULL AND {_state("c.met_at", "<=")}
      > CASE c.{goal} WHEN 'design' THEN 1 WHEN 'validation' THEN 2 ELSE 3 END THEN 1 ELSE 0 END"""


# Everyone who has been in a committed cycle, with the goals and what became of them.
_MEMBER = f"""
WITH seen AS (
  SELECT c.n, s.workflow_id, MAX(CASE WHEN s.to_cycle = c.n AND s.kind = 'carried' THEN 1 ELSE 0 END) AS came,
    MAX(CASE WHEN s.from_cycle = c.n AND s.kind = 'carried' THEN 1 ELSE 0 END) AS went,
    MAX(CASE WHEN s.from_cycle = c.n AND s.kind = 'returned' THEN 1 ELSE 0 END) AS was_returned,
    MAX(CASE WHEN s.from_cycle = c.n AND s.kind = 'dropped' THEN 1 ELSE 0 END) AS was_dropped
  FROM scope_change s JOIN reading c ON c.n IN (s.from_cycle, s.to_cycle) AND c.kind = 'whole'
    AND c.committed_at IS NOT NULL GROUP BY c.n, s.workflow_id
), goals AS (
  SELECT m.*, c.met_at, c.is_closed, {_goal_by("s.happened_at <= c.committed_at")} AS committed,
    {_goal_by("s.happened_at < c.until")} AS final
  FROM seen m JOIN reading c ON c.n = m.n AND c.kind = 'whole'
)
  SELECT c.*, COALESCE(c.final, c.committed) AS goal, (c.went + c.was_returned + c.was_dropped) * c.is_closed AS given,
    {_is_past("final")} AS is_met, {_is_past("committed")} AS is_kept
  FROM goals c JOIN flow f ON f.id = c.workflow_id AND f.first_cycle <= c.n
"""


def _spells(name: str, *by: str) -> str:
    """The times in which a row `event` after another held something."""
    own = ", ".join(by)
    return f"""
    {name} AS (
      SELECT *, LEAD(at) OVER (PARTITION BY {own} ORDER BY at, id) AS next_at FROM (
        SELECT *, SUM(step) OVER (PARTITION BY {own} ORDER BY at, id ROWS UNBOUNDED PRECEDING) AS held FROM event
      ) counted WHERE (held = 1 AND step = 1) OR (held = 0 AND step = -1)
    )"""


# What happened to blockers, as each cycle counts it: a project that joins later brings its own.
_EVENT = """
WITH event AS (
  SELECT c.n, c.starts, c.border, c.ends, c.first_day, c.last_day, e.id, e.workflow_id, e.blocker_id, b.category,
    e.happened_at AS at, CASE e.event WHEN 'held' THEN 1 ELSE -1 END AS step, f.archived_at
  FROM reading c JOIN flow f ON f.first_cycle <= c.n JOIN blocker_event e ON e.workflow_id = f.id
  JOIN blocker b ON b.id = e.blocker_id WHERE c.kind = 'whole'
)
"""


def _blocked(name: str, *by: str, of: str = "", least: int = 0) -> str:
    """How many seconds spells took from their cycle while the workflow was under way."""
    own = ", ".join(f"h.{each}" for each in by)
    since, until = (
        "GREATER(h.at, h.starts, s.at)",
        "LESSER(COALESCE(h.next_at, h.ends), h.ends, COALESCE(s.next_at, h.ends))",
    )
    until = f"LESSER({until}, COALESCE(h.archived_at, h.ends))"
    return f"""
    {name} AS (
      SELECT {own}, SUM(SECONDS({since}, {until})) AS seconds FROM spell_{of or name} h CROSS JOIN step s
      WHERE s.workflow_id = h.workflow_id AND s.pos >= {least} AND s.pos < 4 AND h.held > 0 AND h.at < h.ends
        AND (h.next_at IS NULL OR h.next_at > h.starts) AND {since} < {until}
      GROUP BY {own}
    )"""


_OF_CHANGES = (
    *(
        f"CREATE TEMPORARY TABLE {name} AS {sql}"
        for name, sql in (
            ("reading", f"WITH given({_CYCLE}) AS (VALUES $cycles) SELECT * FROM given"),
            ("flow", _FLOWS),
            ("step", _STEP),
        )
    ),
    "CREATE INDEX step_of_workflow ON step (workflow_id)",
    "CREATE UNIQUE INDEX flow_by_id ON flow (id)",
)
_OF_CYCLES = tuple(
    f"CREATE TEMPORARY TABLE {name} AS {sql}"
    for name, sql in (
        ("border", _BORDER),
        ("tested", _TESTED),
        ("member", _MEMBER),
        ("planned", _PLANNED),
    )
)


# --- the charts --------------------------------------------------------------------------------------------------

_STAGES = ("designed", "validated", "tested")
_FLOORS: Mapping[str, tuple[str, str, str]] = {
    "throughput": (
        "cycle",
        """designed validated tested fell_back designed_previous validated_previous tested_previous designed_ratio
        validated_ratio ratio_to_previous designed_same_day validated_same_day tested_same_day ratio_same_day
        planned_design planned_validation planned_test""",
        f"""WITH sums AS (SELECT kind, n, {_COUNTS} FROM border GROUP BY kind, n), goals AS (
          SELECT n, COUNT(CASE goal WHEN 'design' THEN 1 END) AS design,
            COUNT(CASE goal WHEN 'validation' THEN 1 END) AS validation, COUNT(CASE goal WHEN 'test' THEN 1 END) AS test
          FROM planned GROUP BY n
        ) SELECT c.n, s.designed, s.validated, s.tested, s.fell_back, p.designed, p.validated, p.tested,
          ROUND(CAST(1.0 * s.designed / NULLIF(p.designed, 0) AS NUMERIC), 2),
          ROUND(CAST(1.0 * s.validated / NULLIF(p.validated, 0) AS NUMERIC), 2),
          ROUND(CAST(1.0 * s.tested / NULLIF(p.tested, 0) AS NUMERIC), 2), t.designed, t.validated, t.tested,
          ROUND(CAST(1.0 * s.tested / NULLIF(t.tested, 0) AS NUMERIC), 2),
          CASE WHEN c.kind = 'draft' THEN COALESCE(g.design, 0) END,
          CASE WHEN c.kind = 'draft' THEN COALESCE(g.validation, 0) END,
          CASE WHEN c.kind = 'draft' THEN COALESCE(g.test, 0) END
        FROM reading c LEFT JOIN sums s ON s.n = c.n AND s.kind = 'whole'
        LEFT JOIN sums p ON p.n = c.n - 1 AND p.kind = 'whole' AND c.kind = 'whole'
        LEFT JOIN sums t ON t.n = c.n AND t.kind = 'same' LEFT JOIN goals g ON g.n = c.n
        WHERE c.kind <> 'same' ORDER BY c.n""",
    ),
    "blockers": (
        "cycle",
        """open_at_start blockers_opened blockers_resolved blockers_open open_throughout median_blocker_age_days
        oldest_blocker_days""",
        f"""{_EVENT}, {_spells("spell", "n", "blocker_id")}, still AS (
          SELECT n, at, starts, GREATER(last_day - DAY(at), 0) AS age FROM spell
          WHERE held = 1 AND at < border AND (next_at IS NULL OR next_at >= border)
        ), {_ranked("still", "n", "age")}, sums AS (
          SELECT n,
            COUNT(CASE WHEN held = 1 AND at < starts AND (next_at IS NULL OR next_at >= starts) THEN 1 END) AS old,
            COUNT(CASE WHEN held = 1 AND at >= starts AND at < border THEN 1 END) AS opened,
            COUNT(CASE WHEN held = 0 AND at >= starts AND at < border THEN 1 END) AS resolved FROM spell GROUP BY n
        ), ends AS (
          SELECT n, COUNT(*) AS here, COUNT(CASE WHEN at < starts THEN 1 END) AS throughout, MAX(age) AS oldest
          FROM still GROUP BY n
        ) SELECT c.n, COALESCE(s.old, 0), COALESCE(s.opened, 0), COALESCE(s.resolved, 0), COALESCE(e.here, 0),
          COALESCE(e.throughout, 0), r.median, e.oldest
        FROM reading c LEFT JOIN sums s ON s.n = c.n LEFT JOIN ends e ON e.n = c.n LEFT JOIN ranks r ON r.n = c.n
        WHERE c.kind = 'whole' ORDER BY c.n""",
    ),
    "commitment": (
        "cycle goal",
        "committed added removed members met kept carried_out returned dropped remaining met_since planned",
        """WITH goal AS (SELECT 'design' AS goal UNION ALL SELECT 'validation' UNION ALL SELECT 'test')
        SELECT m.n, g.goal, COUNT(CASE WHEN m.committed = g.goal THEN 1 END),
          COUNT(CASE WHEN m.final = g.goal AND m.committed IS NULL THEN 1 END),
          COUNT(CASE WHEN m.committed = g.goal AND m.final IS NULL THEN 1 END),
          COUNT(CASE WHEN m.final = g.goal THEN 1 END), COUNT(CASE WHEN m.final = g.goal AND m.is_met = 1 THEN 1 END),
          COUNT(CASE WHEN m.committed = g.goal AND m.is_kept = 1 THEN 1 END),
          CASE WHEN MAX(m.is_closed) = 1 THEN COUNT(CASE WHEN m.goal = g.goal AND m.went = 1 THEN 1 END) END,
          CASE WHEN MAX(m.is_closed) = 1 THEN COUNT(CASE WHEN m.goal = g.goal AND m.was_returned = 1 THEN 1 END) END,
          CASE WHEN MAX(m.is_closed) = 1 THEN COUNT(CASE WHEN m.goal = g.goal AND m.was_dropped = 1 THEN 1 END) END,
          COUNT(CASE WHEN m.final = g.goal AND m.is_met = 0 AND m.given = 0 THEN 1 END),
          COUNT(CASE WHEN m.final = g.goal AND m.is_met = 1 AND m.given > 0 THEN 1 END), NULL
        FROM member m CROSS JOIN goal g GROUP BY m.n, g.goal UNION ALL
        SELECT n, goal, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, COUNT(*)
        FROM planned GROUP BY n, goal""",
    ),
    "scope": (
        "cycle",
        "workflows not_started design validation test done under_way left",
        """SELECT n, COUNT(CASE WHEN after >= 0 THEN 1 END), COUNT(CASE after WHEN 0 THEN 1 END),
          COUNT(CASE after WHEN 1 THEN 1 END), COUNT(CASE after WHEN 2 THEN 1 END), COUNT(CASE after WHEN 3 THEN 1 END),
          COUNT(CASE after WHEN 4 THEN 1 END), COUNT(CASE WHEN after BETWEEN 1 AND 3 THEN 1 END),
          COUNT(CASE WHEN after BETWEEN 0 AND 3 THEN 1 END) FROM border WHERE kind = 'whole' GROUP BY n""",
    ),
    "heatmap": (
        "cycle workstream",
        "tested",
        """SELECT n, workstream_code, COUNT(CASE WHEN before <= 3 AND after > 3 THEN 1 END)
        FROM border WHERE kind = 'whole' GROUP BY n, workstream_code""",
    ),
    "age": (
        "workflow",
        "age_days blocked done_age_p50_days done_age_p85_days",
        f"""WITH here AS (
          SELECT f.id, f.key, r.pos, r.before, r.at, r.begun_at FROM step r CROSS JOIN flow f
          WHERE f.id = r.workflow_id AND r.next_at IS NULL AND f.archived_at IS NULL
            AND f.first_cycle <= (SELECT MAX(n) FROM reading WHERE kind = 'whole')
        ), departure AS (
          SELECT s.pos, DAY(MAX(s.next_at)) - DAY(h.begun_at) + 1 AS age
          FROM here h CROSS JOIN step s
          WHERE h.pos = 4 AND s.workflow_id = h.id AND s.at >= h.begun_at AND s.pos BETWEEN 1 AND 3
          GROUP BY h.id, h.begun_at, s.pos
        ), {_ranked("departure", "pos", "age")}, held AS (
          SELECT workflow_id, SUM(CASE event WHEN 'held' THEN 1 ELSE -1 END) AS holding
          FROM blocker_event GROUP BY workflow_id
        ) SELECT h.key, DAY($as_of) - DAY(h.begun_at) + 1, CASE WHEN b.holding > 0 THEN 1 ELSE 0 END, r.p50, r.p85
        FROM here h LEFT JOIN held b ON b.workflow_id = h.id LEFT JOIN ranks r ON r.pos = h.pos
        WHERE h.pos BETWEEN 1 AND 3""",
    ),
    "blocker-causes": (
        "cycle category",
        "category_days category_blockers blocked_days blocked_days_begun",
        f"""{_EVENT}, {_spells("spell_every", "n", "workflow_id")},
        {_spells("spell_each", "n", "workflow_id", "category")},
        {_spells("spell_own", "n", "workflow_id", "blocker_id")}, {_blocked("every", "n")},
        {_blocked("begun", "n", of="every", least=1)},
        {_blocked("each", "n", "category")}, {_blocked("own", "n", "category", "blocker_id")},
        shown AS (SELECT DISTINCT category FROM each),
        holding AS (SELECT n, category, COUNT(*) AS number FROM own GROUP BY n, category)
        SELECT c.n, s.category, ROUND(CAST(COALESCE(e.seconds, 0) / 86400.0 AS NUMERIC), 1), COALESCE(o.number, 0),
          ROUND(CAST(COALESCE(a.seconds, 0) / 86400.0 AS NUMERIC), 1),
          ROUND(CAST(COALESCE(b.seconds, 0) / 86400.0 AS NUMERIC), 1)
        FROM reading c CROSS JOIN shown s LEFT JOIN each e ON e.n = c.n AND e.category = s.category
        LEFT JOIN holding o ON o.n = c.n AND o.category = s.category
        LEFT JOIN every a ON a.n = c.n LEFT JOIN begun b ON b.n = c.n WHERE c.kind = 'whole'""",
    ),
    "carry-over": (
        "cycle",
        """members carried_in carried_twice_or_more met carried_out returned dropped remaining met_since
        members_previous carried_out_previous""",
        """WITH first_carried AS (
          SELECT workflow_id, MIN(to_cycle) AS first_into FROM scope_change WHERE kind = 'carried' GROUP BY workflow_id
        ), sums AS (
          SELECT m.n, MAX(m.is_closed) AS is_closed, COUNT(m.final) AS members,
            COUNT(CASE WHEN m.came = 1 AND m.goal IS NOT NULL THEN 1 END) AS came,
            COUNT(CASE WHEN m.came = 1 AND m.goal IS NOT NULL AND a.first_into < m.n THEN 1 END) AS again,
            SUM(m.is_met) AS met, SUM(m.went) AS went, SUM(m.was_returned) AS returned, SUM(m.was_dropped) AS dropped,
            COUNT(CASE WHEN m.final IS NOT NULL AND m.is_met = 0 AND m.given = 0 THEN 1 END) AS remaining,
            COUNT(CASE WHEN m.is_met = 1 AND m.given > 0 THEN 1 END) AS since
          FROM member m LEFT JOIN first_carried a ON a.workflow_id = m.workflow_id GROUP BY m.n
        ) SELECT c.n, c.members, c.came, c.again, c.met, CASE WHEN c.is_closed = 1 THEN c.went END,
          CASE WHEN c.is_closed = 1 THEN c.returned END, CASE WHEN c.is_closed = 1 THEN c.dropped END, c.remaining,
          c.since, CASE WHEN c.is_closed = 1 THEN p.members END, CASE WHEN c.is_closed = 1 THEN p.went END
        FROM sums c LEFT JOIN sums p ON p.n = c.n - 1 AND p.is_closed = 1 UNION ALL
        SELECT n, COUNT(*), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM planned GROUP BY n""",
    ),
    "cumulative-flow": (
        "day",
        "not_started design validation test done",
        f"""WITH RECURSIVE joins(first_cycle, joined) AS (VALUES $joins), moved AS (
          SELECT GREATER(DAY(s.at), j.joined) AS day, s.pos, s.before FROM step s CROSS JOIN flow f CROSS JOIN joins j
          WHERE f.id = s.workflow_id AND j.first_cycle = f.first_cycle
            AND (f.archived_at IS NULL OR s.at <= f.archived_at)
          UNION ALL SELECT GREATER(DAY(f.archived_at), j.joined), -1, s.pos FROM flow f CROSS JOIN joins j
          CROSS JOIN step s WHERE j.first_cycle = f.first_cycle AND s.workflow_id = f.id AND f.archived_at >= s.at
            AND (s.next_at IS NULL OR s.next_at > f.archived_at)
        ), sums AS (
          SELECT day, {
            ", ".join(
                f"COUNT(CASE pos WHEN {n} THEN 1 END) - COUNT(CASE before WHEN {n} THEN 1 END) AS s{n}"
                for n in range(5)
            )
        } FROM moved GROUP BY day
        ), days(day) AS (SELECT $first UNION ALL SELECT day + 1 FROM days WHERE day < $last)
        SELECT d.day, {", ".join(f"SUM(COALESCE(s.s{n}, 0)) OVER (ORDER BY d.day)" for n in range(5))}
        FROM days d LEFT JOIN sums s ON s.day = d.day""",
    ),
    "burn-up": (
        "cycle day",
        "scope reached added_since removed_since",
        """WITH RECURSIVE goals AS (
          SELECT c.n, c.first_day, c.final, c.days, c.met_at, s.workflow_id, f.archived_at,
            CASE WHEN s.to_cycle = c.n THEN s.goal END AS goal, s.happened_at AS at,
            LEAD(s.happened_at) OVER (PARTITION BY c.n, s.workflow_id ORDER BY s.happened_at, s.id) AS next_at,
            LAST_VALUE(CASE WHEN s.happened_at <= c.committed_at THEN CASE WHEN s.to_cycle = c.n THEN 1 ELSE 0 END END)
              OVER (PARTITION BY c.n, s.workflow_id, CASE WHEN s.happened_at <= c.committed_at THEN 1 ELSE 0 END
                ORDER BY s.happened_at, s.id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS was_in
          FROM scope_change s JOIN flow f ON f.id = s.workflow_id
          JOIN reading c ON c.n IN (s.from_cycle, s.to_cycle) AND c.kind = 'whole' AND s.happened_at < c.until
            AND c.committed_at IS NOT NULL AND f.first_cycle <= c.n
        ), stay AS (
          SELECT g.*, MAX(COALESCE(was_in, 0)) OVER (PARTITION BY n, workflow_id) AS is_committed,
            GREATER(LESSER(DAY(at) - first_day, final), 0) AS since,
            CASE WHEN next_at IS NULL THEN days ELSE GREATER(LESSER(DAY(next_at) - first_day, final), 0) END AS till,
            CASE WHEN archived_at < met_at THEN GREATER(LESSER(DAY(archived_at) - first_day, final), 0) ELSE days END
              AS gone FROM goals g
        ), past AS (
          SELECT y.n, GREATER(y.since, LESSER(DAY(s.at) - y.first_day, y.final)) AS since, LESSER(y.till, y.gone,
            CASE WHEN s.next_at <= y.met_at THEN LESSER(DAY(s.next_at) - y.first_day, y.final) ELSE y.days END) AS till
          FROM stay y CROSS JOIN step s
          WHERE y.goal IS NOT NULL AND s.workflow_id = y.workflow_id AND s.at <= y.met_at
            AND s.pos > CASE y.goal WHEN 'design' THEN 1 WHEN 'validation' THEN 2 ELSE 3 END
        ), change AS (
          SELECT n, since AS day, 1 AS scope, 1 - is_committed AS added, 0 AS reached FROM stay
            WHERE goal IS NOT NULL AND since < till
          UNION ALL SELECT n, till, -1, is_committed - 1, 0 FROM stay WHERE goal IS NOT NULL AND since < till
          UNION ALL SELECT n, since, 0, 0, 1 FROM past WHERE since < till
          UNION ALL SELECT n, till, 0, 0, -1 FROM past WHERE since < till
        ), sums AS (
          SELECT n, day, SUM(scope) AS scope, SUM(added) AS added, SUM(reached) AS reached FROM change GROUP BY n, day
        ), days(n, day) AS (
          SELECT n, 0 FROM reading WHERE kind = 'whole' AND committed_at IS NOT NULL
          UNION ALL SELECT d.n, d.day + 1 FROM days d JOIN reading c ON c.n = d.n AND c.kind = 'whole'
            WHERE d.day + 1 < c.days
        ), agreed AS (
          SELECT n, COUNT(DISTINCT workflow_id) AS number FROM stay WHERE is_committed = 1 GROUP BY n
        ), found AS (
          SELECT d.n, c.first_day + d.day AS day, c.committed_at, SUM(COALESCE(s.scope, 0)) OVER w AS scope,
            SUM(COALESCE(s.reached, 0)) OVER w AS reached, SUM(COALESCE(s.added, 0)) OVER w AS added
          FROM days d JOIN reading c ON c.n = d.n AND c.kind = 'whole' LEFT JOIN sums s ON s.n = d.n AND s.day = d.day
          WINDOW w AS (PARTITION BY d.n ORDER BY d.day)
        ) SELECT f.n, f.day, f.scope, f.reached, f.added, COALESCE(a.number, 0) - (f.scope - f.added)
        FROM found f LEFT JOIN agreed a ON a.n = f.n WHERE f.day >= DAY(f.committed_at)""",
    ),
    "lead-time": (
        "cycle workflow",
        "lead_time_days tested lead_time_p50_days lead_time_p85_days",
        f"""WITH {_ranked("tested", "n", "days")}
        SELECT n, key, days, NULL, NULL, NULL FROM tested UNION ALL
        SELECT c.n, NULL, NULL, COALESCE(r.sample, 0), r.p50, r.p85
        FROM reading c LEFT JOIN ranks r ON r.n = c.n WHERE c.kind = 'whole'""",
    ),
    "time-in-state": (
        "cycle state",
        "n p50_days p85_days",
        f"""WITH state AS (SELECT 1 AS pos UNION ALL SELECT 2 UNION ALL SELECT 3), spent AS (
          SELECT t.n, a.pos, t.workflow_id, COALESCE(SUM(DAY(s.next_at) - DAY(s.at)), 0) AS days
          FROM tested t CROSS JOIN state a LEFT JOIN step s ON s.workflow_id = t.workflow_id AND s.pos = a.pos
            AND s.at >= t.begun_at AND s.at < t.done_at GROUP BY t.n, a.pos, t.workflow_id
        ), {_ranked("spent", "n, pos", "days")}
        SELECT c.n, CASE a.pos WHEN 1 THEN 'design' WHEN 2 THEN 'validation' ELSE 'test' END, COALESCE(r.sample, 0),
          r.p50, r.p85 FROM reading c CROSS JOIN state a LEFT JOIN ranks r ON r.n = c.n AND r.pos = a.pos
        WHERE c.kind = 'whole'""",
    ),
    "moves-back": (
        "cycle reason",
        "moves_back",
        """WITH moved AS (
          SELECT c.n, CASE WHEN s.reason = '' THEN 'none' WHEN s.reason IN ('failed_test', 'failed_validation',
            'new_release', 'changed_requirement', 'dependency') THEN s.reason ELSE 'other' END AS why
          FROM step s CROSS JOIN flow f CROSS JOIN reading c
          WHERE s.pos < s.before AND f.id = s.workflow_id AND c.kind = 'whole' AND s.at >= c.starts AND s.at < c.border
            AND f.first_cycle <= c.n
        ) SELECT n, why, COUNT(*) FROM moved GROUP BY n, why""",
    ),
}


# --- what is handed in, and the two dialects ---------------------------------------------------------------------


def _cycles(programme: Programme, as_of: datetime, zone: ZoneInfo, *, is_sqlite: bool) -> str:
    def instant(moment: datetime | None) -> str:
        if moment is None:
            return "NULL" if is_sqlite else "CAST(NULL AS TIMESTAMPTZ)"
        return _instant(moment, is_sqlite=is_sqlite)

    rows = []
    for row in programme.cycles:
        starts, border = midnight(row.starts_on, zone), midnight(row.ends_on + _DAY, zone)
        ends, met_at = min(border, as_of), row.closed_at or as_of
        last = _local(met_at - timedelta.resolution, zone)
        days = ((max(last, row.ends_on) if row.closed_at else last) - row.starts_on).days + 1
        final = (last - row.starts_on).days
        kind = "whole" if starts < as_of else "draft"
        until = row.closed_at or datetime(9000, 1, 1, tzinfo=UTC)
        instants = [instant(each) for each in (starts, border, ends, row.committed_at, until, met_at)]
        numbers = [
            int(row.closed_at is not None),
            _number(row.starts_on),
            final,
            days,
            _number(_local(ends - timedelta(seconds=1), zone)),
        ]
        rows.append(f"('{kind}', {row.cycle}, {row.cycle}, {', '.join([*instants, *map(str, numbers)])})")
        before = next((each for each in programme.cycles if each.cycle == row.cycle - 1), None)
        if before is not None and starts < as_of < border:
            so_far = working_days(row.starts_on, _local(ends - timedelta(seconds=1), zone))
            through = midnight(nth_working_day(before.starts_on, before.ends_on, so_far) + _DAY, zone)
            instants[:3] = [instant(midnight(before.starts_on, zone)), instant(through), instant(through)]
            rows.append(f"('same', {row.cycle}, {before.cycle}, {', '.join([*instants, *map(str, numbers)])})")
    return ", ".join(rows)


def _joins(programme: Programme) -> str:
    """The first cycle of projects, with the number of the day from which on they count."""
    found = []
    for first in sorted({row.first_cycle for row in programme.projects}):
        joins = min((row.starts_on for row in programme.cycles if row.cycle >= first), default=None)
        first_day = min(row.starts_on for row in programme.cycles)
        found.append(f"({first}, {_number(max(joins, first_day)) if joins else 10**6})")
    return ", ".join(found)


def _days(programme: Programme, as_of: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """The numbers of the first day and of the last one that has come."""
    begun: list[CycleRow] = [row for row in programme.cycles if midnight(row.starts_on, zone) < as_of]
    last = min(max(row.ends_on for row in begun), _local(as_of - timedelta.resolution, zone))
    return _number(min(row.starts_on for row in begun)), _number(last)


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _local(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _instant(moment: datetime, *, is_sqlite: bool) -> str:
    text = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return f"'{text}'" if is_sqlite else f"TIMESTAMPTZ '{text}+00'"


def _translated(sql: str, zone: ZoneInfo, *, is_sqlite: bool) -> str:
    """In the database's own words: the number of an instant's local day, seconds between two, lesser and greater."""
    if is_sqlite:
        words = {
            "DAY": f"((UNIXEPOCH({{0}}) + {_offset(zone, '{0}')}) / 86400)",
            "GREATER": "MAX({all})",
            "LESSER": "MIN({all})",
            "SECONDS": "(UNIXEPOCH({1}) - UNIXEPOCH({0}))",
        }
    else:
        words = {
            "DAY": f"(CAST({{0}} AT TIME ZONE '{zone}' AS DATE) - DATE '1970-01-01')",
            "GREATER": "GREATEST({all})",
            "LESSER": "LEAST({all})",
            "SECONDS": "EXTRACT(EPOCH FROM {1} - {0})",
        }
    while found := re.search(r"\b(DAY|SECONDS|LESSER|GREATER)\(", sql):
        arguments = list(_arguments(sql[found.end() :]))
        whole = ",".join(arguments)
        replaced = words[found[1]].format(*arguments, all=whole)
        sql = sql[: found.start()] + replaced + sql[found.end() + len(whole) + 1 :]
    return sql


def _arguments(text: str) -> Iterator[str]:
    """Those up to the parenthesis that closes."""
    depth = begun = 0
    for at, letter in enumerate(text):
        if depth == 0 and letter in ",)":
            yield text[begun:at]
            begun = at + 1
            if letter == ")":
                return
        depth += (letter == "(") - (letter == ")")


def _offset(zone: ZoneInfo, moment: str) -> str:
    """Seconds to add for the local time: what SQLite does not know of zones."""
    changes = []
    at, last = datetime(2022, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    known = at.astimezone(zone).utcoffset()
    first = known
    while at < last:
        at += timedelta(hours=1)
        if (now := at.astimezone(zone).utcoffset()) != known:
            changes.append((at, known := now))
    seconds = [
        f"WHEN {moment} >= {_instant(at, is_sqlite=True)} THEN {int(offset.total_seconds())}"
        for at, offset in reversed(changes)
        if offset is not None
    ]
    assert first is not None
    return f"CASE {' '.join(seconds)} ELSE {int(first.total_seconds())} END"
