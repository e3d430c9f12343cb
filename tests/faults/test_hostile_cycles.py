"""I8: text that breaks programs, in every field of the forms of cycles: refused by name, or kept."""

from collections import Counter
from itertools import product

from tests.counts import some
from tests.databases import Databases, demo
from tests.faults.leads import Lead, Reply, findings, scalars, served
from tests.faults.test_hostile_text import TEXTS

DATES = ("starts_on", "ends_on", "planning_starts_on", "planning_ends_on")
FORMS: dict[str, tuple[str, ...]] = {
    "/cycles/new": (*DATES, "goal", "gaps", "then", "key"),
    "/cycles/7/edit": (*DATES, "goal", "was_goal", "was_starts_on", "choice_goal", "gaps", "key"),
}
# What the message says where it does not say the field's name.
TOLD = {
    "key": "this form",
    "then": "this form",
    "gaps": "this form",
    "was_goal": "somebody else changed",
    "was_starts_on": "somebody else changed",
}
IGNORED = {"choice_goal", "was_goal", "was_starts_on", "gaps", "then"}  # nothing of them is written


def test_hostile_text_in_any_field_of_a_cycle_is_refused_by_name_or_kept_exactly(databases: Databases) -> None:
    with databases.fresh(demo) as url, served(url) as address:
        outcomes: Counter[str] = Counter()
        wrong: list[str] = []
        lead = Lead(address, {"language": "en"}).sign_in("planner")
        everywhere = product([(path, field) for path, fields in FORMS.items() for field in fields], TEXTS.items())
        for (path, field), (name, value) in some(everywhere, 7):
            form = _filled_in(url, path) | {field: value}
            outcome = _outcome(url, path, lead.send(path, form), field, value)
            outcomes[outcome] += 1
            if outcome not in {"refused", "kept", "ignored"}:
                wrong.append(f"{path} {field} {name}: {outcome}")
        print(f"I8: {outcomes.total()} forms of cycles with hostile text, {dict(outcomes)}, no 500")
        assert not wrong, "\n".join(wrong)
        assert findings(url) == []


def _filled_in(url: str, path: str) -> dict[str, str | bytes]:
    """The form as it would be sent, but for the one field: the next year, or cycle 7 as it stands."""
    if path.endswith("/new"):
        years = scalars(url, "SELECT count(*) FROM cycle")[0]
        return {"starts_on": f"{2024 + int(years)}-01-01", "ends_on": f"{2024 + int(years)}-02-18", "goal": "Mål"}
    (goal,) = scalars(url, "SELECT goal FROM cycle WHERE number = 7")
    texts = {
        "starts_on": "2023-06-26",
        "ends_on": "2023-08-13",
        "planning_starts_on": "2023-06-19",
        "planning_ends_on": "2023-06-22",
        "goal": str(goal),
    }
    return {**texts, **{f"was_{name}": text for name, text in texts.items()}}


def _outcome(url: str, path: str, reply: Reply, field: str, value: str | bytes) -> str:
    if 400 <= reply.status < 500:
        said = reply.text.lower()
        is_named = f"the field {field}" in said or f"#field-{field}" in said or TOLD.get(field, field) in said
        is_gap = "outside cycles" in said  # named, to be saved again
        return "refused" if is_named or is_gap or reply.status == 413 else f"{reply.status} without naming the field"
    if reply.status not in {200, 303}:
        return f"status {reply.status}"
    if isinstance(value, bytes):
        return "taken, though it is no text"
    is_new = path.endswith("/new")
    if field in IGNORED or (field in DATES and is_new) or (field == "key" and not is_new):  # nothing else is changed
        return "ignored"
    query = {
        "goal": f"SELECT goal FROM cycle WHERE number = {'(SELECT max(number) FROM cycle)' if is_new else 7}",
        "key": "SELECT key FROM answer ORDER BY answered_at DESC LIMIT 1",
    }
    if field not in query:
        return "taken as a date"
    kept = scalars(url, query[field])
    return "kept" if kept == [value] else f"kept as {str(kept[0])[:20]!r}"
