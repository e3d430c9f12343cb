"""The SQL statements behind a request."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event


def statements_of(engine: Engine, run: Callable[[], object]) -> list[tuple[str, Any]]:
    """The SQL statements that it sends, with their parameters; BEGIN is none."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        if not statement.startswith("BEGIN"):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen
