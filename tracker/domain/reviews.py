"""The review before a close: what is to become of each member of the cycle, and what is undecided still. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.states import BlockerCategory, Goal, ProposalKind, ReviewReason, ScopeKind, State

_EXPLICIT_FROM = 2  # carried so often already: the third time takes a decision in words
_LEAVING = {ProposalKind.RETURNED, ProposalKind.DROPPED}
_REASONS = {
    BlockerCategory.DECISION: ReviewReason.DECISION,
    BlockerCategory.VENDOR: ReviewReason.VENDOR,
    BlockerCategory.INTEGRATION: ReviewReason.INTEGRATION,
    BlockerCategory.STAFFING: ReviewReason.CAPACITY,
    BlockerCategory.DEPENDENCY: ReviewReason.DEPENDENCY,
}
_SCOPE_KINDS = {
    ProposalKind.CARRIED: ScopeKind.CARRIED,
    ProposalKind.RETURNED: ScopeKind.RETURNED,
    ProposalKind.DROPPED: ScopeKind.DROPPED,
    ProposalKind.GOES_ON: ScopeKind.PLANNED,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of a member: where it goes with which goal, and why."""

    kind: ProposalKind
    goal: Goal | None = None
    reason: str = ""
    note: str = ""

    @property
    def is_into_draft(self) -> bool:
        """Whether it takes a next cycle to go to."""
        return self.kind not in _LEAVING

    @property
    def scope_kind(self) -> ScopeKind:
        """The kind of the scope change that the close writes."""
        return _SCOPE_KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A wish that somebody wrote down, and who wrote it last. The version is the entry that wrote it."""

    wish: Wish
    version: int
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenBlocker:
    """What holds a member, the longest holding one where there are several."""

    id: int
    title: str
    title_en: str
    category: BlockerCategory
    since: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A workflow in the cycle under review."""

    id: int
    key: str
    name: str
    name_en: str
    workstream: str
    state: State
    goal: Goal
    is_archived: bool = False
    times_carried: int = 0
    blockers: tuple[OpenBlocker, ...] = ()
    proposal: Proposal | None = None
    open_parts: tuple[str, ...] = ()  # the other workstreams whose part is due and open, where that was read

    @property
    def blocker(self) -> OpenBlocker | None:
        """What stands in its way, for as long as any of them."""
        return self.blockers[0] if self.blockers else None

    @property
    def is_met(self) -> bool:
        """Whether it is past its goal; of what is archived, what was done alone is."""
        return is_past(self.state, self.goal) and (not self.is_archived or self.state is State.DONE)

    @property
    def can_go_on(self) -> bool:
        """Whether it met a lesser goal, so that there is a next one."""
        return self.is_met and self.state is not State.DONE

    @property
    def needs_explicit_decision(self) -> bool:
        """Whether carrying it once more takes a decision in words."""
        return self.times_carried >= _EXPLICIT_FROM

    @property
    def was_carried_again(self) -> bool:
        """Whether it took such a decision to come here."""
        return self.times_carried > _EXPLICIT_FROM

    @property
    def lapsed(self) -> Proposal | None:
        """The proposal that its progress has made idle: it was to go without its goal, and met it."""
        if self.is_met and self.proposal is not None and self.proposal.wish.kind is not ProposalKind.GOES_ON:
            return self.proposal
        return None

    @property
    def decision(self) -> Wish | None:
        """What the close does with it, as far as that is decided; it does nothing with what stays as met."""
        if self.is_archived and not self.is_met:
            return Wish(ProposalKind.RETURNED, reason=ReviewReason.OTHER)
        if self.proposal is None or not self._fits(self.proposal.wish):
            return None
        return self.proposal.wish

    @property
    def is_undecided(self) -> bool:
        """Whether the close has to wait for somebody."""
        return not self.is_met and self.decision is None

    @property
    def default(self) -> Wish | None:
        """What is proposed as long as nobody proposes anything else; none where there is nothing to do."""
        if self.can_go_on:
            return Wish(ProposalKind.GOES_ON, Goal(self.state))
        if self.is_met:
            return None
        reason = _REASONS.get(self.blocker.category, ReviewReason.OTHER) if self.blocker else ""
        return Wish(ProposalKind.CARRIED, self.goal, reason)

    def accepted(self, reason: ReviewReason | None) -> Wish | None:
        """What accepting the proposal writes down, with that reason where no blocker gives one; none where it is
        decided or there is nothing to decide. Raises as `refuse` does.
        """
        wish = self.default
        if self.decision is not None or wish is None:
            return None
        if not wish.reason and not self.can_go_on and reason is not None:
            wish = replace(wish, reason=reason)
        self.refuse(wish)
        return wish

    def refuse(self, wish: Wish) -> None:
        """Raises ConflictError where that cannot become of it, InvalidError where the wish lacks something."""
        if self.is_met and wish.kind is not ProposalKind.GOES_ON:
            raise ConflictError(N_("%(key)s has met its goal: there is nothing to decide."), field="kind", key=self.key)
        if wish.kind is ProposalKind.GOES_ON and not self.can_go_on:
            message = (
                N_("%(key)s is done: it has no further goal.")
                if self.is_met
                else N_("%(key)s has not met its goal: it is carried, returned or dropped.")
            )
            raise ConflictError(message, field="kind", key=self.key)
        if wish.is_into_draft:
            self._refuse_goal(wish.goal)
        if wish.kind is not ProposalKind.GOES_ON and wish.reason not in set(ReviewReason):
            raise InvalidError(N_("Choose a reason."), field="reason")
        if wish.kind is ProposalKind.DROPPED and not wish.note:
            raise InvalidError(N_("Write why it is dropped."), field="note")
        if wish.kind is ProposalKind.CARRIED and self.needs_explicit_decision and not wish.note:
            raise InvalidError(
                N_("It has been carried %(count)s times. Write what was decided."),
                field="note",
                count=self.times_carried,
            )

    def _refuse_goal(self, goal: Goal | None) -> None:
        if goal is None:
            raise InvalidError(N_("Choose a goal."), field="goal")
        if is_past(self.state, goal):
            raise InvalidError(N_("It is past that already. Choose a further goal."), field="goal")

    def _fits(self, wish: Wish) -> bool:
        """Whether it can become of it as it stands; it could when it was proposed."""
        if (wish.kind is ProposalKind.GOES_ON) is not self.is_met:
            return False
        return wish.goal is None or not is_past(self.state, wish.goal)


def is_past(state: State, goal: Goal) -> bool:
    """Whether work in that state has passed the stage."""
    return _STAGES[goal].is_before(state)


_STAGES = {goal: State(goal.value) for goal in Goal}


def fingerprint(members: Iterable[Member], into: int | None) -> str:
    """A short text that changes with whatever the close would do differently: what somebody saw before closing."""
    lines = (
        repr((member.key, member.goal.value, member.is_met, member.is_undecided, _wish_key(member.decision), into))
        for member in sorted(members, key=lambda each: each.key)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _wish_key(wish: Wish | None) -> tuple[str, ...]:
    return () if wish is None else (wish.kind.value, wish.goal or "", wish.reason, wish.note)
