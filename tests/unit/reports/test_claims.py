"""Numbers typed by hand are told from figures that open, and from dates and names that count nothing."""

import pytest

from tests.unit.reports.demo import MONTHS, demo_report, month
from tracker.domain.reports.claims import unsourced
from tracker.domain.reports.documents import LANGUAGES


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Vi har testat 12 arbetsflöden, 3 av 7 i LAB.", ["12", "3 av 7"]),
        ("Vi har testat {12|tested|c4} arbetsflöden och {inget|blockers_open|c4} hinder.", []),
        ("{12=12|tested|c4} mot 31, alltså 12 mot 31", ["31", "12 mot 31"]),
        ("Nästan dubbelt så många som i cykeln innan", ["Nästan dubbelt så många"]),
        ("90 % av dem, 12,5 procent och 1 200 svar", ["90 %", "12,5 procent", "1 200"]),
        ("Hälften av flödena; tre flöden väntar, i tre omgångar", ["Hälften", "tre flöden"]),
        (
            "We tested 12 of 31 workflows, twice as many, and two blockers remain.",
            ["12 of 31", "twice as many", "two blockers"],
        ),
        ("12 och 12", ["12"]),
        ("Den 14 april 2023 kl. 09.00, 13–17 mars, 30 januari–19 mars, 2023-04-14, 14 April, March 14", []),
        ("Cykel 5, vecka 12, veckorna 12 och 13, v. 12–18, PD1, LKM-003, Option 1, T-16, 16-månadersplanen", []),
        ("Hösten 2024, i 46 dagar, 3 veckor, 1177, https://example.org/12, a1@example.org", []),
        ("1. Först\n2) Sedan", []),
        ("49 kommuner", ["49"]),
        ("", []),
    ],
)
def test_what_nothing_stands_behind_is_named(text: str, claims: list[str]) -> None:
    assert unsourced(text) == claims


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("of", MONTHS)
def test_a_draft_has_a_source_for_everything(of: str, language: str) -> None:
    for part in demo_report().report(month(of), language).parts:
        assert unsourced(f"{part.summary}\n{part.plan}") == []
