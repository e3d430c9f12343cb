"""D1: two leads move the same card from the same version, each through a server process of their own."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.counts import count
from tests.databases import Databases, demo
from tests.faults.leads import Lead, findings, scalars, served
from tracker.domain.states import State

PAIRS = 500
WORKFLOWS = [f"LAB-{number:03}" for number in range(1, 6)]
_CHANGES = "SELECT count(*) FROM state_change JOIN workflow w ON w.id = workflow_id WHERE w.key = :key"
_STATE = "SELECT state FROM workflow WHERE key = :key"
_LATEST = """SELECT to_state FROM state_change JOIN workflow w ON w.id = workflow_id WHERE w.key = :key
             ORDER BY state_change.id DESC LIMIT 1"""


@pytest.mark.timeout(900)
def test_of_two_leads_who_move_the_same_card_at_once_one_does_and_one_is_told(databases: Databases) -> None:
    outcomes: Counter[tuple[int, ...]] = Counter()
    with databases.fresh(demo) as url, served(url) as one, served(url) as other:
        leads = Lead(one).sign_in("lead_sidu"), Lead(other).sign_in("planner")
        with ThreadPoolExecutor(2) as together:
            for turn in range(count(PAIRS)):
                outcomes[_one_pair(url, leads, together, WORKFLOWS[turn % len(WORKFLOWS)], htmx=turn % 2 == 1)] += 1
        assert findings(url) == []
    print(f"D1: {outcomes.total()} pairs, statuses {dict(outcomes)}, 0 lost")
    assert set(outcomes) == {(303, 409), (200, 409)}


def _one_pair(
    url: str, leads: tuple[Lead, Lead], together: ThreadPoolExecutor, key: str, *, htmx: bool
) -> tuple[int, ...]:
    before = scalars(url, _CHANGES, key=key)[0], scalars(url, _STATE, key=key)[0]
    wanted = [state.value for state in State if state not in {State.DONE, before[1]}][:2]
    forms = [lead.form_of(key) for lead in leads]
    assert forms[0][0] == forms[1][0]
    barrier = threading.Barrier(2)

    def move(number: int) -> int:
        version, form_key = forms[number]
        fields = {"to": wanted[number], "version": str(version), "key": form_key, "reason": "other"}
        barrier.wait()
        return leads[number].send(f"/workflows/{key}/move", fields, htmx=htmx).status

    statuses = list(together.map(move, range(2)))
    winner = wanted[statuses.index(min(statuses))]
    assert scalars(url, _CHANGES, key=key)[0] == int(before[0]) + 1
    assert scalars(url, _STATE, key=key) == scalars(url, _LATEST, key=key) == [winner]
    return tuple(sorted(statuses))
