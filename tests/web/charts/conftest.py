"""A reader of the demo, in English."""

from collections.abc import Iterator

import pytest

from tests.applications import own_app
from tests.databases import Databases, demo
from tests.web.conftest import browser_of
from tests.web.page_client import PageClient
from tracker.db.engine import make_engine


@pytest.fixture(scope="package")
def demo_browser(sqlite_databases: Databases) -> Iterator[PageClient]:
    """Signed in as a viewer."""
    with sqlite_databases.fresh(demo) as url:
        engine = make_engine(url)
        client = browser_of(own_app(engine))
        client.submit("/login/demo", {"role": "viewer"})
        client.submit("/language", {"language": "en"})
        yield client
        engine.dispose()
