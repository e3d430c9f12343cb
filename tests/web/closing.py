"""Closing and committing as a browser does it: what its pages show, and what their forms send."""

from sqlalchemy import Engine

from tests.builders import load
from tests.db import reviewing
from tests.db.reviews.test_closes import without_a_draft
from tests.web import people
from tests.web.page_client import Page, PageClient
from tracker.db import migrations

NUMBER = 2  # the running cycle of the programme to review


def undecided(engine: Engine) -> None:
    """The programme to review with the people of the tests."""
    migrations.upgrade(engine)
    reviewing.prepare(engine)
    people.join(engine, reviewing.CLOSE)


def decided(engine: Engine) -> None:
    """The same, with everything decided."""
    undecided(engine)
    reviewing.decide_all(engine)


def without_draft(engine: Engine) -> None:
    """The same without a next cycle, though one of them is to be carried on."""
    migrations.upgrade(engine)
    load(engine, without_a_draft())
    people.join(engine, reviewing.CLOSE)
    for key in reviewing.UNMET_KEYS:
        reviewing.propose(engine, key, reviewing.carry() if key == reviewing.UNMET else reviewing.give_back())


def form_of(page: Page, action: str) -> dict[str, str]:
    """What the form that goes there would send as it stands, but for its token."""
    fields = next(fields for attributes, fields in page.forms if attributes.get("action") == action)
    return {
        str(field["name"]): str(field.get("value") or "")
        for field in fields
        if field.get("name") not in {None, "csrf_token"} and (field.get("type") != "checkbox" or "checked" in field)
    }


def closing_form(browser: PageClient, number: int = NUMBER) -> dict[str, str]:
    """The form that closes the cycle, its number typed."""
    return form_of(browser.page(f"/cycles/{number}/close"), f"/cycles/{number}/close") | {"confirm": str(number)}


def commit_form(browser: PageClient, number: int) -> dict[str, str]:
    """The form that commits the cycle."""
    return form_of(browser.page(f"/cycles/{number}/commit"), f"/cycles/{number}/commit")
