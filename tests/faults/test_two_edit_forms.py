"""D3 over HTTP: two people send the edit form of one workflow at the same instant, each to a server of their own."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier

import pytest

from tests.counts import count
from tests.databases import Databases, demo
from tests.faults.leads import Lead, Reply, findings, scalars, served

PAIRS = 100
KEY = "LAB-005"
PATH = f"/workflows/{KEY}/edit"
TEXTS = ("name", "name_en", "description", "owner")

Form = dict[str, str | bytes]


@pytest.mark.timeout(900)
def test_of_two_forms_sent_at_once_both_are_kept_or_one_is_asked_and_decides(databases: Databases) -> None:
    outcomes: Counter[str] = Counter()
    with databases.fresh(demo) as url, served(url) as one, served(url) as other:
        leads = Lead(one).sign_in("lead_sidu"), Lead(other).sign_in("planner")
        with ThreadPoolExecutor(2) as together:
            for turn in range(count(PAIRS)):
                outcomes[_one_pair(url, leads, together, turn)] += 1
        assert findings(url) == []
    print(f"D3 over HTTP: {outcomes.total()} pairs, {dict(outcomes)}, 0 lost in silence")
    assert set(outcomes) == {"both kept", "one kept, one decided"}


def _one_pair(url: str, leads: tuple[Lead, Lead], together: ThreadPoolExecutor, turn: int) -> str:
    mine = TEXTS[turn % 4]
    fields = mine, mine if turn % 3 == 2 else TEXTS[(turn + 1) % 4]
    forms = [
        _form(lead.open(PATH)) | {field: f"{who} {turn}"}
        for lead, field, who in zip(leads, fields, ("min", "din"), strict=True)
    ]
    barrier = Barrier(2)

    def send(number: int) -> Reply:
        barrier.wait()
        return leads[number].send(PATH, forms[number])

    replies = list(together.map(send, range(2)))
    statuses = sorted(reply.status for reply in replies)
    texts = [f"min {turn}", f"din {turn}"]
    if fields[0] != fields[1]:
        assert statuses == [303, 303]
        assert [_stands(url, field) for field in fields] == texts
        return "both kept"
    assert statuses == [303, 409]
    late = 0 if replies[0].status == 409 else 1
    assert _stands(url, mine) == texts[1 - late]
    assert all(text in replies[late].text for text in texts), "one of the two texts is not shown"
    choice: Form = {f"choice_{mine}": "theirs"} if turn % 2 else {}
    assert leads[late].send(PATH, _form(replies[late]) | choice).status == 303
    assert _stands(url, mine) == (texts[1 - late] if choice else texts[late])
    return "one kept, one decided"


def _form(reply: Reply) -> Form:
    """What a browser would send of the form."""
    texts = re.findall(r'<input (?:type="hidden"|id="field-\w+") name="(\w+)"[^>]*? value="([^"]*)"', reply.text)
    form: Form = {name: unescape(text) for name, text in texts if name != "csrf_token"}
    for pattern in (r'name="(description)"[^>]*>\n?([^<]*)</textarea>', r'name="(priority)" value="(\d?)" checked'):
        form |= {name: unescape(text) for name, text in re.findall(pattern, reply.text)}
    others = re.findall(r'name="other_workstreams" value="(\w+)" checked', reply.text)
    assert len(others) <= 1, "sent as one field here"
    return form | ({"other_workstreams": others[0]} if others else {})


def _stands(url: str, field: str) -> str:
    return str(scalars(url, f"SELECT {field} FROM workflow WHERE key = :key", key=KEY)[0])
