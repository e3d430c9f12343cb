"""Charts that come to the wall by themselves: compressed, for they hold no token."""

import gzip

from flask.testing import FlaskClient

from tests.web.page_client import PageClient
from tracker.charts.registry import CHARTS


def test_a_part_is_compressed_for_who_takes_it_so_and_holds_no_token(demo_browser: PageClient) -> None:
    for name in CHARTS:
        address = f"/charts/{name}?part=2023-04-14T07:00:00Z&from=3&to=5"
        plain = demo_browser.get(address)
        packed = FlaskClient.open(demo_browser, address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 3
        assert "Content-Encoding" not in plain.headers
        assert "csrf" not in plain.text.lower()
        for response in (plain, packed):
            assert {"Accept-Encoding", "Cookie"} <= set(response.vary)
            assert response.headers["Cache-Control"] == "no-store"
