"""Changing accounts: what is written, what the history keeps of it, and the last administrator."""

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from tests.builders import day, small_programme
from tests.databases import Databases
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import sign_ins
from tracker.commands.accounts.fields import Fields, fields_of
from tracker.commands.entry.entries import Entry, open_entry
from tracker.db.engine import reading, transaction
from tracker.db.models import Actor, FieldChange, KnownPlace, PasswordLink, SignIn, User
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.merging import FieldConflictError
from tracker.domain.people import Actor as Person
from tracker.domain.states import Role
from tracker.queries.accounts import table as lists

NOW = day(60)
PASSWORD = "tolv gröna elefanter"
LEAD = Fields("lead@example.org", "Projektledare LAB", Role.LEAD, ("LAB",))
AS_SHOWN = LEAD.texts()


def opened(session: Session, command: str = "user_edit", actor: Person | None = None) -> Entry:
    return open_entry(session, actor or accounts.operator(session), command, NOW)


def made(engine: Engine, fields: Fields, password: str | None = None) -> int:
    with transaction(engine) as session:
        user = accounts.add(
            session,
            opened(session, "user_add"),
            fields.email,
            fields.name,
            fields.role,
            password=password,
            workstreams=fields.workstreams,
        )
        assert user.id is not None
        return user.id


def as_person(engine: Engine, user_id: int) -> Person:
    with reading(engine) as session:
        user = session.get_one(User, user_id)
        return Person(user.actor_id, fields_of(session, user).name, user.role)


def changes(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as session:
        return [(row.field, row.before, row.after) for row in session.scalars(select(FieldChange))]


def edited(engine: Engine, user_id: int, wanted: Fields, was: dict[str, str] | None = None) -> list[str]:
    with transaction(engine) as session:
        return accounts.edit(session, opened(session), user_id, wanted, AS_SHOWN if was is None else was)


@pytest.fixture
def engine(databases: Databases) -> Engine:
    return databases.restored(small_programme)


@pytest.fixture
def lead(engine: Engine) -> int:
    """The id of a lead of LAB."""
    return made(engine, LEAD)


def test_each_field_that_differs_is_written_once(engine: Engine, lead: int) -> None:
    wanted = Fields("NY@example.org ", "Testledare LAB", Role.LEAD, ("RTG", "LAB"))
    assert edited(engine, lead, wanted) == ["email", "name", "workstreams"]
    with reading(engine) as session:
        user = session.get_one(User, lead)
        assert fields_of(session, user) == Fields("ny@example.org", "Testledare LAB", Role.LEAD, ("LAB", "RTG"))
    # What may have to be erased one day stands in no row that never changes.
    assert changes(engine) == [("email", "", ""), ("name", "", ""), ("workstreams", "LAB", "LAB RTG")]


def test_nothing_changed_writes_nothing(engine: Engine, lead: int) -> None:
    with transaction(engine) as session:
        entry = opened(session)
        assert accounts.edit(session, entry, lead, LEAD, AS_SHOWN) == []
        assert not entry.is_recorded
    assert changes(engine) == []


def test_the_history_says_whose_account_it_was_and_who_did_it(engine: Engine, lead: int) -> None:
    edited(engine, lead, Fields(LEAD.email, LEAD.name, Role.PLANNER))
    with reading(engine) as session:
        row = session.scalars(select(FieldChange).where(FieldChange.field == "role")).one()  # type: ignore[arg-type]
        assert row.account_id == session.get_one(User, lead).actor_id
        assert session.scalars(select(Actor.name).where(Actor.id == row.account_id)).one() == LEAD.name  # type: ignore[call-overload]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PLANNER, Role.ADMIN])
def test_only_leads_keep_workstreams_of_their_own(engine: Engine, lead: int, role: Role) -> None:
    assert edited(engine, lead, Fields(LEAD.email, LEAD.name, role, ("LAB",))) == ["role", "workstreams"]
    with reading(engine) as session:
        account = lists.account(session, lead)
        assert account is not None
        assert (account.role, account.workstreams, account.all_workstreams) == (role, (), False)


def test_all_workstreams_stand_for_each(engine: Engine, lead: int) -> None:
    edited(engine, lead, Fields(LEAD.email, LEAD.name, Role.LEAD, ("LAB",), all_workstreams=True))
    assert changes(engine) == [("workstreams", "LAB", "*")]
    with reading(engine) as session:
        account = lists.account(session, lead)
        assert account is not None
        assert (account.workstreams, account.all_workstreams) == ((), True)


def test_two_who_change_different_fields_both_win(engine: Engine, lead: int) -> None:
    edited(engine, lead, Fields("ny@example.org", LEAD.name, Role.LEAD, ("LAB",)))
    assert edited(engine, lead, Fields(LEAD.email, LEAD.name, Role.LEAD, ("LKM",))) == ["workstreams"]
    with reading(engine) as session:
        assert fields_of(session, session.get_one(User, lead)).email == "ny@example.org"


def test_the_same_field_changed_by_two_is_told_and_changes_nothing(engine: Engine, lead: int) -> None:
    edited(engine, lead, Fields(LEAD.email, LEAD.name, Role.LEAD, ("RTG",)))
    with pytest.raises(FieldConflictError) as conflict:
        edited(engine, lead, Fields("ny@example.org", LEAD.name, Role.LEAD, ("LKM",)))
    assert {field: theirs.value for field, theirs in conflict.value.conflicts.items()} == {"workstreams": "RTG"}
    with reading(engine) as session:
        assert fields_of(session, session.get_one(User, lead)).email == LEAD.email


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Fields("other@example.org", LEAD.name, Role.LEAD, ("LAB",)), "email"),
        (Fields("nobody", LEAD.name, Role.LEAD, ("LAB",)), "email"),
        (Fields(LEAD.email, "Någon annan", Role.LEAD, ("LAB",)), "name"),
        (Fields(LEAD.email, "Driften", Role.LEAD, ("LAB",)), "name"),
        (Fields(LEAD.email, "Programkontoret", Role.LEAD, ("LAB",)), "name"),  # acts in the history already
        (Fields(LEAD.email, "a\u202eb", Role.LEAD, ("LAB",)), "name"),
        (Fields(LEAD.email, LEAD.name, Role.LEAD, ("LAB", "NIX")), "workstreams"),
    ],
)
def test_what_is_taken_or_unknown_is_refused_with_its_field(
    engine: Engine, lead: int, wanted: Fields, field: str
) -> None:
    made(engine, Fields("other@example.org", "Någon annan", Role.VIEWER))
    with pytest.raises((InvalidError, ConflictError)) as refusal:
        edited(engine, lead, wanted)
    assert refusal.value.field == field
    assert changes(engine) == []


def test_only_administrators_change_accounts(engine: Engine, lead: int) -> None:
    planner = made(engine, Fields("p@example.org", "Planerare", Role.PLANNER))
    person = as_person(engine, planner)
    for do in (
        lambda s, e: accounts.edit(s, e, planner, Fields("p@example.org", "Planerare", Role.ADMIN), {}),
        lambda s, e: accounts.disable(s, e, LEAD.email),
        lambda s, e: accounts.enable(s, e, LEAD.email),
        lambda s, e: accounts.set_password(s, e, LEAD.email, PASSWORD),
        lambda s, e: accounts.add(s, e, "x@example.org", "X", Role.VIEWER, password=None),
    ):
        with pytest.raises(NotAllowedError), transaction(engine) as session:
            do(session, opened(session, actor=person))
    assert changes(engine) == []
    assert lead


def test_an_unknown_account_is_named_so(engine: Engine, lead: int) -> None:
    assert lead
    for unknown in (99, 2**31, 2**63):
        with pytest.raises(NotFoundError):
            edited(engine, unknown, LEAD)
        with reading(engine) as session:
            assert lists.account(session, unknown) is None


@pytest.mark.parametrize("how", ["demoted", "disabled"])
@pytest.mark.parametrize("by", ["themselves", "another without a password"])
def test_the_last_administrator_who_can_sign_in_stays(engine: Engine, lead: int, how: str, by: str) -> None:
    assert lead
    last = made(engine, Fields("a@example.org", "Första", Role.ADMIN), PASSWORD)
    invited = made(engine, Fields("b@example.org", "Andra", Role.ADMIN))
    person = as_person(engine, last if by == "themselves" else invited)

    def go() -> None:
        with transaction(engine) as session:
            entry = opened(session, actor=person)
            if how == "demoted":
                accounts.edit(session, entry, last, Fields("a@example.org", "Första", Role.VIEWER), {})
            else:
                accounts.disable(session, entry, "a@example.org")

    with pytest.raises(ConflictError):
        go()
    with reading(engine) as session:
        user = session.get_one(User, last)
        assert (user.role, user.is_active) == (Role.ADMIN, True)
    with transaction(engine) as session:
        accounts.set_password(session, opened(session), "b@example.org", PASSWORD)
    go()


def test_ending_an_account_ends_its_sign_ins_and_its_link_and_can_be_undone(engine: Engine, lead: int) -> None:
    with transaction(engine) as session:
        sign_ins.sign_in_user(session, lead, ["browser:x"], real_now())
        session.add(PasswordLink(user_id=lead, token_hash="x", expires_at=real_now()))
    with transaction(engine) as session:
        accounts.disable(session, opened(session), LEAD.email)
    with reading(engine) as session:
        assert [session.scalars(select(table)).all() for table in (SignIn, KnownPlace, PasswordLink)] == [[], [], []]
    for _ in range(2):
        with transaction(engine) as session:
            accounts.enable(session, opened(session), LEAD.email)
    assert changes(engine) == [("is_active", "1", ""), ("is_active", "", "1")]


def test_a_new_password_leaves_a_trace_without_itself(engine: Engine, lead: int) -> None:
    with transaction(engine) as session:
        accounts.set_password(session, opened(session), LEAD.email, PASSWORD)
    assert changes(engine) == [("password", "", "")]
    assert lead


def test_the_list_tells_when_somebody_last_signed_in(engine: Engine, lead: int) -> None:
    at = real_now()
    with reading(engine) as session:
        before = lists.account(session, lead)
    with transaction(engine) as session:
        token = sign_ins.sign_in_user(session, lead, ["browser:x"], at)
    with transaction(engine) as session:
        sign_ins.sign_out(session, sign_ins.token_hash(token))
    with reading(engine) as session:
        after = lists.account(session, lead)
    assert before is not None
    assert after is not None
    assert (before.last_signed_in_at, after.last_signed_in_at) == (None, at)
    assert not after.has_password


def test_one_may_sign_out_everywhere_else(engine: Engine, lead: int) -> None:
    with transaction(engine) as session:
        tokens = [sign_ins.sign_in_user(session, lead, [], real_now()) for _ in range(3)]
    here = sign_ins.token_hash(tokens[1])
    with reading(engine) as session:
        assert len(lists.own(session, lead, token_hash=here).other_sign_ins) == 2
    with transaction(engine) as session:
        sign_ins.sign_out_elsewhere(session, lead, keep=here)
    with reading(engine) as session:
        own = lists.own(session, lead, token_hash=here)
    assert own.other_sign_ins == ()
    assert own.signed_in_at is not None
    assert (own.email, own.has_password) == (LEAD.email, False)
