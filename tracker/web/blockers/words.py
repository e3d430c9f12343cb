"""Blockers in words: their fields, and why something was not done to them."""

from collections.abc import Iterable, Sequence
from datetime import date

from tracker.commands.entry.batch_results import Left
from tracker.domain.errors import InvalidError, NotFoundError, TrackerError
from tracker.domain.states import BlockerCategory
from tracker.queries.blockers.table import AGES
from tracker.queries.workflows import form as forms
from tracker.web.http.context import reading_session
from tracker.web.ui import errors
from tracker.web.ui.errors import explain
from tracker.web.ui.formats import day, language
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import large_picks, word

_LONGEST_NAMED = 1_000  # days
_TOLD = 10  # causes that a message tells; the rest are counted
_LONGEST_KEY_TOLD = 40


class AllLeftError(InvalidError):
    """Nothing was done to any of the workflows; `left` says why, one by one."""

    def __init__(self, left: Sequence[Left]) -> None:
        super().__init__(left[0].error.message, field="workflow", **left[0].error.values)
        self.left = left


def field_text(name: str, text: str) -> str:
    """What a field says, as people read it."""
    if name == "category" and text in set(BlockerCategory):
        return word(BlockerCategory(text))
    if name == "decide_by" and text:
        return day(date.fromisoformat(text))
    return text


def category_choices() -> list[tuple[str, str]]:
    """The categories to choose from: key and word."""
    return large_picks(BlockerCategory)


def stream_choices(chosen: str) -> list[tuple[str, str]]:
    """The workstreams to wait on, those in use and the chosen one: code and name. One statement."""
    streams = forms.workstreams(reading_session(), language=language(), also=[chosen])
    return [(code, f"{code} {name}") for code, name in streams.items()]


def age_words(age: str) -> str:
    """How long a blocker has been open, by the filter's word for it."""
    first, last = AGES[age]
    if last > _LONGEST_NAMED:
        return gettext("over %(n)s days", n=first - 1)
    return gettext("%(first)s–%(last)s days", first=first, last=last)


def left_words(left: Iterable[Left]) -> str:
    """The causes, each told once with the keys that it concerns."""
    by_cause: dict[str, list[str]] = {}
    for each in left:
        by_cause.setdefault(explain(each.error), []).append(each.key[:_LONGEST_KEY_TOLD])
    words = [
        cause if len(keys) == 1 and keys[0] in cause else f"{', '.join(keys)}: {cause}"
        for cause, keys in by_cause.items()
    ]
    more = len(words) - _TOLD
    return " ".join(words[:_TOLD]) + (" " + gettext("And %(n)s more.", n=more) if more > 0 else "")


def errors_of(error: TrackerError, command: str) -> dict[str, str]:
    """What to say at which field; what is of no field stands at the command itself."""
    if isinstance(error, AllLeftError):
        by_field: dict[str, list[Left]] = {}
        for each in error.left:
            field = each.error.field if each.error.field == "happened_on" else "workflow"
            by_field.setdefault(field, []).append(each)
        return {field: left_words(left) for field, left in by_field.items()}
    return errors.field_errors(error, command)


def status_of(error: TrackerError) -> int:
    """The status of the error; of several the first one's. A key that nothing has is a wrong field."""
    cause = error.left[0].error if isinstance(error, AllLeftError) else error
    return 422 if isinstance(cause, NotFoundError) else errors.status_of(cause)
