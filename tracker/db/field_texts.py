"""Fields as forms write them: what a form shows and what a command compares it with are the same texts."""

from datetime import date

from tracker.db.models import Blocker


def texts_of(blocker: Blocker) -> dict[str, str]:
    """The blocker's fields."""
    return {
        "title": blocker.title,
        "title_en": blocker.title_en,
        "category": blocker.category.value,
        "owner": blocker.owner,
        "mitigation": blocker.mitigation,
        "decider": blocker.decider,
        "decide_by": date_text(blocker.decide_by),
    }


def date_text(day: date | None) -> str:
    """A date field, empty for none."""
    return "" if day is None else day.isoformat()
