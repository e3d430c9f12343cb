"""Whenever a month is drafted, what it says of cycles is so at that instant, in both languages."""

from datetime import UTC, datetime

import pytest

from tests.unit.reports.demo import CLOSED, COMMITTED, TURNED, month, turned_report
from tests.unit.reports.tenses import sayings, untrue
from tracker.domain.reports.documents import LANGUAGES
from tracker.domain.reports.tokens import plain

INSTANTS = [
    datetime(2023, 4, 14, 7, tzinfo=UTC),
    datetime(2023, 5, 1, 7, tzinfo=UTC),
    datetime(2023, 5, 2, 7, tzinfo=UTC),
    datetime(2023, 5, 5, 7, tzinfo=UTC),
    CLOSED,
    COMMITTED,
    datetime(2023, 5, 6, 7, tzinfo=UTC),
    datetime(2023, 5, 8, 7, tzinfo=UTC),
    datetime(2023, 5, 31, 7, tzinfo=UTC),
    datetime(2023, 6, 23, 7, tzinfo=UTC),
    datetime(2023, 6, 26, 7, tzinfo=UTC),
]


@pytest.mark.parametrize("is_closed", [True, False])
@pytest.mark.parametrize("at", INSTANTS, ids=str)
def test_no_past_is_to_come_and_nothing_to_come_is_past(at: datetime, *, is_closed: bool) -> None:
    material = turned_report(at, is_closed=is_closed)
    said = []
    for of in ("2023-03", "2023-04", "2023-05", "2023-06"):
        for project in TURNED if month(of).first <= at.date() else ():
            for language in LANGUAGES:
                part = material.part(month(of), project, language)
                for text in map(plain, (part.summary, part.plan)):
                    assert untrue(text, material.numbers) == [], text
                    said += sayings(text)
    assert len(said) > 20
