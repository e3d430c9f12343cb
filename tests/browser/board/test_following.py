"""A board that followed others by small changes is the board that one drawn anew would be."""

import random
from typing import Any

import pytest
from playwright.sync_api import Page, Response
from sqlalchemy import Engine, text
from sqlmodel import select

from tests.browser.conftest import NewPage
from tests.browser.people import sign_in
from tracker.clock import clock_of
from tracker.commands import signoffs
from tracker.commands.accounts.account import operator
from tracker.commands.entry.entries import open_entry
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.db.engine import reading, transaction
from tracker.db.models import Workflow, Workstream
from tracker.domain.errors import ConflictError
from tracker.domain.states import STATES

BOARDS = [
    "/board?cycle=5",
    "/board?cycle=5&workstream=LAB",
    "/board?cycle=5&group=workstream",
    "/board?cycle=5&group=project&project=SIDU",
    "/board?cycle=5&blocked=1",
]
ROUNDS, MOVES = 3, 6
AS_DRAWN = """
() => {
  const plain = (card) => {
    const copy = card.cloneNode(true);
    copy.classList.remove("is-changed", "is-selected");
    for (const name of ["data-news", "tabindex", "aria-selected", "draggable", "style"]) copy.removeAttribute(name);
    for (const link of copy.querySelectorAll("[tabindex]")) link.removeAttribute("tabindex");
    return copy.outerHTML;
  };
  const all = (selector) => [...document.querySelectorAll(`#board ${selector}`)];
  const words = (selector) => all(selector).map((place) => place.textContent.replace(/\\s+/g, " ").trim());
  const { shown, total, blocked, may } = document.getElementById("board-facts").dataset;
  return {
    cells: all("[data-state]").map((cell) => [cell.id, [...cell.querySelectorAll(".card")].map(plain)]),
    words: [".sum", ".head", ".tab", ".rail", ".over:not([hidden])", ".folded-count"].map(words),
    rules: all(".rule").map((rule) => rule.outerHTML),
    facts: { shown, total, blocked, may },
  };
}
"""


@pytest.mark.parametrize("path", BOARDS)
def test_a_board_that_followed_equals_one_drawn_anew(new_page: NewPage, demo_engine: Engine, path: str) -> None:
    follower = sign_in(new_page(), "planner", path)
    answers: list[str] = []
    follower.on("response", lambda response: answers.append(_kind(response)))
    for turn in range(ROUNDS):
        _move_some(demo_engine, random.Random(f"{path}{turn}"))
        _catch_up(follower, demo_engine)
        expected = sign_in(new_page(), "planner", path).evaluate(AS_DRAWN)
        assert follower.evaluate(AS_DRAWN) == expected
    assert "text/html" not in answers, "the whole board was drawn"
    assert answers.count("application/json") >= 1


def _kind(response: Response) -> str:
    is_news = "/board/changes" in response.url and response.status == 200
    return response.headers["content-type"].partition(";")[0] if is_news else ""


def _move_some(engine: Engine, chance: random.Random) -> None:
    """Moves some workflows of the running cycle, each in a transaction of its own, and signs all parts of others."""
    with reading(engine) as session:
        keys = list(session.exec(select(Workflow.key).where(Workflow.cycle_number == 5).order_by(Workflow.key)))
        clock = clock_of(session)
    for key in chance.sample(keys, MOVES):
        with transaction(engine) as session:
            entry = open_entry(session, operator(session), "move", clock.now())
            version = session.exec(select(Workflow.version).where(Workflow.key == key)).one()
            try:
                to = Move(chance.choice(STATES), version, reason="other", without_parts="Utan delar")
                moves.move(session, entry, key, to)
            except ConflictError:
                session.rollback()  # a blocker holds it
    with transaction(engine) as session:
        entry = open_entry(session, operator(session), "batch_sign", clock.now())
        all_of_them = session.exec(select(Workstream.code)).all()
        for key in chance.sample(keys, MOVES):
            signoffs.sign_all(session, entry, key, all_of_them)


def _catch_up(page: Page, engine: Engine) -> None:
    with engine.connect() as connection:
        revision: Any = connection.execute(text("SELECT revision FROM programme")).scalar_one()
    page.evaluate("htmx.trigger('#board', 'poll')")
    page.wait_for_function(
        "(revision) => document.getElementById('board-facts').dataset.revision === revision", arg=str(revision)
    )
