"""Pages take as many SQL statements for 300 workflows as for 5, and a poll that finds nothing new at most one."""

import re

from sqlmodel import select

from tests.bench.board import statements_of
from tests.bench.programme import HTMX, Served, key, served
from tests.databases import Databases
from tracker.clock import real_now
from tracker.commands.accounts import sign_ins
from tracker.commands.imports import files as import_files
from tracker.db.engine import transaction
from tracker.db.models import User
from tracker.web.ui import shared

FEW, MANY = 5, 300
PAGES = {
    "overview": "/",
    "board": "/board?cycle=all",
    "board of the running cycle": "/board?cycle=2",
    "board of a closed cycle": "/board?cycle=1",
    "backlog": "/board?cycle=none",
    "grouped board": "/board?cycle=all&group=workstream",
    "board grouped by owner": "/board?cycle=2&group=owner",
    "filtered board": "/board?cycle=all&workstream=S01&workstream=S02&owner=Testledare&blocked=1&q=unders",
    "changes of the board": "/board/changes?cycle=all",
    "list": "/board?cycle=all&view=list",
    "list of the running cycle, filtered": "/board?cycle=2&view=list&workstream=S01&stale=1",
    "changes of the list": "/board/changes?cycle=all&view=list",
    "what was not updated on the wall": "/board?cycle=all&stale=1",
    "workflow": f"/workflows/{key(3)}",
    "who did what": "/admin/audit",
    "who did what to a workflow": f"/admin/audit?workflow={key(3)}",
    "settings": "/settings",
    "new workflow": "/workflows/new?workstream=S01",
    "edited workflow": f"/workflows/{key(3)}/edit",
    "blockers": "/blockers",
    "all blockers, filtered": "/blockers?state=all&workstream=S01&category=equipment&q=svar&sort=-age",
    "blocker": "/blockers/1",
    "workstreams": "/workstreams",
    "workstreams, some": "/workstreams?workstream=S01&workstream=S02",
    "workstream": "/workstreams/S01",
    "cycles": "/cycles",
    "cycles from the first": "/cycles?from=1",
    "new cycle": "/cycles/new",
    "edited cycle": "/cycles/2/edit",
    "draft": "/cycles/3",
    "running cycle": "/cycles/2",
    "closed cycle": "/cycles/1",
    "items of a figure": "/cycles/1?show=tested&basis=as_reported",
    "review": "/cycles/2/review",
    "review of a workstream": "/cycles/2/review?workstream=S01",
    "changes of the review": "/cycles/2/review/changes?workstream=S01",
    "proposals of several workstreams": "/cycles/2/review/proposals",
    "closing": "/cycles/2/close",
    "closed": "/cycles/1/close",
    "committing": "/cycles/3/commit",
    "committed": "/cycles/2/commit",
    "plan": "/cycles/3/plan",
    "plan, filtered": "/cycles/3/plan?workstream=S01&q=unders",
    "changes of the plan": "/cycles/3/plan/changes",
    "charts": "/charts",
    "chart": "/charts/throughput?from=1&to=3&by=workstream",
    "chart as figure": "/charts/throughput.json",
    "chart as file": "/charts/throughput.csv",
    "items of a mark": "/charts/throughput?show=tested&cycle=1",
    "items of a caution": "/charts/throughput?show=back",
    "definitions": "/definitions",
    "exports": "/exports",
    "exports, a long file": "/exports?file=changes",
    "exports, narrowed": "/exports?file=items&workstream=S01&project=SOKI",
    "summary as a file": "/exports/workstream_summary.csv?cycle=1",
    "items as a file": "/exports/items.csv?cycle=2",
    "summary of some as a file": "/exports/cycle_summary.csv?workstream=S01",
    "blockers of some as a file": "/exports/blockers.csv?workstream=S01",
    "changes as a file": "/exports/changes.csv",
    "workflows as a file": "/exports/workflows.csv",
    "pack": "/exports/pack.zip?cycle=2",
    "pack as a workbook": "/exports/pack.xlsx?cycle=2",
    "reports": "/reports",
    "report": "/reports/2023-04",
    "report as a file": "/reports/2023-04.md",
    "part of a report": "/reports/2023-04/parts/P01",
    "publishing": "/reports/2023-04/publish",
    "imports": "/imports/workflows",
    "how far an import has come": "/imports/progress/unknown",
    "set-up": "/setup",
    "new project": "/setup/projects/new",
    "new workstream": "/setup/workstreams/new",
    "edited workstream": "/setup/workstreams/S01",
    "pasted workstreams": "/setup/workstreams/paste",
    "programme files where there is a history": "/setup/files",
    "new blocker": f"/blockers/new?workflow={key(3)}&workflow={key(4)}&title=svar",
}
BOARD = 3  # who looks; the revision of the frame and of the cards, which are kept
# Of the frame what was written, cycles, projects with workstreams, owners; of the cards what was written, cards, holds.
BOARD_AFTER_A_MOVE = BOARD + 4 + 3
# Of a poll after it what was written since the reader's board.
DIFFERENCE = BOARD_AFTER_A_MOVE + 1
LIST = BOARD + 2  # when each was last updated (which is kept), and all that holds it
UPDATES_AFTER_A_MOVE = 2  # what was written, and which updates
BLOCKERS = 5  # who looks, events, workstreams of what is held, blockers, names of workstreams
BLOCKER = (
    9  # who looks, fields, workflows with their workstreams (2), events, notes, changed fields, owners, workstreams
)
# Who looks, fields, the running cycle and drafts, other workstreams, what holds it; of its timeline moves, scope,
# holds, notes, checks, changed fields and parts; which workstreams may join.
WORKFLOW = 13
CYCLES = 4  # who looks, cycles, how many are in each, what closed ones reported
CYCLE_FORM = 2  # who looks, cycles
CALENDAR = 3  # wrong keys from there, whose it is, cycles
# What figures come from is kept, which is one statement. To follow what was written since takes two more: the workflows
# that were written to, and those of them that figures depend on (whose three histories the driver reads).
FIGURES, FOLLOWED = 1, 2
# Who looks, whether it is there, the last recorded instant, workflows, workstreams and blockers by name, its scope.
CYCLE = 7 + FIGURES
CLOSED_CYCLE = CYCLE + 3  # what was recorded of moves, holds and parts after the close
# Who looks, the last recorded instant, workstreams, projects and workflows by name; of one also its blockers.
WORKSTREAMS = 5 + FIGURES
# Who looks, the review, the cycles, what earlier closes reported; for what was done before, the last recorded instant
# and the history that charts are drawn from.
REVIEW = 5 + FIGURES
# Who looks, the cycle, the review, and of the preview four for members and seven besides the three histories.
CLOSING = 13
CLOSED = 5  # who looks, the cycle, names of workstreams, what comes next, the figures that are kept
COMMITTING = 4  # who looks, the cycle, the other ones, members by goal
# Who looks, the cycle, the revision of the frame and of the cards of two sides (which are kept), members (4), the
# running cycle's review (5), blockers, work under way, who is ready, the instant.
PLAN = 18 + FIGURES
DRAFT_TO_COMMIT = COMMITTING + PLAN - 1
# Who looks, the last recorded instant, what figures come from, the blockers, updates, the review.
OVERVIEW = 2 + FIGURES + 4 + 1 + 1
# Who looks, the last recorded instant, when members of the running cycle were last updated, reasons of moves back,
# blockers with their categories, projects and workstreams by name.
CHART = 7 + FIGURES
ITEMS = CHART + 1  # workflows by name
# Who looks; the last recorded instant twice, for the page or the name and for the figures, and what these come from.
# A file of history has its own rows in one; only of a long one the page counts the rest in one more.
EXPORTS, HISTORY_FILE = 3 + 2 * FIGURES, 3
# Who looks, the last recorded instant for the name; times carried, who went back to not started, the time zone, the
# newest row of six histories, what is held, workstreams, workflows.
WORKFLOWS_FILE = 2 + 12
PACK = 9  # who looks, cycles, the last recorded instant, what the four files of figures come from, blockers
REPORTS = 4 + FIGURES  # who looks, the last recorded instant, how far the parts have come, what was published
# Who looks, the last recorded instant, texts, what was published, projects, blockers.
REPORT = 6 + FIGURES
IMPORTS = 5  # who looks, the latest imports, what they created and changed, what there is
# Who looks, projects, workstreams, what there is; of the latest changes the entries, and 15 for what they wrote.
SETUP = 4 + 16
# Who looks, the file, ten for what rows are measured by (parts take two, the limits of dates two), workstreams by name.
IMPORT = 13
# Who looks, the programme's lock, whether it was sent before, the workflow; its change with the entry and the revision,
# the workflow's own row, its card (2), the answer.
MOVE = 11
POLL = 1  # who looks
SWEEP = "DELETE FROM answer"  # every hundredth write forgets old answers


def test_statements_do_not_grow_with_the_data(databases: Databases) -> None:
    counts = []
    for workflows in (FEW, MANY):
        with served(databases, workflows) as application:
            counts.append(counted(application))
    print(f"Statements for {FEW} and {MANY} workflows: {counts[1]}")
    assert counts[0] == counts[1]
    assert {counts[0][name] for name in PAGES if "board" in name or name == "backlog"} == {BOARD}
    assert counts[0]["poll after a move"] == DIFFERENCE
    assert counts[0]["workflow"] == WORKFLOW
    assert counts[0]["overview"] == OVERVIEW
    assert counts[0]["proposals of several workstreams"] == 1 + 1
    assert counts[0]["blockers"] == counts[0]["all blockers, filtered"] == BLOCKERS
    assert counts[0]["blocker"] == BLOCKER
    assert counts[0]["cycles"] == counts[0]["cycles from the first"] == CYCLES
    assert counts[0]["new cycle"] == counts[0]["edited cycle"] == CYCLE_FORM
    assert counts[0]["calendar"] == CALENDAR
    assert counts[0]["workstreams"] == counts[0]["workstreams, some"] == counts[0]["workstream"] - 4 == WORKSTREAMS
    assert counts[0]["draft"] == counts[0]["running cycle"] == CYCLE
    assert counts[0]["closed cycle"] == counts[0]["items of a figure"] == CLOSED_CYCLE
    assert {counts[0][name] for name in PAGES if "review" in name} == {REVIEW}
    assert {counts[0][name] for name in PAGES if "plan" in name} == {PLAN}
    assert {counts[0][name] for name in PAGES if "list" in name} == {LIST}
    assert counts[0]["what was not updated on the wall"] == BOARD + 1
    assert {counts[0][name] for name in ("charts", "chart", "chart as figure", "chart as file")} == {CHART}
    assert counts[0]["items of a mark"] == counts[0]["items of a caution"] == ITEMS
    assert counts[0]["summary as a file"] == counts[0]["items as a file"] == EXPORTS
    assert counts[0]["exports"] == EXPORTS + 2  # workstreams and projects by name
    assert (counts[0]["exports, narrowed"], counts[0]["summary of some as a file"]) == (
        EXPORTS + 4,
        EXPORTS + 1,
    )  # codes of both, and no cycle
    assert (counts[0]["exports, a long file"], counts[0]["changes as a file"]) == (HISTORY_FILE + 3, HISTORY_FILE)
    assert counts[0]["blockers of some as a file"] == HISTORY_FILE + 3
    assert counts[0]["workflows as a file"] == WORKFLOWS_FILE
    assert counts[0]["pack"] == counts[0]["pack as a workbook"] == PACK
    assert counts[0]["reports"] == REPORTS
    assert {counts[0][name] for name in ("report", "report as a file", "part of a report", "publishing")} == {REPORT}
    assert (counts[0]["closing"], counts[0]["closed"]) == (CLOSING, CLOSED)
    assert (counts[0]["committing"], counts[0]["committed"]) == (DRAFT_TO_COMMIT, COMMITTING)
    assert counts[0]["imports"] == IMPORTS
    assert counts[0]["set-up"] == SETUP
    assert (counts[0]["new project"], counts[0]["new workstream"], counts[0]["edited workstream"]) == (1, 2, 3)
    assert counts[0]["programme files where there is a history"] == 2  # who looks, whether there is one
    assert counts[0]["how far an import has come"] == POLL
    assert (counts[0]["columns of an import"], counts[0]["preview of an import"]) == (2, IMPORT)
    assert counts[0]["move"] == MOVE
    assert {counts[0][name] for name in counts[0] if "finds nothing new" in name} <= {0, POLL}


def test_what_figures_come_from_is_read_once_for_each_revision(databases: Databases) -> None:
    with served(databases, FEW) as application:
        opened(application, "/board?cycle=all")
        opened(application, "/charts")
        shared.forget(application.app)
        before = len(statements_of(application.engine, lambda: opened(application, "/charts")))
        moved(application, move_form(application))
        after = len(statements_of(application.engine, lambda: opened(application, "/charts")))
    assert before == CHART
    assert after == CHART + FOLLOWED + 2  # and the reasons given since


def counted(application: Served) -> dict[str, int]:
    """How many statements each page takes, a move on the board, and a poll that finds nothing new.

    The first board of a day reads how long finished work took, for all that are drawn that day; and what is kept is
    read at first. No page is drawn yet for others.
    """
    for path in PAGES.values():
        opened(application, path)
    shared.forget(application.app)
    counts = {
        name: len(statements_of(application.engine, lambda: opened(application, path)))  # noqa: B023
        for name, path in PAGES.items()
    }
    secret = a_calendar_key(application)
    counts["calendar"] = len(
        statements_of(application.engine, lambda: opened(application, f"/calendar.ics?key={secret}"))
    )
    path = an_import(application)
    counts["columns of an import"] = len(
        statements_of(application.engine, lambda: opened(application, f"{path}/columns"))
    )
    counts["preview of an import"] = len(statements_of(application.engine, lambda: opened(application, path)))
    tag, fields = opened(application, "/board?cycle=all"), move_form(application)
    statements = statements_of(application.engine, lambda: moved(application, fields))
    counts["move"] = sum(not statement.startswith(SWEEP) for statement, _ in statements)
    counts["poll after a move"] = len(statements_of(application.engine, lambda: changes(application, tag)))
    tag = opened(application, "/board?cycle=all")
    counts["poll that finds nothing new"] = len(statements_of(application.engine, lambda: polled(application, tag)))
    tag = opened(application, "/cycles/2/review")
    counts["poll of the review that finds nothing new"] = len(
        statements_of(application.engine, lambda: polled(application, tag, "/cycles/2/review/changes?workstream=S01"))
    )
    return counts


def a_calendar_key(application: Served) -> str:
    """The secret of the planner's calendar."""
    with transaction(application.engine) as session:
        return sign_ins.make_calendar_key(session, session.exec(select(User.id)).one(), real_now())  # type: ignore[arg-type]


def an_import(application: Served) -> str:
    """The address of a file that the planner is importing."""
    content = f"key;name\n{key(3)};Nytt namn\n;Nytt\n".encode()
    with transaction(application.engine) as session:
        user_id = session.exec(select(User.id)).one()
        assert user_id is not None
        token = import_files.keep(session, user_id, "flöden.csv", content, now=real_now())
    return f"/imports/workflows/{token}"


def opened(application: Served, path: str) -> str:
    """A page; gives its tag, where it has one."""
    answer = application.get(path)
    assert answer.status == 200
    return answer.headers.get("HX-PTag", "")


def move_form(application: Served) -> dict[str, str]:
    """The fields that move a workflow which has not begun, as the board sends them."""
    board = application.get(f"/board?cycle=all&q={key(5)}").body.decode()
    card = re.search(rf'data-workflow="{key(5)}" data-version="(\d+)"', board)
    assert card is not None
    return {"to": "design", "version": card[1], "key": "a", "reason": "", "note": ""}


def moved(application: Served, fields: dict[str, str]) -> None:
    """A move on the board that is made."""
    answer = application.post(f"/workflows/{key(5)}/move", fields, **HTMX)
    assert (answer.status, b"data-undo-version" in answer.body) == (200, True)


def changes(application: Served, tag: str) -> None:
    """A poll with the tag of a page that somebody has moved a card on since."""
    answer = application.get("/board/changes?cycle=all", HX_PTag=tag, **HTMX)
    assert (answer.status, b'"cards":[{' in answer.body) == (200, True)


def polled(application: Served, tag: str, path: str = "/board/changes?cycle=all") -> None:
    """A poll with the tag of the page as it stands."""
    assert application.get(path, HX_PTag=tag, **HTMX).status == 304
