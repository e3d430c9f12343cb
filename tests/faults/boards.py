"""Boards that stay open: each follows its process's polls as a browser does, and can be compared with the others."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.leads import HTMX, Lead, Reply

BOARD = "/board?cycle=all"
_POLL = BOARD.replace("/board", "/board/changes")
_COLUMN = re.compile(r'id="(column-\w+)"')
_CARD = re.compile(r'<article id="card-([^"]+)".*?</article>', re.DOTALL)
_WITHIN_S = 60


@dataclass
class Board:
    """A reader's board: the cards of each column in order, as HTML by key, and the version that they are of."""

    lead: Lead
    tag: str = ""
    columns: dict[str, dict[str, str]] = field(default_factory=dict)

    def open(self) -> "Board":
        """Reads all of it."""
        return self._drawn(self.lead.ask("GET", BOARD))

    def poll(self) -> bool:
        """Follows what has changed, and says whether anything had."""
        reply = self.lead.ask("GET", _POLL, headers=HTMX | {"HX-PTag": self.tag})
        if reply.status == 304:
            return False
        if reply.headers["Content-Type"] != "application/json":
            self._drawn(reply)
            return True
        assert reply.status == 200, reply
        delta = json.loads(reply.text)
        for card in delta["cards"]:
            self._place(card)
        for key in delta["gone"]:
            self._take(key)
        self.tag = _tag(reply)
        counts = {f"column-{state}": count for state, count in delta["counts"].items()}
        assert counts == {name: len(cards) for name, cards in self.columns.items()}
        return True

    def settle(self) -> "Board":
        """Polls until nothing is new."""
        deadline = time.monotonic() + _WITHIN_S
        while self.poll():
            assert time.monotonic() < deadline
        return self

    @property
    def shown(self) -> tuple[int, dict[str, list[tuple[str, str]]]]:
        """The revision, and the cards in order."""
        return int(self.tag.split(".")[0]), {name: list(cards.items()) for name, cards in self.columns.items()}

    def _drawn(self, reply: Reply) -> "Board":
        assert reply.status == 200, reply
        _, *parts = _COLUMN.split(reply.text)
        self.columns = {
            name: {found[1]: found[0] for found in _CARD.finditer(text)}
            for name, text in zip(parts[::2], parts[1::2], strict=True)
        }
        self.tag = _tag(reply)
        return self

    def _place(self, card: Mapping[str, Any]) -> None:
        html = self._take(card["key"])
        cards = list(self.columns[card["cell"]].items())
        names = [key for key, _ in cards]
        at = names.index(card["before"]) if card["before"] in names else len(names)
        cards.insert(at, (card["key"], card.get("html") or html))
        self.columns[card["cell"]] = dict(cards)

    def _take(self, key: str) -> str:
        return next((cards.pop(key) for cards in self.columns.values() if key in cards), "")


def _tag(reply: Reply) -> str:
    """The version of an answer; servers write names of headers as they like."""
    return next(value for name, value in reply.headers.items() if name.lower() == "hx-ptag")
