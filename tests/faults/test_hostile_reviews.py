"""I8: text that breaks programs, in every field of the review's forms and filters: refused by name, or kept."""

import re
from collections import Counter
from itertools import product
from urllib.parse import quote

from tests.counts import some
from tests.databases import Databases, demo
from tests.faults.leads import Lead, Reply, findings, scalars, served
from tests.faults.test_hostile_text import TEXTS

KEY, STREAM = "AKU-002", "AKU"  # in cycle 5, not met, carried once
REVIEW = "/cycles/5/review"
FORMS: dict[str, tuple[str, ...]] = {
    f"{REVIEW}/{KEY}/propose": ("kind", "goal", "reason", "note_dropped", "version", "key"),
    f"{REVIEW}/{KEY}/withdraw": ("version", "key"),
    f"{REVIEW}/accept": ("workstream", "reason", "key"),
    f"{REVIEW}/proposals": ("workstream", "reason", "key"),
    f"{REVIEW}/ready": ("workstream", "is_ready", "key"),
}
TOLD = {
    "kind": "choose what is to become of it",
    "goal": "choose a goal",
    "reason": "choose a reason",
    "note_dropped": "write at most 10,000 characters",
    "version": "the version in this form",
    "key": "this form",
    "workstream": "workstream",
    "is_ready": "choose whether it is ready",
}


def test_hostile_text_in_any_field_of_a_review_is_refused_by_name_or_kept_exactly(databases: Databases) -> None:
    with databases.fresh(demo) as url, served(url) as address:
        outcomes: Counter[str] = Counter()
        wrong: list[str] = []
        lead = Lead(address, {"language": "en"}).sign_in("planner")
        fields = [(path, field) for path, fields in FORMS.items() for field in fields]
        for (path, field), (name, value), htmx in some(product(fields, TEXTS.items(), (False, True)), 7):
            form = _filled_in(lead, path) | {field: value}
            outcome = _outcome(url, lead.send(path, form, htmx=htmx), field, value)
            outcomes[outcome] += 1
            if outcome not in {"refused", "kept"}:
                wrong.append(f"{path} {field} {name}: {outcome}")
        print(f"I8: {outcomes.total()} forms of a review with hostile text, {dict(outcomes)}, no 500")
        assert not wrong, "\n".join(wrong)
        assert findings(url) == []


def test_hostile_text_in_any_part_of_a_reviews_address_is_a_page_or_not_there(databases: Databases) -> None:
    with databases.fresh(demo) as url, served(url) as address:
        lead = Lead(address, {"language": "en"}).sign_in("planner")
        statuses: Counter[int] = Counter()
        for path, field, value in product((REVIEW, f"{REVIEW}/changes"), ("workstream", "items"), TEXTS.values()):
            reply = lead.ask("GET", f"{path}?{field}={quote(value[:30_000])}")
            statuses[reply.status] += 1
            assert reply.status in {200, 400, 414, 431}, (field, value[:9], reply.status)
            assert "<script>alert" not in reply.text
        for value in TEXTS.values():
            given: dict[str, str | bytes] = {"kind": "returned", "reason": "scope", "version": "0"}
            reply = lead.send(f"{REVIEW}/{quote(value[:300])}/propose", given)
            statuses[reply.status] += 1
            assert reply.status in {400, 404}, (value[:9], reply.status)
        print(f"I8: {statuses.total()} addresses of a review with hostile text, statuses {dict(statuses)}, no 500")


def _filled_in(lead: Lead, path: str) -> dict[str, str | bytes]:
    """The form as it would be sent, but for the one field."""
    if path.endswith(("/accept", "/proposals")):
        lead.send(f"{REVIEW}/{KEY}/withdraw", {"version": _version(lead)})
        return {"workstream": STREAM, "reason": "scope"}
    if path.endswith("/ready"):
        is_ready = re.search(r'name="is_ready" value="(\d)"', lead.open(f"{REVIEW}?workstream={STREAM}").text)
        assert is_ready is not None
        return {"workstream": STREAM, "is_ready": is_ready[1]}
    if path.endswith("/withdraw"):
        given: dict[str, str | bytes] = {"kind": "returned", "reason": "scope", "version": _version(lead)}
        lead.send(f"{REVIEW}/{KEY}/propose", given)
        return {"version": _version(lead)}
    lead.send(f"{REVIEW}/{KEY}/withdraw", {"version": _version(lead)})
    return {"kind": "dropped", "goal": "test", "reason": "scope", "note_dropped": "n", "version": "0"}


def _version(lead: Lead) -> str:
    page = lead.open(f"{REVIEW}?workstream={STREAM}").text
    found = re.search(rf'data-workflow="{KEY}" data-version="(\d+)"', page)
    assert found is not None
    return found[1]


def _outcome(url: str, reply: Reply, field: str, value: str | bytes) -> str:
    if 400 <= reply.status < 500:
        said = reply.text.lower()
        is_named = TOLD[field] in said or f"the field {field}" in said
        return "refused" if is_named or reply.status == 413 else f"{reply.status} without naming the field"
    if reply.status not in {200, 303}:
        return f"status {reply.status}"
    if isinstance(value, bytes):
        return "taken, though it is no text"
    column, query = ("key", "answer ORDER BY answered_at") if field == "key" else ("note", "proposal ORDER BY entry_id")
    kept = scalars(url, f"SELECT {column} FROM {query} DESC LIMIT 1")
    return "kept" if kept == [value] else f"kept as {str(kept[:1])[:20]!r}"
