"""The demo's figures are those of its tables: read from the exported files."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.properties import figures_oracle
from tracker.commands.programme.seed import load, read_folder
from tracker.db.engine import make_engine, transaction
from tracker.db.migrations import upgrade
from tracker.domain.cells import Dialect
from tracker.exports.files import FIGURES, Asked, text

from .expected import AS_OF, JOINING_LATER, SEED_DATA
from .programme_files import STOCKHOLM
from .test_demo_programme import BY_WORKSTREAM, DESIGNED, TESTED, VALIDATED

Row = dict[str, str]
# Opened, resolved and open at the end, per cycle.
BLOCKERS = {1: (6, 3, 3), 2: (13, 8, 8), 3: (18, 11, 15), 4: (27, 24, 18), 5: (14, 11, 21)}
WORKING_DAYS = {1: 35, 2: 35, 3: 33, 4: 35, 5: 32, 6: 32, 7: 35}
PROMISED = {1: 20, 2: 30, 3: 46, 4: 66, 5: 50}
DAYS_SO_FAR = 18


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Row]]:
    """Both files of figures as of the demo's day, exported from a database that the demo's files were loaded into."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    upgrade(engine)
    with transaction(engine) as session:
        load(session, read_folder(SEED_DATA), time_zone="Europe/Stockholm")
        texts = {name: "".join(text(session, Asked(name), AS_OF)) for name in FIGURES}
        swedish = Asked("workstream_summary", cycle=4, dialect=Dialect.EXCEL_SV)
        texts["excel-sv"] = "".join(text(session, swedish, AS_OF))
    engine.dispose()
    return {
        name: list(
            csv.DictReader(
                io.StringIO(written.removeprefix("\ufeff"), newline=""), delimiter=";" if name == "excel-sv" else ","
            )
        )
        for name, written in texts.items()
    }


def of_cycle(files: Mapping[str, list[Row]], cycle: int, basis: str = "as_now") -> Row:
    (row,) = (row for row in files["cycle_summary"] if (row["cycle"], row["basis"]) == (str(cycle), basis))
    return row


@pytest.mark.parametrize("cycle", TESTED)
def test_each_cycle_reads_as_its_table_says(files: Mapping[str, list[Row]], cycle: int) -> None:
    row = of_cycle(files, cycle)
    assert (int(row["designed"]), int(row["validated"]), int(row["tested"])) == (
        DESIGNED[cycle],
        VALIDATED[cycle],
        TESTED[cycle],
    )
    blockers = (int(row[f"blockers_{what}"]) for what in ("opened", "resolved", "open"))
    assert tuple(blockers) == BLOCKERS[cycle]
    assert int(row["committed_test"]) == PROMISED[cycle]
    assert row["fell_back"] == "0"


def test_working_days_leave_out_swedish_holidays(files: Mapping[str, list[Row]]) -> None:
    assert {int(row["cycle"]): int(row["working_days"]) for row in files["cycle_summary"]} == WORKING_DAYS


def test_cycle_3_reads_30_as_reported_and_31_as_now_and_the_others_the_same(files: Mapping[str, list[Row]]) -> None:
    tested = {
        cycle: tuple(of_cycle(files, cycle, basis)["tested"] for basis in ("as_reported", "as_now"))
        for cycle in (1, 2, 3, 4)
    }
    assert tested == {1: ("11", "11"), 2: ("19", "19"), 3: ("30", "31"), 4: ("59", "59")}


def test_cycle_4_tested_nearly_twice_as_many_as_cycle_3(files: Mapping[str, list[Row]]) -> None:
    now, reported = of_cycle(files, 4), of_cycle(files, 4, "as_reported")
    assert (now["tested_previous"], now["ratio_to_previous"]) == ("31", "1.90")
    assert (reported["tested_previous"], reported["ratio_to_previous"]) == ("30", "1.97")  # as frozen at its own close
    assert now["tested_per_working_day"] == "1.69"


def test_cycle_5_is_under_way_and_6_and_7_have_no_figures(files: Mapping[str, list[Row]]) -> None:
    row = of_cycle(files, 5)
    assert (row["status"], row["as_of"], row["committed"]) == ("running", "2023-04-14T07:00:00Z", "102")
    assert row["committed_design"] == str(25 + 6)
    assert (row["committed_validation"], row["committed_test"]) == ("21", "50")
    assert row["tested_per_working_day"] == f"{17 / DAYS_SO_FAR:.2f}"
    assert row["carried_out"] == row["returned"] == row["dropped"] == ""
    for cycle in (6, 7):
        coming = of_cycle(files, cycle)
        figures = list(coming)[list(coming).index("status") + 1 :]
        assert [coming[name] for name in figures] == [""] * len(figures)


def test_every_member_of_a_closed_cycle_is_accounted_for(files: Mapping[str, list[Row]]) -> None:
    for row in files["workstream_summary"]:
        if row["basis"] == "as_reported" and row["committed"]:
            final = int(row["committed"]) + int(row["added"]) - int(row["removed"])
            assert final == sum(int(row[name]) for name in ("met", "carried_out", "returned", "dropped"))


@pytest.mark.parametrize("code", BY_WORKSTREAM)
def test_each_workstream_reads_as_its_table_says(files: Mapping[str, list[Row]], code: str) -> None:
    rows = {
        row["cycle"]: row
        for row in files["workstream_summary"]
        if row["workstream"] == code and row["basis"] == "as_now"
    }
    tested = [int(rows[cycle]["tested"] or 0) for cycle in "12345"]
    _, by_2, in_3, in_4, in_5, *_, to_test, open_blockers = BY_WORKSTREAM[code]
    assert (tested[0] + tested[1], *tested[2:]) == (by_2, in_3, in_4, in_5)
    assert (int(rows["5"]["committed_test"]), int(rows["5"]["blockers_open"])) == (to_test, open_blockers)


def test_a_project_has_no_figures_before_it_joins(files: Mapping[str, list[Row]]) -> None:
    rows = [row for row in files["workstream_summary"] if row["workstream"] == JOINING_LATER]
    assert [row["tested"] for row in rows if row["cycle"] < "5"] == [""] * 8
    (joined,) = (row for row in rows if row["cycle"] == "5")
    assert (joined["tested"], joined["tested_previous"], joined["ratio_to_previous"]) == ("0", "", "")


def test_each_total_is_the_row_of_the_cycle(files: Mapping[str, list[Row]]) -> None:
    totals = [row for row in files["workstream_summary"] if row["workstream"] == "TOTAL"]
    assert {row["project"] for row in totals} == {""}
    assert [{name: row[name] for name in files["cycle_summary"][0]} for row in totals] == files["cycle_summary"]


def test_a_swedish_spreadsheet_has_its_words_and_decimal_comma(files: Mapping[str, list[Row]]) -> None:
    total = files["excel-sv"][-1]
    assert (total["cykel"], total["uppgifter"], total["arbetsström"]) == ("4", "enligt dagens uppgifter", "SUMMA")
    assert (total["jämfört med föregående cykel"], total["status"]) == ("1,90", "avslutad")
    assert {row["uppgifter"] for row in files["excel-sv"]} == {"som rapporterat", "enligt dagens uppgifter"}
    assert len(files["excel-sv"]) == 2 * (27 + 1)


def test_every_cell_follows_from_the_files_by_definition(files: Mapping[str, list[Row]]) -> None:
    sources = {path.name: path.read_bytes() for path in Path(SEED_DATA).glob("*.csv")}
    assert files["workstream_summary"] == figures_oracle.workstream_summary(sources, AS_OF, STOCKHOLM)
