"""The list: the board's workflows as rows that can be edited, each drawn once for all with the same rights."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Response, current_app, request
from markupsafe import Markup
from sqlmodel import Session

from tracker.domain.people import Actor
from tracker.domain.states import MoveBackReason
from tracker.queries.board import cards as board
from tracker.queries.board import list_rows as rows
from tracker.queries.board.cards import BoardFrame, Card, Cards
from tracker.queries.board.changed_since import ChangedWorkflow
from tracker.queries.board.layout import BoardLayout, Filters
from tracker.queries.board.list_rows import ListRow, Updates
from tracker.web.board.filters import LIST, in_words, signing_for
from tracker.web.http.context import current_viewer, now, today
from tracker.web.ui.formats import language
from tracker.web.ui.query import address, last
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key
from tracker.web.ui.words import picks

OWN, PART, READ = "own", "part", "read"
MOST_CHANGED = 40  # beyond that the whole list is as quick
SHOWN_AT_FIRST = 300  # the stalest; the rest are one click away
_STREAMS_TO_CHECK = 4
_ROWS_KEPT = 20_000  # some 60 MB
Typed = Mapping[str, Any]
Errors = Mapping[str, str]
Drafts = Mapping[str, tuple[Typed, Errors]]  # by key: what was typed and not saved, and why


def mode(actor: Actor, card: Card) -> str:
    """What the reader may write of a workflow: all, where it is shared notes and blockers, or nothing."""
    if actor.leads(card.workstream):
        return OWN
    return PART if any(actor.leads(code) for code in card.shared) else READ


class Drawing(NamedTuple):
    """What a row depends on beside its workflow and what is typed: what its reader may write, in which language, on
    which day, and whether there is anything of theirs to sign.
    """

    mode: str
    language: str
    today: date
    reasons: tuple[tuple[str, str], ...]
    signs: bool


def drawn_rows(shown: Sequence[ListRow], actor: Actor, drafts: Drafts) -> dict[str, Markup]:
    """By key, the rows as HTML; nearly all are as they were."""
    how = Drawing(READ, language(), today(), tuple(picks(MoveBackReason)), signs=False)
    ours = set(signing_for(request.args.getlist("workstream")))
    found: dict[str, Markup] = {}
    for row in shown:
        key, mode_ = row.card.key, mode(actor, row.card)
        own = how._replace(mode=mode_, signs=mode_ != READ and not ours.isdisjoint(row.card.behind))
        found[key] = _drawn(row, own, *drafts[key]) if key in drafts else _kept_row(row, own)
    return found


def cards_now(session: Session, keys: Sequence[str]) -> list[Card]:
    """The cards of workflows that are named, as they stand now."""
    zone = current_viewer().programme.zone
    return board.cards_of(session, keys, language=language(), today=today(), zone=zone)


def drawn_anew(session: Session, cards: Sequence[Card], drafts: Drafts) -> dict[str, Markup]:
    """By key, the rows of these cards."""
    viewer = current_viewer()
    shown = rows.rows_of(session, cards, language=language(), today=today(), zone=viewer.programme.zone)
    return drawn_rows(shown, viewer.actor, drafts)


@lru_cache(maxsize=_ROWS_KEPT)
def _kept_row(row: ListRow, how: Drawing) -> Markup:
    return _drawn(row, how, {}, {})


def _drawn(row: ListRow, how: Drawing, typed: Typed, errors: Errors) -> Markup:
    template: Any = current_app.jinja_env.get_template("board/_list_row.html").module
    return Markup(template.drawn(row, how, typed, errors))  # noqa: S704 - a macro's


def updates(session: Session, filters: Filters) -> Updates:
    """When the workflows were last updated, where the page depends on it."""
    if filters.view != LIST and not filters.stale:
        return {}
    return rows.updates(session, filters.cycle, seen_at=seen_at())


def stale(cards: Collection[Card], updates: Updates) -> frozenset[str]:
    """The keys of those that were not updated for a week."""
    zone = current_viewer().programme.zone
    return rows.stale(cards, updates, today=today(), zone=zone) if updates else frozenset()


def seen_at() -> datetime:
    """When the reader opened the list, as its polls tell; for a page that is opened when the last was recorded, which
    is the same for all who see it.
    """
    last_recorded = current_viewer().programme.recorded_at or now()
    try:
        at = datetime.fromisoformat(last("seen"))
    except ValueError:
        return last_recorded
    return at if at.tzinfo is not None else last_recorded


def context(
    session: Session, shown: BoardLayout, updates: Updates, filters: Filters, frame: BoardFrame, drafts: Drafts
) -> dict[str, Any]:
    """What the list shows beside what the board does."""
    viewer = current_viewer()
    every = rows.in_order(shown.cards, updates)
    here = every if last("rows") == "all" else every[:SHOWN_AT_FIRST]
    found = rows.rows(
        session, here, updates, filters.cycle, language=language(), today=today(), zone=viewer.programme.zone
    )
    own = [code for code in filters.workstreams if viewer.actor.leads(code)]
    return {
        "rows": drawn_rows(found, viewer.actor, drafts),
        "shown": len(here),
        "more": len(every) - len(here),
        "here": address("board.show", seen=None, view=LIST),
        "all_url": address("board.show", seen=None, view=LIST, rows="all"),
        "refused": any(errors for _, errors in drafts.values()),
        **_sum(shown, updates),
        "may_write": any(mode(viewer.actor, card) != READ for card in here),
        "save_url": address("rows.save", view=LIST, seen=None),
        "key": fresh_key(),
        "streams_to_check": own[:_STREAMS_TO_CHECK],
        "filters_in_words": in_words(frame, filters),
    }


def _sum(shown: BoardLayout, updates: Updates) -> dict[str, Any]:
    """How many wait, and where they are."""
    zone = current_viewer().programme.zone
    return {
        "stale": rows.count_stale(shown.cards, updates, today=today(), zone=zone),
        "stale_url": address("board.show", seen=None, view=LIST, rows=None, stale="1"),
    }


def changes(
    session: Session,
    changed: Sequence[ChangedWorkflow],
    cards: Cards,
    shown: BoardLayout,
    updates: Updates,
    filters: Filters,
) -> Response:
    """What a reader's list needs to become the present one: the rows that were written to, and the counts."""
    viewer = current_viewer()
    touched = [cards.by_key[each.key] for each in changed if each.key in cards.by_key]
    here = [card for card in touched if shown.shows(card)]
    found = rows.rows(
        session, here, updates, filters.cycle, language=language(), today=today(), zone=viewer.programme.zone
    )
    return page(
        "board/_list_changed.html",
        here=drawn_rows(found, viewer.actor, {}).items(),
        gone=sorted({each.key for each in changed} - {card.key for card in here}),
        board=shown,
        filters=filters,
        listing=_sum(shown, updates),
    )


def changes_address(filters: Filters) -> str:
    """Where the page asks for changes; a list says when it was opened, so that its order stays."""
    return address("board.changes", seen=seen_at().isoformat() if filters.view == LIST else None)
