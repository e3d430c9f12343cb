"""The words of the model that are fixed: states, goals, kinds and picks."""

from enum import StrEnum


class State(StrEnum):
    """How far a workflow has come, in order."""

    NOT_STARTED = "not_started"
    DESIGN = "design"
    VALIDATION = "validation"
    TEST = "test"
    DONE = "done"

    @property
    def position(self) -> int:
        """0 for not started, 4 for done."""
        return _POSITIONS[self]

    def is_before(self, other: "State") -> bool:
        """Whether a move from here to the other goes on, not back."""
        return self.position < other.position


STATES = tuple(State)
UNDER_WAY = (State.DESIGN, State.VALIDATION, State.TEST)
_POSITIONS = {state: position for position, state in enumerate(STATES)}


class Goal(StrEnum):
    """The stage that a member of a cycle is to pass."""

    DESIGN = "design"
    VALIDATION = "validation"
    TEST = "test"


class PartEventKind(StrEnum):
    """What becomes of a workstream's part in a workflow: the first two of all of it, the others of one stage."""

    JOINED = "joined"
    LEFT = "left"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"  # takes back either of those beside it
    WAIVED = "waived"

    @property
    def is_of_stage(self) -> bool:
        """Whether it is about one stage, and not about taking part."""
        return self not in {PartEventKind.JOINED, PartEventKind.LEFT}


class CycleStatus(StrEnum):
    """Set by a person, never by a date."""

    DRAFT = "draft"
    RUNNING = "running"
    CLOSED = "closed"


class ScopeKind(StrEnum):
    """Why a workflow entered, left or changed cycle."""

    PLANNED = "planned"
    ADDED = "added"
    REMOVED = "removed"
    CARRIED = "carried"
    RETURNED = "returned"
    DROPPED = "dropped"


class HoldEvent(StrEnum):
    """A blocker begins or ceases to hold a workflow."""

    HELD = "held"
    RELEASED = "released"


class BlockerCategory(StrEnum):
    """What kind of thing stands in the way."""

    DECISION = "decision"
    VENDOR = "vendor"
    INTEGRATION = "integration"
    EQUIPMENT = "equipment"
    STAFFING = "staffing"
    DEPENDENCY = "dependency"
    SECURITY = "security"
    DATA = "data"
    OTHER = "other"


class MoveBackReason(StrEnum):
    """The pick for a move back; the history takes any text."""

    FAILED_TEST = "failed_test"
    FAILED_VALIDATION = "failed_validation"
    NEW_RELEASE = "new_release"
    CHANGED_REQUIREMENT = "changed_requirement"
    DEPENDENCY = "dependency"
    OTHER = "other"


class ProposalKind(StrEnum):
    """What the review of a cycle proposes for one of its members."""

    CARRIED = "carried"
    RETURNED = "returned"
    DROPPED = "dropped"
    GOES_ON = "goes_on"  # it met a lesser goal, and takes the next one


class ReviewReason(StrEnum):
    """The pick for what was not met at a close; the history takes any text."""

    DECISION = "decision"
    VENDOR = "vendor"
    INTEGRATION = "integration"
    CAPACITY = "capacity"
    DEPENDENCY = "dependency"
    SCOPE = "scope"
    OTHER = "other"


class Role(StrEnum):
    """What an account may do; each role has the rights of the ones before it."""

    VIEWER = "viewer"
    LEAD = "lead"
    PLANNER = "planner"
    ADMIN = "admin"
