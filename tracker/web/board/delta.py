"""What a reader's board needs to become the present one: a few cards and their places, and the counts."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from flask import Response, jsonify, render_template

from tracker.queries.board.cards import Card
from tracker.queries.board.changed_since import ChangedWorkflow
from tracker.queries.board.layout import BoardLayout, Cell, Filters, Lane
from tracker.web.board.cards import drawn_cards
from tracker.web.board.words import limit_words, over_words
from tracker.web.http.context import current_viewer

MOST = 40  # beyond that the whole board is as quick
ANSWERED_WITH_THE_CARD = frozenset({"move", "take_back"})


def is_enough(changed: Sequence[ChangedWorkflow], shown: BoardLayout, filters: Filters) -> bool:
    """Whether the board's frame is as it was: its lanes, and that it shows anything at all. Owners come and go."""
    return len(changed) <= MOST and shown.shown > 0 and filters.group != "owner" and filters.view == "board"


def response(shown: BoardLayout, changed: Sequence[ChangedWorkflow], board: dict[str, Any]) -> Response:
    """The changes as JSON. Cards come in an order in which each one's successor stands already; a card that the
    reader moved comes without its HTML, which the answer to the move brought. News is what others did.
    """
    keys = {each.key: each for each in changed}
    places = list(_places(shown, keys))
    gone = sorted(keys.keys() - {card.key for card, *_ in places})
    codes = {lane for _, _, lane, _ in places if lane is not None}
    codes |= {code for card, *_ in places for code in card.shared}  # a lane also counts what it takes part in
    lanes = [lane for lane in shown.lanes if gone or lane.code in codes]
    answer = jsonify(
        facts={
            "may": " ".join(board["may"]),
            "blocked": shown.blocked,
            "shown": shown.shown,
            "total": shown.total,
            "revision": board["revision"],
        },
        cards=[_placed(card, cell, before, keys[card.key]) for card, cell, _, before in places],
        gone=gone,
        news={each.key: each.actor for each in changed if each.actor_id != current_viewer().actor.id},
        counts={column.state: column.count for column in shown.columns},
        limits={
            column.state: {"owned": column.owned, "of": limit_words(column), "over": over_words(column)}
            for column in shown.columns
        },
        sum=render_template("board/_sum.html", board=board).strip(),
        rails={lane.code: render_template("board/_rail.html", lane=lane) for lane in lanes},
        overs={
            _cell_id(lane, cell): render_template("board/_over.html", cell=cell).strip()
            for lane in lanes
            for cell in lane.cells
            if cell.limit is not None
        },
        lanes=len(shown.lanes),
    )
    answer.headers["HX-Reswap"] = "none"
    return answer


def _places(shown: BoardLayout, keys: Collection[str]) -> Iterator[tuple[Card, str, str | None, str | None]]:
    """Of each touched card on the board: its cell, its lane, and the card that it stands before; the last first."""
    for lane, cells in _cells(shown):
        for cell in cells:
            before: str | None = None
            for card in reversed(cell.cards):
                if card.key in keys:
                    yield card, _cell_id(lane, cell), lane.code if lane else None, before
                before = card.key


def _cells(shown: BoardLayout) -> Iterator[tuple[Lane | None, list[Cell]]]:
    if not shown.lanes:
        yield None, shown.columns
    for lane in shown.lanes:
        yield lane, lane.cells


def _cell_id(lane: Lane | None, cell: Cell) -> str:
    return f"lane-{lane.code}-{cell.state}" if lane else f"column-{cell.state}"


def _placed(card: Card, cell: str, before: str | None, by: ChangedWorkflow) -> dict[str, Any]:
    place = {"key": card.key, "version": card.version, "cell": cell, "before": before}
    if by.actor_id == current_viewer().actor.id and by.commands <= ANSWERED_WITH_THE_CARD:
        return place
    return place | {"html": drawn_cards([card])}
