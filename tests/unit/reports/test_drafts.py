"""The drafts read like a report in both languages, with 0, 1 and many of everything; last month's plan is answered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from string import Formatter

import pytest

from tests.unit.reports.demo import MONTHS, TEXTS, TURNS, demo_report, introduced, month, written
from tracker.domain.charts import moves_back
from tracker.domain.reports.documents import LANGUAGES
from tracker.domain.reports.english import ENGLISH
from tracker.domain.reports.facts import Figure, MonthFacts, month_facts
from tracker.domain.reports.numbers import KEPT
from tracker.domain.reports.swedish import SWEDISH
from tracker.domain.reports.tokens import PROGRAMME, Place, plain, tokens
from tracker.domain.states import Goal

MARCH, APRIL = month("2023-03"), month("2023-04")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("of", [*MONTHS, *TURNS])
def test_the_draft_is_the_one_that_was_read_for_its_tone(of: str, language: str) -> None:
    """Where a change is meant: python -m tests.unit.reports.demo, then read what it wrote."""
    assert written(of, language) == (TEXTS / f"{of}-{language}.md").read_text(encoding="utf-8")


def places(phrase: str | Sequence[str]) -> set[str]:
    """The names that a phrase, or either of two, has places for."""
    texts = [phrase] if isinstance(phrase, str) else phrase
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_phrases_with_places_for_what_is_said() -> None:
    assert list(SWEDISH.phrases) == list(ENGLISH.phrases)
    for key in SWEDISH.phrases:
        assert places(SWEDISH.phrases[key]) == places(ENGLISH.phrases[key]), key
    assert [SWEDISH.status.keys(), SWEDISH.goals.keys(), SWEDISH.doing.keys(), SWEDISH.to_do.keys()] == [
        ENGLISH.status.keys(),
        ENGLISH.goals.keys(),
        ENGLISH.doing.keys(),
        ENGLISH.to_do.keys(),
    ]
    assert len(SWEDISH.ratios.split(", ")) == len(ENGLISH.ratios.split(", ")) == 8
    assert len(SWEDISH.months.split()) == len(ENGLISH.months.split()) == 12


def a_month(**figures: int) -> MonthFacts:
    """April of SIDU as if these were its figures."""
    material = demo_report()
    facts = month_facts(material.numbers, APRIL, "SIDU", material.blockers["sv"])
    assert facts is not None
    place = Place(month=APRIL)
    found = {name: Figure(0, name, place) for name in facts.figures}
    found |= {name: Figure(value, name, place) for name, value in figures.items()}
    return replace(
        facts,
        today=date(2023, 5, 1),
        through=None,
        begins=[],
        running=None,
        coming=[],
        planning_next=[],
        figures=found,
        tested_by_cycle={},
        oldest=None,
        due=[],
        before=None,
    )


@pytest.mark.parametrize(
    ("figures", "in_swedish", "in_english"),
    [
        (
            {},
            "Under april har inget arbetsflöde kommit vidare från design, validering eller test.",
            "In April, no workflow passed design, validation or test.",
        ),
        ({"tested": 1}, "Under april har vi testat ett arbetsflöde.", "In April, we tested one workflow."),
        (
            {"designed": 3, "tested": 1},
            "Under april har vi designat 3 arbetsflöden och testat ett.",
            "In April, we designed 3 workflows and tested one.",
        ),
        (
            {"designed": 1, "validated": 2},
            "har vi designat ett arbetsflöde och validerat 2, men inget har blivit klart.",
            "we designed one workflow and validated 2, but tested none.",
        ),
        (
            {"moved_back": 1, "moves_back": 1},
            "Under månaden backade ett arbetsflöde till ett tidigare steg.",
            "During the month, one workflow moved back to an earlier stage.",
        ),
        (
            {"moved_back": 2, "moves_back": 3},
            "backade 2 arbetsflöden till ett tidigare steg, i sammanlagt 3 flyttar.",
            "2 workflows moved back to an earlier stage, in 3 moves altogether.",
        ),
        (
            {"moved_back": 2, "moves_back": 2, "fell_back": 1},
            "backade 2 arbetsflöden till ett tidigare steg, varav ett från klar.",
            "2 workflows moved back to an earlier stage, one of them from done.",
        ),
        (
            {"remaining": 1, "workflows": 1},
            "Vid månadens slut återstod vårt enda arbetsflöde att göra klart.",
            "At the end of the month, our only workflow remained to be done.",
        ),
        ({"remaining": 4, "workflows": 4}, "återstod alla 4 arbetsflöden att göra klara.", "all 4 workflows remained"),
        (
            {"remaining": 1, "workflows": 9},
            "återstod ett av 9 arbetsflöden att göra klart.",
            "one of 9 workflows remained",
        ),
        (
            {"workflows": 1},
            "Vid månadens slut var ett arbetsflöde klart.",
            "At the end of the month, one workflow was done.",
        ),
        ({"workflows": 7}, "Vid månadens slut var alla 7 arbetsflöden klara.", "all 7 workflows were done."),
        ({}, "Under april hade vi inga hinder.", "In April, we had no blockers."),
        (
            {"blockers_opened": 1, "blockers_open": 1},
            "Under april tillkom ett hinder och inget löstes, och vid månadens slut var ett öppet.",
            "In April, one blocker came up and none was resolved; at the end of the month one was open.",
        ),
        (
            {"blockers_resolved": 2},
            "inga nya hinder och 2 löstes, och vid månadens slut var inget hinder öppet.",
            "no new blockers came up and 2 were resolved; at the end of the month none was open.",
        ),
        (
            {"blockers_opened": 3, "blockers_resolved": 1, "blockers_open": 2},
            "tillkom 3 hinder och ett löstes, och vid månadens slut var 2 öppna.",
            "3 blockers came up and one was resolved; at the end of the month 2 were open.",
        ),
    ],
)
def test_one_is_not_many_and_none_is_said(figures: dict[str, int], in_swedish: str, in_english: str) -> None:
    facts = a_month(**figures)
    assert in_swedish in plain(SWEDISH.summary(facts))
    assert in_english in plain(ENGLISH.summary(facts))


@pytest.mark.parametrize(
    ("count", "in_swedish", "in_english"),
    [
        (0, "", ""),
        (1, "för det enda hinder som är öppet", "the one open blocker"),
        (5, "för de 5 hinder som är öppna", "the 5 open blockers"),
    ],
)
def test_the_plan_goes_on_with_the_blockers_that_are_open(count: int, in_swedish: str, in_english: str) -> None:
    facts = replace(a_month(blockers_open=count), today=APRIL.last, through=APRIL.last)
    assert in_swedish in plain(SWEDISH.plan(facts))
    assert in_english in plain(ENGLISH.plan(facts))
    assert bool(SWEDISH.plan(facts)) is bool(count)


@pytest.mark.parametrize(
    ("ratio", "in_swedish", "in_english"),
    [
        ("0.66", "betydligt färre", "far fewer"),
        ("0.80", "något färre", "somewhat fewer"),
        ("1.00", "ungefär lika många", "about as many"),
        ("1.20", "något fler", "somewhat more"),
        ("1.90", "nästan dubbelt så många", "nearly twice as many"),
        ("2.00", "dubbelt så många", "twice as many"),
        ("2.50", "mer än dubbelt så många", "more than twice as many"),
    ],
)
def test_a_ratio_is_said_as_people_say_it(ratio: str, in_swedish: str, in_english: str) -> None:
    assert SWEDISH.times(Decimal(ratio))[0] == in_swedish
    assert ENGLISH.times(Decimal(ratio))[0] == in_english
    assert SWEDISH.times(Decimal(ratio))[1] == ("som" if in_swedish.endswith("många") else "än")


def a_close(project: str = PROGRAMME, **figures: int) -> MonthFacts:
    """March with the close of cycle 4, as if these were figures of it."""
    material = demo_report()
    facts = month_facts(material.numbers, MARCH, project, material.blockers["sv"])
    assert facts is not None
    (cycle,) = facts.closed
    found = {name: Figure(value, name, Place(4)) for name, value in figures.items()}
    others = {name: figure for name, figure in cycle.figures.items() if name != KEPT}
    return replace(facts, closed=[replace(cycle, figures=others | found)])


def said_of_the_close(facts: MonthFacts) -> list[str]:
    """In both languages."""
    return [plain(language.summary(facts)) for language in (SWEDISH, ENGLISH)]


@pytest.mark.parametrize(("tested", "before"), [(9, 31), (59, 9), (9, 9), (10, 10)])
def test_times_as_many_is_said_of_ten_or_more_alone_with_the_ratio_per_working_day(tested: int, before: int) -> None:
    swedish, english = said_of_the_close(a_close(tested=tested, tested_previous=before))
    is_said = min(tested, before) >= 10
    assert ("Det är nästan dubbelt så många" in swedish) is is_said
    assert ("Kvoten är 1,90, och 1,79 räknat per arbetsdag." in swedish) is is_said
    assert ("The ratio is 1.90, and 1.79 per working day." in english) is is_said
    assert (f"I cykeln innan testade vi {before}." in swedish) is not is_said


def test_what_was_added_and_removed_is_said_where_it_differs_from_the_commitment() -> None:
    swedish, english = said_of_the_close(a_close(committed=8, added=2, removed=1, members=9, met=4))
    assert "Vårt åtagande var 8 arbetsflöden. När cykeln avslutades hade vi lagt till 2 arbetsflöden och" in swedish
    assert "tagit bort ett. Av de 9 arbetsflödena i cykeln nådde 4 sitt mål." in swedish
    assert "By the close we had added 2 workflows and removed one. Of the 9 workflows in the cycle, 4 met" in english
    swedish, english = said_of_the_close(a_close(committed=9, added=0, removed=0, members=9, met=9))
    assert "Alla 9 arbetsflöden i vårt åtagande nådde sitt mål." in swedish
    assert "hade vi" not in swedish
    assert "All 9 workflows in our commitment met their goal." in english


def test_what_was_kept_of_the_commitment_is_said_where_it_is_not_what_was_met() -> None:
    swedish, english = said_of_the_close(a_close(committed=9, added=0, removed=0, members=9, met=4, kept=6))
    assert "Vårt åtagande var 9 arbetsflöden, varav 6 nådde det mål som vi åtog oss. Av de 9 arbetsflödena" in swedish
    assert "Our commitment was 9 workflows, of which 6 met the goal that we committed to." in english


def test_none_of_those_in_the_cycle_leaves_no_others() -> None:
    swedish, english = said_of_the_close(
        a_close(added=0, removed=0, members=4, met=0, carried_out=4, returned=0, dropped=0)
    )
    assert "nådde inget sitt mål, och alla överfördes till cykel 5." in swedish
    assert "none met its goal, and all of them were carried over to cycle 5." in english


def test_the_plan_is_what_is_left_and_not_what_was_promised() -> None:
    numbers = demo_report().numbers
    for project in (PROGRAMME, "SIDU", "SOKI"):
        plan = demo_report().part(APRIL, project, "sv").plan
        shown = {token.figure: int(token.value or 0) for token in tokens(plan) if token.place == Place(5)}
        assert len(shown) == 3
        for goal in Goal:
            whole, met = (numbers.items(f"{name}_{goal}", Place(5), project) or [] for name in ("members", "met"))
            assert shown[f"left_{goal}"] == len(whole) - len(met)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "sv",
            [
                "Cykel 4 avslutades den 17 mars. Målen för cykeln var att testa 6 arbetsflöden, validera 5 och",
                "Vi har genomfört planeringsveckan den 13–17 mars inför cykel 5, som började den 20 mars.",
                "Vi hade även räknat med beslut i frågan ”Ansvar för märkning av prover på avdelning inte beslutat”,",
                "som löstes den 10 mars",
                "för de 3 hinder som var öppna vid månadens slut fortsatte.",
            ],
        ),
        (
            "en",
            [
                "Cycle 4 was closed on 17 March. The goals of the cycle were to test 6 workflows, validate 5 and",
                "On 13–17 March we held the planning week for cycle 5, which began on 20 March.",
                "We had also planned for a decision on “Responsibility for labelling samples on the ward not decided”,",
                "which was resolved on 10 March",
                "the 3 blockers that were open at the end of the month went on.",
            ],
        ),
    ],
)
def test_a_plan_for_days_that_are_over_is_told_as_past(language: str, sentences: list[str]) -> None:
    plan = plain(demo_report().part(month("2023-02"), "SIDU", language).plan)
    assert [each for each in sentences if each not in plan] == []


def test_moves_back_are_as_many_as_the_chart_has() -> None:
    numbers = demo_report().numbers
    drawn = dict.fromkeys(numbers.cycles, 0)
    for row in moves_back.rows(numbers.span, numbers.projects[PROGRAMME]):
        number = row.values["moves_back"]
        drawn[row.cycle] += number if isinstance(number, int) else 0
    assert drawn == {cycle: numbers.value("moves_back", Place(cycle), PROGRAMME) or 0 for cycle in drawn}
    assert sum(drawn.values()) > 10


def test_days_are_said_as_briefly_as_they_can_be() -> None:
    friday, monday, april = date(2023, 3, 17), date(2023, 3, 13), date(2023, 4, 2)
    assert [SWEDISH.days(monday, last) for last in (monday, friday, april)] == [
        "13 mars",
        "13–17 mars",
        "13 mars–2 april",
    ]
    assert ENGLISH.days(friday, friday) == "17 March"


def test_months_and_cycles_that_do_not_line_up_are_both_named() -> None:
    march = demo_report().part(MARCH, PROGRAMME, "sv")
    assert march.summary.startswith("Mars rymmer slutet av cykel 4 (30 januari–19 mars) och början av cykel 5")
    assert "38 arbetsflöden klara, 31 i cykel 4 och 7 i cykel 5" in plain(march.summary)


def test_a_project_that_joins_in_the_month_says_so_and_draws_no_zeros() -> None:
    summary = plain(demo_report().part(MARCH, "DRIFT", "sv").summary)
    assert "Från och med cykel 5, som började den 20 mars (vecka 12), arbetar vi i samma cykler" in summary
    assert "cykel 4" not in summary
    assert demo_report().part(month("2023-02"), "DRIFT", "sv").summary == ""


def test_what_was_taken_out_of_last_months_plan_is_not_answered() -> None:
    asked = "Ansvar för märkning av prover"
    assert asked in demo_report().part(MARCH, "SIDU", "sv").summary
    texts = {(month("2023-02"), "SIDU", "plan_sv"): "Vi fortsätter med cykel {6|committed_test|c4}."}
    summary = demo_report(texts).part(MARCH, "SIDU", "sv").summary
    assert asked not in summary
    assert summary.startswith("Enligt planeringen")
    texts = {(month("2023-02"), "SIDU", "plan_sv"): "Vi vilar."}
    assert demo_report(texts).part(MARCH, "SIDU", "sv").summary.startswith("Under mars har vi avslutat cykel 4.")


def test_each_point_of_last_months_plan_comes_with_what_came_of_it() -> None:
    found = demo_report().outcomes(MARCH, "SIDU", "sv")
    met = {each.token.figure: each.met for outcome in found for each in outcome.came if each.met is not None}
    assert met["committed_test"] is not None
    decided = [each.blocked for outcome in found for each in outcome.came if each.blocked is not None]
    assert [each.resolved_on and each.resolved_on.isoformat() for each in decided] == ["2023-03-10"]
    assert [outcome.point for outcome in found if "riskmitigering" in outcome.point and not outcome.came]


def test_of_what_was_left_it_is_said_how_many_of_the_whole_have_met_their_goal() -> None:
    texts = {(MARCH, "SIDU", "plan_sv"): "Vi har {4|left_test|c5} kvar att testa."}
    ((outcome,),) = [each.came for each in demo_report(texts).outcomes(APRIL, "SIDU", "sv")]
    assert (outcome.whole, outcome.met) == ("6", 2)


def test_a_text_in_the_other_language_is_shown_where_there_is_none_in_this() -> None:
    texts = {(MARCH, "TEST", "summary_sv"): "Fjärde cykelns tester är avslutade.", (MARCH, "TEST", "status"): "ready"}
    material = demo_report({**introduced(), **texts})
    assert material.part(MARCH, "TEST", "en").language == "sv"
    report = material.report(MARCH, "en")
    assert "Test" not in report.missing
    assert len(report.missing) == 11


def test_the_sections_stand_as_the_programme_has_always_had_them() -> None:
    """Combined titles such as "Kommuner, VästKom" too."""
    names = [part.name.partition(" –")[0] for part in demo_report().report(MARCH, "sv").parts]
    assert names == [
        "Inledning",
        "Programmet som helhet",
        "SoKI",
        "SIDU",
        "Migrering av data",
        "Test",
        "Informationssäkerhet och dataskydd",
        "Utbildning",
        "Implementering",
        "Kommuner, VästKom",
        "Privata vårdgivare",
        "Förberedelser inför driftstart",
        "Teknik och arkitektur",
        "Support och förvaltning",
    ]


@pytest.mark.parametrize(
    ("shared", "lacking", "in_swedish", "in_english"),
    [
        (
            1,
            0,
            "var ett av våra pågående arbetsflöden delat med andra arbetsströmmar, och ingen av deras delar saknades.",
            "one of our workflows under way was shared with other workstreams, and none of their parts was lacking.",
        ),
        (1, 1, "och i det saknades någon av deras delar.", "and in it some part of theirs was lacking."),
        (
            4,
            0,
            "delade med andra arbetsströmmar, och ingen av deras delar saknades.",
            "4 of our workflows under way were",
        ),
        (4, 1, "och i ett av dem saknades någon del.", "and in one of them some part was lacking."),
        (4, 3, "och i 3 av dem saknades någon del.", "and in 3 of them some part was lacking."),
    ],
)
def test_shared_workflows_are_told_of_the_project_that_owns_most(
    shared: int, lacking: int, in_swedish: str, in_english: str
) -> None:
    facts = replace(a_month(shared_open=shared, shared_lacking=lacking), has_most_shared=True)
    assert in_swedish in plain(SWEDISH.summary(facts))
    assert in_english in plain(ENGLISH.summary(facts))
    assert "delat" not in plain(SWEDISH.summary(replace(facts, has_most_shared=False)))
    so_far = replace(facts, through=date(2023, 4, 14))
    assert "Just nu är " in plain(SWEDISH.summary(so_far))
    assert "Right now " in plain(ENGLISH.summary(so_far))
