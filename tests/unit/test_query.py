"""Parameters of addresses: which of several counts, what is left out, and how filters are written."""

import re
from dataclasses import dataclass
from pathlib import Path

from werkzeug.datastructures import MultiDict

from tracker.web.http import assets
from tracker.web.ui import query


def test_the_last_that_says_anything_counts() -> None:
    args = MultiDict([("a", "1"), ("a", "2"), ("a", "1"), ("a", "9"), ("a", ""), ("b", "x")])
    known = {"1", "2", "9"}
    assert query.last("a", args) == query.Query(args).one("a", known) == "9"
    assert query.Query(args).several("a", known) == ("1", "2", "9")
    assert query.Query(args).one("c", known, "2") == "2"


def test_nothing_reads_the_first_of_a_parameter() -> None:
    web = Path(assets.FOLDER).parent
    first = re.compile(r"\bargs(\.get\(|\.to_dict\(\)|\[)")
    found = {str(file.relative_to(web)) for file in web.rglob("*.py") if first.search(file.read_text(encoding="utf-8"))}
    assert found <= {"ui/query.py"}, "read parameters by web/ui/query.py"


@dataclass(frozen=True)
class Filters:
    owners: tuple[str, ...] = ()
    q: str = ""
    blocked: bool = False
    view: str = "board"


def test_filters_are_written_as_they_are_read_and_what_is_as_it_is_by_itself_is_left_out() -> None:
    names = {"owners": "owner"}
    assert query.parameters(Filters(), names) == {"owner": None, "q": None, "blocked": None, "view": None}
    named = query.parameters(Filters(("A", "B"), "x", blocked=True), names, view="list")
    assert named == {"owner": ["A", "B"], "q": "x", "blocked": "1", "view": "list"}
