"""I8: text of users on the pages that close and commit a cycle stands in elements that isolate its direction."""

from tests.browser.closing import decide_all
from tests.databases import Databases, demo
from tests.faults.leads import Lead, looking, served
from tests.faults.test_hostile_text import RTL, Directions
from tests.faults.test_two_closers import PATH, closing_form

COLUMNS = {
    "workflow": ("name", "name_en"),
    "workstream": ("name", "name_en"),
    "cycle": ("goal",),
    "proposal": ("note", "reason"),
    "blocker": ("title", "title_en"),
}


def test_text_of_users_cannot_turn_the_text_around_it(databases: Databases) -> None:
    with databases.fresh(demo) as url, served(url) as address:
        with looking(url) as engine:
            decide_all(engine)
            with engine.begin() as connection:
                for table, columns in COLUMNS.items():
                    for column in columns:
                        connection.exec_driver_sql(f"UPDATE {table} SET {column} = '{column}{RTL}'")
                connection.exec_driver_sql(f"UPDATE actor SET name = 'name' || id || '{RTL}'")
        planner = Lead(address, {"language": "en"}).sign_in("planner")
        bare = turned(planner, PATH) + turned(planner, "/cycles/6/commit")
        form = closing_form(planner)
        changed = planner.send(PATH, form | {"seen": "x", "marks": '{"LKM-005": "undecided", "X\\u202eabc": "met"}'})
        assert changed.status == 409
        bare += [f"changed: {where}" for where in Directions(changed.text).bare]
        assert planner.send(PATH, form | {"commit": "6"}).status == 303
        bare += turned(planner, PATH) + turned(planner, "/cycles/6/commit") + turned(planner, "/admin/audit")
        assert not bare, "\n".join(bare)


def turned(planner: Lead, path: str) -> list[str]:
    """Where text that turns its direction is not isolated."""
    page = Directions(planner.open(path).text)
    assert page.found, path
    return [f"{path}: {where}" for where in page.bare]
