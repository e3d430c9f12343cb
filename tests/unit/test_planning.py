"""A promise held against what was finished before."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import day
from tracker.domain.planning import Finished, Measure, Promise, coming, goals_ahead, next_goal, to_be_done, to_be_met
from tracker.domain.reviews import Member, Proposal, Wish, is_past
from tracker.domain.states import Goal, ProposalKind, State

COUNTS = st.dictionaries(st.sampled_from(Goal), st.integers(0, 50)).map(Counter)
PROMISES = st.builds(Promise, COUNTS, COUNTS, COUNTS)
REACHED = st.none() | st.integers(0, 50)
FINISHED = st.lists(st.builds(Finished, st.integers(1, 9), REACHED, REACHED), max_size=3)


def test_the_next_goal_is_the_first_stage_that_is_not_passed() -> None:
    assert [next_goal(state) for state in State] == [Goal.DESIGN, Goal.DESIGN, Goal.VALIDATION, Goal.TEST, None]
    for state in State:
        assert (next_goal(state),) == (goals_ahead(state) or (None,))[:1]
        assert all(not is_past(state, goal) for goal in goals_ahead(state))


@given(PROMISES, FINISHED)
def test_what_is_over_is_over_the_best(promise: Promise, finished: list[Finished]) -> None:
    done, met = to_be_done(promise, finished), to_be_met(promise, finished)
    assert done.promised == promise.by_goal[Goal.TEST]
    assert met.promised == promise.total == sum(promise.by_goal.values())
    for measure, reached in (done, [each.done for each in finished]), (met, [each.met for each in finished]):
        known = [each for each in reached if each is not None]
        assert measure.over == (max(measure.promised - max(known), 0) if known else 0)


@given(PROMISES, PROMISES)
def test_promises_add_up(one: Promise, other: Promise) -> None:
    alone = {goal: one.by_goal[goal] + other.by_goal[goal] for goal in Goal}
    carried = one.carried + other.carried
    one.add(other)
    assert (one.by_goal, one.carried) == (alone, carried)


def test_with_nothing_before_nothing_is_over() -> None:
    assert (Measure((), 5, 4).best, Measure((None, None), 5, 4).over, Measure((None, 0), 1, 0).over) == (None, 0, 1)


def test_what_comes_is_what_the_review_sends_on() -> None:
    def member(key: str, state: State, goal: Goal, wish: Wish | None = None) -> Member:
        proposal = Proposal(wish, 1, "Programkontoret", day(1)) if wish else None
        return Member(1, key, key, "", "LAB", state, goal, proposal=proposal)

    sent = coming(
        [
            member("default", State.DESIGN, Goal.TEST),
            member("decided", State.DESIGN, Goal.TEST, Wish(ProposalKind.CARRIED, Goal.DESIGN, "other")),
            member("returned", State.DESIGN, Goal.TEST, Wish(ProposalKind.RETURNED, reason="other")),
            member("goes on", State.TEST, Goal.DESIGN, Wish(ProposalKind.GOES_ON, Goal.TEST)),
            member("met", State.VALIDATION, Goal.DESIGN),
            member("done", State.DONE, Goal.TEST),
        ]
    )
    assert [(each.key, each.goal, each.is_decided) for each in sent] == [
        ("default", Goal.TEST, False),
        ("decided", Goal.DESIGN, True),
        ("goes on", Goal.TEST, True),
        ("met", Goal.VALIDATION, False),
    ]
