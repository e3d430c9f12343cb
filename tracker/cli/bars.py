"""How far a long command has come, on stderr."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Show: TypeAlias = Callable[[str, int, int], None]  # of a step how many are done, of how many; of 0 where nobody knows


@contextlib.contextmanager
def bars(steps: Mapping[str, str]) -> Iterator[Show]:
    """A bar for each step that is told of, under its words. In a log or a pipe they would be noise between the lines
    that somebody looks for: none there.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(steps[step])
            progress.update(tasks[step], completed=done, total=total or None)

        yield show
