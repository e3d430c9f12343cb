"""What the tests of parts share."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.databases import Databases
from tests.db.acting import findings
from tests.db.signoffs.acts import prepared


@pytest.fixture
def programme(databases: Databases) -> Iterator[Engine]:
    """A small programme of shared workflows; whatever the test does to it, `tracker check` finds nothing afterwards."""
    engine = databases.restored(prepared)
    yield engine
    assert findings(engine) == []
