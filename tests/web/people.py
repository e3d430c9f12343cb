"""The people of the web tests, one per kind of rights. The workflow of reference is LAB-001, which LKM shares."""

from datetime import datetime

from sqlalchemy import Engine

from tests.builders import a_programme, day, load
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import sign_ins
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction
from tracker.db.migrations import upgrade
from tracker.domain.programme.rows import Programme
from tracker.domain.states import Role

PASSWORD = "tolv gröna elefanter"
ANONYMOUS, DISABLED = "anonymous", "disabled"
PEOPLE: dict[str, tuple[Role, tuple[str, ...]]] = {
    "viewer": (Role.VIEWER, ()),
    "lead_owner": (Role.LEAD, ("LAB",)),
    "lead_shared": (Role.LEAD, ("LKM",)),
    "lead_other": (Role.LEAD, ("RTG",)),
    "planner": (Role.PLANNER, ()),
    "admin": (Role.ADMIN, ()),
    DISABLED: (Role.ADMIN, ()),
}
ROLES = (ANONYMOUS, *PEOPLE)
NOW = day(60)  # in cycle 2 of the small programme, after all that is recorded


def email(who: str) -> str:
    """Their address."""
    return f"{who}@example.org"


def prepare(engine: Engine) -> None:
    """A migrated database with the small programme and an account for each of them; only the lead has a password."""
    prepare_with(engine, a_programme(), NOW)


def prepare_with(engine: Engine, programme: Programme, at: datetime) -> None:
    """As `prepare`, with another programme, at another time."""
    upgrade(engine)
    load(engine, programme)
    join(engine, at)


def join(engine: Engine, at: datetime = NOW) -> None:
    """An account for each of them in a programme that is there."""
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", at)
        for who, (role, workstreams) in PEOPLE.items():
            password = PASSWORD if who == "lead_owner" else None
            accounts.add(session, entry, email(who), f"Namn {who}", role, password=password, workstreams=workstreams)


def signed_in(engine: Engine, who: str) -> str:
    """The token of a new sign-in of theirs."""
    with transaction(engine) as session:
        user_id = accounts.the_user(session, email(who)).id
        assert user_id is not None
        return sign_ins.sign_in_user(session, user_id, [], real_now())


def disable(engine: Engine, who: str) -> None:
    """Ends their account."""
    with transaction(engine) as session:
        accounts.disable(session, open_entry(session, accounts.operator(session), "user_disable", NOW), email(who))
