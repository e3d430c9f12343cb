"""The code stays small enough to hold in the head: sizes and exemptions of its Python."""

import ast
import re
import statistics
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 500
MOST_MODULES = 20  # side by side in a folder, save those of charts, a chart a file
OF_CHARTS = {"tracker/charts", "tracker/domain/charts"}
MEDIAN, NINE_IN_TEN = 7, 20  # lines of a function, from its `def` to its end, docstring included
# Each is an exemption that somebody had to give a reason for. Lower the number with every one that goes.
EXEMPTIONS = {
    ("tracker", "type: ignore"): 25,
    ("tracker", "noqa"): 67,
    ("tests", "type: ignore"): 69,
    ("tests", "noqa"): 31,
}


@cache
def texts(folder: str) -> dict[str, str]:
    """Its files by path."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted((ROOT / folder).rglob("*.py"))
    }


def function_sizes() -> list[int]:
    nodes = chain.from_iterable(ast.walk(ast.parse(text)) for text in texts("tracker").values())
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return sorted((node.end_lineno or node.lineno) - node.lineno + 1 for node in functions)


@pytest.mark.parametrize("folder", ["tracker", "tests", "alembic"])
def test_the_formatter_decides(folder: str) -> None:
    assert [path for path, text in texts(folder).items() if re.search(r"#\s*fmt:\s*(skip|off)", text)] == []


def test_no_file_is_longer_than_can_be_read_at_one_sitting() -> None:
    lengths = {path: len(text.splitlines()) for path, text in texts("tracker").items()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_folder_has_too_many_modules_side_by_side() -> None:
    counts = Counter(path.rpartition("/")[0] for path in texts("tracker") if not path.endswith("/__init__.py"))
    assert {folder for folder, count in counts.items() if count > MOST_MODULES} <= OF_CHARTS


def test_functions_are_short() -> None:
    sizes = function_sizes()
    assert statistics.median(sizes) <= MEDIAN
    assert sizes[len(sizes) * 9 // 10] <= NINE_IN_TEN


@pytest.mark.parametrize(("folder", "kind"), EXEMPTIONS)
def test_no_exemption_is_added(folder: str, kind: str) -> None:
    assert sum(text.count(f"# {kind}") for text in texts(folder).values()) <= EXEMPTIONS[folder, kind]
