"""The grid of a workflow's parts: how each stands, and its leg from due to signed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.builders import day
from tracker.domain.figures.facts import PartFact
from tracker.domain.figures.timelines import DESIGN, DONE, NOT_STARTED, TEST, VALIDATION, Timeline
from tracker.domain.signoffs.part_timeline import PartTimeline
from tracker.queries.workflows.parts import PartsOf, grid

NOW, ZONE = day(20), ZoneInfo("Europe/Stockholm")


def row(id_: int, code: str, stage: str | None, event: str, at: datetime) -> PartFact:
    return id_, 1, code, stage, event, at, at


def shown(moves: dict[int, int], *rows: PartFact) -> dict[str, PartsOf]:
    """The rows of LAB's workflow by workstream; moves are positions by day."""
    timeline = Timeline([day(number) for number in moves], list(moves.values()))
    joined = [row(-1, "LKM", None, "joined", day(0)), row(-2, "OPE", None, "joined", day(0))]
    found = grid(PartTimeline("LAB", timeline, [*joined, *rows]), {"LKM": "Läkemedel"}, (), until=NOW, zone=ZONE)
    return {each.code: each for each in found}


def stands(of: PartsOf) -> list[tuple[str, int | None]]:
    return [(cell.kind, cell.days) for cell in of.cells]


def test_a_leg_runs_from_due_to_signed_or_until_now_and_what_is_not_needed_has_none() -> None:
    parts = shown(
        {0: NOT_STARTED, 2: DESIGN, 7: VALIDATION},
        row(1, "LKM", "design", "signed", day(5)),
        row(2, "OPE", "design", "waived", day(5)),
    )
    assert stands(parts["LAB"]) == [("passed", 5), ("open", 13), ("not_due", None)]
    assert stands(parts["LKM"]) == [("signed", 3), ("open", 13), ("not_due", None)]
    assert stands(parts["OPE"]) == [("waived", None), ("open", 13), ("not_due", None)]
    assert (parts["LKM"].name, parts["OPE"].name) == ("Läkemedel", "OPE")


def test_after_a_move_back_the_leg_begins_anew_and_the_signature_has_lapsed() -> None:
    parts = shown(
        {0: NOT_STARTED, 2: DESIGN, 7: VALIDATION, 10: DESIGN},
        row(1, "LKM", "design", "signed", day(5)),
        row(2, "LKM", "validation", "signed", day(8)),
        row(3, "OPE", "design", "signed", day(5)),
        row(4, "OPE", "design", "signed", day(12)),
        row(5, "LAB", "design", "signed", day(11)),
    )
    assert stands(parts["LKM"]) == [("lapsed", 10), ("not_due", None), ("not_due", None)]
    assert stands(parts["OPE"])[0] == ("signed", 2)
    assert stands(parts["LAB"])[0] == ("signed", 1)
    assert list(parts) == ["LAB", "LKM", "OPE"]


def test_the_owner_comes_first_and_then_who_lacks_something() -> None:
    signed = [row(number, "LKM", stage, "signed", day(9)) for number, stage in enumerate(("design", "validation"), 1)]
    parts = shown({0: NOT_STARTED, 2: VALIDATION}, *signed)
    assert list(parts) == ["LAB", "OPE", "LKM"]
    assert stands(parts["LAB"])[0] == ("passed", 0), "a stage that was passed over"
    assert stands(parts["LKM"])[0] == ("signed", 7)


def test_done_has_every_stage_due_and_nobody_beside_the_owner_makes_no_grid() -> None:
    parts = shown({0: TEST, 4: DONE})
    assert [cell.is_open for cell in parts["OPE"].cells] == [True] * 3
    assert not parts["LAB"].is_behind
    left = [row(number, code, None, "left", day(1) + timedelta(hours=1)) for number, code in enumerate(("LKM", "OPE"))]
    assert shown({0: TEST}, *left) == {}
