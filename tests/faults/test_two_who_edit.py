"""D3: two leads edit a workflow or a blocker from the same page at the same instant."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Engine

from tests.counts import count
from tests.db.acting import BLOCKER, FREE, findings, prepare, rows, stands
from tests.faults.pairs import LEAD, PLANNER, both, do
from tracker.commands import blockers
from tracker.commands.workflows import fields as workflow_fields
from tracker.db import models
from tracker.domain.merging import FieldConflictError
from tracker.domain.people import Actor

PAIRS = 1000
FIELDS = ("name", "name_en", "description", "owner")
BLOCKER_FIELDS = ("title", "title_en", "mitigation", "owner", "decider")

Form = dict[str, str]


@pytest.mark.timeout(900)
def test_of_two_who_edit_at_once_both_are_kept_or_one_is_shown_the_others_text(engine: Engine) -> None:
    prepare(engine)
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as together:
        for turn in range(count(PAIRS)):
            seen, send, fields = _blocker(engine) if turn % 4 == 3 else _workflow(engine)
            was = seen()
            mine = fields[turn % len(fields)]
            yours = mine if turn % 5 == 4 else fields[(turn + 1 + turn // 7) % len(fields)]
            forms = was | {mine: f"min {turn}"}, was | {yours: f"din {turn}"}
            results = both(together, partial(send, LEAD, forms[0], was), partial(send, PLANNER, forms[1], was))
            outcomes[_judged(seen(), (mine, yours), turn, results)] += 1
    assert len(rows(engine, models.FieldChange)) == 2 * outcomes["both kept"] + outcomes["one kept, one shown"]
    assert findings(engine) == []
    print(f"D3: {outcomes.total()} pairs, {dict(outcomes)}, 0 lost in silence")
    assert set(outcomes) == {"both kept", "one kept, one shown"}


def _judged(now: Form, fields: tuple[str, str], turn: int, results: list[object]) -> str:
    texts = f"min {turn}", f"din {turn}"
    refusals = [result for result in results if isinstance(result, FieldConflictError)]
    if fields[0] != fields[1]:
        assert not refusals
        assert [now[field] for field in fields] == list(texts)
        return "both kept"
    (refusal,) = refusals
    loser = results.index(refusal)
    assert now[fields[0]] == texts[1 - loser] == refusal.conflicts[fields[0]].value
    assert refusal.conflicts[fields[0]].actor == (PLANNER, LEAD)[loser].name
    return "one kept, one shown"


def _workflow(engine: Engine) -> tuple[Callable[[], Form], Callable[[Actor, Form, Form], object], tuple[str, ...]]:
    def seen() -> Form:
        row = stands(engine, FREE)
        return {field: getattr(row, field) for field in FIELDS}

    def send(actor: Actor, wanted: Form, was: Form) -> object:
        return do(engine, lambda session, entry: workflow_fields.edit(session, entry, FREE, wanted, was), actor)

    return seen, send, FIELDS


def _blocker(engine: Engine) -> tuple[Callable[[], Form], Callable[[Actor, Form, Form], object], tuple[str, ...]]:
    def seen() -> Form:
        (row,) = rows(engine, models.Blocker, id=BLOCKER)
        return {field: getattr(row, field) for field in BLOCKER_FIELDS}

    def send(actor: Actor, wanted: Form, was: Form) -> object:
        return do(engine, lambda session, entry: blockers.edit(session, entry, BLOCKER, wanted, was), actor)

    return seen, send, BLOCKER_FIELDS
