"""Reports of the demo, without a database. `python -m tests.unit.reports.demo` writes the texts anew, to be read."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.demo_data.expected import AS_OF, SEED_DATA
from tests.demo_data.programme_files import STOCKHOLM
from tests.properties.plain_facts import facts_of
from tracker.commands.programme.seed import read_folder
from tracker.domain.figures.history import History
from tracker.domain.programme.demo import INTRODUCTION as INTRODUCTIONS
from tracker.domain.reports.documents import LANGUAGES, Material, Project, Texts, field
from tracker.domain.reports.facts import BlockerText
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import Numbers
from tracker.domain.reports.tokens import INTRODUCTION
from tracker.exports import reports

TEXTS = Path(__file__).parent / "texts"
MONTHS = ("2023-03", "2023-04")


@cache
def _demo() -> Material:
    programme = read_folder(SEED_DATA)
    blockers: dict[str, dict[int, BlockerText]] = {"sv": {}, "en": {}}
    for row in programme.blockers:
        text = BlockerText(row.title, row.category, row.decider, row.decide_by, row.mitigation)
        blockers["sv"][row.id], blockers["en"][row.id] = text, replace(text, title=row.title_en or row.title)
    projects = [Project(row.code, row.name, row.name_en) for row in programme.projects]
    return Material(Numbers(History(facts_of(programme, STOCKHOLM)), AS_OF), projects, blockers, {})


def demo_report(texts: Texts | None = None) -> Material:
    """What reports of the demo are made of, with what people have written."""
    return replace(_demo(), texts=texts or {})


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
    """The report as Markdown."""
    material = demo_report(introduced())
    return reports.markdown(replace(material.report(month(of), language), is_sample=True), material.numbers)


if __name__ == "__main__":
    for each in MONTHS:
        for language in LANGUAGES:
            (TEXTS / f"{each}-{language}.md").write_text(written(each, language), encoding="utf-8")
