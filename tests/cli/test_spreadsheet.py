"""LibreOffice opens what is meant for spreadsheets and has the same cells in it: text as text, numbers as numbers."""

import csv
import re
import shutil
import subprocess
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.builders import Flow, a_blocker, a_programme, day, load
from tests.databases import ON_SQLITE
from tracker.db.engine import reading
from tracker.domain.cells import Dialect, unguarded
from tracker.domain.states import State
from tracker.exports import files, packs, workbooks
from tracker.exports.files import Asked

SOFFICE = shutil.which("soffice")
pytestmark = [
    ON_SQLITE,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here: apt-get install libreoffice-calc"),
]
AS_OF = day(60)
NASTY = (
    "=1+1",
    '\'=HYPERLINK("http://x")',
    "@SUM(A1)",
    "−5",
    "åäö ÅÄÖ é",
    "🩺 👩‍⚕️",
    'citat " och; semikolon, komma',
    "två\nrader",
    "＝1",
    "007a",
)
_SWEDISH = "59,34,76,1,,1053,false,false"
_EVERY_SHEET = "59,34,76,1,,1053,false,true,false,false,false,-1"


@pytest.fixture
def programme(engine: Engine) -> Engine:
    flows = [
        Flow(f"LKM-{number:03}").to(State.DESIGN, day(2)).to(State.DONE, day(3 + number)).in_cycle(1)
        for number in range(1, 13)
    ]
    held = Flow("LAB-001", workstream="LAB").to(State.DESIGN, day(2)).in_cycle(1)
    for number in range(1, len(NASTY) + 1):
        held.held(number, day(2 + number, 8 + number)).released(number, day(2 + number, 9 + number))
    load(engine, a_programme(*flows, held, blockers=[a_blocker(n, text) for n, text in enumerate(NASTY, 1)]))
    return engine


def converted(source: Path, folder: Path, options: str, *more: str) -> None:
    """What LibreOffice makes of a file, as CSV."""
    command = [
        str(SOFFICE),
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        *more,
        "--convert-to",
        f"csv:Text - txt - csv (StarCalc):{options}",
        "--outdir",
        str(folder),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=100)


def records(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def as_shown(cell: str) -> str:
    """A cell of a Swedish file as a spreadsheet in English shows it, when it has understood the number."""
    return str(Decimal(cell.replace(",", ".")).normalize()) if re.fullmatch(r"\d+(,\d+)?", cell) else cell


def test_a_swedish_file_is_opened_with_the_same_cells(programme: Engine, tmp_path: Path) -> None:
    for name in ("workstream_summary", "blockers"):
        source = tmp_path / "ours" / f"{name}.csv"
        source.parent.mkdir(exist_ok=True)
        with reading(programme) as session:
            asked = Asked(name, dialect=Dialect.EXCEL_SV, as_of=AS_OF)
            source.write_bytes("".join(files.text(session, asked, AS_OF)).encode())
        converted(source, tmp_path, _SWEDISH.replace("false,false", "false,true"), f"--infilter=CSV:{_SWEDISH}")
        ours = [[as_shown(cell) for cell in record] for record in records(source)]
        theirs = [
            [as_shown(cell.replace(".", ",")) if re.fullmatch(r"\d+\.\d+", cell) else as_shown(cell) for cell in record]
            for record in records(tmp_path / f"{name}.csv")
        ]
        assert theirs == ours


def test_a_workbook_is_opened_with_the_same_cells(programme: Engine, tmp_path: Path) -> None:
    source = tmp_path / "pack.xlsx"
    with reading(programme) as session:
        wanted = packs.pack(session, programme="", cycle=None, now=AS_OF, dialect=Dialect.EXCEL_SV)
        with source.open("wb") as target:
            workbooks.write_workbook(packs.tables(session, wanted), wanted, target)
        tables = [(name, columns, list(rows)) for name, columns, rows in packs.tables(session, wanted)]
    converted(source, tmp_path, _EVERY_SHEET)

    def cell(value: object, text: str) -> str:
        match value:
            case datetime():
                return f"{value.astimezone(wanted.zone):%Y-%m-%d %H:%M:%S}"
            case date() | None:
                return text
            case int() | Decimal():
                return str(Decimal(value).normalize())
            case _:
                return unguarded(text)

    for name, columns, rows in tables:
        theirs = records(tmp_path / f"pack-{name}.csv")
        assert theirs[0] == [column.swedish for column in columns]
        for row, record in zip(rows, theirs[1:], strict=True):
            ours = [(getattr(row, each.name), each.cell) for each in columns]
            expected = [cell(value, kind.write(value, Dialect.EXCEL_SV)) for value, kind in ours]
            got = [
                str(Decimal(found).normalize()) if isinstance(value, int | Decimal) else found
                for (value, _), found in zip(ours, record, strict=True)
            ]
            assert got == expected, name
