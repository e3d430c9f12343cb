"""`tracker user`: accounts from the machine itself."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from tracker.cli import main
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import links as password_links
from tracker.commands.accounts import passwords, sign_ins
from tracker.db.engine import reading, transaction
from tracker.db.models import Actor, Entry, SignIn, User

PASSWORD = "tolv gröna elefanter"


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.setenv("TRACKER_DATABASE_URL", database_url)
    return Run()


class Run:
    """Runs a command, with what somebody types."""

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, ["user", *arguments], input=typed)


def add(run: Run, email: str = "Åsa@Example.org", *more: str, password: str = PASSWORD) -> Result:
    return run("add", email, "--name", "Åsa Öberg", "--role", "admin", *more, typed=f"{password}\n")


def test_an_account_is_made_listed_given_a_password_and_ended(run: Run, engine: Engine) -> None:
    made = add(run)
    assert (made.exit_code, made.stdout) == (0, "")
    assert run("list").stdout == "åsa@example.org\tÅsa Öberg\tadmin\t\tactive\n"
    with transaction(engine) as session:
        user = accounts.the_user(session, "ÅSA@example.org")
        assert passwords.fits(PASSWORD, user.password_hash)
        assert user.id is not None
        sign_ins.sign_in_user(session, user.id, ["browser:x"], real_now())
    assert run("passwd", "åsa@example.org", typed="ett helt annat lås\n").exit_code == 0
    with reading(engine) as session:
        assert passwords.fits("ett helt annat lås", accounts.the_user(session, "åsa@example.org").password_hash)
        assert session.scalars(select(SignIn)).all() == []
    assert run("disable", "åsa@example.org").exit_code == 0
    assert run("list").stdout.endswith("\tdisabled\n")
    with reading(engine) as session:
        rows = session.execute(select(Entry.command, Actor.name).join(Actor).order_by(Entry.id)).all()  # type: ignore[call-overload]
    assert rows == [("user_add", "Driften"), ("user_passwd", "Driften"), ("user_disable", "Driften")]


@pytest.mark.parametrize(
    ("public_url", "start"),
    [("", "http://127.0.0.1:8000/link/"), ("https://t.example.org/", "https://t.example.org/link/")],
)
def test_a_one_time_link_is_printed_and_nothing_else(
    run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch, public_url: str, start: str
) -> None:
    monkeypatch.setenv("TRACKER_PUBLIC_URL", public_url)
    add(run)
    result = run("link", "ÅSA@example.org")
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    assert result.stdout.startswith(start)
    with reading(engine) as session:
        token = result.stdout.strip().removeprefix(start)
        assert password_links.owner(session, token, real_now()).email == "åsa@example.org"
    run("disable", "åsa@example.org")
    refused = run("link", "åsa@example.org")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "disabled" in refused.stderr
    assert run("link", "nobody@example.org").exit_code == 1


def test_a_second_disable_writes_nothing(run: Run, engine: Engine) -> None:
    add(run)
    for _ in range(2):
        assert run("disable", "åsa@example.org").exit_code == 0
    with reading(engine) as session:
        assert len(session.scalars(select(Entry)).all()) == 2


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "words"),
    [
        (("add", "x@example.org", "--name", "X", "--role", "admin"), "kort", 1, "at least 12"),
        (("add", "x@example.org", "--name", "X", "--role", "admin"), "", 1, "at least 12"),
        (("add", "x@example.org", "--name", "X", "--role", "admin"), "Password1234", 1, "first that anybody"),
        (("add", "x@example.org", "--name", "X", "--role", "admin"), "a" * 1_001, 1, "at most 1000"),
        (("add", "nobody", "--name", "X", "--role", "admin"), PASSWORD, 1, "e-mail"),
        (("add", "a b@example.org", "--name", "X", "--role", "admin"), PASSWORD, 1, "e-mail"),
        (("add", "x@example.org", "--name", " ", "--role", "admin"), PASSWORD, 1, "name"),
        (("add", "x@example.org", "--name", "Driften", "--role", "admin"), PASSWORD, 1, "already"),
        (("add", "x@example.org", "--name", "X", "--role", "root"), PASSWORD, 2, "root"),
        (("add", "x@example.org", "--name", "X", "--role", "lead", "--workstream", "NIX"), PASSWORD, 1, "NIX"),
        (("add", "x@example.org", "--name", "X", "--role", "viewer", "--all-workstreams"), PASSWORD, 2, "lead"),
        (("add", "x@example.org", "--role", "admin"), PASSWORD, 2, "--name"),
        (("passwd", "nobody@example.org"), PASSWORD, 1, "nobody@example.org"),
        (("disable", "nobody@example.org"), "", 1, "nobody@example.org"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_changes_nothing(
    run: Run, engine: Engine, arguments: tuple[str, ...], typed: str, code: int, words: str
) -> None:
    result = run(*arguments, typed=f"{typed}\n" if typed else "")
    assert result.exit_code == code
    assert words in result.stderr
    assert code == 2 or result.stderr.count("\n") == 1
    with reading(engine) as session:
        assert session.scalars(select(User)).all() == []
        assert session.scalars(select(Entry)).all() == []


def test_address_and_name_are_taken_once(run: Run) -> None:
    add(run)
    assert "already" in add(run, "ÅSA@EXAMPLE.ORG").stderr
    assert "already acts" in add(run, "other@example.org").stderr


def test_no_option_takes_a_password() -> None:
    user = main.get_command(None, "user")  # type: ignore[arg-type]
    options = [name for each in user.commands.values() for parameter in each.params for name in parameter.opts]  # type: ignore[union-attr]
    assert not [name for name in options if "pass" in name]


def test_a_missing_database_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{tmp_path / 'tracker.db'}")
    result = Run()("list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "tracker db upgrade" in result.stderr
    assert list(tmp_path.iterdir()) == []
