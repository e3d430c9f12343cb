"""D2: a form sent several times, at once and after a restart, is done once and answers the same each time."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.counts import count
from tests.databases import Databases, demo
from tests.faults.leads import Lead, Reply, findings, scalars, served

FORMS = 200
MOST = 10
_KEY = "LAB-001"
_STATES = ("design", "validation", "test")
_EFFECTS = "SELECT count(*) FROM state_change WHERE note = :note"

Sent = tuple[str, Mapping[str, str], bool, Reply]


@pytest.mark.timeout(900)
def test_a_form_sent_many_times_is_done_once_and_answers_the_same(databases: Databases) -> None:
    sent: list[Sent] = []
    requests = 0
    with databases.fresh(demo) as url:
        with served(url) as one, served(url) as other, ThreadPoolExecutor(MOST) as together:
            lead = Lead(one).sign_in("lead_sidu")
            for turn in range(count(FORMS)):
                times = 2 + turn % (MOST - 1)
                path, fields, htmx = _form(url, lead, turn)
                windows = [lead.twin(other if window % 2 else one) for window in range(times)]
                replies = list(together.map(lambda window: window.send(path, fields, htmx=htmx), windows))  # noqa: B023
                assert {reply.status for reply in replies} == {200 if htmx else 303}, [r.status for r in replies]
                assert len({reply.outcome for reply in replies}) == 1
                assert scalars(url, _EFFECTS, note=fields["note"]) == [1]
                sent.append((path, fields, htmx, replies[0]))
                requests += times
        with served(url) as again:
            later = lead.twin(again)
            for path, fields, htmx, first in sent:
                assert later.send(path, fields, htmx=htmx).outcome == first.outcome
                assert scalars(url, _EFFECTS, note=fields["note"]) == [1]
        assert findings(url) == []
    print(f"D2: {len(sent)} forms, sent {requests} times at once and each again after a restart: {len(sent)} effects")


def _form(url: str, lead: Lead, turn: int) -> tuple[str, Mapping[str, str], bool]:
    """A move, or every third time taking the last one back; each with a note of its own."""
    version, key = lead.form_of(_KEY)
    fields = {"version": str(version), "key": key, "note": f"{turn} gånger"}
    if turn % 3 == 2:
        return f"/workflows/{_KEY}/take-back", fields, turn % 2 == 1
    state = scalars(url, "SELECT state FROM workflow WHERE key = :key", key=_KEY)[0]
    to = next(each for each in (*_STATES[turn % 3 :], *_STATES) if each != state)
    return f"/workflows/{_KEY}/move", fields | {"to": to, "reason": "other"}, turn % 2 == 1
