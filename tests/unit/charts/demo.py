"""Charts of the demo, without a database."""

from functools import cache

from tests.demo_data.expected import AS_OF, SEED_DATA
from tests.demo_data.programme_files import STOCKHOLM
from tests.properties.plain_facts import facts_of
from tests.unit.charts.speech import ENGLISH
from tracker.charts.registry import CHARTS
from tracker.charts.view import View
from tracker.commands.programme.seed import read_folder
from tracker.domain.charts.sheets import By, sheet, whole
from tracker.domain.charts.span import Span, Tags
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import choice_of


@cache
def _demo() -> tuple[History, Tags]:
    programme = read_folder(SEED_DATA)
    tags = Tags(
        {row.id: row.reason for row in programme.changes if row.reason},
        {row.id: row.category for row in programme.blockers},
    )
    return History(facts_of(programme, STOCKHOLM)), tags


def demo_view(name: str, first: int, last: int, *streams: str, by: By = By.PROGRAMME, figure: str = "tested") -> View:
    """The chart of these cycles of the demo, of all workstreams or of those named."""
    history, tags = _demo()
    span = Span(history, AS_OF, first, last, tags=tags, figure=figure)
    choice, source = choice_of(history, [], streams), CHARTS[name].source
    shown = sheet(source, span, choice, by)
    return View(shown, whole(source, span, choice), span, choice, ENGLISH, lambda row, column: f"{column}?{row.values}")
