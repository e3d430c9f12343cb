"""Live pages: the version that a page was drawn as, and what it is answered when it asks for changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Self

from flask import Response, current_app, request

from tracker.queries.revision_cache import in_seconds
from tracker.web.http.context import current_viewer, today
from tracker.web.ui.formats import language

_PARTS = 5
VERSION = "HX-PTag"


@dataclass(frozen=True, slots=True)
class PageVersion:
    """All that a drawn page depends on beside its URL and its reader's rights: the programme's revision, the second
    in which that was recorded, which tells it from another database's, the language, the local day, and the version of
    what draws it.
    """

    revision: int
    recorded: int
    language: str
    day: date
    assets: str

    def __str__(self) -> str:
        return f"{self.revision}.{self.recorded}.{self.language}.{self.day}.{self.assets}"

    @classmethod
    @lru_cache(maxsize=64)
    def read(cls, text: str) -> Self | None:
        """The version that was written so; none for anything else."""
        parts = text.split(".")
        if len(parts) != _PARTS or not all(part.isascii() and part.isdigit() for part in parts[:2]):
            return None
        try:
            return cls(int(parts[0]), int(parts[1]), parts[2], date.fromisoformat(parts[3]), parts[4])
        except ValueError:
            return None

    def is_followed_by(self, later: "PageVersion") -> bool:
        """Whether what has been written since makes up the whole difference."""
        others = (self.language, self.day, self.assets) == (later.language, later.day, later.assets)
        is_earlier = self.revision < later.revision or (self.revision, self.recorded) == (
            later.revision,
            later.recorded,
        )
        return others and is_earlier


def page_version() -> PageVersion:
    """The version of a page drawn in this request."""
    programme = current_viewer().programme
    recorded = in_seconds(programme.recorded_at)
    return PageVersion(programme.revision, recorded, language(), today(), current_app.config["ASSETS_DIGEST"])


def live(response: Response) -> Response:
    """The page, with its version."""
    response.headers[VERSION] = str(page_version())
    return response


def changed(draw: Callable[[PageVersion | None], Response]) -> Response:
    """304 when nothing has changed since the version that the reader holds; else what is drawn of it. `draw` gets the
    version that was seen, or none where more has changed than what has been written since.
    """
    version, text = page_version(), request.headers.get(VERSION, "")
    if str(version) in {text, *request.if_none_match.as_set()}:
        return Response(status=304)
    seen = PageVersion.read(text)
    response = live(draw(seen if seen is not None and seen.is_followed_by(version) else None))
    response.set_etag(str(version))
    if seen is not None and seen.assets != version.assets:
        response.headers["HX-Trigger"] = "tracker:outdated"
    return response
