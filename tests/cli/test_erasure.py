"""`tracker user extract` and `erase`: all that is kept, and then none of it, while the history stands: O11."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, inspect, select, text
from sqlmodel import col

from tests.builders import day
from tests.db import acting
from tracker.cli import main
from tracker.clock import real_now
from tracker.commands import notes
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import links as password_links
from tracker.commands.accounts import sign_ins
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import database_file, reading, transaction
from tracker.db.models import Actor, Answer, ImportFile, SignIn, User
from tracker.domain.people import Actor as Acting
from tracker.domain.states import Role
from tracker.queries.programme import heads

NAME, EMAIL, WORDS = "Kanarie Fågelström", "kanarie@fagelstrom.example", "tolv gröna elefanter"
TEXT = "Ringt leverantören"


@pytest.fixture
def programme(engine: Engine) -> Engine:
    """A programme at work, with an account that has all that an account can have, and that has done something."""
    acting.prepared(engine)
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", day(70))
        user = accounts.add(session, entry, EMAIL, NAME, Role.LEAD, password=WORDS, workstreams=["LAB"])
        password_links.make(session, entry, user, now=real_now())
        assert user.id is not None
        sign_ins.make_calendar_key(session, user.id, real_now())
        sign_ins.sign_in_user(session, user.id, ["browser:x", "address:192.0.2.7"], real_now())
        session.add(
            Answer(user_id=user.id, key="k", request="r", status=303, body=f"{NAME} har", answered_at=real_now())
        )
        session.add(
            ImportFile(token="t", user_id=user.id, name="flöden.csv", content=EMAIL.encode(), uploaded_at=real_now())
        )
        actor = Acting(user.actor_id, NAME, Role.LEAD, frozenset({"LAB"}))
    with transaction(engine) as session:
        sign_ins.attempt(session, EMAIL, ["browser:y", "address:192.0.2.8"], real_now())
        notes.write(session, open_entry(session, actor, "note", day(75)), TEXT, key=acting.FREE)
    return engine


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.setenv("TRACKER_DATABASE_URL", database_url)
    return Run()


class Run:
    """Runs `tracker`, with what somebody types."""

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=typed)


def everything(engine: Engine) -> str:
    """All rows of all tables as text."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return "\n".join(
            repr(row) for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"')).all()
        )


def head(engine: Engine) -> tuple[int, str]:
    with reading(engine) as session:
        revision = heads.revision(session)
        return revision, heads.digest(session, revision)


def test_the_extract_is_all_that_is_kept_but_for_secrets(programme: Engine, run: Run) -> None:
    result = run("user", "extract", EMAIL.upper())
    assert result.exit_code == 0, result.output
    kept = json.loads(result.stdout)
    assert kept["account"]["email"] == EMAIL
    assert (kept["account"]["name"], kept["account"]["role"]) == (NAME, "lead")
    assert {table for table, rows in kept["belonging"].items() if rows} == {
        *("user_workstream", "sign_in", "known_place", "password_link", "calendar_key", "answer", "import_file")
    }
    assert {row["place"] for row in kept["belonging"]["known_place"]} == {"browser:x", "address:192.0.2.7"}
    assert len(kept["failed_sign_ins"]) == 1
    assert [row["command"] for row in kept["done"]["entry"]] == ["note"]
    assert [row["text"] for row in kept["done"]["note"]] == [TEXT]
    assert [row["field"] for row in kept["done_to_the_account"]] == ["password_link"]
    with reading(programme) as session:
        user = session.scalars(select(User).where(col(User.email) == EMAIL)).one()
        assert user.password_hash not in result.stdout
        assert session.scalars(select(col(SignIn.token_hash))).one() not in result.stdout


def test_nothing_of_an_erased_account_is_left_and_the_history_stands(programme: Engine, run: Run) -> None:
    revision, digest = head(programme)
    refused = run("user", "erase", EMAIL, typed="n\n")
    assert (refused.exit_code, head(programme)) == (1, (revision, digest))
    result = run("user", "erase", EMAIL, typed="y\n")
    assert result.exit_code == 0, result.output
    assert "under Raderad 1" in result.stderr
    for canary in (NAME, EMAIL, "192.0.2.7", "192.0.2.8", "browser:x", "flöden.csv", sign_ins.account_hash(EMAIL)):
        assert canary not in everything(programme)
    with reading(programme) as session:
        assert heads.digest(session, revision) == digest
        assert session.scalars(select(col(Actor.id)).where(col(Actor.name) == "Raderad 1")).one() is not None
    assert run("check").exit_code == 0
    for name in ("notes", "changes"):
        assert NAME not in run("export", name).stdout
    assert "Raderad 1" in run("export", "notes").stdout
    assert run("user", "extract", EMAIL).exit_code == 1
    if (file := database_file(programme)) is not None:
        parts = {part.name: part.read_bytes() for part in file.parent.glob(f"{file.name}*")}
        assert [name for name, content in parts.items() if NAME.encode() in content or EMAIL.encode() in content] == []


def test_nobody_takes_up_the_history_of_somebody_erased(programme: Engine, run: Run) -> None:
    assert run("user", "erase", EMAIL, "--yes").exit_code == 0
    again = run("user", "add", EMAIL, "--name", "Raderad 1", "--role", "viewer", typed=f"{WORDS}\n")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "already acts under the name Raderad 1" in again.stderr
    assert run("user", "add", EMAIL, "--name", NAME, "--role", "viewer", typed=f"{WORDS}\n").exit_code == 0
    assert run("user", "erase", EMAIL, "--yes").stderr.startswith(
        "The account is erased; its history stands under Raderad 2"
    )


def test_where_people_wrote_the_name_is_told(programme: Engine, run: Run) -> None:
    with transaction(programme) as session:
        session.execute(text("UPDATE workflow SET owner = :name WHERE key = :key"), {"name": NAME, "key": acting.FREE})
    told = run("user", "erase", EMAIL, "--yes").stderr
    assert "workflow.owner (1)" in told
    assert NAME not in told


def test_the_security_log_of_the_machine_itself(
    programme: Engine, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "security.log"
    monkeypatch.setenv("TRACKER_SECURITY_LOG", str(file))
    for arguments in (("user", "extract", EMAIL), ("export", "notes"), ("user", "erase", EMAIL, "--yes")):
        assert run(*arguments).exit_code == 0
    written = file.read_text()
    assert [json.loads(line)["message"] for line in written.splitlines()] == [
        *("account_extracted", "export", "account_erased")
    ]
    assert NAME not in written
    assert EMAIL not in written
