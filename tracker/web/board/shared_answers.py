"""Answers to polls that many readers share, each made once, however many ask for it at the same time."""

import contextlib
from collections.abc import Hashable, Iterator
from threading import Lock
from typing import NamedTuple

from tracker.domain.people import Actor
from tracker.domain.states import Role

SHARED = "tracker.shared"  # in a request's environment: that its answer may be shared, a `Shared`
EVERYWHERE = ("*",)
_ANSWERS_KEPT = 300
_LARGEST = 100_000  # bytes
_LOCKS = 16
_WAIT_S = 2.0  # for another's answer; then each makes its own


def rights(actor: Actor) -> tuple[str, ...]:
    """The workstreams whose workflows the actor moves; `*` for all."""
    if actor.is_planner or (actor.role is Role.LEAD and actor.all_workstreams):
        return EVERYWHERE
    return tuple(sorted(actor.own_workstreams))


class Shared(NamedTuple):
    """With whom an answer may be shared: who has these rights and is none of the writers, whose own answers differ."""

    rights: tuple[str, ...]
    writers: frozenset[int]


class Answer(NamedTuple):
    """An answer as the server sends it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class SharedAnswers:
    """The last few answers, by all that they depend on."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[frozenset[int], dict[int | None, Answer]]] = {}
        self._locks = [Lock() for _ in range(_LOCKS)]

    def get(self, key: Hashable, actor: int) -> Answer | None:
        """The answer to this actor, if it is kept."""
        writers, answers = self._kept.get(key, (frozenset(), {}))
        return answers.get(actor if actor in writers else None)

    def keep(self, key: Hashable, actor: int, writers: frozenset[int], answer: Answer) -> None:
        """Keeps an answer to this actor, for all others too unless they are among the writers."""
        if len(answer.body) > _LARGEST:
            return
        self._kept.setdefault(key, (writers, {}))[1][actor if actor in writers else None] = answer
        for oldest in list(self._kept)[:-_ANSWERS_KEPT]:
            self._kept.pop(oldest, None)

    def clear(self) -> None:
        """Forgets all."""
        self._kept.clear()

    @contextlib.contextmanager
    def made_once(self, key: Hashable) -> Iterator[None]:
        """Lets one at a time make the answer for a key."""
        lock = self._locks[hash(key) % _LOCKS]
        is_held = lock.acquire(timeout=_WAIT_S)
        try:
            yield
        finally:
            if is_held:
                lock.release()
