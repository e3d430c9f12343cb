"""What a run measures on: databases that are made when they are first asked for, and servers on them."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.programme import CHANGES, WORKFLOWS
from tests.bench.servers import Place, Site, place
from tests.bench.timing import a_batch
from tests.databases import Databases

FEW, SOME, MANY = 300, 1_500, WORKFLOWS
KINDS = {"SQLite": 8, "PostgreSQL": 12}  # with the most that a move may take of a bare view
_CHANGES_EACH = CHANGES // WORKFLOWS


@dataclass
class Bench:
    """A run. `hello` tells what a bare view takes."""

    databases: Mapping[str, Databases]
    folder: Path
    hello: Callable[[], float]
    stack: contextlib.ExitStack
    rounds: int
    few_rounds: int
    room_s: float
    _places: dict[tuple[str, int, int], Place] = field(default_factory=dict)

    def place(self, kind: str, workflows: int, changes: int = 0) -> Place:
        """The database with so many workflows, and twenty changes of each unless another number is given."""
        wanted = (kind, workflows, changes or workflows * _CHANGES_EACH)
        if wanted not in self._places:
            self._places[wanted] = self.stack.enter_context(place(self.databases[kind], *wanted[1:]))
        return self._places[wanted]

    @contextlib.contextmanager
    def serving(self, kind: str, workflows: int, changes: int = 0) -> Iterator[Site]:
        """A server that has kept nothing yet, on that database."""
        with self.place(kind, workflows, changes).serving() as site:
            yield site


def bare(site: Site) -> Callable[[], float]:
    """What a bare view takes."""
    return a_batch(site.cpu, lambda: site.get("/hello"), lambda: site.get("/hello"))
