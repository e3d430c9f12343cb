"""Accounts, sign-ins and who the viewer is, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from tests.builders import day, small_programme
from tests.databases import Databases, asked
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import passwords, sign_ins
from tracker.commands.entry.entries import Entry, open_entry
from tracker.db.engine import reading, transaction
from tracker.db.models import Actor, KnownPlace, Programme, SignIn, SignInFailure, User
from tracker.domain import people
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError
from tracker.domain.states import Role
from tracker.queries.accounts import table as lists
from tracker.queries.accounts import viewer as viewers

NOW = day(60)
PASSWORD = "tolv gröna elefanter"
PLACES = ["browser:x", "address:192.0.2.1"]


@pytest.fixture
def engine(databases: Databases) -> Engine:
    return databases.restored(small_programme)


@pytest.fixture
def lead(engine: Engine) -> int:
    """The id of a lead of two workstreams."""
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", NOW)
        user = accounts.add(
            session,
            entry,
            "åsa@example.org",
            "Åsa Öberg",
            Role.LEAD,
            password=PASSWORD,
            workstreams=["RTG", "LAB", "LAB"],
        )
        assert user.id is not None
        return user.id


def test_the_viewer_is_found_with_all_their_rights_in_one_statement(engine: Engine, lead: int) -> None:
    at = real_now()
    with transaction(engine) as session:
        token = sign_ins.sign_in_user(session, lead, PLACES, at)
    with asked(engine) as statements, reading(engine) as session:
        viewer = viewers.viewer(session, sign_ins.token_hash(token))
    assert len(statements) == 1
    assert viewer is not None
    assert viewer.actor == people.Actor(viewer.actor.id, "Åsa Öberg", Role.LEAD, frozenset({"LAB", "RTG"}))
    assert (viewer.user_id, viewer.language, viewer.signed_in_at) == (lead, None, at)
    with reading(engine) as session:
        assert viewer.programme == viewers.programme(session)
        assert viewer.programme.revision == session.scalar(select(Programme.revision))  # type: ignore[call-overload]
        assert viewers.viewer(session, sign_ins.token_hash("another")) is None


def test_an_account_without_workstreams_has_none(engine: Engine, lead: int) -> None:
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", NOW)
        planner = accounts.add(session, entry, "p@example.org", "Planerare", Role.PLANNER, password=None)
        assert planner.id is not None
        token = sign_ins.sign_in_user(session, planner.id, PLACES, real_now())
    with reading(engine) as session:
        viewer = viewers.viewer(session, sign_ins.token_hash(token))
        assert viewer is not None
        assert viewer.actor.workstreams == frozenset()
        assert [(row.email, row.workstreams) for row in lists.accounts(session)] == [
            ("p@example.org", ()),
            ("åsa@example.org", ("LAB", "RTG")),
        ]
        assert not lists.has_admin(session)
    assert lead


def test_somebody_in_the_history_gets_their_name_back(engine: Engine, lead: int) -> None:
    assert lead
    with transaction(engine) as session:
        before = session.scalar(select(Actor.id).where(Actor.name == "Programkontoret"))  # type: ignore[call-overload]
        entry = open_entry(session, accounts.operator(session), "user_add", NOW)
        user = accounts.add(session, entry, "p@example.org", "Programkontoret", Role.PLANNER, password=None)
        assert user.actor_id == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.LEAD, Role.PLANNER])
def test_only_administrators_change_accounts(engine: Engine, lead: int, role: Role) -> None:
    assert lead
    with transaction(engine) as session:
        actor = people.Actor(accounts.operator(session).id, "Någon", role, all_workstreams=True)
        entry = open_entry(session, actor, "x", NOW)
        with pytest.raises(NotAllowedError):
            accounts.add(session, entry, "x@example.org", "X", Role.ADMIN, password=None)
        with pytest.raises(NotAllowedError):
            accounts.set_password(session, entry, "åsa@example.org", "ett helt annat lås")
        with pytest.raises(NotAllowedError):
            accounts.disable(session, entry, "åsa@example.org")
        assert not entry.is_recorded
        assert session.scalar(select(func.count()).select_from(User)) == 1


def test_everybody_changes_their_own_password(engine: Engine, lead: int) -> None:
    with transaction(engine) as session:
        user = session.get_one(User, lead)
        entry = open_entry(session, people.Actor(user.actor_id, "Åsa Öberg", Role.LEAD), "password", NOW)
        accounts.set_password(session, entry, user.email, "ett helt annat lås")
        assert entry.is_recorded
        assert passwords.fits("ett helt annat lås", user.password_hash)
        assert not passwords.fits(PASSWORD, user.password_hash)


def test_a_taken_address_or_name_is_refused(engine: Engine, lead: int) -> None:
    assert lead
    for email, name in (
        ("ÅSA@example.org", "Ny"),
        ("a\N{COMBINING RING ABOVE}sa@example.org", "Ny"),
        ("ny@x.org", "Åsa Öberg"),
    ):
        with transaction(engine) as session:
            entry = open_entry(session, accounts.operator(session), "user_add", NOW)
            with pytest.raises(ConflictError):
                accounts.add(session, entry, email, name, Role.VIEWER, password=None)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "elva tecken"[:11],
        "a" * 1_001,
        "Password2023!",
        "LÖSENORD1234",
        "Sommaren2023",
        "121212121212",
        "Västragötaland!",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        passwords.hashed(password)
    assert refusal.value.field == "password"


@pytest.mark.usefixtures("slow_passwords")
def test_a_password_fits_itself_and_an_unusable_one_nothing() -> None:
    kept = passwords.hashed("blå dörr å ö 12")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.fits("bla\N{COMBINING RING ABOVE} do\N{COMBINING DIAERESIS}rr å ö 12", kept)
    for nothing in (None, passwords.UNUSABLE, "", "plain text"):
        assert not passwords.fits("!", nothing)
        assert not passwords.fits("what an unknown account is compared with", nothing)


@pytest.mark.on_both
def test_guesses_sent_at_once_are_counted_one_by_one(engine: Engine, lead: int) -> None:
    assert lead
    taken, refused = [], []
    gate = threading.Barrier(4)

    def guess(n: int) -> None:
        gate.wait()
        for round_ in range(6):
            try:
                with transaction(engine) as session:
                    taken.append(
                        sign_ins.attempt(
                            session, "åsa@example.org", [f"browser:{n}", f"address:{n}.{round_}"], real_now()
                        )
                    )
            except sign_ins.TooManyAttemptsError as error:
                refused.append(error.retry_after)

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(refused)) == (sign_ins.ATTEMPTS, 24 - sign_ins.ATTEMPTS)
    assert all(1 <= seconds <= 61 for seconds in refused)


def test_the_right_password_takes_the_booking_back_and_makes_the_place_known(engine: Engine, lead: int) -> None:
    with transaction(engine) as session:
        attempt = sign_ins.attempt(session, " ÅSA@example.org", PLACES, real_now())
    assert attempt.user_id == lead
    assert attempt.succeeds_with(PASSWORD)
    with transaction(engine) as session:
        sign_ins.sign_in(session, attempt, PLACES, real_now())
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(SignInFailure)) == 0
        assert set(session.scalars(select(KnownPlace.place))) == set(PLACES)  # type: ignore[call-overload]


def test_old_sign_ins_and_places_are_deleted(engine: Engine, lead: int) -> None:
    long_ago = real_now() - timedelta(days=400)
    with transaction(engine) as session:
        sign_ins.sign_in_user(session, lead, ["browser:old"], long_ago)
    with transaction(engine) as session:
        sign_ins.sign_in_user(session, lead, ["browser:new"], real_now())
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1
        assert session.scalars(select(KnownPlace.place)).all() == ["browser:new"]  # type: ignore[call-overload]


def test_signing_in_moves_no_revision(engine: Engine, lead: int) -> None:
    def revision() -> int | None:
        with reading(engine) as session:
            return session.scalar(select(Programme.revision))  # type: ignore[call-overload]

    before = revision()
    with transaction(engine) as session:
        token = sign_ins.sign_in_user(session, lead, PLACES, real_now())
    with transaction(engine) as session:
        accounts.choose_language(session, lead, "en")
        sign_ins.sign_out(session, sign_ins.token_hash(token))
    assert revision() == before


def test_the_entry_is_in_the_actors_name(engine: Engine, lead: int) -> None:
    assert lead
    with transaction(engine) as session:
        entry: Entry = open_entry(session, accounts.operator(session), "user_disable", NOW)
        accounts.disable(session, entry, "åsa@example.org")
        assert entry.is_recorded
        assert entry.actor.name == accounts.OPERATOR
