"""The draft in Swedish, as a project lead would write it: sentences, not a log."""

from collections.abc import Sequence
from decimal import Decimal

from tracker.domain.reports.facts import Figure
from tracker.domain.reports.language import Language


class Swedish(Language):
    """Decimal commas, and the sentences whose order or endings follow numbers."""

    def decimal(self, value: Decimal) -> str:
        """1,90."""
        return super().decimal(value).replace(".", ",")

    def _each_way(self, ways: Sequence[tuple[Figure, str]]) -> list[str]:
        (first, words), *others = ways
        verb, _, where = words.partition(" ")
        inverted = f"{verb} {self.many(first)} {where}".rstrip()
        return [inverted, *(f"{self.many(figure)} {words}" for figure, words in others)]

    def _came_and_went(self, month: str, is_so_far: bool, opened: Figure, resolved: Figure, open_: Figure) -> str:
        come = f"{self.many(opened)} hinder" if opened.value else f"{opened.said('inga')} nya hinder"
        gone, left = self.many(resolved, "inget"), self.many(open_, "inget hinder")
        are_open = "öppna" if open_.value > 1 else "öppet"
        if is_so_far:
            return f"Hittills i {month} har {come} tillkommit och {gone} lösts, och nu är {left} {are_open}."
        return f"Under {month} tillkom {come} och {gone} löstes, och vid månadens slut var {left} {are_open}."


SWEDISH = Swedish.read("swedish")
