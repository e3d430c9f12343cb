"""The board against its floor: the same statements raw, and the same bytes from a plain Jinja loop."""

import re
from collections.abc import Callable
from typing import Any

import jinja2
from sqlalchemy import Engine, event

from tests.bench.programme import NOW, Served
from tracker.db.engine import reading
from tracker.domain.calendar import local_date
from tracker.queries import board, viewer
from tracker.queries.board import ALL
from tracker.web.board import drawn

PATH = "/board?cycle=all"

# What templates/board/_card.html makes, over the columns of a row.
_CARD = """\
<article id="card-{{ c[0] }}" class="card{% if c[6] %} is-blocked{% endif %}" data-workflow="{{ c[0] }}"\
 data-version="{{ c[2] }}" data-workstream="{{ c[3] }}"><a class="name" href="/workflows/{{ c[0] }}">{{ c[1] }}</a>\
{% if c[6] %}<p class="why"><svg class="icon icon-flag" role="img" aria-label="Blocked"><use href="#i-flag"/></svg>\
{{ c[6] }}, {{ c[7] }} d</p>{% endif %}<p class="meta"><b>{{ c[0] }}</b>\
{% for code in c[4] %} <span class="chip">+{{ code }}</span>{% endfor %}\
{% if c[8] %} <span class="chip">+{{ c[8] }} more</span>{% endif %} <span class="owner">{{ c[5] }}</span>\
 <span class="days">{{ c[9] }} d</span></p>\
<button class="more" type="button" aria-label="Move {{ c[0] }}"></button></article>"""
_CARDS = re.compile(r"<article .*</article>")


def contenders(served: Served) -> dict[str, Callable[[], object]]:
    """The application, the application with every card new to it, and the floor."""
    statements = statements_of(served.engine, lambda: served.get(PATH))
    html = served.get(PATH).body.decode()
    template, columns = _plain(served, html)
    assert template.render(columns=columns) == html, "the card's markup has changed: change _CARD with it"
    cursor = served.engine.raw_connection().cursor()

    def floor() -> bytes:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        return template.render(columns=columns).encode()

    def cold() -> object:
        drawn.cache_clear()
        return served.get(PATH)

    return {"app": lambda: served.get(PATH), "cold": cold, "floor": floor}


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


def _plain(served: Served, html: str) -> tuple[jinja2.Template, list[list[tuple[Any, ...]]]]:
    """The page with a loop in place of each column's cards, and what the loops are over."""
    with reading(served.engine) as session:
        programme = viewer.programme(session)
        assert programme is not None
        today, zone = local_date(NOW, programme.zone), programme.zone
        cards = board.cards(session, ALL, language="en", today=today, zone=zone)
    shell = _CARDS.split(html)
    parts = ["{% raw %}" + shell[0] + "{% endraw %}"]
    for number, after in enumerate(shell[1:]):
        parts.append(f"{{% for c in columns[{number}] %}}{_CARD}{{% endfor %}}{{% raw %}}{after}{{% endraw %}}")
    environment = jinja2.Environment(autoescape=True, keep_trailing_newline=True)
    columns = [
        [
            (card.key, card.name, card.version, card.workstream, card.shared_shown, card.owner, card.blocker,
             card.blocked_days, card.shared_more, card.days)
            for card in cards if card.state == state
        ]
        for state in dict.fromkeys(re.findall(r'id="column-(\w+)"', html))
    ]  # fmt: skip
    return environment.from_string("".join(parts)), columns
