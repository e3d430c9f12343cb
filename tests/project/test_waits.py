"""No test leans on a quiet machine: what is waited for may take half a minute."""

import re
from pathlib import Path

LEAST_S = 30
TESTS = Path(__file__).parents[1]
LIMITS = re.compile(r"\b(?:timeout=|TIMEOUT_MS = |(?:TIMEOUT|WITHIN|HUNG)_S = |join\()(\d[\d_]*)\b")


def test_no_wait_is_shorter_than_half_a_minute() -> None:
    short = []
    for file in sorted(TESTS.rglob("*.py")):
        if not file.is_relative_to(TESTS / "bench"):
            least = LEAST_S * 1_000 if file.is_relative_to(TESTS / "browser") else LEAST_S
            found = LIMITS.findall(file.read_text(encoding="utf-8"))
            short += [f"{file.relative_to(TESTS)}: {limit}" for limit in found if int(limit) < least]
    assert short == []
