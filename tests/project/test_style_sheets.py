"""Style sheets stay small: what looks alike is said once, and nothing is kept that no page uses."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "tracker/web/static/css").rglob("*.css"))
LINES = 7_250  # of all sheets together
SHORT = 2  # declarations that several rules may have in common
BY_LIBRARIES = {"sortable-drag", "sortable-ghost"}


@dataclass(frozen=True)
class Rule:
    """A rule of a sheet with the at-rules around it."""

    sheet: str
    around: tuple[str, ...]
    selector: str
    body: frozenset[str]


def rules(sheet: Path) -> Iterator[Rule]:
    """Rules of a sheet, innermost blocks with declarations."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    open_: list[tuple[str, list[str]]] = []
    for words, mark in re.findall(r"([^{};]*)([{};])", text):
        part = " ".join(words.split())
        if mark == "{":
            open_.append((part, []))
            continue
        if part:
            open_[-1][1].append(part) if open_ else None
        if mark == "}":
            selector, body = open_.pop()
            if body and not selector.startswith("@"):
                yield Rule(sheet.name, tuple(head for head, _ in open_), selector, frozenset(body))


ALL = [rule for sheet in SHEETS for rule in rules(sheet) if not rule.around or "@keyframes" not in rule.around[-1]]


def test_the_sheets_are_at_most_so_long() -> None:
    assert sum(len(sheet.read_text(encoding="utf-8").splitlines()) for sheet in SHEETS) <= LINES


def test_no_rule_repeats_the_body_of_another() -> None:
    bodies = Counter((rule.around, rule.body) for rule in ALL if len(rule.body) > SHORT)
    twice = [rule for rule in ALL if bodies[(rule.around, rule.body)] > 1]
    assert not twice, [f"{rule.sheet}: {rule.selector}" for rule in twice]


def test_no_sheet_says_the_same_of_two_selectors() -> None:
    found = Counter((rule.sheet, rule.around, rule.body) for rule in ALL if len(rule.body) > 1)
    assert not [key for key, count in found.items() if count > 1]


CLASSES = re.compile(r'class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"', re.DOTALL)
KIND = re.compile(r"{% block kind %}(.*?){% endblock %}")


def test_every_class_of_the_sheets_is_used() -> None:
    """In a class of a template, or a word of a script or of the code; some end in what is known later: `pie-design`."""
    templates = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")]
    parts = [part for text in templates for part in [*CLASSES.findall(text), *KIND.findall(text)]]
    for ending in ("js", "py"):
        parts += [path.read_text(encoding="utf-8") for path in (ROOT / "tracker").rglob(f"*.{ending}")]
    used = {word for part in parts for word in re.findall(r"[\w-]+", part)}
    beginnings = tuple(word for word in used if word.endswith("-") and len(word) > 1)
    classes = {name for rule in ALL for name in re.findall(r"\.([a-z][\w-]*)", rule.selector)}
    assert not sorted(name for name in classes - used - BY_LIBRARIES if not name.startswith(beginnings))
