"""The board against its floor: the same statements raw, and the same bytes from a plain Jinja loop."""

import re
from collections.abc import Callable
from typing import Any

import jinja2
from sqlalchemy import Engine, event

from tests.bench.programme import Served

PATH = "/board?cycle=all"
CARD = (
    '<article id="card-{{ c[0] }}" class="card{% if c[8] %} is-blocked{% endif %}" data-workflow="{{ c[0] }}"'
    ' data-version="{{ c[1] }}"'
)


def contenders(served: Served) -> dict[str, Callable[[], object]]:
    """The application's answer, and the floor's."""
    statements = statements_of(served.engine, lambda: served.get(PATH))
    html = served.get(PATH).body.decode()
    template, cards = plain_template(html)
    assert template.render(cards=cards) == html
    connection = served.engine.raw_connection()
    cursor = connection.cursor()

    def floor() -> bytes:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        connection.rollback()
        return template.render(cards=cards).encode()

    return {"app": lambda: served.get(PATH), "floor": floor}


def statements_of(engine: Engine, run: Callable[[], object]) -> list[tuple[str, Any]]:
    """The SQL statements that it sends, with their parameters."""
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


_ARTICLE = re.compile(r"<article .*?</article>\n?", re.DOTALL)
