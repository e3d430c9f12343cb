"""Accounts from a file: the preview tells, the confirmation does that and nothing else."""

import pytest
from sqlalchemy import Engine, func, select

from tests.builders import day, small_programme
from tests.databases import Databases, asked
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import imports as account_imports
from tracker.commands.accounts import links as password_links
from tracker.commands.accounts.imports import Invited, Planned
from tracker.commands.entry.entries import open_entry
from tracker.commands.imports.results import ImportChangedError, RowResult
from tracker.db.engine import reading, transaction
from tracker.db.models import Entry, FieldChange, User
from tracker.domain.accounts import read_rows
from tracker.domain.errors import InvalidError, NotAllowedError
from tracker.domain.people import Actor
from tracker.domain.states import Role
from tracker.queries.accounts import table as lists

NOW = day(60)
HEADINGS = "email,name,role,workstreams\n"


@pytest.fixture
def engine(databases: Databases) -> Engine:
    return databases.restored(small_programme)


@pytest.fixture(autouse=True)
def there(engine: Engine) -> None:
    """An administrator with a password, a lead without, and somebody who has left."""
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", NOW)
        accounts.add(session, entry, "admin@x.org", "Admin", Role.ADMIN, password="tolv gröna elefanter")
        accounts.add(session, entry, "lead@x.org", "Lead", Role.LEAD, password=None, workstreams=["LAB"])
        accounts.add(session, entry, "left@x.org", "Left", Role.VIEWER, password=None)
        accounts.disable(session, entry, "left@x.org")


def planned(engine: Engine, rows: str) -> list[Planned]:
    with reading(engine) as session:
        return account_imports.plan(session, read_rows(HEADINGS + rows))


def done(
    engine: Engine,
    rows: str,
    *,
    seen: str = "",
    without_refused: bool = False,
    with_old: bool = False,
    actor: Actor | None = None,
) -> list[Invited]:
    parsed = read_rows(HEADINGS + rows)
    seen = seen or account_imports.digest(planned(engine, rows))
    with transaction(engine) as session:
        entry = open_entry(session, actor or accounts.operator(session), "user_import", NOW)
        return account_imports.carry_out(
            session, entry, parsed, seen=seen, without_refused=without_refused, with_old=with_old, now=real_now()
        )


def counted(engine: Engine) -> tuple[int | None, int | None]:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(User)), session.scalar(
            select(func.count()).select_from(Entry)
        )


def test_the_preview_tells_what_each_row_would_do_and_does_nothing(engine: Engine) -> None:
    before = counted(engine)
    new, changed, same, wrong = planned(
        engine,
        "NY@x.org,Ny,lead,LAB lkm\nlead@x.org,Lead,projektledare,alla\nadmin@x.org,Admin,admin,\nx,X,lead,\n",
    )
    assert [each.outcome for each in (new, changed, same, wrong)] == list(RowResult)
    assert new.fields is not None
    assert new.fields.texts() == {"email": "ny@x.org", "name": "Ny", "role": "lead", "workstreams": "LAB LKM"}
    assert changed.changes == (("workstreams", "LAB", "*"),)
    assert wrong.cause is not None
    assert counted(engine) == before


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("a@x.org,A,chef,\n", "chef"),
        ("a@x.org,A,lead,NIX\n", "NIX"),
        ("a@x.org,A,viewer,LAB\n", "Only project leads"),
        ("a@x.org,,viewer,\n", "name"),
        ("a@x.org,Driften,viewer,\n", "already acts"),
        ("a@x.org,Admin,viewer,\n", "already acts"),
        ("lead@x.org,Programkontoret,lead,LAB\n", "already acts"),
        ("left@x.org,Left,viewer,\n", "disabled"),
        ("a@x.org,A,viewer,\nA@X.org,B,viewer,\n", "more than one row"),
        ("a@x.org,A,viewer,\nb@x.org,A,viewer,\n", "more than one row"),
        ("admin@x.org,Admin,viewer,\n", "another administrator"),
    ],
)
def test_a_row_is_refused_with_its_cause(engine: Engine, rows: str, words: str) -> None:
    refused = planned(engine, rows)
    assert {each.outcome for each in refused} == {RowResult.REFUSED}
    assert all(words in str(each.cause) for each in refused)


def test_a_history_that_was_brought_along_is_taken_up_by_a_new_account(engine: Engine) -> None:
    assert [each.outcome for each in planned(engine, "p@x.org,Programkontoret,planner,\n")] == [RowResult.CREATED]


def test_confirmed_it_makes_accounts_with_links_in_one_entry(engine: Engine) -> None:
    entries = counted(engine)[1]
    invited = done(engine, "ny@x.org,Ny,lead,LAB\nlead@x.org,Lead,lead,LAB RTG\np@x.org,Programkontoret,planner,\n")
    assert [each.email for each in invited] == ["ny@x.org", "p@x.org"]
    assert counted(engine) == (5, (entries or 0) + 1)
    with reading(engine) as session:
        for each in invited:
            assert password_links.owner(session, each.link.token, real_now()).email == each.email
        rows = session.scalars(select(FieldChange).where(FieldChange.field == "workstreams")).all()  # type: ignore[arg-type]
        assert [(row.before, row.after) for row in rows] == [("LAB", "LAB RTG")]
        assert [account.has_password for account in lists.accounts(session)].count(True) == 1


def test_one_refused_row_refuses_all_unless_it_is_left_out(engine: Engine) -> None:
    rows, before = "ny@x.org,Ny,viewer,\nx,X,viewer,\n", counted(engine)
    with pytest.raises(InvalidError):
        done(engine, rows)
    assert counted(engine) == before
    assert [each.email for each in done(engine, rows, without_refused=True)] == ["ny@x.org"]


def test_sent_twice_it_is_done_once(engine: Engine) -> None:
    rows = "ny@x.org,Ny,viewer,\n"
    seen = account_imports.digest(planned(engine, rows))
    done(engine, rows, seen=seen)
    after = counted(engine)
    with pytest.raises(ImportChangedError):
        done(engine, rows, seen=seen)
    assert counted(engine) == after


def test_what_has_changed_since_the_preview_is_shown_again(engine: Engine) -> None:
    rows = "lead@x.org,Lead,lead,LKM\n"
    seen = account_imports.digest(planned(engine, rows))
    done(engine, "lead@x.org,Lead,lead,RTG\n")
    with pytest.raises(ImportChangedError):
        done(engine, rows, seen=seen)
    with pytest.raises(ImportChangedError):
        done(engine, "lead@x.org,Lead,admin,\n", seen=seen)


def test_lost_links_are_made_anew_for_those_who_have_no_password(engine: Engine) -> None:
    rows = "ny@x.org,Ny,viewer,\nadmin@x.org,Admin,admin,\n"
    (lost,) = done(engine, rows)
    assert done(engine, rows) == []
    (found,) = done(engine, rows, with_old=True)
    assert found.email == "ny@x.org"
    with reading(engine) as session:
        assert password_links.owner(session, found.link.token, real_now()).email == "ny@x.org"
        with pytest.raises(password_links.LinkUnusableError):
            password_links.owner(session, lost.link.token, real_now())


def test_only_administrators_import(engine: Engine) -> None:
    before = counted(engine)
    with pytest.raises(NotAllowedError):
        done(engine, "ny@x.org,Ny,admin,\n", actor=Actor(1, "x", Role.PLANNER))
    assert counted(engine) == before


def test_a_plan_takes_as_many_statements_for_two_thousand_rows_as_for_two(engine: Engine) -> None:
    counts = []
    for rows in (2, 2_000):
        text = "".join(f"p{n}@x.org,P {n},lead,LAB\n" for n in range(rows))
        with asked(engine) as statements:
            assert {each.outcome for each in planned(engine, text)} == {RowResult.CREATED}
        counts.append(len(statements))
    assert counts == [4, 4]
