"""The chart of blockers says whether they have become more, and how many went over each border."""

import pytest

from tests.unit.charts.demo import demo_view
from tracker.charts import blockers
from tracker.charts import registry as drawings
from tracker.domain.charts.sheets import By


@pytest.mark.parametrize(
    ("first", "last", "streams", "said"),
    [
        (1, 7, (), "Open blockers have grown from 3 at the end of cycle 1 to 21 now"),
        (5, 5, (), "Open blockers have grown from 18 at the start of cycle 5 to 21 now"),
        (1, 3, (), "Open blockers have grown from 3 at the end of cycle 1 to 15 at the end of cycle 3"),
        (3, 4, ("LKM",), "Open blockers have fallen from 2 at the end of cycle 3 to 1 at the end of cycle 4"),
        (4, 5, ("EXT",), "There are as many open blockers: 1 at the end of cycle 4 and 1 now"),
        (1, 2, ("LKM",), "Open blockers have grown from 0 at the end of cycle 1 to 1 at the end of cycle 2"),
        (1, 1, ("LKM",), "No blocker is open: the one opened was resolved"),
        (5, 5, ("DRS",), "No blocker was open in these cycles"),
        (6, 7, (), "There is nothing to say of blockers in these cycles yet"),
        (1, 4, ("DRS",), "There is nothing to say of blockers in these cycles yet"),
    ],
)
def test_the_title_compares_the_ends(first: int, last: int, streams: tuple[str, ...], said: str) -> None:
    assert blockers.finding(demo_view("blockers", first, last, *streams)) == said


def test_the_demo_has_its_numbers_and_they_add_up() -> None:
    names = ("open_at_start", "blockers_opened", "blockers_resolved", "blockers_open")
    found = [tuple(row.values[name] for name in names) for row in demo_view("blockers", 1, 6).rows]
    assert found == [
        (0, 6, 3, 3),
        (3, 13, 8, 8),
        (8, 18, 11, 15),
        (15, 27, 24, 18),
        (18, 14, 11, 21),
        (None,) * 4,
    ]
    view = demo_view("blockers", 5, 5)
    assert [view.rows[0].values[name] for name in ("open_throughout", "oldest_blocker_days")] == [10, 60]
    assert blockers.sample(demo_view("blockers", 1, 7)) == 78


def test_details_tell_how_many_went_over_each_border_and_how_old_they_were() -> None:
    assert blockers.details(demo_view("blockers", 4, 6)) == [
        "Cycle 4: 15 open at the start, 27 opened, 24 resolved, 18 open at the end, of which 0 throughout.",
        (
            "18 blockers went over the border after cycle 4, the oldest open for 41 days and half of them for 6 days "
            "or less."
        ),
        "Cycle 5: 18 open at the start, 14 opened, 11 resolved, 21 open at the end, of which 10 throughout.",
        "Cycle 6 has no figures of blockers.",
    ]


@pytest.mark.parametrize("by", list(By))
def test_every_number_is_a_mark_that_leads_to_its_items(by: By) -> None:
    view = demo_view("blockers", 1, 7, by=by)
    links = [link for trace in drawings.figure(view).data for link in trace.customdata if link]
    columns = ("blockers_open", "blockers_opened", "blockers_resolved")
    assert len(links) == sum(bool(row.values[column]) for row in view.rows for column in columns)
