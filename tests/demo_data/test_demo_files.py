"""The files in seed_data/ are as an export writes them, and what they derive follows."""

import csv
import io
import re
from pathlib import Path

import pytest

from . import __main__ as generated
from .expected import AS_OF, LATER, SEED_DATA, TODAY
from .figures import held_now, times_carried, valid_changes
from .programme_files import HEADINGS, STATES, Programme, local


@pytest.mark.parametrize("name", HEADINGS)
def test_each_file_is_written_as_the_export_writes_it(name: str) -> None:
    written = (SEED_DATA / f"{name}.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(written.decode(), newline="")))
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\r\n").writerows(rows)
    assert again.getvalue().encode() == written
    assert ",".join(rows[0]) == HEADINGS[name]
    assert b"\n" not in written.replace(b"\r\n", b"")


def test_the_folder_and_the_later_one_hold_the_eleven_programme_files_and_nothing_else() -> None:
    names = {f"{name}.csv" for name in HEADINGS}
    assert {path.name for path in SEED_DATA.iterdir()} == names | {LATER.name}
    assert {path.name for path in LATER.iterdir()} == names


@pytest.mark.parametrize("name", HEADINGS)
def test_rows_stand_in_order_of_their_first_column(programme: Programme, name: str) -> None:
    first = [next(iter(row.values())) for row in programme.rows(name)]
    if name in ("projects", "workstreams", "workflows"):
        assert first == sorted(set(first))
    else:
        assert first == [str(number) for number in range(1, len(first) + 1)]


@pytest.mark.parametrize("name", ["changes", "scope", "blocker_events", "parts", "notes", "checks"])
def test_ids_ascend_in_the_order_of_recording(programme: Programme, name: str) -> None:
    instants = [row["recorded_at"] for row in programme.rows(name)]
    assert instants == sorted(instants)


def test_blockers_are_numbered_by_their_first_hold(programme: Programme) -> None:
    first_seen = dict.fromkeys(row["blocker"] for row in programme.blocker_events)
    assert list(first_seen) == list(programme.blockers)


@pytest.mark.parametrize("name", HEADINGS)
def test_no_cell_starts_like_a_formula_or_ends_in_a_blank(programme: Programme, name: str) -> None:
    guarded = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
    cells = [cell for row in programme.rows(name) for cell in row.values()]
    assert [cell for cell in cells if guarded.match(cell) or cell != cell.strip()] == []


@pytest.mark.parametrize("name", HEADINGS)
def test_instants_and_dates_have_their_form(programme: Programme, name: str) -> None:
    forms = {"_at": r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?", "_on": r"\d{4}-\d\d-\d\d"}
    for row in programme.rows(name):
        for column, cell in row.items():
            form = forms.get(column[-3:] if column != "waits_on" else "", r"(?s).*")
            assert re.fullmatch(form, cell), (name, column, cell)


def test_generating_again_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["demo_data", str(tmp_path)])
    generated.main()
    for file in SEED_DATA.rglob("*.csv"):
        assert (tmp_path / file.relative_to(SEED_DATA)).read_bytes() == file.read_bytes(), file


def test_the_newest_row_is_of_the_last_morning(programme: Programme) -> None:
    assert programme.newest <= AS_OF
    assert local(programme.newest.isoformat()).date() == TODAY


def test_state_and_done_at_follow_from_the_changes(programme: Programme) -> None:
    for key, row in programme.workflows.items():
        last = valid_changes(programme, key, AS_OF)[-1]
        assert row["state"] == last["to_state"]
        assert row["done_at"] == (last["happened_at"] if row["state"] == "done" else "")


def test_cycle_goal_and_times_carried_follow_from_the_scope(programme: Programme) -> None:
    for key, row in programme.workflows.items():
        chain = programme.scope_of.get(key, [])
        last = (chain[-1]["to_cycle"], chain[-1]["goal"]) if chain else ("", "")
        assert (row["cycle"], row["goal"]) == last, key
        assert row["times_carried"] == str(times_carried(programme)[key]), key


def test_blocked_follows_from_the_blocker_events(programme: Programme) -> None:
    held = set().union(*held_now(programme).values())
    blocked = {key for key, row in programme.workflows.items() if row["blocked"] == "true"}
    assert blocked == held
    assert {row["blocked"] for row in programme.workflows.values()} == {"true", "false"}


def test_age_counts_local_days_since_work_was_begun(programme: Programme) -> None:
    for key, row in programme.workflows.items():
        chain = valid_changes(programme, key, AS_OF)
        begun = [each for each in chain if each["from_state"] == "not_started"]
        is_going_on = row["state"] in STATES[1:4] and not row["archived_at"]
        age = str((TODAY - local(begun[-1]["happened_at"]).date()).days + 1) if begun else ""
        assert row["age_days"] == (age if is_going_on else ""), key
