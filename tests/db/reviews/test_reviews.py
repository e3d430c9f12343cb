"""Preparing a review: proposals for the members of the running cycle, and marks of who is ready."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.builders import OFFICE, a_cycle
from tests.databases import Databases
from tests.db import reviewing
from tests.db.acting import acting, findings, lead, planner, rows, shared_lead, stands, stranger, traces, viewer
from tests.db.cycles.test_cycles import commit, create
from tests.db.reviewing import (
    BLOCKED,
    CARRY,
    CLOSE,
    DROP,
    FINISHED,
    GO_ON,
    LESSER,
    OTHERS,
    RETURN,
    TWICE,
    UNMET,
    accept,
    carry,
    close,
    decide_all,
    drop,
    give_back,
    members,
    propose,
)
from tests.db.reviews.test_closes import move
from tracker.commands import reviews
from tracker.commands.reviews import StaleProposalError
from tracker.db import models
from tracker.domain.cycles.dates import Dates
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.people import Actor
from tracker.domain.reviews import Wish
from tracker.domain.states import Goal, ProposalKind, ReviewReason, State


@pytest.fixture
def programme(databases: Databases) -> Iterator[Engine]:
    engine = databases.restored(reviewing.prepared)
    yield engine
    assert findings(engine) == []


def wish(engine: Engine, key: str) -> Wish | None:
    proposal = members(engine)[key].proposal
    return proposal.wish if proposal else None


def withdraw(engine: Engine, key: str, *, version: int | None = None, actor: Actor | None = None) -> bool:
    proposal = members(engine)[key].proposal
    known = version if version is not None else proposal.version if proposal else 0
    with acting(engine, actor, CLOSE) as (session, entry):
        return reviews.withdraw(session, entry, 2, key, version=known)


def mark(
    engine: Engine, workstream: str = "LAB", *, is_ready: bool = True, actor: Actor | None = None, cycle: int = 2
) -> bool:
    with acting(engine, actor, CLOSE) as (session, entry):
        return reviews.mark_ready(session, entry, cycle, workstream, is_ready=is_ready)


def refusal(engine: Engine, key: str, wanted: Wish) -> tuple[type, str, str]:
    before = traces(engine)
    with pytest.raises((ConflictError, InvalidError)) as refused:
        propose(engine, key, wanted)
    assert traces(engine) == before
    return type(refused.value), refused.value.field, str(refused.value)


def test_a_proposal_is_written_over_until_the_close_and_tells_who_wrote_it(programme: Engine) -> None:
    version = stands(programme, UNMET).version
    assert propose(programme, UNMET, carry(Goal.VALIDATION))
    first = members(programme)[UNMET].proposal
    assert first is not None
    assert (first.wish, first.actor) == (carry(Goal.VALIDATION), "Projektledare SIDU")
    assert propose(programme, UNMET, drop("  Utgår ur omfattningen\r\n"), actor=planner(programme))
    second = members(programme)[UNMET].proposal
    assert second is not None
    assert (second.wish, second.actor) == (drop("Utgår ur omfattningen"), OFFICE)
    assert (second.at > first.at, second.version > first.version) == (True, True)
    assert stands(programme, UNMET).version == version
    assert len(rows_of_proposals(programme)) == 1


def rows_of_proposals(engine: Engine) -> list[str]:
    return [key for key, member in members(engine).items() if member.proposal]


def test_what_is_proposed_already_writes_nothing_even_from_an_old_version(programme: Engine) -> None:
    propose(programme, UNMET, carry())
    before = traces(programme)
    assert not propose(programme, UNMET, carry(), version=0)
    assert not withdraw(programme, TWICE, version=99)
    assert traces(programme) == before


def test_somebody_elses_newer_proposal_is_told_and_kept(programme: Engine) -> None:
    propose(programme, UNMET, carry(), actor=planner(programme))
    with pytest.raises(StaleProposalError, match="changed in the meantime: Programkontoret") as refused:
        propose(programme, UNMET, give_back(), version=0)
    assert refused.value.proposal is not None
    assert refused.value.proposal.wish == carry()
    with pytest.raises(StaleProposalError):
        withdraw(programme, UNMET, version=1)
    assert wish(programme, UNMET) == carry()


def test_a_withdrawn_proposal_is_told_and_comes_back_with_a_new_version(programme: Engine) -> None:
    propose(programme, UNMET, carry())
    old = members(programme)[UNMET].proposal
    assert old is not None
    assert withdraw(programme, UNMET)
    assert members(programme)[UNMET].is_undecided
    with pytest.raises(StaleProposalError, match="withdrawn"):
        propose(programme, UNMET, give_back(), version=old.version)
    propose(programme, UNMET, carry())
    with pytest.raises(StaleProposalError):
        propose(programme, UNMET, give_back(), version=old.version)


def test_a_reason_is_picked_for_all_that_is_unmet(programme: Engine) -> None:
    for kind in (CARRY, RETURN, DROP):
        for reason in ("", "anything"):
            wanted = Wish(kind, Goal.TEST if kind is CARRY else None, reason, "Ett skäl")
            assert refusal(programme, UNMET, wanted)[:2] == (InvalidError, "reason")


def test_words_are_asked_for_to_drop_alone(programme: Engine) -> None:
    assert refusal(programme, UNMET, drop("  ")) == (InvalidError, "note", "Write why it is dropped.")
    assert propose(programme, UNMET, carry())
    assert propose(programme, UNMET, give_back())
    assert propose(programme, UNMET, drop())


def test_the_third_carry_takes_a_decision_in_words(programme: Engine) -> None:
    fourth = a_cycle(4)
    create(programme, Dates(fourth.starts_on, fourth.ends_on))
    propose(programme, UNMET, carry())
    for key in (TWICE, BLOCKED, OTHERS):
        propose(programme, key, give_back())
    close(programme)
    commit(programme, 3)
    propose(programme, UNMET, carry(), cycle=3)
    propose(programme, "LAB-006", give_back(), cycle=3)
    close(programme, number=3)
    commit(programme, 4)
    member = members(programme, 4)[UNMET]
    assert (member.times_carried, member.needs_explicit_decision) == (2, True)
    with pytest.raises(InvalidError, match="carried 2 times") as refused:
        propose(programme, UNMET, carry(), cycle=4)
    assert refused.value.field == "note"
    assert not accept(programme, reason=ReviewReason.CAPACITY, cycle=4).done
    assert propose(programme, UNMET, give_back(), cycle=4)
    assert propose(programme, UNMET, carry(note="Styrgruppen beslutade att fortsätta"), cycle=4)


def test_a_goal_is_chosen_that_is_not_passed_yet(programme: Engine) -> None:
    assert refusal(programme, UNMET, Wish(CARRY, None, ReviewReason.OTHER))[:2] == (InvalidError, "goal")
    assert refusal(programme, BLOCKED, carry(Goal.DESIGN)) == (
        InvalidError,
        "goal",
        "It is past that already. Choose a further goal.",
    )
    assert refusal(programme, LESSER, Wish(GO_ON, Goal.DESIGN))[:2] == (InvalidError, "goal")
    assert propose(programme, BLOCKED, carry(Goal.VALIDATION))
    assert propose(programme, LESSER, Wish(GO_ON, Goal.TEST))


def test_what_leaves_has_no_goal(programme: Engine) -> None:
    propose(programme, UNMET, Wish(RETURN, Goal.TEST, ReviewReason.SCOPE))
    assert wish(programme, UNMET) == give_back()


def test_only_what_met_a_lesser_goal_goes_on(programme: Engine) -> None:
    assert refusal(programme, UNMET, Wish(GO_ON, Goal.TEST))[1] == "kind"
    assert "no further goal" in refusal(programme, FINISHED, Wish(GO_ON, Goal.TEST))[2]
    for key in (LESSER, FINISHED):
        for wanted in (carry(), give_back(), drop()):
            assert "has met its goal" in refusal(programme, key, wanted)[2]


def test_what_is_proposed_by_default_is_the_same_goal_and_the_longest_holding_blockers_reason(
    programme: Engine,
) -> None:
    found = {key: member.default for key, member in members(programme).items()}
    assert found == {
        UNMET: Wish(CARRY, Goal.TEST),
        TWICE: Wish(CARRY, Goal.DESIGN),
        OTHERS: Wish(CARRY, Goal.TEST),
        BLOCKED: Wish(CARRY, Goal.VALIDATION, ReviewReason.VENDOR),
        LESSER: Wish(GO_ON, Goal.VALIDATION),
        FINISHED: None,
    }


def test_one_click_accepts_what_a_workstream_proposes_and_leaves_what_lacks_a_reason(programme: Engine) -> None:
    propose(programme, TWICE, give_back())
    outcome = accept(programme, actor=lead(programme))
    assert (outcome.done, outcome.unchanged) == ((BLOCKED, LESSER), (TWICE, FINISHED))
    assert [(left.key, left.error.field) for left in outcome.left] == [(UNMET, "reason")]
    assert accept(programme, reason=ReviewReason.CAPACITY).done == (UNMET,)
    assert wish(programme, UNMET) == carry()
    assert wish(programme, TWICE) == give_back()
    assert wish(programme, OTHERS) is None
    before = traces(programme)
    assert accept(programme, reason=ReviewReason.OTHER).done == ()
    assert traces(programme) == before


def test_accepting_replaces_what_does_not_fit_any_more(programme: Engine) -> None:
    propose(programme, UNMET, carry(Goal.DESIGN))
    move(programme, UNMET, State.VALIDATION)
    assert UNMET in accept(programme, reason=ReviewReason.OTHER).done
    assert wish(programme, UNMET) == Wish(CARRY, Goal.TEST, ReviewReason.OTHER)


def test_a_lapsed_proposal_is_listed_and_gives_way(programme: Engine) -> None:
    propose(programme, TWICE, give_back())
    move(programme, TWICE, State.VALIDATION)
    member = members(programme)[TWICE]
    assert member.lapsed is not None
    assert (member.lapsed.wish, member.decision, member.is_undecided) == (give_back(), None, False)
    assert propose(programme, TWICE, Wish(GO_ON, Goal.VALIDATION))
    assert members(programme)[TWICE].lapsed is None


def test_workstreams_are_marked_ready_and_not_after_all(programme: Engine) -> None:
    assert mark(programme)
    before = traces(programme)
    assert not mark(programme)
    assert traces(programme) == before
    assert mark(programme, "RTG", actor=planner(programme))
    assert mark(programme, is_ready=False)
    assert not mark(programme, is_ready=False)


def test_only_leads_of_the_owning_workstream_and_planners_write(programme: Engine) -> None:
    before = traces(programme)
    for actor in (shared_lead(programme), stranger(programme), viewer(programme)):
        for act in (
            lambda actor=actor: propose(programme, BLOCKED, carry(), actor=actor),
            lambda actor=actor: withdraw(programme, BLOCKED, actor=actor),
            lambda actor=actor: accept(programme, actor=actor),
            lambda actor=actor: mark(programme, actor=actor),
        ):
            with pytest.raises(NotAllowedError):
                act()
    assert traces(programme) == before


def test_reviews_are_of_members_of_the_running_cycle(programme: Engine) -> None:
    with pytest.raises(ConflictError, match="LAB-006 is not in cycle 2"):
        propose(programme, "LAB-006", carry(), version=0)
    with pytest.raises(ConflictError, match="Cycle 3 is not running"):
        propose(programme, "LAB-006", carry(), cycle=3)
    with pytest.raises(NotFoundError):
        propose(programme, "LAB-099", carry(), version=0)
    for act in (lambda: accept(programme, "XXX"), lambda: mark(programme, "XXX", actor=planner(programme))):
        with pytest.raises(NotFoundError):
            act()
    for act in (lambda: accept(programme, cycle=9), lambda: mark(programme, cycle=9)):
        with pytest.raises(NotFoundError):
            act()


def test_nothing_is_proposed_after_the_close(programme: Engine) -> None:
    decide_all(programme)
    close(programme)
    with pytest.raises(ConflictError, match="Cycle 2 is closed"):
        propose(programme, UNMET, carry(), version=0)
    for act in (lambda: mark(programme), lambda: accept(programme), lambda: withdraw_after(programme)):
        with pytest.raises(ConflictError, match="Cycle 2 is closed"):
            act()


def withdraw_after(engine: Engine) -> None:
    with acting(engine, planner(engine), CLOSE) as (session, entry):
        reviews.withdraw(session, entry, 2, UNMET, version=0)


def test_proposals_are_entries_but_no_history(programme: Engine) -> None:
    before = traces(programme)
    propose(programme, UNMET, carry())
    assert {name for name, count in traces(programme).items() if count != before[name]} == {"Entry"}
    assert rows(programme, models.ScopeChange, workflow_id=stands(programme, UNMET).id)[-1].kind == "planned"
    assert set(ProposalKind) == {CARRY, RETURN, DROP, GO_ON}
