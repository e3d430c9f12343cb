"""I8, I10: text that breaks programs, in every field of the forms of workflows: refused by name, or kept."""

import re
import uuid
from collections import Counter
from html import unescape
from itertools import product

from tests.counts import some
from tests.databases import Databases, demo
from tests.faults.leads import Lead, Reply, findings, scalars, served
from tests.faults.test_hostile_text import TEXTS

KEY = "LAB-008"
PAGE = f"/workflows/{KEY}"
FIELDS = ("name", "name_en", "description", "owner", "priority", "other_workstreams")
FORMS: dict[str, tuple[str, ...]] = {
    "/workflows/new": (*FIELDS, "workstream", "workflow_key", "proposed_key", "state", "then", "key"),
    f"{PAGE}/edit": (*FIELDS, "was_name", "was_other_workstreams", "choice_name", "key"),
    f"{PAGE}/note": ("note", "key"),
    f"{PAGE}/check": ("key",),
    f"{PAGE}/release": ("blocker", "note", "key"),
    f"{PAGE}/scope": ("do", "cycle", "goal", "reason", "note", "version", "key"),
    f"{PAGE}/archive": ("confirm", "version"),
}
KEPT = {
    "/workflows/new": "SELECT {field} FROM workflow ORDER BY id DESC LIMIT 1",
    "edit": f"SELECT {{field}} FROM workflow WHERE key = '{KEY}'",
    "note": "SELECT text FROM note ORDER BY id DESC LIMIT 1",
    "scope": "SELECT {field} FROM scope_change ORDER BY id DESC LIMIT 1",
}
# What the message says where it does not say the field's name.
TOLD = {
    "key": "this form",
    "then": "this form",
    "proposed_key": "this form",
    "blocker": "this form",
    "version": "the version in this form",
    "do": "choose what to change",
    "was_name": "somebody else changed",
    "was_other_workstreams": "somebody else changed",
    "note": "at most 10,000 characters",
}
IGNORED = {"choice_name", "was_name", "was_other_workstreams", "proposed_key"}  # nothing of them is written


def test_hostile_text_in_any_field_of_a_workflow_is_refused_by_name_or_kept_exactly(databases: Databases) -> None:
    with databases.fresh(demo) as url, served(url) as address:
        outcomes: Counter[str] = Counter()
        wrong: list[str] = []
        lead = Lead(address, {"language": "en"}).sign_in("planner")
        everywhere = product([(path, field) for path, fields in FORMS.items() for field in fields], TEXTS.items())
        for (path, field), (name, value) in some(everywhere, 7):
            form = _filled_in(url, lead, path) | {field: value}
            outcome = _outcome(url, path, lead.send(path, form), field, value)
            outcomes[outcome] += 1
            if outcome not in {"refused", "kept", "ignored"}:
                wrong.append(f"{path} {field} {name}: {outcome}")
        print(f"I8: {outcomes.total()} forms of workflows with hostile text, {dict(outcomes)}, no 500")
        assert not wrong, "\n".join(wrong)
        assert findings(url) == []


def _filled_in(url: str, lead: Lead, path: str) -> dict[str, str | bytes]:
    """The form as it would be sent, but for the one field."""
    version = str(scalars(url, f"SELECT version FROM workflow WHERE key = '{KEY}'")[0])
    match path.rsplit("/", 1)[-1]:
        case "new":
            return {"workstream": "LAB", "name": "Nytt", "state": "not_started"}
        case "edit":
            page = lead.open(path).text
            was = {name: unescape(text) for name, text in re.findall(r'name="was_(\w+)" value="([^"]*)"', page)}
            # One field is another than before: a form without a change is not remembered.
            return {**was, **{f"was_{name}": text for name, text in was.items()}, "owner": str(uuid.uuid4())}
        case "scope":
            is_in = scalars(url, f"SELECT cycle_number FROM workflow WHERE key = '{KEY}'")[0] is not None
            wanted = {"do": "leave", "reason": "capacity"} if is_in else {"do": "enter", "cycle": "6", "goal": "test"}
            return {**wanted, "version": version}
        case "archive":
            return {"version": version, "confirm": "1"}
        case "release":
            return {"blocker": "61", "note": "n"}
        case _:
            return {"note": "n"}


def _outcome(url: str, path: str, reply: Reply, field: str, value: str | bytes) -> str:
    if 400 <= reply.status < 500:
        said = unescape(reply.text).lower()
        is_linked = re.search(rf'href="#(field-|scope-|archive-|release-61-)?{field}"', said)
        is_named = is_linked or f"the field {field}" in said or TOLD.get(field, "?") in said
        return "refused" if is_named or reply.status == 413 else f"{reply.status} without naming the field"
    if reply.status != 303:
        return f"status {reply.status}"
    if isinstance(value, bytes):
        return "taken, though it is no text"
    form = path.rsplit("/", 1)[-1]
    if field in IGNORED or (form, field) in {("check", "key"), ("release", "note"), ("release", "key")}:
        return "ignored"  # checked already, not held: nothing is written
    query = KEPT.get(path) or KEPT.get(form, "")
    query = "SELECT key FROM answer ORDER BY answered_at DESC LIMIT 1" if field == "key" else query
    kept = scalars(url, query.format(field=field))
    return "kept" if kept == [value] else f"kept as {str(kept[0])[:20]!r}"
