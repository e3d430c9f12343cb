"""How cards stand on the board: filtered, in columns, in lanes. Pure; the cards come from `cards`."""

import re
from bisect import insort
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from tracker.domain.sorting import folded, swedish_order
from tracker.domain.states import STATES, UNDER_WAY, State
from tracker.queries.board.cards import ALL, BoardFrame, Card, Cards, place

GROUPS = ("workstream", "project", "owner")
ON_US, ON_THEM = WAITING = ("us", "them")
_ORDER = attrgetter("order")
_KEY = re.compile(r"\w+-\d+")
_FEW_LANES = 8
_LAYOUTS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Filters:
    """What the URL asks for. `cycle` is a number, `all` or `none` (the backlog). `waiting`: where somebody waits on one
    of `ours`, or one of them on somebody.
    """

    cycle: str = ALL
    workstreams: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    blocked: bool = False
    q: str = ""
    group: str = ""
    view: str = "board"
    stale: bool = False
    waiting: str = ""
    ours: tuple[str, ...] = ()

    @property
    def hides_cards(self) -> bool:
        """Whether cards of the streams shown are left out, so that no limit can be held against the rest."""
        return bool(self.owners or self.blocked or self.stale or self.waiting or self.q)

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

    def place(self, card: Card) -> int | None:
        """Where the card stands, if it does."""
        at = place(self.cards, card)
        return at if at < self.count and self.cards[at].key == card.key else None

    @property
    def over(self) -> int:
        """By how many the cards that its streams own exceed their limit; 0 when not or when there is none."""
        return max(self.owned - self.limit, 0) if self.limit is not None else 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One group's row of cells. `shared`: in a workstream's lane, the cards elsewhere on the board that it takes part
    in; in another group's, those of its cards that the streams shown do not own. `may_write` and `is_open` are the
    viewer's, see `arranged`.
    """

    code: str
    name: str
    cells: list[Cell]
    shared: int = 0
    may_write: bool = False
    is_open: bool = False

    @property
    def open(self) -> int:
        """How many cards are not done."""
        return sum(cell.count for cell in self.cells if cell.state is not State.DONE)

    @property
    def blocked(self) -> int:
        """How many cards are blocked."""
        return sum(cell.blocked for cell in self.cells)


@dataclass(frozen=True, slots=True)
class BoardLayout:
    """What a board shows, and of how many. `sharing`: by lane, how many are shared, also where there is no lane."""

    columns: list[Cell]
    lanes: list[Lane]
    total: int
    sharing: Counter[str]

    @property
    def shown(self) -> int:
        """How many cards pass the filters."""
        return sum(column.count for column in self.columns)

    @property
    def owned(self) -> int:
        """How many of them the streams asked for own; all, where none is asked for."""
        return sum(column.owned for column in self.columns)

    @property
    def shared(self) -> int:
        """How many of them the streams asked for only take part in."""
        return self.shown - self.owned

    @property
    def blocked(self) -> int:
        """How many of them are blocked."""
        return sum(column.blocked for column in self.columns)

    @property
    def cards(self) -> list[Card]:
        """Those that it shows, column by column."""
        return [card for column in self.columns for card in column.cards]

    def shows(self, card: Card) -> bool:
        """Whether the card is among them."""
        return self.columns[card.state.position].place(card) is not None

    def cells(self) -> Iterator[tuple[Lane | None, list[Cell]]]:
        """Lane by lane the cells that cards stand in; without lanes the columns."""
        if not self.lanes:
            yield None, self.columns
        for lane in self.lanes:
            yield lane, lane.cells


def layout_of(cards: Cards, filters: Filters, frame: BoardFrame) -> BoardLayout:
    """The layout of kept cards, made of an earlier one where there is one: only what was written to is placed anew."""
    shown: BoardLayout
    serial, around, shown = cards.kept.get(filters, (-1, None, None))
    if serial != cards.serial or around is not frame:
        is_alike = around is not None and (around.streams, around.projects) == (frame.streams, frame.projects)
        before = cards.written_since(serial) if is_alike else None
        if before is None:
            shown = board_layout(cards.in_order, filters, frame)
        else:
            shown = _followed(shown, before, cards, filters, frame)
    cards.kept.pop(filters, None)
    cards.kept[filters] = cards.serial, frame, shown  # the last of them
    for oldest in list(cards.kept)[:-_LAYOUTS_KEPT]:
        cards.kept.pop(oldest, None)
    return shown


def board_layout(
    cards: Sequence[Card], filters: Filters, frame: BoardFrame, stale: Collection[str] = ()
) -> BoardLayout:
    """The cards that pass the filters, in columns and, where grouped, in lanes; they are in order. `stale` names what
    was not updated for a week.
    """
    kept = [card for card in cards if passes(card, filters, frame)] if filters.is_narrowed else cards
    if filters.stale:
        kept = [card for card in kept if card.key in stale]
    columns = _cells(kept, _limits(frame, filters), filters.workstreams)
    if not filters.group:
        return BoardLayout(columns, [], len(cards), Counter())
    code_of, _ = _grouping(filters.group, frame)
    by_code: dict[str, list[Card]] = {}
    for card in kept:
        by_code.setdefault(code_of(card), []).append(card)
    cells = {code: _cells(here, _lane_limits(code, filters, frame)) for code, here in by_code.items()}
    sharing = _sharing(kept, filters, code_of)
    return BoardLayout(columns, _lanes(cells, sharing, filters, frame), len(cards), sharing)


def _followed(
    shown: BoardLayout, before: Mapping[str, Card | None], cards: Cards, filters: Filters, frame: BoardFrame
) -> BoardLayout:
    """The layout once the cards that stood there before are taken away and those that are there now are put in."""
    now = (cards.by_key.get(key) for key in before)
    gone, new = ([card for card in each if card and passes(card, filters, frame)] for each in (before.values(), now))
    columns = _changed(shown.columns, gone, new, _limits(frame, filters), filters.workstreams)
    if not filters.group:
        return BoardLayout(columns, [], len(cards.in_order), shown.sharing)
    code_of, _ = _grouping(filters.group, frame)
    cells = {lane.code: lane.cells for lane in shown.lanes}
    for code in {code_of(card) for card in (*gone, *new)}:
        limits = _lane_limits(code, filters, frame)
        out, into = ([card for card in each if code_of(card) == code] for each in (gone, new))
        cells[code] = _changed(cells.get(code) or _cells((), limits), out, into, limits)
        if not any(cell.cards for cell in cells[code]):
            del cells[code]
    sharing = shown.sharing.copy()
    sharing.subtract(_sharing(gone, filters, code_of))
    sharing.update(_sharing(new, filters, code_of))
    return BoardLayout(columns, _lanes(cells, sharing, filters, frame), len(cards.in_order), sharing)


def arranged(shown: BoardLayout, own: Collection[str], *, may_all: bool = False) -> BoardLayout:
    """The layout for a viewer: lanes of the workstreams in `own` first and unfolded. `may_all` says that every lane is
    theirs to write.
    """
    has_own = {lane.code for lane in shown.lanes if own and _is_of(lane, own)}
    unfolded = has_own or ({lane.code for lane in shown.lanes} if len(shown.lanes) <= _FEW_LANES else ())
    lanes = [
        replace(lane, may_write=may_all or lane.code in has_own, is_open=lane.code in unfolded) for lane in shown.lanes
    ]
    return replace(shown, lanes=sorted(lanes, key=lambda lane: lane.code not in has_own))


def _is_of(lane: Lane, own: Collection[str]) -> bool:
    return any(card.workstream in own for cell in lane.cells for card in cell.cards)


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
    if filters.waiting and not _is_waited(card, filters):
        return False
    return not filters.q or is_found(card, filters.q)


def _is_waited(card: Card, filters: Filters) -> bool:
    behind = set(card.waits_on)
    asked = behind if filters.waiting == ON_US else {card.workstream, *card.shared} - behind
    return bool(behind) and not asked.isdisjoint(filters.ours)


def is_found(card: Card, q: str) -> bool:
    """Whether every word of the search is in the key or a name, or the search is a list of keys with this one."""
    words = folded(q).replace(",", " ").replace(";", " ").split()
    text = folded(f"{card.key} {card.name} {card.other_name}")
    return card.key.casefold() in words or all(word in text for word in words)


def _cells(cards: Iterable[Card], limits: Mapping[State, int], owning: Collection[str] = ()) -> list[Cell]:
    """Five cells. Where `owning` names workstreams, only what they own counts against the limit."""
    by_state: dict[State, list[Card]] = {state: [] for state in STATES}
    for card in cards:
        by_state[card.state].append(card)
    return [_cell(state, here, limits, owning) for state, here in by_state.items()]


def _cell(state: State, cards: list[Card], limits: Mapping[State, int], owning: Collection[str]) -> Cell:
    return Cell(
        state,
        cards,
        sum(1 for card in cards if card.blocker),
        limits.get(state),
        sum(1 for card in cards if card.workstream in owning) if owning else len(cards),
    )


def _changed(
    cells: Collection[Cell],
    gone: Collection[Card],
    new: Collection[Card],
    limits: Mapping[State, int],
    owning: Collection[str] = (),
) -> list[Cell]:
    """Five cells without the cards that are gone and with the new ones."""
    touched = {card.state for card in (*gone, *new)}
    cards = {cell.state: list(cell.cards) for cell in cells if cell.state in touched}
    for card in gone:
        del cards[card.state][place(cards[card.state], card)]
    for card in new:
        insort(cards[card.state], card, key=_ORDER)
    return [_cell(cell.state, cards[cell.state], limits, owning) if cell.state in touched else cell for cell in cells]


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


def _lane_limits(code: str, filters: Filters, frame: BoardFrame) -> Mapping[State, int]:
    return frame.streams[code].limits if filters.group == "workstream" and not filters.hides_cards else {}


def _lanes(
    cells: Mapping[str, list[Cell]], sharing: Mapping[str, int], filters: Filters, frame: BoardFrame
) -> list[Lane]:
    _, name_of = _grouping(filters.group, frame)
    return [Lane(code, name_of(code), cells[code], sharing[code]) for code in sorted(cells, key=swedish_order)]


def _sharing(cards: Iterable[Card], filters: Filters, code_of: Callable[[Card], str]) -> Counter[str]:
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
