"""Two planners close cycle 5 of the demo at one instant over HTTP: one close, and one who hears of it."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape

from tests.browser.closing import decide_all
from tests.databases import Databases, demo
from tests.faults.leads import Lead, Reply, findings, looking, scalars, served
from tests.faults.pairs import both

PATH = "/cycles/5/close"


def closing_form(planner: Lead) -> dict[str, str]:
    """The form as the planner's page holds it, the number typed."""
    page = planner.open(PATH).text
    form = re.search(r'<form[^>]*id="close-form".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    hidden = {str(name): unescape(str(value)) for name, value in fields if name != "csrf_token"}
    return hidden | {"confirm": "5"}


def test_two_who_close_over_http_make_one_close(databases: Databases) -> None:
    with databases.fresh(demo) as url:
        with looking(url) as engine:
            decide_all(engine)
        with served(url) as address, ThreadPoolExecutor(2) as together:
            planners = [Lead(address, {"language": "en"}).sign_in(role) for role in ("planner", "admin")]
            sent = [sending(planner, closing_form(planner)) for planner in planners]
            replies = [reply for reply in both(together, *sent) if isinstance(reply, Reply)]
        assert sorted(reply.status for reply in replies) == [303, 409]
        refused = next(reply for reply in replies if reply.status == 409)
        assert re.search(r"Cycle 5 is closed already\. By (Programkontoret|Administratör), 14 April", refused.text)
        assert scalars(url, "SELECT count(*) FROM entry WHERE command = 'close_cycle'") == [1]
        assert scalars(
            url,
            "SELECT count(DISTINCT entry_id) FROM scope_change WHERE from_cycle = 5"
            " AND kind IN ('carried', 'returned', 'dropped')",
        ) == [1]
        assert findings(url) == []


def sending(planner: Lead, form: dict[str, str]) -> Callable[[], Reply]:
    return lambda: planner.send(PATH, form)
