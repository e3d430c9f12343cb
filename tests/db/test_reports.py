"""Writing the monthly report: whose it is, what is merged, what publishing freezes, and what stays in the history."""

from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import Engine

from tests.builders import day
from tests.databases import ON_SQLITE
from tests.db.acting import (
    NOW,
    OTHERS,
    acting,
    lead,
    planner,
    rows,
    shared_lead,
    somebody,
    stands,
    stranger,
    traces,
    viewer,
)
from tracker.commands import reports
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.merging import FieldConflictError
from tracker.domain.people import Actor
from tracker.domain.reports.documents import LANGUAGES, Origin, Status, blocks
from tracker.domain.reports.months import Month
from tracker.domain.reports.tokens import INTRODUCTION, PROGRAMME
from tracker.domain.states import Role, State
from tracker.queries import reports as queries
from tracker.queries.reports import Sources

APRIL = Month(2023, 4)
EMPTY = {"summary": "", "plan": ""}


def write(
    engine: Engine,
    wanted: Mapping[str, str],
    *,
    was: Mapping[str, str] = EMPTY,
    actor: Actor | None = None,
    project: str = "SIDU",
    status: Status | None = None,
    month: Month = APRIL,
) -> list[str]:
    with acting(engine, actor) as (session, entry):
        return reports.write(session, entry, month, project, "sv", {**was, **wanted}, was, status=status)


def publish(engine: Engine, actor: Actor | None = None) -> None:
    with acting(engine, actor or planner(engine)) as (session, entry):
        sources = queries.sources(session, str(APRIL), now=NOW)
        texts = {tongue: sources.material.report(APRIL, tongue).frozen() for tongue in LANGUAGES}
        reports.publish(session, entry, APRIL, texts)


def read(engine: Engine, month: Month = APRIL) -> Sources:
    with reading(engine) as session:
        return queries.sources(session, str(month), now=NOW)


def texts(engine: Engine) -> dict[str, str]:
    found = read(engine).material.texts
    return {field: text for (month, project, field), text in found.items() if (month, project) == (APRIL, "SIDU")}


def test_a_part_is_written_by_field_and_becomes_a_draft(programme: Engine) -> None:
    assert write(programme, {"summary": "Vi har testat."}) == ["summary"]
    assert texts(programme) == {"summary_sv": "Vi har testat.", "status": "draft"}
    assert write(programme, {"plan": "Vi testar vidare."}, was={"summary": "Vi har testat.", "plan": ""}) == ["plan"]
    write(programme, {}, was={"summary": "Vi har testat.", "plan": "Vi testar vidare."}, status=Status.READY)
    assert texts(programme)["status"] == "ready"
    assert [(row.field, row.before, row.after) for row in rows(programme, models.ReportChange)] == [
        ("summary_sv", "", "Vi har testat."),
        ("status", "", "draft"),
        ("plan_sv", "", "Vi testar vidare."),
        ("status", "draft", "ready"),
    ]


@ON_SQLITE
def test_saving_the_same_again_writes_nothing(programme: Engine) -> None:
    write(programme, {"summary": "Vi har testat."})
    before = traces(programme)
    assert write(programme, {"summary": "Vi har testat.\r\n"}, actor=planner(programme)) == []
    assert traces(programme) == before


def test_two_who_write_in_different_sections_both_keep_theirs(programme: Engine) -> None:
    write(programme, {"summary": "Min summering"})
    write(programme, {"plan": "Din planering"}, actor=planner(programme))
    assert {"summary_sv": "Min summering", "plan_sv": "Din planering"}.items() <= texts(programme).items()


def test_two_who_write_over_the_same_section_are_told_of_each_other(programme: Engine) -> None:
    write(programme, {"summary": "Min summering"})
    before = traces(programme)
    with pytest.raises(FieldConflictError) as refused:
        write(programme, {"summary": "Din summering", "plan": "Din planering"}, actor=planner(programme))
    theirs = refused.value.conflicts["summary_sv"]
    assert (theirs.value, theirs.actor) == ("Min summering", "Projektledare SIDU")
    assert traces(programme) == before
    write(
        programme, {"summary": "Din summering"}, was={"summary": "Min summering", "plan": ""}, actor=planner(programme)
    )
    assert texts(programme)["summary_sv"] == "Din summering"


@ON_SQLITE
def test_nobody_is_in_conflict_with_what_they_saved_a_moment_ago(programme: Engine) -> None:
    write(programme, {"summary": "Vi har"})
    write(programme, {"summary": "Vi har testat"})
    assert texts(programme)["summary_sv"] == "Vi har testat"


@ON_SQLITE
@pytest.mark.parametrize(
    ("who", "project", "wanted", "error"),
    [
        (shared_lead, "SIDU", {"summary": "x"}, NotAllowedError),
        (viewer, "SIDU", {"summary": "x"}, NotAllowedError),
        (lead, PROGRAMME, {"summary": "x"}, NotAllowedError),
        (lead, INTRODUCTION, {"introduction": "x"}, NotAllowedError),
        (lead, "XYZ", {"summary": "x"}, NotFoundError),
        (lead, "SIDU", {"summary": "{58|tasted|c1}"}, InvalidError),
        (lead, "SIDU", {"summary": "{58|tested|c9}"}, InvalidError),
        (lead, "SIDU", {"summary": "{Provrör|blocker|99}"}, InvalidError),
        (lead, "SIDU", {"plan": "x" * 10_001}, InvalidError),
        (lead, "SIDU", {"plan": "\0"}, InvalidError),
    ],
)
def test_what_is_refused_writes_nothing(
    programme: Engine,
    who: Callable[[Engine], Actor],
    project: str,
    wanted: dict[str, str],
    error: type[TrackerError],
) -> None:
    before = traces(programme)
    with pytest.raises(error) as refused:
        write(programme, wanted, actor=who(programme), project=project)
    assert traces(programme) == before
    if isinstance(refused.value, InvalidError):
        assert refused.value.field == next(iter(wanted))


@ON_SQLITE
@pytest.mark.parametrize("month", [Month(2023, 5), Month(2022, 12)])
def test_there_is_no_report_of_a_month_outside_the_programme(programme: Engine, month: Month) -> None:
    with pytest.raises(NotFoundError):
        write(programme, {"summary": "x"}, month=month)
    with pytest.raises(NotFoundError):
        read(programme, month)


@ON_SQLITE
def test_leads_of_any_of_the_projects_workstreams_write_and_planners_everywhere(programme: Engine) -> None:
    assert write(programme, {"summary": "a"}, actor=stranger(programme)) == ["summary"]
    assert write(programme, {"summary": "b"}, actor=planner(programme), project=PROGRAMME) == ["summary"]


def introduce(engine: Engine, text: str, month: Month, was: str = "", actor: Actor | None = None) -> list[str]:
    with acting(engine, actor or planner(engine)) as (session, entry):
        texts = {INTRODUCTION: text}, {INTRODUCTION: was}
        return reports.write(session, entry, month, INTRODUCTION, "sv", *texts)


def introduction(engine: Engine, month: Month) -> str:
    return read(engine, month).report("sv").parts[0].summary


@ON_SQLITE
def test_an_introduction_stands_until_a_later_month_has_another(programme: Engine) -> None:
    february, march = Month(2023, 2), Month(2023, 3)
    assert "Inledning" in read(programme).report("sv").missing
    introduce(programme, "Om programmet", february)
    assert [introduction(programme, each) for each in (february, march, APRIL)] == ["Om programmet"] * 3
    assert introduce(programme, "Om programmet", march, was="Om programmet") == []
    introduce(programme, "Nytt i mars", march, was="Om programmet")
    assert [introduction(programme, each) for each in (february, APRIL)] == ["Om programmet", "Nytt i mars"]
    assert "Inledning" not in read(programme).report("sv").missing
    introduce(programme, "", APRIL, was="Nytt i mars")
    assert [introduction(programme, each) for each in (march, APRIL)] == ["Nytt i mars", ""]
    kept = [(row.month, row.before, row.after) for row in rows(programme, models.ReportChange)]
    assert kept[-1] == ("2023-04", "Nytt i mars", "")


@ON_SQLITE
def test_two_who_change_an_introduction_are_told_of_each_other_and_a_published_one_stands(programme: Engine) -> None:
    introduce(programme, "Om programmet", Month(2023, 3))
    publish(programme)
    introduce(programme, "Skrivet sedan", Month(2023, 3), was="Om programmet")
    assert introduction(programme, APRIL) == "Om programmet"
    with pytest.raises(FieldConflictError) as refused:
        introduce(programme, "Mitt", Month(2023, 3), was="Om programmet", actor=somebody(programme, Role.ADMIN))
    assert refused.value.conflicts["introduction_sv"].value == "Skrivet sedan"
    with pytest.raises(ConflictError):
        introduce(programme, "Sent", APRIL, was="Skrivet sedan")


def test_publishing_freezes_the_report_and_names_what_is_missing(programme: Engine) -> None:
    write(programme, {"summary": "Vi har testat {0|tested|c2}."}, status=Status.READY)
    publish(programme)
    found = read(programme)
    assert found.published is not None
    report = found.report("sv")
    assert report.published_at is not None
    assert next(part for part in report.parts if part.project == "SIDU").summary == "Vi har testat {0|tested|c2}."
    assert report.missing == [part.name for part in report.parts if part.project not in {PROGRAMME, "SIDU"}]
    with pytest.raises(ConflictError):
        write(programme, {"summary": "Sent"}, was={"summary": "Vi har testat {0|tested|c2}.", "plan": ""})
    with pytest.raises(ConflictError):
        publish(programme)
    with acting(programme, planner(programme)) as (session, entry):
        move = Move(State.DONE, version=stands(programme, OTHERS).version)
        moves.move(session, entry, OTHERS, move)
    after = read(programme)
    assert after.report("sv").parts == report.parts
    runs = blocks("{0|tested|c2}", "SIDU", after.material.numbers, "sv")[0].lines[0]
    assert int(runs[0].now) >= 1


def test_only_planners_publish_and_open_again_and_both_stay_in_the_history(programme: Engine) -> None:
    with pytest.raises(NotAllowedError):
        publish(programme, lead(programme))
    with pytest.raises(ConflictError), acting(programme, planner(programme)) as (session, entry):
        reports.reopen(session, entry, APRIL)
    publish(programme)
    with pytest.raises(NotAllowedError), acting(programme) as (session, entry):
        reports.reopen(session, entry, APRIL)
    with acting(programme, planner(programme)) as (session, entry):
        reports.reopen(session, entry, APRIL)
    assert read(programme).published is None
    write(programme, {"summary": "Nu igen"})
    publish(programme)
    kept = rows(programme, models.ReportPublication)
    assert [bool(row.text_sv) for row in kept] == [True, False, True]
    assert "Nu igen" in kept[-1].text_sv
    assert "Nu igen" not in kept[0].text_sv


@ON_SQLITE
def test_as_of_an_instant_what_was_written_later_is_not_there(programme: Engine) -> None:
    write(programme, {"summary": "Vi har testat."})
    with reading(programme) as session:
        earlier = queries.sources(session, str(APRIL), now=NOW, as_of=day(74))
    part = earlier.material.part(APRIL, "SIDU", "sv")
    assert (part.origin, part.status) == (Origin.DRAFTED, Status.NOT_BEGUN)


@ON_SQLITE
def test_the_list_of_reports_tells_how_far_each_has_come(programme: Engine) -> None:
    write(programme, {"summary": "Vi har testat."})
    write(programme, {"summary": "Helheten"}, project=PROGRAMME, actor=planner(programme), status=Status.READY)
    publish(programme)
    with reading(programme) as session:
        first, *others = queries.listed(session, now=NOW)
    assert (first.month, first.drafts, first.cycles) == (APRIL, 1, (2,))
    assert first.published is not None
    assert [each.published for each in others] == [None] * len(others)
    assert others[-1].month == Month.of(day(1).date())
