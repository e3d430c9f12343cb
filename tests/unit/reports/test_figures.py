"""Figures in a text stay figures: read back as written, with as many items as they say, marked when changed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import count
from tests.unit.reports.demo import demo_report, month
from tracker.domain.errors import InvalidError
from tracker.domain.reports import tokens
from tracker.domain.reports.documents import Report, blocks
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import OF_CYCLES, OF_DAYS, RATE, RATIO
from tracker.domain.reports.tokens import PROGRAMME, Place, Token
from tracker.exports import reports

MARCH = month("2023-03")
PLACES = [Place(4), Place(5), Place(month=MARCH), Place(4, MARCH), Place(5, MARCH)]
words = st.text(st.characters(exclude_characters="{}|=\n\r", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
places = st.builds(
    Place, st.integers(1, 99), st.none() | st.builds(Month, st.integers(2000, 2100), st.integers(1, 12))
) | st.builds(Place, st.none(), st.builds(Month, st.integers(2000, 2100), st.integers(1, 12)))
written = st.builds(
    lambda shown, value, name, place, project: Token(shown or str(value), Decimal(value), name, place, None, project),
    st.none() | words.filter(lambda text: not text.strip().replace(",", "").replace(".", "").isdigit()),
    st.integers(0, 99_999),
    st.sampled_from(sorted(OF_CYCLES | OF_DAYS)),
    places,
    st.sampled_from(["", "SIDU", "*"]),
)


@given(st.lists(words | written))
def test_a_text_is_read_back_as_it_was_written(parts: list[str | Token]) -> None:
    text = "".join(str(part) for part in parts)
    assert "".join(str(each) for each in tokens.parsed(text)) == text
    assert tokens.tokens(text) == [part for part in parts if isinstance(part, Token)]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{59}",
        "{59|tested}",
        "{|tested|c4}",
        "{x|tested|c4}",
        "{59|tested|d4}",
        "{59|tested|2023-13}",
        "{59|tested|c4/}",
        "{a|blocker|x}",
        "{59|tested|/2023-03}",
    ],
)
def test_what_is_no_figure_is_text(text: str) -> None:
    assert tokens.tokens(text) == []
    assert tokens.plain(text) == text


@pytest.mark.parametrize("text", ["{x|tested|c4}", "{59|tasted|c4}", "{59|tested|c99}"])
def test_what_looks_like_a_figure_and_is_none_is_refused_by_name(text: str) -> None:
    numbers = demo_report().numbers
    with pytest.raises(InvalidError) as refused:
        tokens.require_sound(f"Vi har {text} kvar", "plan", lambda each: numbers.knows(each.figure, each.place, "SIDU"))
    assert text in str(refused.value)
    assert refused.value.field == "plan"


def test_every_figure_has_as_many_items_as_it_says() -> None:
    numbers = demo_report().numbers
    asked = 0
    for project in [PROGRAMME, "SIDU", "DRIFT"][: max(2, count(30))]:
        for place in PLACES:
            for figure in sorted(OF_DAYS | (OF_CYCLES if place.month is None else set())):
                value, items = numbers.value(figure, place, project), numbers.items(figure, place, project)
                asked += value is not None
                if figure not in {RATIO, RATE}:
                    assert (value, figure) == (None if items is None else len(items), figure)
    assert asked > 80


def test_the_parts_of_a_cycle_add_up_to_it() -> None:
    numbers = demo_report().numbers
    parts = [numbers.value("tested", Place(4, month(f"2023-0{n}")), PROGRAMME) for n in (1, 2, 3)]
    assert sum(part for part in parts if isinstance(part, int)) == numbers.value("tested", Place(4), PROGRAMME) == 59
    assert numbers.value("blockers_open", Place(month=month("2023-04")), PROGRAMME) == 21
    assert numbers.value("tested", Place(4), "DRIFT") is None  # it joins with cycle 5: empty is not 0


def test_a_figure_says_when_it_has_changed_since_and_what_was_reported() -> None:
    numbers = demo_report().numbers
    text = "Vi testade {58|tested|c4}, mot {31|tested|c3}, och {nästan alla=12|tested|c4|SIDU}."
    runs = blocks(text, PROGRAMME, numbers, "sv")[0].lines[0]
    assert [(run.text, run.now, run.reported) for run in runs if run.token] == [
        ("58", "59", ""),
        ("31", "", "30"),
        ("nästan alla", "5", ""),
    ]


def test_paragraphs_and_lists_are_told_apart() -> None:
    found = blocks("Ett\nstycke\n\nFrågor:\n- en\n- två\n\nSlut", PROGRAMME, demo_report().numbers, "sv")
    assert [(block.is_list, ["".join(run.text for run in line) for line in block.lines]) for block in found] == [
        (False, ["Ett stycke"]),
        (False, ["Frågor:"]),
        (True, ["en", "två"]),
        (False, ["Slut"]),
    ]


def test_a_frozen_report_comes_back_the_same() -> None:
    material = demo_report()
    report = material.report(MARCH, "sv")
    again = Report.thawed(report.frozen(), MARCH, "sv", material.numbers.as_of)
    assert again.parts == report.parts
    assert again.missing == report.missing
    assert "Publicerad 14 april 2023 kl. 09.00" in reports.markdown(again, material.numbers)


def test_nothing_that_people_write_becomes_markup() -> None:
    material = demo_report({(MARCH, "TEST", "summary_sv"): "<script>alert(1)</script> & {<b>=5|tested|c4|*}"})
    report = material.report(MARCH, "sv")
    for text in (reports.markdown(report, material.numbers), reports.html(report, material.numbers)):
        assert "<script>" not in text
        assert "<b>" not in text
