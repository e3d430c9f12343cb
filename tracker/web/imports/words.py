"""The words of the import's pages."""

from tracker.commands.imports.plan import Problem
from tracker.domain.errors import N_
from tracker.domain.imports.columns import Field
from tracker.web.ui.errors import explain
from tracker.web.ui.formats import state_name
from tracker.web.ui.translation import gettext

FIELDS = {
    Field.KEY: N_("key"),
    Field.NAME: N_("name"),
    Field.NAME_EN: N_("English name"),
    Field.DESCRIPTION: N_("description"),
    Field.WORKSTREAM: N_("workstream"),
    Field.OTHER_WORKSTREAMS: N_("other workstreams"),
    Field.OWNER: N_("owner"),
    Field.PRIORITY: N_("priority"),
    Field.STATE: N_("state"),
    Field.HAPPENED_ON: N_("happened on"),
    Field.REASON: N_("reason for moving back"),
}
DELIMITER_WORDS = {";": N_("semicolons"), ",": N_("commas"), "\t": N_("tabs")}
DATE_WORDS = {"dmy": N_("the day comes first"), "mdy": N_("the month comes first")}
CAUSE = N_("Why not imported")  # heads a column of the file of refused rows; no column is imported by that name
_LONGEST = 80


def change_words(changes: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str, str]]:
    """Each change as field, before, after."""
    return [
        (
            gettext(FIELDS[Field(name)]),
            state_name(before) if name == "state" else cut(before),
            state_name(after) if name == "state" else cut(after),
        )
        for name, before, after in changes
    ]


def problem_words(problem: Problem) -> str:
    """The cause with its column, as one sentence."""
    cause = explain(problem.error)
    return f"{problem.heading}: {cause}" if problem.heading else cause


def cut(text: str) -> str:
    """As much of a text as a row of a table has room for."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
