"""What every figure and chart says: the same texts as under charts and beside figures."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.charts import registry as drawings
from tracker.domain.charts.cautions import Caution
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.words import PART_FIGURES, PART_GROUP
from tracker.web.charts import figure_words
from tracker.web.charts import words as chart_words
from tracker.web.charts.figure_words import FIGURES, GROUPS, OTHERS
from tracker.web.ui.rendering import page
from tracker.web.ui.translation import gettext

bp = Blueprint("definitions", __name__)


@bp.get("/definitions")
def show() -> ResponseReturnValue:
    """All definitions, by what they are about."""
    each = FIGURES | PART_FIGURES
    chapters = [
        (f"figures-{group}", gettext(word), [_figure(name) for name, words in each.items() if words.group == group])
        for group, word in (GROUPS | PART_GROUP).items()
    ]
    return page(
        "help/definitions.html",
        readings=[
            (basis.value, figure_words.basis_label(basis), figure_words.basis_definition(basis)) for basis in Basis
        ],
        figures=chapters,
        others=[_figure(name) for name in OTHERS],
        charts=[(name, gettext(chart.title), gettext(chart.definition)) for name, chart in drawings.CHARTS.items()],
        columns=[(name, chart_words.label(name), chart_words.definition(name)) for name in chart_words.COLUMNS],
        cautions=[
            (caution.value, gettext(chart_words.CAUTION_LABELS[caution]), chart_words.caution_definition(caution))
            for caution in Caution
        ],
    )


def _figure(name: str) -> tuple[str, str, str]:
    return name, figure_words.label(name), figure_words.definition(name)
