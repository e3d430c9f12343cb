"""Reports of the demo. `python -m tests.unit.reports.demo` writes the texts anew, to be read."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.browser import closing
from tests.databases import demo_in_planning_week
from tests.demo_data.expected import AS_OF, SEED_DATA
from tests.demo_data.programme_files import STOCKHOLM, instant
from tests.properties.plain_facts import facts_of
from tracker.commands.programme.seed import read_folder
from tracker.db.engine import make_engine, reading
from tracker.db.facts import facts
from tracker.domain.figures.history import History
from tracker.domain.programme.demo import INTRODUCTION as INTRODUCTIONS
from tracker.domain.reports.documents import LANGUAGES, Material, Project, Texts, field
from tracker.domain.reports.facts import BlockerText
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import Numbers
from tracker.domain.reports.tokens import INTRODUCTION, PROGRAMME
from tracker.exports import reports

TEXTS = Path(__file__).parent / "texts"
MONTHS = ("2023-03", "2023-04")
CLOSED, COMMITTED = instant("2023-05-05T13:00:00Z"), instant("2023-05-05T13:30:00Z")


class Turn(NamedTuple):
    """A report drafted about the end of cycle 5, and whether anybody has closed it by then."""

    month: str
    at: datetime
    is_closed: bool = True


TURNS = {
    "2023-05-before-close": Turn("2023-05", instant("2023-05-05T07:00:00Z")),
    "2023-05-after-close": Turn("2023-05", instant("2023-05-05T13:15:00Z")),
    "2023-05-after-commit": Turn("2023-05", instant("2023-05-05T14:00:00Z")),
    "2023-05-overdue": Turn("2023-05", instant("2023-05-10T07:00:00Z"), is_closed=False),
    "2023-05-over": Turn("2023-05", instant("2023-06-03T07:00:00Z")),
    "2023-04-after-commit": Turn("2023-04", instant("2023-05-05T14:00:00Z")),
}
TURNED = (PROGRAMME, "SIDU", "KOM", "DRIFT")  # the parts that are read


@cache
def _demo(folder: Path = SEED_DATA) -> Material:
    programme = read_folder(folder)
    blockers: dict[str, dict[int, BlockerText]] = {"sv": {}, "en": {}}
    for row in programme.blockers:
        text = BlockerText(row.title, row.category, row.decider, row.decide_by, row.mitigation)
        blockers["sv"][row.id], blockers["en"][row.id] = text, replace(text, title=row.title_en or row.title)
    projects = [Project(row.code, row.name, row.name_en) for row in programme.projects]
    return Material(Numbers(History(facts_of(programme, STOCKHOLM)), AS_OF), projects, blockers, {})


@cache
def _closed() -> History:
    """The demo in the planning week, with cycle 5 closed and cycle 6 committed on 5 May."""
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/tracker.db")
        demo_in_planning_week(engine)
        closing.close_and_commit(engine, CLOSED, COMMITTED)
        with reading(engine) as session:
            found = facts(session)
            assert found is not None
            history = History(found)  # the facts are read as they are iterated
        engine.dispose()
    return history


def demo_report(texts: Texts | None = None) -> Material:
    """What reports of the demo are made of, with what people have written."""
    return replace(_demo(), texts=texts or {})


def turned_report(at: datetime, *, is_closed: bool = True) -> Material:
    """What they are made of at the instant."""
    material = _demo(SEED_DATA / "later")
    history = _closed() if is_closed and at >= CLOSED else material.numbers.history
    return replace(material, numbers=Numbers(history, at))


def introduced() -> Texts:
    """What is written in the demo from the beginning."""
    return {
        (month("2022-09"), INTRODUCTION, field(INTRODUCTION, language)): text
        for language, text in INTRODUCTIONS.items()
    }


def month(text: str) -> Month:
    """2023-03."""
    found = Month.read(text)
    assert found is not None
    return found


def written(of: str, language: str) -> str:
    """The report as Markdown, of a month or of a turn."""
    if of in TURNS:
        turn = TURNS[of]
        material = turned_report(turn.at, is_closed=turn.is_closed)
        report = material.report(month(turn.month), language)
        report = replace(report, parts=[part for part in report.parts if part.project in TURNED])
    else:
        material = demo_report(introduced())
        report = material.report(month(of), language)
    return reports.markdown(replace(report, is_sample=True), material.numbers)


if __name__ == "__main__":
    for each in (*MONTHS, *TURNS):
        for language in LANGUAGES:
            (TEXTS / f"{each}-{language}.md").write_text(written(each, language), encoding="utf-8")
