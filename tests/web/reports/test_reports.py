"""The pages of the monthly report: what they show to whom, what a form keeps, what publishing says."""

import pytest
from sqlalchemy import Engine

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tracker.domain.reports.numbers import OF_CYCLES, OF_DAYS

pytestmark = ON_SQLITE

MONTH = "/reports/2023-03"
PART = f"{MONTH}/parts/SIDU"
EMPTY = {"summary": "", "plan": "", "was_summary": "", "was_plan": ""}
SWEDISH = {"Accept-Language": "sv"}
ENGLISH = {"Accept-Language": "en"}


def test_the_report_names_cycles_and_months_and_opens_every_figure(client_as: ClientAs) -> None:
    browser = client_as("viewer")
    page = browser.page(MONTH, headers=SWEDISH)
    assert "Lägesrapport mars 2023" in page.text
    assert "Summering mars" in page.text
    assert "Planering april" in page.text
    links = {
        attributes["href"] for tag, attributes in page.elements if tag == "a" and attributes.get("class") == "figure"
    }
    assert len(links) > 5
    for link in links:
        assert browser.get(str(link)).status_code == 200, link


def test_a_figure_opens_as_many_items_as_it_says(client_as: ClientAs) -> None:
    page = client_as("viewer").page(f"{MONTH}?show=workflows&at=2023-03&project=SIDU", headers=ENGLISH)
    rows = [attributes for tag, attributes in page.elements if tag == "th" and attributes.get("class") == "what"]
    assert f"Workflows, March 2023, Diagnostics: {len(rows)}" in page.text
    assert len(rows) > 1


def test_every_figure_that_a_text_can_name_opens(client_as: ClientAs) -> None:
    browser = client_as("viewer")
    for figure in sorted(OF_CYCLES | OF_DAYS):
        page = browser.page(f"{MONTH}?show={figure}&at=c1&project=SIDU", headers=SWEDISH)
        assert "cykel 1" in page.text, figure


@pytest.mark.parametrize(
    "address",
    [
        "/reports/2023-13",
        "/reports/2031-01",
        "/reports/x",
        "/reports/2022-01.md",
        f"{MONTH}/parts/XYZ",
        f"{MONTH}?show=tasted&at=c1",
        f"{MONTH}?show=tested&at=c99",
        f"{MONTH}?show=tested",
        f"{MONTH}?show=tested&at=c1&project=XYZ",
    ],
)
def test_what_is_not_there_is_not_found(client_as: ClientAs, address: str) -> None:
    response = client_as("planner").get(address)
    assert response.status_code == 404
    assert "<h1" in response.text


def test_markdown_is_the_same_report_with_whole_addresses(client_as: ClientAs) -> None:
    response = client_as("viewer").get(f"{MONTH}.md", headers=ENGLISH)
    assert response.mimetype == "text/markdown"
    assert response.text.startswith("# Status report March 2023\n")
    assert "](http://localhost/reports/2023-03?show=" in response.text


def test_a_part_is_written_marked_ready_and_shown(client_as: ClientAs) -> None:
    lead = client_as("lead_owner")
    text = "Vi har testat {1|tested|c1} flöde.\n\n- <b>ett</b>\n- två"
    assert lead.submit(PART, EMPTY | {"summary": text, "then": "ready"}).location.endswith("#part-SIDU")
    response = lead.get(MONTH, headers=ENGLISH)
    assert "&lt;b&gt;ett&lt;/b&gt;" in response.text
    assert "<li>två</li>" in response.text
    assert "1 ready" in response.text
    assert "now 0" in response.text or "now" not in response.text.partition("Vi har testat")[2][:200]


def test_what_saves_itself_gets_back_what_is_saved_and_no_text(client_as: ClientAs) -> None:
    lead = client_as("lead_owner")
    response = lead.submit(PART, EMPTY | {"summary": "Vi har", "then": "auto"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert 'name="was_summary" value="Vi har"' in response.text
    assert "<textarea" not in response.text
    assert "Sparat" in response.text
    again = lead.submit(
        PART, {"summary": "Vi har testat", "plan": "", "was_summary": "Vi har", "was_plan": "", "then": "auto"}
    )
    assert again.status_code == 200


def test_two_who_write_over_the_same_text_see_both_and_choose(client_as: ClientAs) -> None:
    client_as("lead_owner").submit(PART, EMPTY | {"summary": "Min text"})
    planner = client_as("planner")
    by_itself = planner.submit(PART, EMPTY | {"summary": "Din text", "then": "auto"})
    assert by_itself.status_code == 409
    assert "Namn lead_owner" in by_itself.text
    assert 'name="was_summary" value=""' in by_itself.text
    both = planner.submit(PART, EMPTY | {"summary": "Din text"})
    assert both.status_code == 409
    assert "Min text" in both.text
    assert "Din text" in both.text
    mine = {"summary": "Din text", "plan": "", "was_summary": "Min text", "was_plan": ""}
    assert planner.submit(PART, mine | {"choice_summary": "mine"}).status_code == 303
    assert "Din text" in planner.page(MONTH).text


@pytest.mark.parametrize("fields", [{}, {"summary": "x"}, EMPTY | {"then": "explode"}, EMPTY | {"summary": "{5|x|c1}"}])
def test_a_form_that_is_wrong_keeps_what_was_typed(client_as: ClientAs, fields: dict[str, str]) -> None:
    response = client_as("lead_owner").submit(PART, fields)
    assert response.status_code == 422
    assert fields.get("summary", "") in response.text
    assert "<h1" in response.text


def test_publishing_names_what_is_missing_and_freezes(client_as: ClientAs) -> None:
    planner = client_as("planner")
    planner.submit(PART, EMPTY | {"summary": "Fryst text", "then": "ready"})
    assert "Kliniskt innehåll" in planner.page(f"{MONTH}/publish", headers=SWEDISH).text
    assert planner.submit(f"{MONTH}/publish", {"key": "a"}).status_code == 303
    assert planner.submit(f"{MONTH}/publish", {"key": "a"}).status_code == 303  # sent twice, done once
    page = planner.page(MONTH, headers=SWEDISH).text
    assert "Publicerad 31 mars" in page or "Publicerad" in page
    assert "Inte klart från: Inledning; Kliniskt innehåll" in page
    late = planner.submit(PART, EMPTY | {"summary": "Skrivet för sent"})
    assert late.status_code == 409
    assert "Skrivet för sent" in late.text
    assert planner.submit(f"{MONTH}/reopen").status_code == 303
    assert planner.submit(PART, EMPTY | {"summary": "Sent"}).status_code == 303


def test_the_introduction_stands_first_from_month_to_month_and_is_left_out_while_it_is_empty(
    client_as: ClientAs,
) -> None:
    planner, viewer = client_as("planner"), client_as("viewer")
    part, later = "/reports/2023-02/parts/introduction", MONTH
    assert 'id="part-introduction"' in planner.get(MONTH).text
    assert 'id="part-introduction"' not in viewer.get(MONTH).text
    assert "Inledning" in planner.page(f"{MONTH}/publish", headers=SWEDISH).text
    fields = {"introduction": "Programmet är\n\nett program.", "was_introduction": ""}
    assert planner.submit(part, fields, headers=SWEDISH).status_code == 303
    text = viewer.get(f"{later}.md", headers=SWEDISH).text
    assert "## Inledning\n\nProgrammet är\n\nett program.\n\n## Programmet som helhet" in text
    assert "Texten står kvar från månad till månad" in planner.page(f"{later}/parts/introduction", headers=SWEDISH).text
    assert client_as("lead_owner").submit(part, fields).status_code == 403
    assert "introduction in Swedish" in client_as("admin").page("/admin/audit", headers=ENGLISH).text


def test_numbers_typed_by_hand_are_named_to_who_writes_and_to_nobody_else(client_as: ClientAs) -> None:
    lead = client_as("lead_owner")
    assert "without a source in" not in lead.page(PART, headers=ENGLISH).text
    fields = EMPTY | {"summary": "Vi testade {1|tested|c1} flöde, 3 av 7 i LAB.", "then": "auto"}
    saved = lead.submit(PART, fields, headers=ENGLISH | {"HX-Request": "true"}).text
    assert "Figures without a source in Summary March: <bdi>3 av 7</bdi>" in saved
    assert "without a source" not in client_as("viewer").page(MONTH, headers=ENGLISH).text


def test_the_history_tells_who_wrote_what(client_as: ClientAs) -> None:
    admin = client_as("admin")
    admin.submit(PART, EMPTY | {"summary": "Vi har testat."})
    admin.submit(f"{MONTH}/publish")
    text = admin.page("/admin/audit", headers=ENGLISH).text
    for words in ("report written", "Report 2023-03 SIDU", "summary in Swedish", "report published", "was published"):
        assert words in text


def test_who_may_not_write_is_told_why(client_as: ClientAs) -> None:
    assert "planners write this part" in client_as("viewer").page(PART, headers=ENGLISH).text
    assert "planners write it" in client_as("lead_owner").page(f"{MONTH}/parts/programme", headers=ENGLISH).text


def test_writing_a_report_draws_no_board_anew(client_as: ClientAs, engine: Engine) -> None:
    browser = client_as("planner")
    tag = browser.get("/board?cycle=all").headers["HX-PTag"]
    browser.submit(PART, EMPTY | {"summary": "Vi har testat."})
    answer = browser.get("/board/changes?cycle=all", headers={"HX-Request": "true", "HX-PTag": tag})
    assert answer.status_code in {200, 304}
    assert "<article" not in answer.text
