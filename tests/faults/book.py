"""What people do to workflows and blockers, kept in a dictionary: the rules once more, written to be compared."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.builders import LEAD, OFFICE, a_cycle, day
from tracker.commands.workflows.moves import BlockedError, StaleError
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, TrackerError
from tracker.domain.merging import FieldConflictError
from tracker.domain.states import STATES, CycleStatus, Goal, State

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CLOSED_AT = a_cycle(1, CycleStatus.CLOSED).closed_at or day(47)
CLOSED_CYCLE, RUNNING_CYCLE, DRAFT = 1, 2, 3
LED = {"lead": {"LAB"}, "shared": {"LKM"}, "stranger": {"RTG"}, "planner": {"LAB", "LKM", "RTG"}}

Refusal = type[TrackerError]
Verdict = bool | Refusal  # done, nothing to do, or refused
Expected = tuple[tuple[str, ...], tuple[str, ...], dict[str, Refusal]]


@dataclass
class Known:
    """A workflow: what stands of its states, its fields, its cycle, and which entry did what to it."""

    stack: list[tuple[State, datetime, int]]
    version: int
    fields: dict[str, str]
    member: tuple[int, Goal] | None = None
    created_at: datetime = field(default_factory=lambda: day(-30))
    created_by: int = 0
    is_archived: bool = False
    changed_at: datetime = field(default_factory=lambda: day(52))
    checked_at: datetime | None = None
    notes: int = 0
    moved_by: set[int] = field(default_factory=set)
    voided_by: set[int] = field(default_factory=set)
    planned_by: set[int] = field(default_factory=set)
    holds: dict[int, list[tuple[bool, datetime, int]]] = field(default_factory=lambda: defaultdict(list))
    writes: dict[str, list[tuple[str, str, int]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def state(self) -> State:
        return self.stack[-1][0]

    @property
    def held_by(self) -> set[int]:
        return {blocker for blocker, events in self.holds.items() if events and events[-1][0]}

    def is_led(self, who: str) -> bool:
        return "LAB" in LED[who]

    def has_part(self, who: str) -> bool:
        return bool(LED[who] & {"LAB", *self.fields["other_workstreams"].split()})

    def bump(self, at: datetime, by: int = 1) -> None:
        self.version += by
        self.changed_at = at

    def write(self, name: str, text: str, at: datetime, entry: int) -> None:
        self.writes[name].append((self.fields[name], text, entry))
        self.fields[name] = text
        self.changed_at = at


@dataclass
class Hinder:
    """A blocker: its title, who wrote over it, and the workflows of its latest entry."""

    title: str
    last_entry: int = 0
    writes: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass
class Turn:
    """Somebody's command: when it is recorded, and under which number."""

    who: str
    at: datetime
    entry: int
    on: date | None = None

    @property
    def name(self) -> str:
        """Three are the same person, with other rights."""
        return OFFICE if self.who == "planner" else LEAD


class Book:
    """Workflows by key, blockers by number, and who made which entry."""

    def __init__(self, workflows: dict[str, Known], blockers: dict[int, Hinder]) -> None:
        self.workflows = workflows
        self.blockers = blockers
        self.entries: dict[int, str] = {}

    def move(self, turn: Turn, key: str, to: State, behind: int, reason: str) -> Verdict:  # noqa: PLR0911 - one by one
        known = self.workflows[key]
        if refusal := self._refused(turn, known):
            return refusal
        if to is known.state:
            return False
        if behind:
            return StaleError
        if STATES.index(to) < STATES.index(known.state) and not reason:
            return InvalidError
        if to is State.DONE and known.held_by:
            return BlockedError
        happened_at = dated(turn, known.stack[-1][1])
        if not isinstance(happened_at, datetime):
            return happened_at
        known.stack.append((to, happened_at, turn.entry))
        known.moved_by.add(turn.entry)
        known.bump(turn.at)
        return True

    def void(self, turn: Turn, key: str, behind: int) -> Verdict:
        known = self.workflows[key]
        if refusal := self._refused(turn, known):
            return refusal
        if behind:
            return StaleError
        if refusal := self._void_refused(turn, known, known.held_by):
            return refusal
        self._void(turn, known)
        return True

    def hold(self, turn: Turn, blocker: int, key: str) -> Verdict:
        known = self.workflows[key]
        if refusal := self._refused(turn, known, is_part_enough=True):
            return refusal
        if blocker in known.held_by:
            return False
        if known.state is State.DONE:
            return ConflictError
        return self._event(turn, known, blocker, is_held=True)

    def release(self, turn: Turn, blocker: int, keys: Iterable[str] | None, note: str) -> Expected | Refusal:
        held = sorted(key for key, known in self.workflows.items() if blocker in known.held_by)

        def one(key: str) -> Verdict:
            known = self.workflows[key]
            if refusal := self._refused(turn, known, is_part_enough=True):
                return refusal
            if blocker not in known.held_by:
                return False
            happened_at = dated(turn, max(known.created_at, known.holds[blocker][-1][1]))
            return True if isinstance(happened_at, datetime) else happened_at

        outcome = each(held if keys is None else keys, one)
        if outcome[0] and len(outcome[0]) == len(held) and not note:
            return InvalidError
        for key in outcome[0]:
            self._event(turn, self.workflows[key], blocker, is_held=False)
        return outcome

    def edit(self, turn: Turn, key: str, name: str, wanted: str, was: str) -> Verdict:
        known = self.workflows[key]
        if refusal := self._refused(turn, known):
            return refusal
        verdict = merged(wanted, was, known.fields[name])
        if verdict is True and name == "other_workstreams" and self._joins_done(known, wanted, known.state):
            return ConflictError
        if verdict is True:
            known.write(name, wanted, turn.at, turn.entry)
        return verdict

    def put(self, turn: Turn, key: str, name: str, wanted: str) -> Verdict:
        return self.edit(turn, key, name, wanted, self.workflows[key].fields[name])

    def retitle(self, turn: Turn, number: int, wanted: str, was: str) -> Verdict:
        blocker = self.blockers[number]
        if not self.may_write_on(turn.who, number):
            return NotAllowedError
        verdict = merged(wanted, was, blocker.title)
        if verdict is True:
            blocker.writes.append((blocker.title, wanted, turn.entry))
            blocker.title = wanted
        return verdict

    def may_write_on(self, who: str, number: int) -> bool:
        holding = [known for known in self.workflows.values() if number in known.held_by]
        last = self.blockers[number].last_entry
        let_go = [known for known in self.workflows.values() if any(e == last for _, _, e in known.holds[number])]
        return who == "planner" or any(known.has_part(who) for known in holding or let_go)

    def note(self, turn: Turn, key: str, text: str) -> Verdict:
        known = self.workflows[key]
        if refusal := self._refused(turn, known, is_part_enough=True):
            return refusal
        if not text.strip():
            return InvalidError
        known.notes += 1
        return True

    def check(self, turn: Turn, key: str) -> Verdict:
        known = self.workflows[key]
        if refusal := self._refused(turn, known):
            return refusal
        if (
            known.checked_at is not None
            and known.checked_at >= known.changed_at
            and (local(known.checked_at) == local(turn.at))
        ):
            return False
        known.checked_at = turn.at
        return True

    def archive(self, turn: Turn, key: str, behind: int) -> Verdict:
        known = self.workflows[key]
        if refusal := self._refused(turn, known):
            return refusal
        if behind:
            return StaleError
        if known.held_by or (known.member is not None and known.member[0] != CLOSED_CYCLE):
            return ConflictError
        known.is_archived = True
        known.writes["archived_at"].append(("", "then", turn.entry))
        return True

    def create(self, turn: Turn, state: State) -> Verdict:
        if "LAB" not in LED[turn.who]:
            return NotAllowedError
        key = f"LAB-{max(int(key[4:]) for key in self.workflows) + 1:03}"
        fields = {"name": "Ny", "owner": "", "priority": "", "other_workstreams": ""}
        self.workflows[key] = Known(
            [(state, turn.at, turn.entry)], 1, fields, created_at=turn.at, changed_at=turn.at, created_by=turn.entry
        )
        return True

    def enter(self, turn: Turn, key: str, to: tuple[int, Goal], behind: int, reason: str) -> Verdict:  # noqa: PLR0911 - one by one
        known = self.workflows[key]
        if refusal := self._refused(turn, known):
            return refusal
        if known.member == to:
            return False
        if behind:
            return StaleError
        if to[0] == CLOSED_CYCLE or known.state is State.DONE:
            return ConflictError
        if known.member is not None and known.member[0] != CLOSED_CYCLE:
            return ConflictError
        if to[0] == RUNNING_CYCLE and not reason:
            return InvalidError
        self._plan(turn, known, to)
        return True

    def leave(self, turn: Turn, key: str, behind: int, reason: str) -> Verdict:
        known = self.workflows[key]
        if refusal := self._refused(turn, known):
            return refusal
        if known.member is None:
            return False
        if behind:
            return StaleError
        if known.member[0] == CLOSED_CYCLE:
            return ConflictError
        if known.member[0] == RUNNING_CYCLE and not reason:
            return InvalidError
        self._plan(turn, known, None)
        return True

    def change_goal(self, turn: Turn, key: str, goal: Goal, behind: int, reason: str) -> Verdict:
        known = self.workflows[key]
        if refusal := self._refused(turn, known):
            return refusal
        if known.member is not None and known.member[1] is goal:
            return False
        if behind:
            return StaleError
        if known.member is None or known.member[0] == CLOSED_CYCLE or known.state is State.DONE:
            return ConflictError
        if known.member[0] == RUNNING_CYCLE and not reason:
            return InvalidError
        cycle = known.member[0]
        self._plan(turn, known, None)
        self._plan(turn, known, (cycle, goal))
        return True

    def undo(self, turn: Turn, entry: int) -> Expected | Refusal:
        if self.entries[entry] != turn.name and turn.who != "planner":
            return NotAllowedError
        touched = sorted(key for key, known in self.workflows.items() if self._is_touched(known, entry))
        outcome = each(touched, lambda key: self._taken_back(turn, self.workflows[key], entry))
        titles = {
            self.blockers[number].title: number
            for number in self.blockers
            if any(by == entry for _, _, by in self.blockers[number].writes)
        }
        more = each(titles, lambda title: self._title_back(turn, titles[title], entry))
        return outcome[0] + more[0], outcome[1] + more[1], outcome[2] | more[2]

    def _is_touched(self, known: Known, entry: int) -> bool:
        return (
            entry in known.moved_by | known.voided_by | known.planned_by | {known.created_by}
            or any(by == entry for events in known.holds.values() for _, _, by in events)
            or any(by == entry for writes in known.writes.values() for _, _, by in writes)
        )

    def _taken_back(self, turn: Turn, known: Known, entry: int) -> Verdict:  # noqa: C901, PLR0911, PLR0912 - one by one
        if known.is_archived or entry in known.planned_by | known.voided_by | {known.created_by}:
            return ConflictError
        fields = {}
        for name, writes in known.writes.items():
            for before, _, by in writes:
                if by == entry and known.fields[name] != before:
                    if writes[-1][2] != entry:
                        return ConflictError
                    fields[name] = before
        is_void = entry in known.moved_by and any(by == entry for _, _, by in known.stack)
        if is_void and known.stack[-1][2] != entry:
            return ConflictError
        turns: dict[int, bool] = {}
        for number, events in known.holds.items():
            places = [place for place, (_, _, by) in enumerate(events) if by == entry]
            if not places:
                continue
            before_it = events[places[0] - 1][0] if places[0] else False
            if events[-1][0] is before_it:
                continue
            if events[-1][2] != entry:
                return ConflictError
            turns[number] = before_it
        if not (fields or is_void or turns):
            return False
        if not known.has_part(turn.who) or ((fields or is_void) and not known.is_led(turn.who)):
            return NotAllowedError
        released = {number for number, is_held in turns.items() if not is_held}
        if is_void and (refusal := self._void_refused(turn, known, known.held_by - released)):
            return refusal
        if len(released) < len(turns) and known.stack[-2 if is_void else -1][0] is State.DONE:
            return ConflictError
        if self._joins_done(known, fields.get("other_workstreams", ""), known.stack[-2 if is_void else -1][0]):
            return ConflictError
        for number, is_held in sorted(turns.items(), key=lambda each: each[1]):
            self._event(Turn(turn.who, turn.at, turn.entry), known, number, is_held=is_held)
        if is_void:
            self._void(turn, known)
        for name, text in fields.items():
            known.write(name, text, turn.at, turn.entry)
        return True

    def _joins_done(self, known: Known, others: str, state: State) -> bool:
        """Whether somebody would come to take part in what is done."""
        return state is State.DONE and bool(set(others.split()) - set(known.fields["other_workstreams"].split()))

    def _title_back(self, turn: Turn, number: int, entry: int) -> Verdict:
        blocker = self.blockers[number]
        before = next(before for before, _, by in blocker.writes if by == entry)
        if blocker.title == before:
            return False
        if blocker.writes[-1][2] != entry:
            return ConflictError
        if not self.may_write_on(turn.who, number):
            return NotAllowedError
        blocker.writes.append((blocker.title, before, turn.entry))
        blocker.title = before
        return True

    def _refused(self, turn: Turn, known: Known, *, is_part_enough: bool = False) -> Refusal | None:
        if known.is_archived:
            return ConflictError
        may = known.has_part(turn.who) if is_part_enough else known.is_led(turn.who)
        return None if may else NotAllowedError

    def _void_refused(self, turn: Turn, known: Known, held_by: set[int]) -> Refusal | None:
        if len(known.stack) == 1:
            return ConflictError
        if known.stack[-2][0] is State.DONE and held_by:
            return BlockedError
        if known.stack[-1][1] <= CLOSED_AT and turn.who != "planner":
            return NotAllowedError
        return None

    def _void(self, turn: Turn, known: Known) -> None:
        known.stack.pop()
        known.voided_by.add(turn.entry)
        known.bump(turn.at)

    def _plan(self, turn: Turn, known: Known, to: tuple[int, Goal] | None) -> None:
        known.member = to
        known.planned_by.add(turn.entry)
        known.bump(turn.at)

    def _event(self, turn: Turn, known: Known, blocker: int, *, is_held: bool) -> Verdict:
        events = known.holds[blocker]
        happened_at = dated(turn, max([known.created_at, *(at for _, at, _ in events)]))
        if not isinstance(happened_at, datetime):
            return happened_at
        events.append((is_held, happened_at, turn.entry))
        if blocker in self.blockers:
            self.blockers[blocker].last_entry = turn.entry
        known.bump(turn.at)
        return True


def each(keys: Iterable[str], what: Callable[[str], Verdict]) -> Expected:
    """What a batch makes of it."""
    verdicts: Mapping[str, Verdict] = {key: what(key) for key in dict.fromkeys(keys)}
    return (
        tuple(key for key, verdict in verdicts.items() if verdict is True),
        tuple(key for key, verdict in verdicts.items() if verdict is False),
        {key: verdict for key, verdict in verdicts.items() if not isinstance(verdict, bool)},
    )


def merged(wanted: str, was: str, current: str) -> Verdict:
    """Whether one field is written."""
    if wanted in {was, current}:
        return False
    return True if was == current else FieldConflictError


def dated(turn: Turn, previous: datetime) -> datetime | Refusal:
    """When it happened, or why it cannot have."""
    if turn.on is None:
        return turn.at
    today = local(turn.at)
    if turn.on > today or turn.on < local(previous):
        return InvalidError
    noon = datetime(turn.on.year, turn.on.month, turn.on.day, 12, tzinfo=STOCKHOLM)
    happened_at = min(max(noon, previous + timedelta(seconds=1)), turn.at)
    if turn.who != "planner":
        if happened_at <= CLOSED_AT:
            return NotAllowedError
        if local(happened_at) < min(a_cycle(2).starts_on, today - timedelta(days=14)):
            return InvalidError
    return happened_at


def local(at: datetime) -> date:
    """The date in Stockholm."""
    return at.astimezone(STOCKHOLM).date()
