"""D9: a lead loses the workstream, the role or the account at the instant when they move a workflow."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from tests.counts import count
from tests.databases import Databases, demo
from tests.faults.leads import Lead, findings, looking, scalars, served
from tests.faults.pairs import NOW, both
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts.fields import Fields, fields_of
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction
from tracker.db.models import User
from tracker.domain.states import Role, State

PAIRS = 300
KEY = "LAB-001"
STEP_S = 0.002
EMAIL = "projektledare.sidu@example.org"
_LAST_MOVE = """SELECT c.entry_id FROM state_change c JOIN workflow w ON w.id = c.workflow_id WHERE w.key = :key
                ORDER BY c.id DESC LIMIT 1"""
_UNKNOWN_STATES = """SELECT count(*) FROM workflow
                     WHERE state NOT IN ('not_started', 'design', 'validation', 'test', 'done')"""


@pytest.mark.timeout(900)
def test_nobody_moves_anything_after_their_rights_were_taken(databases: Databases) -> None:
    outcomes: Counter[tuple[str, str]] = Counter()
    after = 5 * STEP_S
    with databases.fresh(demo) as url, served(url) as address, looking(url) as engine:
        lead = Lead(address).sign_in("lead_sidu")
        with ThreadPoolExecutor(2) as together:
            for turn in range(count(PAIRS)):
                way = ("workstream", "role", "account")[turn % 3]
                outcome = _one_pair(url, engine, together, lead, way, after)
                outcomes[way, outcome] += 1
                after = max(0, after + (STEP_S if outcome == "refused" else -STEP_S))  # towards the same instant
                _give_back(engine)
                if way == "account":
                    lead = Lead(address).sign_in("lead_sidu")
        assert scalars(url, _UNKNOWN_STATES) == [0]
        assert findings(url) == []
    print(f"D9: {outcomes.total()} pairs, {_shown(outcomes)}, 0 moves after the rights were gone")
    assert {outcome for _, outcome in outcomes} == {"moved before", "refused"}
    assert {way for way, _ in outcomes} == {"workstream", "role", "account"}


def _one_pair(url: str, engine: Engine, together: ThreadPoolExecutor, lead: Lead, way: str, after: float) -> str:
    version, form_key = lead.form_of(KEY)
    state = scalars(url, "SELECT state FROM workflow WHERE key = :key", key=KEY)[0]
    to = State.DESIGN if state != State.DESIGN else State.TEST
    form = {"to": to.value, "version": str(version), "key": form_key, "reason": "other"}
    before = scalars(url, _LAST_MOVE, key=KEY)
    status, removed = both(
        together, lambda: lead.send(f"/workflows/{KEY}/move", form).status, lambda: _take_away(engine, way, after)
    )
    assert isinstance(removed, int)
    (moved,) = scalars(url, _LAST_MOVE, key=KEY)
    if [moved] != before:
        assert status == 303
        assert moved < removed, "moved after the rights were gone"
        return "moved before"
    # Whose account ended before the request began is asked to sign in.
    assert status in ({403} if way != "account" else {302, 303, 401, 403}), status
    return "refused"


def _take_away(engine: Engine, way: str, after: float) -> int:
    time.sleep(after)
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_edit", NOW)
        if way == "account":
            accounts.disable(session, entry, EMAIL)
        else:
            user, now = _lead(session)
            role, codes = (Role.VIEWER, ()) if way == "role" else (Role.LEAD, ("MBI",))
            wanted = Fields(now.email, now.name, role, codes)
            assert user.id is not None
            accounts.edit(session, entry, user.id, wanted, now.texts())
        assert entry.is_recorded
        return entry.id


def _give_back(engine: Engine) -> None:
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_edit", NOW)
        user, now = _lead(session)
        if not user.is_active:
            accounts.enable(session, entry, EMAIL)
        assert user.id is not None
        accounts.edit(session, entry, user.id, Fields(now.email, now.name, Role.LEAD, ("LAB", "MBI")), now.texts())


def _lead(session: Session) -> tuple[User, Fields]:
    user = session.exec(select(User).where(User.email == EMAIL)).one()
    return user, fields_of(session, user)


def _shown(outcomes: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"{way} {outcome} {number}" for (way, outcome), number in sorted(outcomes.items()))
