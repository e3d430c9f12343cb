"""One-time links: once, for a while, the newest only, and never for an account that has ended."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text

from tests.builders import day, small_programme
from tests.databases import Databases
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import links as password_links
from tracker.commands.accounts import passwords, sign_ins
from tracker.commands.accounts.links import INVITATION, RESET, Link, LinkUnusableError
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import reading, transaction
from tracker.db.models import FieldChange, PasswordLink, SignIn, SignInFailure, User
from tracker.domain.errors import ConflictError, NotAllowedError
from tracker.domain.people import Actor
from tracker.domain.states import Role

NOW = day(60)
EMAIL = "ny@example.org"
HASH = passwords.hashed("tolv gröna elefanter")


@pytest.fixture
def engine(databases: Databases) -> Engine:
    return databases.restored(small_programme)


@pytest.fixture
def invited(engine: Engine) -> int:
    """The id of an account without a password."""
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", NOW)
        user = accounts.add(session, entry, EMAIL, "Ny", Role.VIEWER, password=None)
        assert user.id is not None
        return user.id


def link_for(engine: Engine, user_id: int) -> Link:
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_link", NOW)
        return password_links.make(session, entry, session.get_one(User, user_id), now=real_now())


def use(engine: Engine, token: str, *, after: timedelta = timedelta(0)) -> None:
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "use_link", NOW)
        password_links.use(session, entry, token, HASH, now=real_now() + after)


def can_be_used(engine: Engine, token: str, *, after: timedelta = timedelta(0)) -> bool:
    with reading(engine) as session:
        try:
            return password_links.owner(session, token, real_now() + after).email == EMAIL
        except LinkUnusableError:
            return False


def test_a_link_works_once_and_ends_all_sign_ins(engine: Engine, invited: int) -> None:
    link = link_for(engine, invited)
    with transaction(engine) as session:
        sign_ins.sign_in_user(session, invited, [], real_now())
    use(engine, link.token)
    with reading(engine) as session:
        assert session.get_one(User, invited).password_hash == HASH
        assert session.scalars(select(SignIn)).all() == []
    with pytest.raises(LinkUnusableError):
        use(engine, link.token)


@pytest.mark.on_both
def test_used_by_many_at_once_it_works_for_one(engine: Engine, invited: int) -> None:
    link, gate = link_for(engine, invited), threading.Barrier(4)
    outcomes: list[str] = []

    def try_it() -> None:
        gate.wait()
        try:
            use(engine, link.token)
            outcomes.append("used")
        except LinkUnusableError:
            outcomes.append("refused")

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 3 + ["used"]


def test_an_invitation_lasts_seven_days_and_a_reset_one(engine: Engine, invited: int) -> None:
    invitation = link_for(engine, invited)
    assert can_be_used(engine, invitation.token, after=INVITATION - timedelta(minutes=1))
    assert not can_be_used(engine, invitation.token, after=INVITATION)
    use(engine, invitation.token)
    reset = link_for(engine, invited)
    assert can_be_used(engine, reset.token, after=RESET - timedelta(minutes=1))
    assert not can_be_used(engine, reset.token, after=RESET)
    with pytest.raises(LinkUnusableError):
        use(engine, reset.token, after=RESET)


def test_a_new_link_replaces_the_old(engine: Engine, invited: int) -> None:
    old, new = link_for(engine, invited), link_for(engine, invited)
    assert not can_be_used(engine, old.token)
    assert can_be_used(engine, new.token)
    with reading(engine) as session:
        assert len(session.scalars(select(PasswordLink)).all()) == 1


def test_it_is_worthless_for_an_account_that_has_ended(engine: Engine, invited: int) -> None:
    link = link_for(engine, invited)
    with transaction(engine) as session:
        session.execute(text('UPDATE "user" SET is_active = false'))
    assert not can_be_used(engine, link.token)
    with pytest.raises(ConflictError):
        link_for(engine, invited)
    with transaction(engine) as session:
        session.execute(text('UPDATE "user" SET is_active = true'))
        accounts.disable(session, open_entry(session, accounts.operator(session), "user_disable", NOW), EMAIL)
    with transaction(engine) as session:
        accounts.enable(session, open_entry(session, accounts.operator(session), "user_enable", NOW), EMAIL)
    assert not can_be_used(engine, link.token), "it came back with the account"


def test_a_password_set_otherwise_ends_it(engine: Engine, invited: int) -> None:
    link = link_for(engine, invited)
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_passwd", NOW)
        accounts.set_password(session, entry, EMAIL, "ett helt annat lås")
    assert not can_be_used(engine, link.token)


def test_the_database_holds_a_hash_of_256_random_bits(engine: Engine, invited: int) -> None:
    tokens = {link_for(engine, invited).token for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 43 for token in tokens)
    with reading(engine) as session:
        kept = session.scalars(select(PasswordLink)).one()
        assert kept.token_hash not in tokens
        rows = session.scalars(select(FieldChange)).all()
        assert {(row.field, row.before, row.after) for row in rows} == {("password_link", "", "")}


@pytest.mark.parametrize("token", ["", "x", "å\U0010ffff", "a" * 5_000, "\udcff"])
def test_what_is_no_token_is_unusable(engine: Engine, invited: int, token: str) -> None:
    link_for(engine, invited)
    assert not can_be_used(engine, token)


def test_only_administrators_make_links(engine: Engine, invited: int) -> None:
    with transaction(engine) as session:
        user = session.get_one(User, invited)
        entry = open_entry(session, Actor(user.actor_id, "Ny", Role.VIEWER), "user_link", NOW)
        with pytest.raises(NotAllowedError):
            password_links.make(session, entry, user, now=real_now())


def test_attempts_at_links_are_counted_by_address(engine: Engine, invited: int) -> None:
    assert invited
    taken = 0
    for n in range(30):
        try:
            with transaction(engine) as session:
                sign_ins.attempt_link(session, f"address:192.0.2.{n % 2}", real_now())
            taken += 1
        except sign_ins.TooManyAttemptsError:
            pass
    assert taken == 2 * sign_ins.ATTEMPTS
    with transaction(engine) as session:
        booked = sign_ins.attempt_link(session, "address:192.0.2.9", real_now())
        sign_ins.succeed(session, booked)
    with reading(engine) as session:
        assert len(session.scalars(select(SignInFailure)).all()) == taken
