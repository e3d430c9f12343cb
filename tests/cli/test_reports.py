"""The monthly report on the command line: the file that the page is, on stdout alone."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.databases import demo
from tests.unit.reports.demo import TEXTS
from tracker.cli import main
from tracker.db.engine import make_engine

AS_OF = ("--as-of", "2023-04-14T07:00:00Z")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the demo's database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('reports') / 'tracker.db'}"
    demo(make_engine(url))
    return url


def run(url: str, *arguments: str, **settings: str) -> Result:
    environment = {"TRACKER_DATABASE_URL": url, **settings}
    return CliRunner().invoke(main, ["report", *arguments], prog_name="tracker", env=environment)


@pytest.mark.parametrize(("month", "language"), [("2023-03", "sv"), ("2023-04", "en")])
def test_the_report_is_the_one_that_was_read_for_its_tone(seeded: str, month: str, language: str) -> None:
    result = run(seeded, month, "--lang", language, *AS_OF)
    assert result.stdout_bytes.decode() == (TEXTS / f"{month}-{language}.md").read_text(encoding="utf-8")
    assert result.stderr == ""


def test_as_a_page_and_with_addresses_where_it_is_known_where_we_are(seeded: str) -> None:
    result = run(seeded, "2023-03", "--format", "html", *AS_OF, TRACKER_PUBLIC_URL="https://tracker.example.org")
    text = result.stdout_bytes.decode()
    assert text.startswith("<!doctype html>")
    assert '<a href="https://tracker.example.org/reports/2023-03?show=tested&amp;at=c4&amp;project=SIDU">5</a>' in text


@pytest.mark.parametrize("month", ["2023-13", "mars", "2021-01", "2023-05"])
def test_a_month_without_a_report_is_refused_in_one_line(seeded: str, month: str) -> None:
    result = run(seeded, month, *AS_OF)
    assert result.exit_code == 1
    assert result.stderr == f"Error: There is no report of {month}.\n"
    assert result.stdout == ""


def test_reporting_needs_no_web(seeded: str, tmp_path: Path) -> None:
    program = "import sys; from tracker.cli.reports import report; print(any('flask' in name for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
