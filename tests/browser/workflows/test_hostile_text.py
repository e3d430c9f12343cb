"""W7, I10: what people write about workflows is text in a browser, whatever it looks like."""

from itertools import product

from playwright.sync_api import Dialog, Request
from sqlalchemy import Engine

from tests.browser.conftest import NewPage
from tests.browser.people import sign_in
from tests.counts import count
from tracker.clock import clock_of
from tracker.commands import notes
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.commands.workflows import fields as workflow_fields
from tracker.db.engine import transaction
from tracker.domain.people import Actor
from tracker.domain.states import Role
from tracker.domain.workflows import WorkflowFields

# What browsers have been talked into running: as text, in attributes, in addresses, in templates.
_PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' autofocus onfocus='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</option></datalist><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//evil.example>",
    "<form action=//evil.example><button>x",
    "<div hx-get=/logout hx-trigger=load>",
    "<div hx-on:load=alert(1)>",
    "<hx-partial hx-target=body>x</hx-partial>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{display:none}</style>",
    "<object data=x>",
    "<embed src=x>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)>",
    "{{ 7*7 }}",
    "{% raw %}{{ config }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{{constructor.constructor('alert(1)')()}}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "\\u003cscript\\u003e",
    "'; DROP TABLE workflow; --",
    "%(key)s %s %d",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script/src=data:,alert(1)>",
    "<math><mi xlink:href=javascript:alert(1)>",
    "<template><script>alert(1)</script></template>",
    "\uff1cscript\uff1ealert(1)",
    "<body onload=alert(1)>",
    "<p hx-swap-oob=true id=main>",
    "<marquee onstart=alert(1)>",
    "`${alert(1)}`",
    "|safe }}",
]
_BEFORE = ("", "'", '">', "-->", "</script>", "&quot;>")  # what may end the place that it stands in
PAYLOADS = [before + payload for before, payload in product(_BEFORE, _PAYLOADS)]
TURNS = count(len(PAYLOADS))


def test_nothing_that_is_written_runs_in_the_browser(new_page: NewPage, demo_engine: Engine) -> None:
    keys = _written(demo_engine, [PAYLOADS[turn * len(PAYLOADS) // TURNS] for turn in range(TURNS)])
    page = sign_in(new_page(), "planner")
    dialogs: list[str] = []
    requests: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def asked(request: Request) -> None:
        if request.resource_type in {"document", "xhr", "fetch"} or "evil" in request.url:
            requests.append(f"{request.method} {request.url.split('/', 3)[3]}")

    page.on("dialog", dismissed)
    page.on("request", asked)
    opened = 0
    for key, payload in keys.items():
        for path in (f"workflows/{key}", f"workflows/{key}/edit"):
            page.goto(f"/{path}")
            opened += 1
            assert requests == [f"GET {path}"], payload
            requests.clear()
        assert page.locator("#field-name").input_value() == payload
        assert page.locator("#field-description").input_value() == payload
    page.goto("/workflows/new")
    print(f"W7: {len(keys)} payloads in 8 fields, {opened} pages, {len(dialogs)} dialogs, 0 requests of theirs")
    assert dialogs == []


def _written(engine: Engine, payloads: list[str]) -> dict[str, str]:
    """By key, a workflow with the payload in each field, in its history, in its notes."""
    with transaction(engine) as session:
        actor_id = accounts.operator(session).id
        entry = open_entry(session, Actor(actor_id, "Programkontoret", Role.PLANNER), "test", clock_of(session).now())
        keys = {}
        for payload in payloads:
            made = workflow_fields.create(session, entry, "LAB", WorkflowFields("Nytt"))
            was = workflow_fields.texts_of(session, made)
            texts = dict.fromkeys(("name", "name_en", "description", "owner"), payload)
            workflow_fields.edit(session, entry, made.key, texts, was)
            workflow_fields.edit(session, entry, made.key, {"owner": f"{payload}!"}, {"owner": payload})
            notes.write(session, entry, payload, key=made.key)
            session.flush()
            keys[made.key] = payload
        return keys
