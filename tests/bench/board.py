"""The board against its floor: the same statements raw, and the same bytes from a plain Jinja loop."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from sqlalchemy import Engine, event

from tests.bench.programme import NOW, Served
from tracker.domain.states import STATES
from tracker.web.board.cards import USUAL_STAYS, kept_html

PATH = "/board?cycle=all"

# What templates/board/_card.html makes, over the columns of a row.
_CARD = """\
<article id="card-{{ c[0] }}" class="card{% if c[6] %} is-blocked{% endif %}" data-workflow="{{ c[0] }}"\
 data-version="{{ c[2] }}" data-workstream="{{ c[3] }}"{% if c[10] %} data-shared="{{ c[10]|join(' ') }}"{% endif %}>\
<a class="name" href="/workflows/{{ c[0] }}" aria-describedby="about-{{ c[0] }}">\
<bdi>{{ c[1] }}</bdi><span class="hidden">, {{ c[11] }}</span></a><div id="about-{{ c[0] }}">\
{% if c[6] %}<p class="why"><svg class="icon icon-flag" role="img" aria-label="Blocked"><use href="#i-flag"/></svg>\
<bdi>{{ c[6] }}</bdi>, {{ c[7] }} d</p>{% endif %}<p class="meta"><b>{{ c[0] }}</b>\
{% for code in c[4] %} <span class="chip">+{{ code }}</span>{% endfor %}\
{% if c[8] %} <span class="chip">+{{ c[8] }} more</span>{% endif %} <span class="owner"><bdi>{{ c[5] }}</bdi></span>\
 {% if c[12] %}<span class="days is-long">{{ c[9] }} d<span class="hidden">, longer than 85 percent of finished work\
</span></span>{% else %}<span class="days">{{ c[9] }} d</span>{% endif %}</p></div>\
<button class="more" type="button" aria-label="Move {{ c[0] }}"></button></article>"""
_ZONE = ZoneInfo("Europe/Stockholm")
_TODAY = NOW.astimezone(_ZONE).date()
_CARDS = re.compile(r"<article .*</article>")


def contenders(served: Served) -> dict[str, Callable[[], object]]:
    """The application, the application with every card new to it, and the floor."""
    html = served.get(PATH).body.decode()  # the first board of a day reads how long finished work took
    statements = statements_of(served.engine, lambda: served.get(PATH))
    usual = dict(zip(STATES, served.app.extensions[USUAL_STAYS][1], strict=True))
    template = _plain(html)
    connection = served.engine.raw_connection()
    cursor = connection.cursor()

    def floor() -> str:
        rows: list[list[Any]] = []
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            rows.append(list(cursor.fetchall()))
        connection.rollback()
        return template.render(columns=_columns(rows[-2], rows[-1], usual))

    assert floor() == html, "the card's markup has changed: change _CARD with it"

    def cold() -> object:
        kept_html.cache_clear()
        return served.get(PATH)

    return {"app": lambda: served.get(PATH), "cold": cold, "floor": lambda: floor().encode()}


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


def _plain(html: str) -> jinja2.Template:
    """The page with a loop in place of each column's cards."""
    before, *after = _CARDS.split(html)
    loops = (
        f"{{% for c in columns[{number}] %}}{_CARD}{{% endfor %}}{{% raw %}}{text}{{% endraw %}}"
        for number, text in enumerate(after)
    )
    environment = jinja2.Environment(autoescape=True, keep_trailing_newline=True)
    return environment.from_string("{% raw %}" + before + "{% endraw %}" + "".join(loops))


def _columns(
    rows: list[tuple[Any, ...]], holds: list[tuple[Any, ...]], usual: Mapping[str, int]
) -> list[list[tuple[Any, ...]]]:
    """The rows as they come from the driver, in order and in columns, with what a card needs in days."""
    held = {workflow: (since, title) for workflow, since, title in holds}
    columns: dict[str, list[tuple[Any, ...]]] = {state: [] for state in STATES}
    for row in sorted(rows, key=itemgetter(10, 9, 1)):
        id_, key, name, version, state, workstream, others, owner, _, since, _, _ = row
        shared = sorted(others.split()) if others else []
        shown = shared if len(shared) <= 2 else shared[:1]
        held_since, title = held.get(id_, (None, ""))
        columns[state].append(
            (
                key,
                name,
                version,
                workstream,
                shown,
                owner,
                title,
                held_since and _days(held_since),
                len(shared) - len(shown),
                _days(since),
                shared,
                state.replace("_", " "),
                _days(since) > usual[state],
            )
        )
    return list(columns.values())


def _days(since: datetime | str) -> int:
    instant = since if isinstance(since, datetime) else datetime.fromisoformat(since).replace(tzinfo=UTC)
    return max((_TODAY - instant.astimezone(_ZONE).date()).days, 0)
