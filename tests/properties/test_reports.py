"""Whatever a programme has been through, its reports are drafted, and every figure in them is the one that it names."""

import re

from hypothesis import HealthCheck, given, settings

from tests.counts import count
from tests.properties.plain_facts import facts_of
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tests.unit.reports.tenses import untrue
from tracker.domain.calendar import local_date
from tracker.domain.figures.history import History
from tracker.domain.reports import tokens
from tracker.domain.reports.documents import LANGUAGES, Material, Project, blocks, reported_months
from tracker.domain.reports.facts import BlockerText
from tracker.domain.reports.numbers import Numbers

# " 1 arbetsflöden", " ,", an empty pair of brackets, two stops, or a sentence without a beginning.
_BROKEN = re.compile(r"(?<!\d)1 (arbetsflöden|workflows|blockers)\b| [,.;]|\(\)|\.\.|\bNone\b|^[a-zåäö]", re.MULTILINE)


@settings(max_examples=count(200), suppress_health_check=list(HealthCheck))
@given(made=random_cycles())
def test_every_draft_says_what_the_figures_say_and_reads_as_sentences(made: RandomProgramme) -> None:
    programme = made.programme
    numbers = Numbers(History(facts_of(programme, made.zone)), made.as_of)
    texts = {
        row.id: BlockerText(f"Hinder {row.id}", row.category, row.decider, row.decide_by, row.mitigation)
        for row in programme.blockers
    }
    projects = [Project(row.code, row.name, row.name_en) for row in programme.projects]
    material = Material(numbers, projects, dict.fromkeys(LANGUAGES, texts), {})
    first = min((row.starts_on for row in programme.cycles), default=None)
    for month in reported_months(first, local_date(made.as_of, made.zone))[:3]:
        for language in LANGUAGES:
            for part in material.report(month, language).parts:
                for text in (part.summary, part.plan):
                    assert not _BROKEN.search(tokens.plain(text)), text
                    runs = [
                        run
                        for block in blocks(text, part.project, numbers, language)
                        for line in block.lines
                        for run in line
                    ]
                    assert not [run for run in runs if run.now], text
                    assert untrue(tokens.plain(text), numbers) == [], text
                assert_scope_is_said(tokens.tokens(part.summary), part.project, numbers)
                promised = {each.place for each in tokens.tokens(part.plan) if each.figure.startswith("committed")}
                for place in promised:
                    assert place is not None
                    assert place.cycle is not None
                    here = numbers.span.reading(place.cycle).cycle
                    assert here.closed_at is not None or here.starts_on in month.next, part.plan


def assert_scope_is_said(found: list[tokens.Token], project: str, numbers: Numbers) -> None:
    """What came into the cycle and left it, wherever it is said how many are in it."""
    figures = {(each.figure, each.place) for each in found}
    for place in {place for figure, place in figures if figure == "members"}:
        assert place is not None
        if place.cycle is not None and numbers.span.reading(place.cycle).is_committed:
            for figure in ("added", "removed"):
                assert ((figure, place) in figures) is bool(numbers.value(figure, place, project)), found
