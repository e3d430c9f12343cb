"""What the tests of commands share."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.databases import Databases
from tests.db.acting import findings, prepared


@pytest.fixture
def programme(databases: Databases) -> Iterator[Engine]:
    """A small programme at work; whatever the test does to it, `tracker check` finds nothing afterwards."""
    engine = databases.restored(prepared)
    yield engine
    assert findings(engine) == []
