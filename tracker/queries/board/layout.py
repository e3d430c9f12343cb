"""How cards stand on the board: filtered, in columns, in lanes. Pure; the cards come from `cards`."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from tracker.domain.sorting import folded, swedish_order
from tracker.domain.states import STATES, UNDER_WAY, State
from tracker.queries.board.cards import ALL, BoardFrame, Card

GROUPS = ("workstream", "project", "owner")
_KEY = re.compile(r"\w+-\d+")
_FEW_LANES = 8


@dataclass(frozen=True, slots=True)
class Filters:
    """What the URL asks for. `cycle` is a number, `all` or `none` (the backlog)."""

    cycle: str = ALL
    workstreams: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    blocked: bool = False
    q: str = ""
    group: str = ""
    view: str = "board"
    stale: bool = False

    @property
    def hides_cards(self) -> bool:
        """Whether cards of the streams shown are left out, so that no limit can be held against the rest."""
        return bool(self.owners or self.blocked or self.stale or self.q)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the cycle narrows what is shown."""
        return bool(self.workstreams or self.projects or self.hides_cards)


@dataclass(frozen=True, slots=True)
class Cell:
    """The cards of one state: a column, or a lane's part of it."""

    state: State
    cards: list[Card]
    blocked: int
    limit: int | None = None
    owned: int = 0

    @property
    def count(self) -> int:
        """How many cards."""
        return len(self.cards)

    @property
    def over(self) -> int:
        """By how many the cards that its streams own exceed their limit; 0 when not or when there is none."""
        return max(self.owned - self.limit, 0) if self.limit is not None else 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One group's row of cells. `shared`: in a workstream's lane, the cards elsewhere on the board that it takes part
    in; in another group's, those of its cards that the streams shown do not own.
    """

    code: str
    name: str
    cells: list[Cell]
    may_write: bool
    is_open: bool
    open: int
    blocked: int
    shared: int = 0


@dataclass(frozen=True, slots=True)
class BoardLayout:
    """What a board shows, and how much it leaves out."""

    columns: list[Cell]
    lanes: list[Lane]
    total: int
    shown: int
    owned: int
    shared: int
    blocked: int


def board_layout(
    cards: list[Card],
    filters: Filters,
    frame: BoardFrame,
    own: Collection[str],
    *,
    may_all: bool = False,
    stale: Collection[str] = (),
) -> BoardLayout:
    """The cards that pass the filters, in columns and, where grouped, in lanes: the workstreams in `own` first and
    unfolded. `may_all` says that every lane is the viewer's to write; `stale` names what was not updated for a week.
    """
    kept = [card for card in cards if passes(card, filters, frame)] if filters.is_narrowed else cards
    if filters.stale:
        kept = [card for card in kept if card.key in stale]
    owned = sum(card.workstream in filters.workstreams for card in kept) if filters.workstreams else len(kept)
    without_blocked = kept if filters.blocked else [card for card in kept if card.blocker]
    return BoardLayout(
        columns=_cells(kept, _limits(frame, filters), filters.workstreams),
        lanes=_lanes(kept, filters, frame, own, may_all=may_all) if filters.group else [],
        total=len(cards),
        shown=len(kept),
        owned=owned,
        shared=len(kept) - owned,
        blocked=len(without_blocked),
    )


def passes(card: Card, filters: Filters, frame: BoardFrame) -> bool:
    """Whether the filters let the card through. A workstream's filter also finds what it takes part in."""
    if filters.blocked and not card.blocker:
        return False
    if filters.owners and card.owner not in filters.owners:
        return False
    streams = {card.workstream, *card.shared}
    if filters.workstreams and streams.isdisjoint(filters.workstreams):
        return False
    if filters.projects and frame.streams[card.workstream].project not in filters.projects:
        return False
    return not filters.q or is_found(card, filters.q)


def is_found(card: Card, q: str) -> bool:
    """Whether every word of the search is in the key or a name, or the search is a list of keys with this one."""
    words = folded(q).replace(",", " ").replace(";", " ").split()
    text = folded(f"{card.key} {card.name} {card.other_name}")
    return card.key.casefold() in words or all(word in text for word in words)


def _cells(cards: Iterable[Card], limits: dict[State, int], owning: Collection[str] = ()) -> list[Cell]:
    """Five cells. Where `owning` names workstreams, only what they own counts against the limit."""
    by_state: dict[State, list[Card]] = {state: [] for state in STATES}
    for card in cards:
        by_state[card.state].append(card)
    return [
        Cell(
            state,
            here,
            sum(1 for card in here if card.blocker),
            limits.get(state),
            sum(1 for card in here if card.workstream in owning) if owning else len(here),
        )
        for state, here in by_state.items()
    ]


def _limits(frame: BoardFrame, filters: Filters) -> dict[State, int]:
    """The sum of the limits of the streams shown, per state, where every one of them has one and shows all its
    cards.
    """
    if filters.hides_cards:
        return {}
    streams = [
        stream
        for stream in frame.streams.values()
        if (not filters.workstreams or stream.code in filters.workstreams)
        and (not filters.projects or stream.project in filters.projects)
    ]
    return {
        state: sum(stream.limits[state] for stream in streams)
        for state in UNDER_WAY
        if streams and all(state in stream.limits for stream in streams)
    }


def _lanes(
    cards: list[Card], filters: Filters, frame: BoardFrame, own: Collection[str], *, may_all: bool
) -> list[Lane]:
    group = filters.group
    code_of, name_of = _grouping(group, frame)
    has_limits = group == "workstream" and not filters.hides_cards
    by_code: dict[str, list[Card]] = {}
    for card in cards:
        by_code.setdefault(code_of(card), []).append(card)
    shared = _shared(cards, filters, code_of)
    has_own = {code for code, here in by_code.items() if any(card.workstream in own for card in here)}
    unfolded = has_own or (by_code if len(by_code) <= _FEW_LANES else ())
    lanes = [
        Lane(
            code=code,
            name=name_of(code),
            cells=_cells(here, frame.streams[code].limits if has_limits else {}),
            may_write=may_all or code in has_own,
            is_open=code in unfolded,
            open=sum(1 for card in here if card.state is not State.DONE),
            blocked=sum(1 for card in here if card.blocker),
            shared=shared[code],
        )
        for code, here in by_code.items()
    ]
    return sorted(lanes, key=lambda lane: (lane.code not in has_own, swedish_order(lane.code)))


def _shared(cards: Iterable[Card], filters: Filters, code_of: Callable[[Card], str]) -> Counter[str]:
    """By lane, how many of what is not done are shared; they stand beside how many are open."""
    open_cards = [card for card in cards if card.state is not State.DONE]
    if filters.group == "workstream":
        return Counter(code for card in open_cards for code in card.shared)
    if not filters.workstreams:
        return Counter()
    return Counter(code_of(card) for card in open_cards if card.workstream not in filters.workstreams)


def missing_keys(q: str, cards: Iterable[Card]) -> list[str]:
    """The keys in a search for several of which none of the cards has; a search for words names none."""
    words = q.replace(",", " ").replace(";", " ").split()
    if len(words) <= 1 or not all(_KEY.fullmatch(word) for word in words):
        return []
    here = {card.key.casefold() for card in cards}
    return [word for word in dict.fromkeys(words) if word.casefold() not in here]


def _grouping(group: str, frame: BoardFrame) -> tuple[Callable[[Card], str], Callable[[str], str]]:
    if group == "project":
        return lambda card: frame.streams[card.workstream].project, lambda code: frame.projects[code]
    if group == "owner":
        return lambda card: card.owner, lambda code: code
    return lambda card: card.workstream, lambda code: frame.streams[code].name
