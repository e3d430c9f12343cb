"""What a reader's board needs to become the present one: a few cards and their places, and the counts."""

from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any

from flask import Response, current_app, jsonify

from tracker.queries.board.cards import Card, Cards
from tracker.queries.board.changed_since import ChangedWorkflow
from tracker.queries.board.layout import BoardLayout, Cell, Filters, Lane
from tracker.web.board.cards import drawn_cards
from tracker.web.board.words import limit_words, over_words
from tracker.web.http.context import current_viewer

MOST = 40  # beyond that the whole board is as quick
ANSWERED_WITH_THE_CARD = frozenset({"move", "take_back"})
# After any other, a workstream may have left a workflow: its lane counts one less, and no card names it any more.
_KEEPS_WHO_TAKES_PART = ANSWERED_WITH_THE_CARD | {
    *(f"batch_{each}" for each in ("move", "hold", "release", "own", "prioritise", "check", "sign")),
    *(f"{each}_blocker" for each in ("raise", "hold", "release")),
    *("save_rows", "check", "check_workflow", "note_workflow", "release_workflow"),
}


def is_enough(changed: Sequence[ChangedWorkflow], shown: BoardLayout, filters: Filters) -> bool:
    """Whether the board's frame is as it was: its lanes, and that it shows anything at all. Owners come and go."""
    return len(changed) <= MOST and shown.shown > 0 and filters.group != "owner" and filters.view == "board"


def response(
    shown: BoardLayout, changed: Sequence[ChangedWorkflow], cards: Cards, filters: Filters, may: Collection[str]
) -> Response:
    """The changes as JSON. Cards come in an order in which each one's successor stands already; a card that the
    reader moved comes without its HTML, which the answer to the move brought. News is what others did.
    """
    keys = {each.key: each for each in changed}
    places = _places(shown, (cards.by_key[key] for key in keys if key in cards.by_key))
    gone = sorted(keys.keys() - {card.key for card, *_ in places})
    codes = {lane.code for _, _, lane, _ in places if lane is not None}
    codes |= {code for card, *_ in places for code in card.shared}  # a lane also counts what it takes part in
    is_whole = bool(gone) or any(not each.commands <= _KEEPS_WHO_TAKES_PART for each in changed)
    lanes = [lane for lane in shown.lanes if is_whole or lane.code in codes]
    viewer = current_viewer()
    answer = jsonify(
        facts={
            "may": " ".join(may),
            "blocked": shown.blocked,
            "shown": shown.shown,
            "total": shown.total,
            "revision": viewer.programme.revision,
        },
        cards=[
            _placed(card, _cell_id(lane, cell), before, keys[card.key], filters) for card, cell, lane, before in places
        ],
        gone=gone,
        news={each.key: each.actor for each in changed if each.actor_id != viewer.actor.id},
        counts={column.state: column.count for column in shown.columns},
        limits={
            column.state: {"owned": column.owned, "of": limit_words(column), "over": over_words(column)}
            for column in shown.columns
        },
        sum=_part("_sum", board=shown, filters=filters),
        rails={lane.code: _part("_rail", lane=lane) for lane in lanes},
        overs={
            _cell_id(lane, cell): _part("_over", cell=cell)
            for lane in lanes
            for cell in lane.cells
            if cell.limit is not None
        },
        lanes=len(shown.lanes),
    )
    answer.headers["HX-Reswap"] = "none"
    return answer


def _part(name: str, **context: object) -> str:
    """A small template alone, without what pages share: that would take longer than all the rest."""
    return current_app.jinja_env.get_template(f"board/{name}.html").render(context).strip()


def _places(shown: BoardLayout, cards: Iterable[Card]) -> list[tuple[Card, Cell, Lane | None, str | None]]:
    """Of each of the cards that is on the board: its cell, its lane, and the card that it stands before; the last of a
    cell first.
    """
    found: list[tuple[int, tuple[Card, Cell, Lane | None, str | None]]] = []
    for card in cards:
        for lane, cells in shown.cells():
            cell = cells[card.state.position]
            at = cell.place(card)
            if at is not None:
                before = cell.cards[at + 1].key if at + 1 < cell.count else None
                found.append((at, (card, cell, lane, before)))
    return [each for _, each in sorted(found, key=itemgetter(0), reverse=True)]


def _cell_id(lane: Lane | None, cell: Cell) -> str:
    return f"lane-{lane.code}-{cell.state}" if lane else f"column-{cell.state}"


def _placed(card: Card, cell: str, before: str | None, by: ChangedWorkflow, filters: Filters) -> dict[str, Any]:
    placed = {"key": card.key, "version": card.version, "cell": cell, "before": before}
    if by.actor_id == current_viewer().actor.id and by.commands <= ANSWERED_WITH_THE_CARD:
        return placed
    return placed | {"html": drawn_cards([card], filters.workstreams)}
