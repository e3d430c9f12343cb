"""Who did what when: every kind of row under its entry, filters, pages, and nothing of passwords or addresses."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.builders import day, small_programme
from tests.databases import Databases, asked
from tracker.clock import real_now
from tracker.commands import blockers, notes
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import links as password_links
from tracker.commands.entry.entries import Entry, open_entry
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.db.engine import reading, transaction
from tracker.domain.blockers import BlockerFields
from tracker.domain.states import BlockerCategory, Role, State
from tracker.queries import audit
from tracker.queries.accounts import viewer
from tracker.queries.audit import A_PAGE, AuditEntry, Filters

NOW = day(60)


def by_operator(engine: Engine, command: str, do: Callable[[Session, Entry], object]) -> None:
    with transaction(engine) as session:
        do(session, open_entry(session, accounts.operator(session), command, NOW))


def found(engine: Engine, **filters: object) -> audit.Page:
    with reading(engine) as session:
        programme = viewer.programme(session)
        assert programme is not None
        return audit.page(session, Filters(**filters), language="sv", zone=programme.zone)  # type: ignore[arg-type]


def latest(engine: Engine) -> AuditEntry:
    return found(engine).entries[0]


def noted(engine: Engine, number: int) -> None:
    by_operator(engine, "note", lambda s, e: notes.write(s, e, f"Nummer {number}", key="LAB-001"))


@pytest.fixture
def engine(databases: Databases) -> Engine:
    return databases.restored(small_programme)


def move(session: Session, entry: Entry) -> None:
    flow, _ = moves.the_workflow(session, "LAB-001")
    moves.move(session, entry, "LAB-001", Move(State.TEST, flow.version, None, "", "Klart på labbet"))


def test_a_move_and_its_taking_back(engine: Engine) -> None:
    by_operator(engine, "move", move)
    entry = latest(engine)
    (line,) = entry.lines
    assert (entry.actor, entry.command, line.kind, line.key) == ("Driften", "move", "moved", "LAB-001")
    assert (line.to_state, line.note) == (State.TEST, "Klart på labbet")
    by_operator(
        engine,
        "take_back",
        lambda s, e: moves.undo(s, e, "LAB-001", version=moves.the_workflow(s, "LAB-001")[0].version),
    )
    (taken,) = latest(engine).lines
    assert (taken.kind, taken.from_state, taken.to_state) == ("taken_back", line.from_state, line.to_state)


def test_blockers_notes_checks_and_fields(engine: Engine) -> None:
    fields = BlockerFields("Saknas", BlockerCategory.VENDOR, title_en="Missing")
    by_operator(engine, "raise_blocker", lambda s, e: blockers.raise_blocker(s, e, fields, ["LAB-001"]))
    (held,) = latest(engine).lines
    assert (held.kind, held.key, held.blocker) == ("held", "LAB-001", "Saknas")
    by_operator(engine, "note", lambda s, e: notes.write(s, e, "Ring på måndag", key="LAB-001"))
    (note,) = latest(engine).lines
    assert (note.kind, note.key, note.note) == ("note", "LAB-001", "Ring på måndag")
    by_operator(engine, "note", lambda s, e: notes.write(s, e, "Väntar", blocker_id=held.blocker_id))
    (note,) = latest(engine).lines
    assert (note.key, note.blocker) == ("", "Saknas")
    by_operator(engine, "check", lambda s, e: notes.check(s, e, "LAB-002"))
    assert [(line.kind, line.key) for line in latest(engine).lines] == [("check", "LAB-002")]
    by_operator(engine, "own", lambda s, e: workflow_fields.own(s, e, "LAB-001", "Ny ansvarig"))
    (field,) = latest(engine).lines
    assert (field.kind, field.key, field.field, field.after) == ("field", "LAB-001", "owner", "Ny ansvarig")


def test_accounts_without_what_may_have_to_be_erased(engine: Engine) -> None:
    def make(session: Session, entry: Entry) -> None:
        user = accounts.add(session, entry, "hemlig@example.org", "Nyanställd", Role.VIEWER, password=None)
        password_links.make(session, entry, user, now=real_now())

    by_operator(engine, "user_add", make)
    by_operator(
        engine, "user_passwd", lambda s, e: accounts.set_password(s, e, "hemlig@example.org", "a b c d e f g h")
    )
    password, made = found(engine).entries[:2]
    assert [(line.kind, line.account, line.field) for line in made.lines] == [
        ("account", "Nyanställd", ""),
        ("field", "Nyanställd", "password_link"),
    ]
    assert [(line.field, line.before, line.after) for line in password.lines] == [("password", "", "")]
    assert "hemlig" not in str(found(engine))


def test_a_note_on_a_blocker_finds_its_title_in_the_readers_language(engine: Engine) -> None:
    fields = BlockerFields("Saknas", BlockerCategory.VENDOR, title_en="Missing")
    by_operator(engine, "raise_blocker", lambda s, e: blockers.raise_blocker(s, e, fields, ["LAB-001"]))
    with reading(engine) as session:
        programme = viewer.programme(session)
        assert programme is not None
        page = audit.page(session, Filters(), language="en", zone=programme.zone)
    assert page.entries[0].lines[0].blocker == "Missing"


def test_entries_are_found_by_actor_command_workflow_and_day(engine: Engine) -> None:
    by_operator(engine, "move", move)
    mine = latest(engine)
    assert found(engine, actor="Driften").entries == (mine,)
    assert found(engine, command="move").entries == (mine,)
    assert found(engine, workflow="LAB-001").entries[0] == mine
    assert found(engine, workflow="XXX-001").entries == ()
    assert found(engine, entry=mine.id).entries == (mine,)
    assert mine not in found(engine, before=mine.id).entries
    assert found(engine, day=date(2023, 3, 30)).entries == (mine,)
    assert mine not in found(engine, day=date(2023, 3, 29)).entries
    assert found(engine, actor="Driften", command="seed").entries == ()
    of_flow = found(engine, workflow="LAB-001").entries
    assert all(any(line.key == "LAB-001" for line in entry.lines) for entry in of_flow)


@pytest.mark.parametrize(
    "odd",
    [
        {"before": 2**63},
        {"entry": 2**63},
        {"before": 0},
        {"actor": "å" * 999},
        {"day": date(1900, 1, 1)},
        {"day": date(9999, 12, 30)},
    ],
)
def test_odd_filters_find_nothing_or_all(engine: Engine, odd: dict[str, object]) -> None:
    assert isinstance(found(engine, **odd).entries, tuple)


def test_pages_follow_one_another_without_gap_or_double(engine: Engine) -> None:
    for n in range(2 * A_PAGE):
        noted(engine, n)
    ids: list[int] = []
    older: int | None = None
    while True:
        page = found(engine, before=older)
        assert len(page.entries) <= A_PAGE
        ids += [entry.id for entry in page.entries]
        older = page.older
        if older is None:
            break
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == latest(engine).id


def test_a_page_takes_as_many_statements_however_much_there_is(engine: Engine) -> None:
    def statements() -> int:
        with asked(engine) as made:
            found(engine)
        return len(made)

    few = statements()
    for n in range(30):
        noted(engine, n)
    assert statements() == few
    with reading(engine) as session:
        assert "Driften" in audit.actors(session)
