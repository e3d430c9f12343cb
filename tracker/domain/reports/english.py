"""The draft in English, as a project lead would write it."""

from collections.abc import Sequence

from tracker.domain.reports.facts import Figure
from tracker.domain.reports.language import Language


class English(Language):
    """The sentences whose verbs follow numbers."""

    def _each_way(self, ways: Sequence[tuple[Figure, str]]) -> list[str]:
        return [f"{self.many(figure)} {'was' if figure.value == 1 else 'were'} {words}" for figure, words in ways]

    def _came_and_went(self, month: str, is_so_far: bool, opened: Figure, resolved: Figure, open_: Figure) -> str:
        come = f"{self.many(opened, 'no new')} blocker{'' if opened.value == 1 else 's'}"
        gone, left = self.many(resolved, "none"), self.many(open_, "none")
        if is_so_far:
            have, has = "has" if opened.value == 1 else "have", "has" if resolved.value <= 1 else "have"
            are = "are" if open_.value > 1 else "is"
            return f"So far in {month}, {come} {have} come up and {gone} {has} been resolved; {left} {are} open now."
        was, were = "was" if resolved.value <= 1 else "were", "were" if open_.value > 1 else "was"
        end = f"at the end of the month {left} {were} open"
        return f"In {month}, {come} came up and {gone} {was} resolved; {end}."


ENGLISH = English.read("english")
