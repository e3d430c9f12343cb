"""What the tests of commands share."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.db.acting import findings, prepare


@pytest.fixture
def programme(engine: Engine) -> Iterator[Engine]:
    """A small programme at work; whatever the test does to it, `tracker check` finds nothing afterwards."""
    yield prepare(engine)
    assert findings(engine) == []
